"""
``tilshi.canary.QUEUE``: prove that a queue's workers work, also while there is nothing to do.

A process that exists, answers pings and holds a connection may still do nothing; stuck workers look
just like that. So a canary goes the way of real work: through the broker, into a pool process,
through the model where the queue has one, and leaves its mark in the store. ``tilshi health`` looks
at the mark.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.languages import KAZAKH
from aggregator.models import Segment
from workers.app import QUEUES
from workers.tasks.step import StepResult, TaskStep, run_step

if TYPE_CHECKING:
    from collections.abc import Callable

    from celery import Celery

    from workers.services import Services
    from workers.tasks.step import Turn

__all__ = ["register"]

_WORD = "Астана"


def register(app: Celery, services: Services) -> None:
    """Add a canary for each queue."""

    def embed() -> None:
        services.embedder.embed([_WORD])

    def translate() -> None:
        services.translator.translate([Segment(text=_WORD, language=KAZAKH)])

    def ask_store() -> None:
        services.store.check()

    errands: dict[str, Callable[[], None]] = {"text": embed, "translate": translate}
    for queue in QUEUES:
        _add_canary(app, services, queue, errands.get(queue, ask_store))


def _add_canary(
    app: Celery,
    services: Services,
    queue: str,
    errand: Callable[[], None],
) -> None:
    step = TaskStep(task=f"canary.{queue}", proof="canary")

    def run_errand(_turn: Turn) -> StepResult:
        errand()
        return StepResult(1)

    @app.task(name=f"tilshi.{step.task}", shared=False)
    def canary() -> None:
        """Twice is harmless: it only leaves a mark."""
        run_step(services, step, run_errand)
