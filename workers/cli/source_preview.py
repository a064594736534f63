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
from workers.cli.options import AsJson
from workers.cli.output import complain, console, print_json, progress_console
from workers.cli.source_catalog import choose_sources, complete_source, make_services
from workers.fetchers import open_fetcher

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from rich.console import Console

    from aggregator.models import Feed, Translation
    from aggregator.pipeline.preview import Preview
    from aggregator.sources.sample import SourceSample
    from workers.loaded_config import LoadedConfig
    from workers.services import Services

__all__ = ["find_source", "preview_source"]


def find_source(loaded: LoadedConfig, what: str) -> Source:
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
def _open_services(loaded: LoadedConfig) -> Iterator[tuple[Services, bool]]:
    """
    Give services, and whether there is a store to compare with.

    That is one that is configured, or a private one that was made before.
    """
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
    --pages` looks at those. Exit code 3 if the source gave nothing.

    Example: `tilshi source preview nur-kz-kk -n 5`
    """
    loaded = load_for_command(context)
    source = find_source(loaded, what)
    screen = None if json else progress_console()
    with _open_services(loaded) as (services, compared):
        sample = asyncio.run(_sample(services, source))
        feed = sample.feed
        if feed is None or not feed.items:
            complain(
                f"{source.url}: {sample.outcome.value}: {sample.detail}; try `tilshi source new "
                f"{source.url}`"
            )
            raise typer.Exit(Exit.NO_SOURCE)
        if screen:
            doing = f"{len(feed.items)} items; reading and translating {limit} of them"
            screen.print(doing, style="dim")
        step = _make_preview_step(services, compared=compared)
        previews = preview_articles(source, feed, step, limit=limit)
        if json:
            print_json(_write_json(source, feed, previews, compared=compared))
        else:
            _print_previews(previews, feed, services.zone, compared=compared)


async def _sample(services: Services, source: Source) -> SourceSample:
    async with open_fetcher(services, alone=True) as fetcher:
        return await sample_source(source, fetcher, services.zone)


def _make_preview_step(services: Services, *, compared: bool) -> PreviewStep:
    return PreviewStep(
        store=services.store if compared else None,
        embedder=services.embedder,
        translator=services.engine,
        now=services.now(services.as_of),
        zone=services.zone,
        fresh=timedelta(days=services.settings.digest.fresh_days),
    )


def _print_previews(
    previews: list[Preview],
    feed: Feed,
    zone: ZoneInfo,
    *,
    compared: bool,
) -> None:
    screen = console()
    for number, preview in enumerate(previews, start=1):
        _print_preview(screen, number, preview, zone)
    used = {preview.headline.package for preview in previews if preview.headline.package}
    packages = ", ".join(sorted(used)) or "no package"
    where = "the store's open days" if compared else "each other only: there is no store yet"
    screen.print(
        f"\n{len(previews)} of {len(feed.items)} items; translated by {packages}; "
        f"compared with {where}",
        markup=False,
    )


def _print_preview(
    screen: Console,
    number: int,
    preview: Preview,
    zone: ZoneInfo,
) -> None:
    article = preview.article
    when = "no date         "
    if article.published:
        when = f"{article.published.astimezone(zone):%Y-%m-%d %H:%M}"
    head = f"{number:>3}  {when}  {article.language:<7}  {preview.standing}"
    screen.print(head, markup=False, style="bold")
    screen.print(f"     {article.title}", markup=False)
    if article.language != ENGLISH:
        _print_headline(screen, preview.headline)
    if preview.copy_of:
        same = f"{preview.why}: {preview.copy_of.outlet_id}: {preview.copy_of.title}"
        screen.print(f"     {same}", markup=False, style="yellow")


def _print_headline(screen: Console, headline: Translation) -> None:
    if headline.english is not None:
        screen.print(f"     > {headline.english}", markup=False, style="green")
        return
    flags = ", ".join(map(str, headline.flags))
    screen.print(f"     > not translated: {flags}", markup=False, style="yellow")


def _write_json(
    source: Source,
    feed: Feed,
    previews: list[Preview],
    *,
    compared: bool,
) -> dict[str, Any]:
    articles = [_write_preview(preview) for preview in previews]
    return {
        "format": "tilshi.source-preview/1",
        "source": source.id,
        "url": source.url,
        "items": len(feed.items),
        "compared_with_store": compared,
        "notes": list(feed.notes),
        "articles": articles,
    }


def _write_preview(preview: Preview) -> dict[str, Any]:
    article = preview.article
    headline = preview.headline
    original = preview.copy_of
    return {
        "id": article.id,
        "standing": preview.standing,
        "published": article.published,
        "language": article.language,
        "title": article.title,
        "english": headline.english,
        "package": headline.package,
        "flags": list(map(str, headline.flags)),
        "lead": article.lead,
        "characters": len(article.text),
        "link": article.link,
        "copy_of": original.link or original.id if original else None,
        "why": preview.why or None,
    }
