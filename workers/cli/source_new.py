"""``tilshi source new``: a source found, its entry proposed."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from aggregator.errors import ConfigError, Fault, FetchError
from aggregator.models import Outlet, Source
from aggregator.sources.check import advise_on_refusal
from aggregator.sources.discover import SourceFinder
from aggregator.sources.entries import (
    add_outlet,
    add_source,
    find_source_line,
    write_outlet,
    write_source,
)
from aggregator.sources.propose import propose_source
from aggregator.sources.site_page import find_channel_page
from aggregator.urls.canonical import canonicalize_url
from workers.cli.config import load_for_command
from workers.cli.exits import Exit
from workers.cli.options import AsJson
from workers.cli.output import complain, console, print_json, progress_console
from workers.cli.source_catalog import (
    AddTo,
    choose_target,
    find_sources_file,
    make_services,
    read_sources,
    write_sources,
)
from workers.fetchers import open_fetcher
from workers.services import Services

if TYPE_CHECKING:
    from aggregator.sources.catalog import Catalog
    from aggregator.sources.discover import DiscoveredSource
    from aggregator.sources.propose import Proposal

__all__ = ["new"]


def new(
    context: typer.Context,
    url: Annotated[
        str, typer.Argument(metavar="URL", help="Of a site, a page, a feed or a Telegram channel.")
    ],
    write: Annotated[bool, typer.Option("--write", help="Add it to the sources file.")] = False,
    file: AddTo = None,
    json: AsJson = False,
) -> None:
    """
    Find where a site can be polled, and propose its entry.

    Nothing is changed without --write or --file. Exit code 3 if nothing was found that can be
    polled, 1 if the source is in the catalogue already.

    Example: `tilshi source new https://www.nur.kz/ --write`
    """
    loaded = load_for_command(context, beginning=True)
    adding = write or file is not None
    path = choose_target(loaded, file) if adding else find_sources_file(loaded)
    text, catalog = read_sources(path)
    address = _complete_address(url)
    services = make_services(loaded)
    discovered = _find_sources(services, address)
    if not discovered.looks:
        _complain_of_nothing(address, discovered)
        raise typer.Exit(Exit.NO_SOURCE)
    sample = discovered.looks[0]
    if known := _find_known(catalog, sample.source.url):
        line = find_source_line(text, known.id)
        complain(f"{sample.source.url} is there already: {known.id}, line {line} of {path}")
        raise typer.Exit(Exit.FAILED)
    proposal = propose_source(
        sample,
        catalog,
        services.now(services.as_of),
        page_url=address,
        name=discovered.page.name,
    )
    if adding:
        source = proposal.source
        added = (
            add_outlet(text, source.outlet, [source])
            if proposal.new_outlet
            else add_source(text, source)
        )
        write_sources(path, added)
    written = path if adding else None
    if json:
        print_json(_write_json(proposal, discovered, written))
    else:
        _print_proposal(proposal, discovered, written)


def _find_known(catalog: Catalog, url: str) -> Source | None:
    wanted = canonicalize_url(url)
    matches = (source for source in catalog.sources if canonicalize_url(source.url) == wanted)
    return next(matches, None)


def _complete_address(url: str) -> str:
    """
    Return an address of what a person may type: ``nur.kz``, ``@handle``, ``t.me/handle``.

    Raises:
        ConfigError: It is no address of the web.
    """
    address = url.strip()
    if address.startswith("@"):
        address = f"https://t.me/{address[1:]}"
    elif "://" not in address:
        address = f"https://{address}"
    if not _is_of_the_web(address):
        expected = (
            "an http or https address with a host, such as https://www.nur.kz/, or a Telegram "
            "channel, such as @name"
        )
        raise ConfigError((Fault("arguments", None, "URL", repr(url), expected),))
    return find_channel_page(address) or address


def _is_of_the_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:  # brackets that do not match
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _find_sources(services: Services, url: str) -> DiscoveredSource:
    """Find what an address offers; one that cannot be fetched ends the command."""
    try:
        return asyncio.run(_discover(services, url))
    except FetchError as error:
        advice = advise_on_refusal(error.outcome, error.detail)
        complain(f"{error}; {advice}" if advice else str(error))
        raise typer.Exit(Exit.FAILED) from error


async def _discover(services: Services, url: str) -> DiscoveredSource:
    screen = progress_console()
    outlet = Outlet(
        id="new",
        name="",
        home=url,
    )
    blank = Source(
        id="new",
        outlet=outlet,
        url=url,
        every=timedelta(minutes=30),
    )

    def show(address: str) -> None:
        if screen:
            screen.print(f"asking {address}", style="dim", markup=False)

    async with open_fetcher(services, alone=True) as fetcher:
        finder = SourceFinder(
            fetcher=fetcher,
            zone=services.zone,
            blank=blank,
            told=show,
        )
        return await finder.find(url)


def _complain_of_nothing(url: str, discovered: DiscoveredSource) -> None:
    tried = "\n".join(f"  {answer:<16} {address}" for address, answer in discovered.tried)
    complain(f"{url}: nothing that can be polled was found; tried were\n{tried}")


def _write_entry(proposal: Proposal) -> str:
    entry = write_source(proposal.source)
    return f"{write_outlet(proposal.source.outlet)}\n{entry}" if proposal.new_outlet else entry


def _write_json(
    proposal: Proposal, discovered: DiscoveredSource, path: Path | None
) -> dict[str, Any]:
    source = proposal.source
    also = [sample.source.url for sample in discovered.looks[1:]]
    tried = [{"url": address, "answer": answer} for address, answer in discovered.tried]
    return {
        "format": "tilshi.source-new/1",
        "id": source.id,
        "outlet": source.outlet.id,
        "new_outlet": proposal.new_outlet,
        "kind": source.kind,
        "url": source.url,
        "languages": proposal.languages,
        "pace_s": proposal.pace.total_seconds() if proposal.pace else None,
        "also": also,
        "entry": _write_entry(proposal),
        "written": str(path) if path else None,
        "tried": tried,
    }


def _print_proposal(proposal: Proposal, discovered: DiscoveredSource, path: Path | None) -> None:
    source = proposal.source
    first, *others = discovered.looks
    screen = console()
    screen.print(_write_entry(proposal), markup=False, soft_wrap=True)
    items = len(first.feed.items) if first.feed else 0
    languages = ", ".join(f"{count} {tag}" for tag, count in proposal.languages.items())
    pace = f", one about every {_describe_span(proposal.pace)}" if proposal.pace else ""
    screen.print(f"# {items} items: {languages}{pace}", markup=False)
    for sample in others:
        screen.print(f"# also there: {sample.source.url}", markup=False)
    if not proposal.new_outlet:
        screen.print(
            f"# another source of {source.outlet.id}, which is in the catalogue", markup=False
        )
    if path:
        screen.print(
            f"# written to {path}; next: tilshi source preview {source.id}",
            markup=False,
            soft_wrap=True,
        )
    else:
        screen.print("# add it with --write, or by hand; then: tilshi check-config", markup=False)


def _describe_span(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    return f"{minutes} min" if minutes < 120 else f"{round(minutes / 60)} h"  # noqa: PLR2004  two hours
