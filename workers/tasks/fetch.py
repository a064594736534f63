"""``tilshi.fetch``: poll due sources, all of a batch at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from aggregator.models import Stage
from aggregator.pipeline.fetch import fetch_sources, give_up_source
from workers.fetchers import open_fetcher
from workers.steps import make_fetch_step
from workers.tasks.step import StepResult, TaskStep, run_step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from celery import Celery

    from aggregator.models import SourceReport
    from aggregator.store.queues import Taken
    from workers.services import Services
    from workers.tasks.step import Turn

__all__ = ["register"]

# Much longer than a batch takes, and no longer than a worker that ends may take to stop, or another
# queue of its to wait.
_STAYS = timedelta(seconds=5)


def register(app: Celery, services: Services) -> None:
    """Add the task to the application."""
    step = TaskStep(
        task="fetch",
        stage=Stage.FETCH,
        batch=services.settings.fetch.concurrency,
        stays=_STAYS,
        proof="polled {moved} sources",
        follows=(Stage.PAGE, Stage.TEXT),
    )

    @app.task(name="tilshi.fetch", shared=False)
    def fetch(run_id: str, as_of: str | None = None) -> int:
        """
        Poll due sources; returns how many.

        Twice is harmless: a source has one lease, and items are stored under their own names.
        """

        def poll(turn: Turn) -> StepResult | None:
            known = [item for item in turn.taken if item.id in services.sources]
            if not known:
                return None
            reports = asyncio.run(_poll_batch(services, known, run_id, as_of, turn.token))
            return StepResult(len(reports), tried=len(known))

        return run_step(
            services,
            step,
            poll,
            run_id=run_id,
            as_of=as_of,
        )


async def _poll_batch(
    services: Services,
    taken: Sequence[Taken],
    run_id: str,
    as_of: str | None,
    token: str,
) -> list[SourceReport]:
    async with open_fetcher(services) as fetcher:
        step = make_fetch_step(services, fetcher, run_id=run_id, as_of=as_of)
        reports = []
        polled = []
        for item in taken:
            source = services.sources[item.id]
            if item.is_spent(services.settings.schedule.attempts):
                reports.append(give_up_source(source, step, token, lost=item.lost))
            else:
                polled.append(source)
        return reports + await fetch_sources(polled, step, token)
