"""``tilshi source preview``: the first articles of a source as they would enter."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregator.languages import ENGLISH
from aggregator.models import Outlet, Source
from aggregator.pipeline.previewing import PreviewDesk, preview_articles
from aggregator.pipeline.scouting import look_at
from aggregator.sources.page import find_channel_page
from workers.cli.config import plan_of
from workers.cli.exits import Exit
from workers.cli.output import complain, console, print_json, progress_console
from workers.cli.source_catalog import AsJson, chosen, complete_source, newsroom
from workers.office import open_office

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from aggregator.pipeline.previewing import Preview
    from aggregator.sources.sight import Look
    from workers.loaded_config import Plan
    from workers.wiring import Newsroom

__all__ = ["named_source", "preview_source"]


def named_source(plan: Plan, what: str) -> Source:
    """
    Return the source that an argument means: one of the catalogue, or any address.

    Raises:
        ConfigError: It is neither.
    """
    if "://" not in what:
        return chosen(plan.catalog, [what])[0]
    known = next((source for source in plan.catalog.sources if source.url == what), None)
    outlet = Outlet(id="new", name="", home=what)
    channel = find_channel_page(what)
    kind = "telegram" if channel else "feed"
    return known or Source(id="new", outlet=outlet, url=channel or what, every=timedelta(minutes=30), kind=kind)


@contextmanager
def _room(plan: Plan) -> Iterator[tuple[Newsroom, bool]]:
    """Give a newsroom, and whether there is a store to compare with: one configured, or a private one made before."""
    if plan.settings.store.url or (plan.settings.data.folder / "store").exists():
        with open_office(plan) as office:
            yield office.room, True
    else:
        yield newsroom(plan), False


def preview_source(
    context: typer.Context,
    what: Annotated[str, typer.Argument(metavar="ID|URL", autocompletion=complete_source, help="A source, or a feed.")],
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=200, help="Articles to show.")] = 10,
    json: AsJson = False,
) -> None:
    """
    Show the first articles as they would enter: language, copies, headline in English.

    Nothing is stored. They are compared with each other and, where there is a store, with the articles of its open
    days. Pages are not read, as a poll would for `full_text`: `source check --pages` tells of those. Exit code 3 if
    the source gave nothing.

    Example: `tilshi source preview nur-kz-kk -n 5`
    """
    plan = plan_of(context)
    source = named_source(plan, what)
    screen = None if json else progress_console()
    with _room(plan) as (room, compared):
        look = asyncio.run(_look(room, source))
        if look.feed is None or not look.feed.items:
            complain(f"{source.url}: {look.outcome.value}: {look.detail}; try `tilshi source new {source.url}`")
            raise typer.Exit(Exit.NO_SOURCE)
        if screen:
            screen.print(f"{len(look.feed.items)} items; reading and translating {limit} of them", style="dim")
        found = preview_articles(source, look.feed, _desk(room, compared=compared), limit=limit)
        if json:
            print_json(_as_json(source, look, found, compared=compared))
        else:
            _say(found, look, room, compared=compared)


async def _look(room: Newsroom, source: Source) -> Look:
    async with room.fetcher(alone=True) as fetcher:
        return await look_at(source, fetcher, room.zone)


def _desk(room: Newsroom, *, compared: bool) -> PreviewDesk:
    return PreviewDesk(
        store=room.store if compared else None,
        embedder=room.embedder,
        translator=room.engine,
        now=room.now(room.as_of),
        zone=room.zone,
        fresh=timedelta(days=room.settings.digest.fresh_days),
    )


def _say(found: list[Preview], look: Look, room: Newsroom, *, compared: bool) -> None:
    screen = console()
    for number, one in enumerate(found, start=1):
        _say_article(screen, number, one, room)
    items = len(look.feed.items) if look.feed else 0
    packages = ", ".join(sorted({one.headline.package for one in found if one.headline.package})) or "no package"
    where = "the store's open days" if compared else "each other only: there is no store yet"
    screen.print(f"\n{len(found)} of {items} items; translated by {packages}; compared with {where}", markup=False)


def _say_article(screen: Console, number: int, one: Preview, room: Newsroom) -> None:
    article = one.article
    when = f"{article.published.astimezone(room.zone):%Y-%m-%d %H:%M}" if article.published else "no date         "
    screen.print(f"{number:>3}  {when}  {article.language:<7}  {one.standing}", markup=False, style="bold")
    screen.print(f"     {article.title}", markup=False)
    english = one.headline.english
    said = f"> {english}" if english is not None else f"> not translated: {', '.join(map(str, one.headline.flags))}"
    if article.language != ENGLISH:
        screen.print(f"     {said}", markup=False, style="green" if english is not None else "yellow")
    if one.copy_of:
        same = f"{one.why}: {one.copy_of.outlet_id}: {one.copy_of.title}"
        screen.print(f"     {same}", markup=False, style="yellow")


def _as_json(source: Source, look: Look, found: list[Preview], *, compared: bool) -> dict[str, Any]:
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
