"""``tilshi.translate``: put headline and lead of a batch of articles into English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.models import Stage
from aggregator.pipeline.translate import translate_articles
from workers.steps import make_translate_step
from workers.tasks.step import StepResult, TaskStep, run_step

if TYPE_CHECKING:
    from celery import Celery

    from workers.services import Services
    from workers.tasks.step import Turn

__all__ = ["register"]


def register(app: Celery, services: Services) -> None:
    """Add the task to the application."""
    step = TaskStep(
        task="translate",
        stage=Stage.TRANSLATE,
        batch=services.settings.translate.batch,
        counted=True,
        proof="{moved} articles",
        # Stories whose headline has no English that can be shown: another article may lead them.
        follows=(Stage.GROUP,),
    )

    def put_into_english(turn: Turn) -> StepResult:
        moved = translate_articles(
            turn.taken,
            make_translate_step(services),
            token=turn.token,
            now=services.clock.now(),
        )
        return StepResult(moved)

    @app.task(name="tilshi.translate", shared=False)
    def translate() -> int:
        """
        Translate a batch of articles; returns how many moved on.

        Twice is harmless: an article has one lease, and only its holder can move it on.
        """
        return run_step(services, step, put_into_english)
