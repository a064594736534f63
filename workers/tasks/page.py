"""``tilshi.page``: read the pages of a batch of articles whose feed gave a teaser."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aggregator.fulltext.process import PageProcess
from aggregator.models import Stage
from aggregator.pipeline.page import PageStep, read_pages
from workers.fetchers import open_fetcher
from workers.tasks.step import StepResult, TaskStep, run_step

if TYPE_CHECKING:
    from celery import Celery

    from workers.services import Services
    from workers.tasks.step import Turn

__all__ = ["register"]


def register(app: Celery, services: Services) -> None:
    """Add the task to the application."""
    step = TaskStep(
        task="page",
        stage=Stage.PAGE,
        batch=services.settings.fetch.concurrency,
        counted=True,
        proof="{moved} articles",
        follows=(Stage.TEXT,),
    )

    @app.task(name="tilshi.page", shared=False)
    def page() -> int:
        """
        Read the pages of a batch of articles; returns how many moved on.

        Twice is harmless: an article has one lease, and only its holder can move it on.
        """
        return run_step(services, step, lambda turn: asyncio.run(_read_batch(services, turn)))


async def _read_batch(services: Services, turn: Turn) -> StepResult:
    async with open_fetcher(services) as fetcher, PageProcess() as process:
        step = PageStep(
            store=services.store,
            fetcher=fetcher,
            process=process,
            clock=services.clock,
            pictured=services.pictured,
        )
        return StepResult(await read_pages(turn.taken, step, token=turn.token))
