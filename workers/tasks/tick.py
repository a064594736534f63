"""``tilshi.tick``: hand out what is due, hand out again what was lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workers.tasks.step import StepResult, TaskStep, run_step
from workers.tick import run_tick

if TYPE_CHECKING:
    from celery import Celery

    from workers.services import Services
    from workers.tasks.step import Turn

__all__ = ["register"]

# It proves that beat is alive, not that a queue's workers are.
_STEP = TaskStep(task="tick")


def register(app: Celery, services: Services) -> None:
    """Add the task to the application."""

    def hand_out(_turn: Turn) -> StepResult:
        return StepResult(len(run_tick(services)))

    @app.task(name="tilshi.tick", shared=False)
    def tick() -> int:
        """
        Do what beat asks for; returns how many messages were sent.

        Twice is harmless, and so are two beats: a slot of time has one winner.
        """
        return run_step(services, _STEP, hand_out)
