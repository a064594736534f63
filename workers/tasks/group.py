"""``tilshi.group``: place articles in stories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.models import Stage
from aggregator.pipeline.group import group_days
from workers.tasks.step import StepResult, TaskStep, run_step

if TYPE_CHECKING:
    from celery import Celery

    from workers.services import Services
    from workers.tasks.step import Turn

__all__ = ["register"]

_STEP = TaskStep(
    task="group",
    lock="plan",
    counted=True,
    proof="planned {moved} articles",
    follows=(Stage.TRANSLATE,),
)


def register(app: Celery, services: Services) -> None:
    """Add the task to the application."""

    def plan(turn: Turn) -> StepResult | None:
        step = services.group_step
        lease = services.lock_time
        moved = group_days(
            step,
            token=turn.token,
            lease=lease,
            now=turn.began,
        )
        return StepResult(moved) if moved else None

    @app.task(name="tilshi.group", shared=False)
    def group() -> int:
        """
        Plan the days that have new articles; returns how many articles moved on.

        Twice is harmless: a plan depends on the articles alone, and one planner works at a time.
        """
        return run_step(services, _STEP, plan)
