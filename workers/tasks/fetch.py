"""``tilshi.fetch`` and ``tilshi.page``: poll due sources, read pages of articles; all of a batch at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from aggregator.fulltext.process import PageProcess
from aggregator.models import Stage
from aggregator.pipeline.paging import PageDesk, read_pages
from aggregator.pipeline.polling import poll_all
from workers.leases import kept, new_token
from workers.tasks.batch import work_batch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from celery import Celery

    from aggregator.models import Source, SourceReport
    from aggregator.store.work import Taken
    from workers.wiring import Newsroom

__all__ = ["register"]


def register(app: Celery, room: Newsroom) -> None:
    """Add the task to the application."""

    @app.task(name="tilshi.fetch")
    def fetch(run_id: str, as_of: str | None = None) -> int:
        """
        Poll due sources; returns how many.

        Twice is harmless: a source has one lease, and items are stored under their own names.
        """
        store, settings = room.store, room.settings
        room.hints.arrived("fetch")
        token, lease = new_token(), timedelta(seconds=settings.schedule.lease_s)
        taken = store.work.take(Stage.FETCH, limit=settings.fetch.concurrency, token=token, lease=lease)
        sources = [room.sources[item.id] for item in taken if item.id in room.sources]
        if not sources:
            return 0
        if store.work.waiting()[Stage.FETCH].ready:
            room.hints.send("fetch", run_id=run_id, as_of=as_of)
        ids = [source.id for source in sources]
        with kept(store.work, Stage.FETCH, ids, token=token, lease=lease):
            reports = asyncio.run(_poll(room, run_id, as_of, token, sources))
        store.work.prove_alive("fetch", f"polled {len(reports)} sources")
        waiting = store.work.waiting()
        for stage in (Stage.PAGE, Stage.TEXT):
            if waiting[stage].ready:
                room.hints.send(stage.value)
        return len(reports)

    def read(taken: Sequence[Taken], token: str) -> int:
        return asyncio.run(_read(room, taken, token))

    @app.task(name="tilshi.page")
    def page() -> int:
        """
        Read the pages of a batch of articles; returns how many moved on.

        Twice is harmless: an article has one lease, and only its holder can move it on.
        """
        done = work_batch(room, Stage.PAGE, room.settings.fetch.concurrency, read)
        if done:
            room.hints.send("text")
        return done


async def _read(room: Newsroom, taken: Sequence[Taken], token: str) -> int:
    async with room.fetcher() as fetcher, PageProcess() as process:
        desk = PageDesk(store=room.store, fetcher=fetcher, process=process, clock=room.clock)
        return await read_pages(taken, desk, token=token)


async def _poll(
    room: Newsroom, run_id: str, as_of: str | None, token: str, sources: list[Source]
) -> list[SourceReport]:
    async with room.fetcher() as fetcher:
        desk = room.desk(fetcher, run_id=run_id, as_of=as_of)
        return await poll_all(sources, desk, token)
