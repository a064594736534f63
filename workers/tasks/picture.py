"""``tilshi.picture``: fetch some pictures of outlets that gave leave."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aggregator.models import Stage
from aggregator.pictures.process import PictureProcess
from aggregator.pipeline.picture import PictureStep, fetch_pictures, limit_fetch
from aggregator.pipeline.whole import is_free
from workers.fetchers import open_fetcher
from workers.leases import keep_leases
from workers.tasks.step import StepResult, TaskStep, run_step

if TYPE_CHECKING:
    from celery import Celery

    from aggregator.store.queues import Taken
    from workers.services import Services
    from workers.tasks.step import Turn

__all__ = ["register"]

# A turn is over within seconds: the articles of the next digest come through the same workers.
_BATCH = 4
# It takes its pictures itself: only when no digest waits for an article, so that a message that
# comes too early does nothing and sends none.
_STEP = TaskStep(
    task="picture",
    counted=True,
    proof="{moved} pictures",
    follows=(Stage.PICTURE,),
)


def register(app: Celery, services: Services) -> None:
    """Add the task to the application."""

    def fetch_some(turn: Turn) -> StepResult | None:
        queues = services.store.queues
        if not is_free(queues.load_waiting()):
            return None
        lease = services.lock_time
        taken = queues.take(Stage.PICTURE, limit=_BATCH, token=turn.token, lease=lease)
        if not taken:
            return None
        ids = [item.id for item in taken]
        with keep_leases(queues, Stage.PICTURE, ids, token=turn.token, lease=lease):
            done = asyncio.run(_fetch_batch(services, taken, turn.token))
        return StepResult(done)

    @app.task(name="tilshi.picture", shared=False)
    def picture() -> int:
        """
        Fetch some pictures; returns how many came to an end.

        Twice is harmless: a picture has one lease, and only its holder can keep it.
        """
        return run_step(services, _STEP, fetch_some)


async def _fetch_batch(services: Services, taken: list[Taken], token: str) -> int:
    limits = limit_fetch(services.settings.fetch.limits())
    async with open_fetcher(services, limits=limits) as fetcher, PictureProcess() as process:
        step = PictureStep(
            store=services.store,
            fetcher=fetcher,
            process=process,
            pictured=services.pictured,
            attempts=services.settings.schedule.attempts,
            clock=services.clock,
        )
        return await fetch_pictures(taken, step, token=token)
