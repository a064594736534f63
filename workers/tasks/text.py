"""``tilshi.text``: clean a batch of articles, detect their language, fingerprint and embed them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.models import Stage
from aggregator.pipeline.text import text_articles
from workers.steps import make_text_step
from workers.tasks.step import StepResult, TaskStep, run_step

if TYPE_CHECKING:
    from celery import Celery

    from workers.services import Services
    from workers.tasks.step import Turn

__all__ = ["register"]


def register(app: Celery, services: Services) -> None:
    """Add the task to the application."""
    step = TaskStep(
        task="text",
        stage=Stage.TEXT,
        batch=services.settings.text.batch,
        counted=True,
        proof="{moved} articles",
        follows=(Stage.GROUP,),
        # Planning looks at whole days: once, when the stage is empty, is enough and cheaper.
        when_empty=True,
    )

    def read(turn: Turn) -> StepResult:
        moved = text_articles(
            turn.taken,
            make_text_step(services),
            token=turn.token,
            now=services.clock.now(),
        )
        return StepResult(moved)

    @app.task(name="tilshi.text", shared=False)
    def text() -> int:
        """
        Read a batch of articles; returns how many moved on.

        Twice is harmless: an article has one lease, and only its holder can move it on.
        """
        return run_step(services, step, read)
