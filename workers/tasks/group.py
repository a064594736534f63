"""``tilshi.group``: place articles in stories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.models import Stage
from aggregator.pipeline.planning import plan_days
from workers.tasks.step import StepResult, TaskStep, run_step

if TYPE_CHECKING:
    from celery import Celery

    from workers.tasks.step import Turn
    from workers.wiring import Newsroom

__all__ = ["register"]

_STEP = TaskStep(
    task="group",
    counted=True,
    proof="planned {moved} articles",
    follows=(Stage.TRANSLATE,),
)


def register(app: Celery, room: Newsroom) -> None:
    """Add the task to the application."""

    def plan(turn: Turn) -> StepResult | None:
        desk = room.planning_desk
        lease = room.lock_time
        moved = plan_days(desk, token=turn.token, lease=lease, now=turn.began)
        return StepResult(moved) if moved else None

    @app.task(name="tilshi.group", shared=False)
    def group() -> int:
        """
        Plan the days that have new articles; returns how many articles moved on.

        Twice is harmless: a plan depends on the articles alone, and one planner works at a time.
        """
        return run_step(room, _STEP, plan)
