"""``tilshi.deliver``: send closed digests to their channels."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aggregator.pipeline.deliver import deliver_due
from aggregator.store.outbox import DeliveryState
from workers.tasks.step import StepResult, TaskStep, run_step

if TYPE_CHECKING:
    from celery import Celery

    from workers.services import Services
    from workers.tasks.step import Turn

__all__ = ["register"]

_STEP = TaskStep(
    task="deliver",
    counted=True,
    proof="delivered {moved} of {tried}",
)


def register(app: Celery, services: Services) -> None:
    """Add the task to the application."""

    @app.task(name="tilshi.deliver", shared=False)
    def deliver(as_of: str | None = None) -> int:
        """
        Send what is due; returns how many deliveries were finished.

        Leaves off between two parts when its turn is over; the next tick goes on.

        Twice is harmless: the ledger knows each part, and one sender at a time has a delivery.
        """
        return run_step(services, _STEP, lambda turn: _send_due(services, turn, as_of))


def _send_due(services: Services, turn: Turn, as_of: str | None) -> StepResult | None:
    step = replace(services.deliver_step, is_over=turn.is_over)
    now = services.now(as_of)
    tried = deliver_due(
        step,
        token=turn.token,
        now=now,
        real_now=turn.began,
    )
    if not tried:
        return None
    kinds = {plan.id: plan.kind for plan in services.channels}
    for delivery in tried:
        services.store.counters.count(f"delivery:{kinds[delivery.id.channel]}:{delivery.state}")
    done = sum(delivery.state is DeliveryState.DONE for delivery in tried)
    return StepResult(done, tried=len(tried))
