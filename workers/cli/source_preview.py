"""``tilshi source preview``: the first articles of a source as they would enter."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregator.languages import ENGLISH
from aggregator.models import Outlet, Source
from aggregator.pipeline.preview import PreviewStep, preview_articles
from aggregator.sources.discover import sample_source
from aggregator.sources.site_page import find_channel_page
from workers.bootstrap import open_runtime
from workers.cli.config import load_for_command
from workers.cli.exits import Exit
from workers.cli.output import complain, console, print_json, progress_console
from workers.cli.source_catalog import AsJson, choose_sources, complete_source, make_services

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from aggregator.pipeline.preview import Preview
    from aggregator.sources.sample import SourceSample
    from workers.loaded_config import LoadedConfig
    from workers.services import Services

__all__ = ["named_source", "preview_source"]


def named_source(loaded: LoadedConfig, what: str) -> Source:
    """
    Return the source that an argument means: one of the catalogue, or any address.

    Raises:
        ConfigError: It is neither.
    """
    if "://" not in what:
        return choose_sources(loaded.catalog, [what])[0]
    known = next((source for source in loaded.catalog.sources if source.url == what), None)
    outlet = Outlet(
        id="new",
        name="",
        home=what,
    )
    channel = find_channel_page(what)
    kind = "telegram" if channel else "feed"
    return known or Source(
        id="new",
        outlet=outlet,
        url=channel or what,
        every=timedelta(minutes=30),
        kind=kind,
    )


@contextmanager
def _room(loaded: LoadedConfig) -> Iterator[tuple[Services, bool]]:
    """Give a newsroom, and whether there is a store to compare with: one configured, or a private one made before."""
    if loaded.settings.store.url or (loaded.settings.data.folder / "store").exists():
        with open_runtime(loaded) as runtime:
            yield runtime.services, True
    else:
        yield make_services(loaded), False


def preview_source(
    context: typer.Context,
    what: Annotated[
        str,
        typer.Argument(
            metavar="ID|URL",
            autocompletion=complete_source,
            help="A source, or a feed.",
        ),
    ],
    limit: Annotated[
        int,
        typer.Option(
            "--limit",
            "-n",
            min=1,
            max=200,
            help="Articles to show.",
        ),
    ] = 10,
    json: AsJson = False,
) -> None:
    """
    Show the first articles as they would enter: language, copies, headline in English.

    Nothing is stored. They are compared with each other and, where there is a store, with the
    articles of its open days. Pages are not read, as a poll would for `full_text`: `source check
    --pages` tells of those. Exit code 3 if the source gave nothing.

    Example: `tilshi source preview nur-kz-kk -n 5`
    """
    loaded = load_for_command(context)
    source = named_source(loaded, what)
    screen = None if json else progress_console()
    with _room(loaded) as (services, compared):
        look = asyncio.run(_look(services, source))
        if look.feed is None or not look.feed.items:
            complain(
                f"{source.url}: {look.outcome.value}: {look.detail}; try `tilshi source new "
                f"{source.url}`"
            )
            raise typer.Exit(Exit.NO_SOURCE)
        if screen:
            screen.print(
                f"{len(look.feed.items)} items; reading and translating {limit} of them",
                style="dim",
            )
        found = preview_articles(source, look.feed, _desk(services, compared=compared), limit=limit)
        if json:
            print_json(_as_json(source, look, found, compared=compared))
        else:
            _say(found, look, services, compared=compared)


async def _look(services: Services, source: Source) -> SourceSample:
    async with services.fetcher(alone=True) as fetcher:
        return await sample_source(source, fetcher, services.zone)


def _desk(services: Services, *, compared: bool) -> PreviewStep:
    return PreviewStep(
        store=services.store if compared else None,
        embedder=services.embedder,
        translator=services.engine,
        now=services.now(services.as_of),
        zone=services.zone,
        fresh=timedelta(days=services.settings.digest.fresh_days),
    )


def _say(
    found: list[Preview],
    look: SourceSample,
    services: Services,
    *,
    compared: bool,
) -> None:
    screen = console()
    for number, one in enumerate(found, start=1):
        _say_article(screen, number, one, services)
    items = len(look.feed.items) if look.feed else 0
    packages = (
        ", ".join(sorted({one.headline.package for one in found if one.headline.package}))
        or "no package"
    )
    where = "the store's open days" if compared else "each other only: there is no store yet"
    screen.print(
        f"\n{len(found)} of {items} items; translated by {packages}; compared with {where}",
        markup=False,
    )


def _say_article(
    screen: Console,
    number: int,
    one: Preview,
    services: Services,
) -> None:
    article = one.article
    when = (
        f"{article.published.astimezone(services.zone):%Y-%m-%d %H:%M}"
        if article.published
        else "no date         "
    )
    screen.print(
        f"{number:>3}  {when}  {article.language:<7}  {one.standing}", markup=False, style="bold"
    )
    screen.print(f"     {article.title}", markup=False)
    english = one.headline.english
    said = (
        f"> {english}"
        if english is not None
        else f"> not translated: {', '.join(map(str, one.headline.flags))}"
    )
    if article.language != ENGLISH:
        screen.print(
            f"     {said}", markup=False, style="green" if english is not None else "yellow"
        )
    if one.copy_of:
        same = f"{one.why}: {one.copy_of.outlet_id}: {one.copy_of.title}"
        screen.print(f"     {same}", markup=False, style="yellow")


def _as_json(
    source: Source,
    look: SourceSample,
    found: list[Preview],
    *,
    compared: bool,
) -> dict[str, Any]:
    return {
        "format": "tilshi.source-preview/1",
        "source": source.id,
        "url": source.url,
        "items": len(look.feed.items) if look.feed else 0,
        "compared_with_store": compared,
        "notes": list(look.feed.notes) if look.feed else [],
        "articles": [
            {
                "id": one.article.id,
                "standing": one.standing,
                "published": one.article.published,
                "language": one.article.language,
                "title": one.article.title,
                "english": one.headline.english,
                "package": one.headline.package,
                "flags": list(map(str, one.headline.flags)),
                "lead": one.article.lead,
                "characters": len(one.article.text),
                "link": one.article.link,
                "copy_of": one.copy_of.link or one.copy_of.id if one.copy_of else None,
                "why": one.why or None,
            }
            for one in found
        ],
    }
