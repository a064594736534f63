"""Pages for readers, served or written to a folder: what they are made with."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from aggregator.names.subjects import list_subjects
from aggregator.web.archive import Archive
from aggregator.web.pages import Site, name_editions
from aggregator.web.refresh import copy_digests, copy_pictures, copy_wholes
from aggregator.web.renderer import PageRenderer
from aggregator.web.site import write_site
from workers import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from aggregator.models import Source
    from workers.services import Services

__all__ = ["make_page_renderer", "write_whole_site"]


def make_page_renderer(
    services: Services,
    archive: Archive,
    *,
    address: str,
    search: bool = True,
    asking: bool = False,
) -> PageRenderer:
    """
    Return what pages are made with.

    Args:
        services: Whose sources, outlets, editions and packages pages name.
        archive: Where digests are read from.
        address: Where readers reach it, ending in ``/``.
        search: There is a server that searches.
        asking: There is a server that takes readers' wishes for whole articles.
    """
    sources = tuple(services.sources.values())
    polled = {source.outlet.id for source in sources if not source.paused}
    site = Site(
        version=__version__,
        editions=name_editions(services.editions),
        outlets=services.outlets,
        languages=_list_languages(sources),
        paused=frozenset(services.outlets) - polled,
        packages=tuple(services.packages),
        subjects={subject.id: subject for subject in list_subjects(services.glossary.names)},
        address=address,
        search=search,
        asking=asking,
    )
    return PageRenderer(
        site=site,
        archive=archive,
        sources=sources,
        clock=services.clock,
        zone=str(services.zone),
        glossary=services.glossary,
    )


def write_whole_site(
    services: Services,
    folder: Path,
    *,
    address: str = "",
    progress: Callable[[str], None] = lambda _: None,
) -> int:
    """
    Write all digests there are as a site of files.

    Args:
        services: Whose digests, outlets and editions.
        folder: Made if it is not there.
        address: Where readers will reach it; empty for the one set, else the folder itself.
        progress: Called with each day before it is written.

    Returns:
        How many files were written or changed.
    """
    root = address or services.settings.web.address or folder.resolve().as_uri()
    with tempfile.TemporaryDirectory() as name:
        archive = Archive(Path(name) / "archive.sqlite", services.glossary, searched=False)
        copy_digests(services.store.digests, archive, [edition.id for edition in services.editions])
        copy_wholes(services.store.wholes, archive)
        copy_pictures(services.store.pictures, archive)
        # Nobody can look again at files until they are written anew.
        archive.set_wholes_waiting(())
        archive.note_reached(services.clock.now())
        renderer = make_page_renderer(
            services,
            archive,
            address=f"{root.rstrip('/')}/",
            search=False,
        )
        return write_site(renderer, folder, progress=progress)


def _list_languages(sources: Iterable[Source]) -> dict[str, tuple[str, ...]]:
    """Return what each outlet's sources write, by outlet id, in the catalogue's order."""
    languages: dict[str, tuple[str, ...]] = {}
    for source in sources:
        known = languages.get(source.outlet.id, ())
        languages[source.outlet.id] = tuple(dict.fromkeys((*known, *source.languages)))
    return languages
