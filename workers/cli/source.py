"""``tilshi source new``: a source found, its entry proposed; and what the commands of its group share."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.dedup.urls import canonical_url
from aggregator.errors import ConfigError, Fault
from aggregator.models import Outlet, Source
from aggregator.pipeline.scouting import Scout
from aggregator.sources.catalog import Catalog, read_catalog
from aggregator.sources.entries import add_outlet, add_source, outlet_entry, source_entry, source_line
from aggregator.sources.page import channel_page
from aggregator.sources.propose import propose
from config.settings import shipped
from workers.cli.app import Exit, plan_of, source_app
from workers.cli.output import complain, console, print_json, progress_console
from workers.office import read_plan
from workers.wiring import Newsroom

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aggregator.pipeline.scouting import Find
    from aggregator.sources.propose import Proposal
    from workers.office import Plan

__all__ = [
    "AddTo",
    "AsJson",
    "chosen",
    "complete_source",
    "new",
    "newsroom",
    "read_sources",
    "sources_file",
    "target",
    "write_sources",
]

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AddTo = Annotated[
    Path | None, typer.Option("--file", metavar="FILE", help="Add it to this file; made if it is not there.")
]


def complete_source(incomplete: str) -> list[str]:
    """Offer the ids of sources to the shell."""
    file = Path("tilshi.toml")
    try:
        plan = read_plan(os.environ, file if file.exists() else None)
    except ConfigError:
        return []
    return [source.id for source in plan.catalog.sources if source.id.startswith(incomplete)]


def newsroom(plan: Plan) -> Newsroom:
    """Return what fetching needs; the store is not asked for anything."""
    return Newsroom(plan)


def sources_file(plan: Plan) -> Path:
    """Return the catalogue's file."""
    return plan.settings.sources.file or shipped("sources.toml")


def read_sources(path: Path) -> tuple[str, Catalog]:
    """
    Read a catalogue that may not be there yet.

    Raises:
        ConfigError: It is there, and wrong.
    """
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return (text, read_catalog(text, str(path))) if text.strip() else (text, Catalog((), ()))


def write_sources(path: Path, text: str) -> None:
    """
    Put a catalogue in place of another, whole or not at all.

    Raises:
        ConfigError: The new one would be wrong, or the file cannot be written; the old one stays.
    """
    read_catalog(text, str(path))
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_text(text, encoding="utf-8")
        if path.exists():
            beside.chmod(path.stat().st_mode & 0o777)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise ConfigError(
            (Fault(str(path), None, "sources.file", "", f"a file that can be written ({error})"),)
        ) from error


def target(plan: Plan, file: Path | None) -> Path:
    """Return the file to add to: the one named, the owner's, or the project's own in a checkout of it."""
    path = file or sources_file(plan)
    if file or plan.settings.sources.file or (path.parent.parent / "pyproject.toml").exists():
        return path
    expected = (
        "a file of yours, as the next version replaces this one: `tilshi source export --format toml > sources.toml`, "
        "then name it there"
    )
    raise ConfigError((Fault("settings", None, "sources.file", str(path), expected),))


@source_app.command()
def new(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="Of a site, a page, a feed or a Telegram channel.")],
    write: Annotated[bool, typer.Option("--write", help="Add it to the sources file.")] = False,
    file: AddTo = None,
    json: AsJson = False,
) -> None:
    """
    Find where a site can be polled, and propose its entry.

    Nothing is changed without --write or --file. Exit code 3 if nothing was found that can be polled, 1 if the source
    is in the catalogue already.

    Example: `tilshi source new https://www.nur.kz/ --write`
    """
    plan = plan_of(context, beginning=True)
    path = target(plan, file) if write or file else sources_file(plan)
    text, catalog = read_sources(path)
    address = _address(url)
    room = newsroom(plan)
    found = asyncio.run(_scout(room, address))
    if not found.looks:
        _say_nothing_found(address, found)
        raise typer.Exit(Exit.NO_SOURCE)
    look = found.looks[0]
    known = next((one for one in catalog.sources if canonical_url(one.url) == canonical_url(look.source.url)), None)
    if known:
        complain(f"{look.source.url} is there already: {known.id}, line {source_line(text, known.id)} of {path}")
        raise typer.Exit(Exit.FAILED)
    proposal = propose(look, catalog, room.now(room.as_of), page_url=address, name=found.page.name)
    if write or file:
        source = proposal.source
        added = add_outlet(text, source.outlet, [source]) if proposal.new_outlet else add_source(text, source)
        write_sources(path, added)
    _say_proposal(proposal, found, path if write or file else None, json=json)


def _address(url: str) -> str:
    """Return an address of what a person may type: ``nur.kz``, ``@handle``, ``t.me/handle``."""
    if url.startswith("@"):
        url = f"https://t.me/{url[1:]}"
    elif "://" not in url:
        url = f"https://{url}"
    return channel_page(url) or url


async def _scout(room: Newsroom, url: str) -> Find:
    screen = progress_console()
    outlet = Outlet(id="new", name="", home=url)
    blank = Source(id="new", outlet=outlet, url=url, every=timedelta(minutes=30))
    told: Callable[[str], None] = lambda _url: None  # noqa: E731 -- nobody watches
    if screen:
        told = lambda tried: screen.print(f"asking {tried}", style="dim", markup=False)  # noqa: E731
    async with room.fetcher(alone=True) as fetcher:
        scout = Scout(fetcher=fetcher, zone=room.zone, blank=blank, told=told)
        return await scout.find(url)


def _say_nothing_found(url: str, found: Find) -> None:
    tried = "\n".join(f"  {answer:<16} {address}" for address, answer in found.tried)
    complain(f"{url}: nothing that can be polled was found; tried were\n{tried}")


def _say_proposal(proposal: Proposal, found: Find, path: Path | None, *, json: bool) -> None:
    source = proposal.source
    entry = source_entry(source)
    if proposal.new_outlet:
        entry = f"{outlet_entry(source.outlet)}\n{entry}"
    also = [look.source.url for look in found.looks[1:]]
    if json:
        print_json(
            {
                "format": "tilshi.source-new/1",
                "id": source.id,
                "outlet": source.outlet.id,
                "new_outlet": proposal.new_outlet,
                "kind": source.kind,
                "url": source.url,
                "languages": proposal.languages,
                "pace_s": proposal.pace.total_seconds() if proposal.pace else None,
                "also": also,
                "entry": entry,
                "written": str(path) if path else None,
                "tried": [{"url": address, "answer": answer} for address, answer in found.tried],
            }
        )
        return
    screen = console()
    screen.print(entry, markup=False, soft_wrap=True)
    items = len(found.looks[0].feed.items) if found.looks[0].feed else 0
    seen = ", ".join(f"{count} {tag}" for tag, count in proposal.languages.items())
    pace = f", one about every {_in_words(proposal.pace)}" if proposal.pace else ""
    screen.print(f"# {items} items: {seen}{pace}", markup=False)
    for address in also:
        screen.print(f"# also there: {address}", markup=False)
    if not proposal.new_outlet:
        screen.print(f"# another source of {source.outlet.id}, which is in the catalogue", markup=False)
    if path:
        screen.print(f"# written to {path}; next: tilshi source preview {source.id}", markup=False, soft_wrap=True)
    else:
        screen.print("# add it with --write, or by hand; then: tilshi check-config", markup=False)


def _in_words(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    return f"{minutes} min" if minutes < 120 else f"{round(minutes / 60)} h"  # noqa: PLR2004  two hours


def chosen(catalog: Catalog, ids: Sequence[str] | None, *, everything: bool = False) -> list[Source]:
    """
    Return the sources that a command is about: those named, all, or those polled.

    Raises:
        ConfigError: An id that is not in the catalogue.
    """
    if not ids:
        return [source for source in catalog.sources if everything or not source.paused]
    by_id = {source.id: source for source in catalog.sources}
    faults = tuple(
        Fault("arguments", None, "ID", name, "the id of a source; `tilshi sources` lists them")
        for name in ids
        if name not in by_id
    )
    if faults:
        raise ConfigError(faults)
    return [by_id[name] for name in ids]
