"""A newsroom without Celery: every stage called in order, over a real store and real HTTP."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from aggregator.fulltext.process import PageProcess
from aggregator.models import Stage
from aggregator.pipeline.composing import compose_days
from aggregator.pipeline.paging import PageDesk, read_pages
from aggregator.pipeline.planning import plan_days
from aggregator.pipeline.polling import poll_sources
from aggregator.pipeline.reading import read_articles
from aggregator.pipeline.translating import translate_articles
from aggregator.sources.catalog import read_catalog
from aggregator.sources.editions import read_editions
from config.settings import Settings, shipped
from workers.wiring import Newsroom, build

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from aggregator.models import Digest, SourceReport
    from aggregator.ports import Clock

__all__ = ["compose", "desk_work", "newsroom", "poll", "read_teasers"]

_LEASE = timedelta(minutes=5)


def newsroom(
    folder: Path,
    redis_url: str,
    feeds: Mapping[str, str],
    as_of: str,
    *,
    lines: str = "",
    clock: Clock | None = None,
    **environ: str,
) -> Newsroom:
    """
    Set up a newsroom with one outlet for each feed.

    Args:
        folder: For data.
        redis_url: Of its store.
        feeds: Address by source id.
        as_of: Editorial time, ISO.
        lines: Of TOML, added to each source.
        clock: Of real time; None for the system's.
        environ: Further settings, as ``TILSHI_*``.
    """
    catalog = "".join(
        f'[[outlet]]\nid = "{name}"\nname = "{name}"\nhome = "https://{name}.example/"\n'
        f'[[outlet.source]]\nid = "{name}"\nurl = "{url}"\n{lines}'
        for name, url in feeds.items()
    )
    settings = Settings.load(
        {
            "TILSHI_DATA_FOLDER": str(folder),
            "TILSHI_STORE_URL": redis_url,
            "TILSHI_FETCH_ALLOW_PRIVATE": "127.0.0.1",
            "TILSHI_CLOCK_AS_OF": as_of,
            # All feeds of a test are on one host, and none of them is a stranger.
            "TILSHI_FETCH_HOST_AT_ONCE": "64",
            "TILSHI_FETCH_HOST_GAP_S": "0",
            **environ,
        },
        None,
    )
    editions = read_editions(shipped("editions.toml").read_text(), "editions.toml")
    app, room = build(settings, read_catalog(catalog, "sources.toml"), editions, clock=clock)
    app.close()
    room.store.check()
    room.store.work.sync_sources(room.sources)
    return room


def poll(room: Newsroom, run_id: str, as_of: datetime | None = None) -> dict[str, SourceReport]:
    """Poll every source now; returns the account by source id."""
    if as_of is not None:
        room.as_of = as_of.isoformat()
    room.store.work.due_now(room.sources)
    taken = room.store.work.take(Stage.FETCH, limit=1000, token=run_id, lease=_LEASE)

    async def polls() -> None:
        async with room.fetcher() as fetcher:
            desk = room.desk(fetcher, run_id=run_id, as_of=room.as_of)
            await poll_sources([room.sources[item.id] for item in taken], desk, run_id)

    asyncio.run(polls())
    return {report.source_id: report for report in room.store.work.run_reports(run_id)}


def desk_work(room: Newsroom) -> None:
    """Read, group and translate whatever waits."""
    read_teasers(room)
    while taken := room.store.work.take(Stage.TEXT, limit=64, token="text", lease=_LEASE):
        read_articles(taken, room.reading_desk(), token="text", now=room.clock.now())
    plan_days(room.planning_desk, token="plan", lease=_LEASE, now=room.clock.now())
    while taken := room.store.work.take(Stage.TRANSLATE, limit=64, token="translate", lease=_LEASE):
        translate_articles(taken, room.translation_desk(), token="translate", now=room.clock.now())
        # What has no English to show comes back to be planned again.
        plan_days(room.planning_desk, token="plan", lease=_LEASE, now=room.clock.now())


def read_teasers(room: Newsroom) -> int:
    """Read the pages of articles whose feed gave a teaser, once each; returns how many moved on."""
    taken = room.store.work.take(Stage.PAGE, limit=1000, token="page", lease=_LEASE)

    async def pages() -> int:
        async with room.fetcher() as fetcher, PageProcess() as process:
            desk = PageDesk(store=room.store, fetcher=fetcher, process=process, clock=room.clock)
            return await read_pages(taken, desk, token="page")

    return asyncio.run(pages()) if taken else 0


def compose(room: Newsroom, as_of: datetime | None = None) -> list[Digest]:
    """Compose every open day that is ready; returns all digests there are, the newest day first."""
    press = room.press(room.as_of)
    compose_days(replace(press, now=as_of) if as_of else press, token="compose", lease=_LEASE)
    found = [room.store.digests.digest("daily", day) for day in room.store.digests.days("daily")]
    return [digest for digest in found if digest is not None]
