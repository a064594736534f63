"""``tilshi.deliver``: send closed digests to their channels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.pipeline.delivering import deliver_due
from aggregator.store.deliveries import DeliveryState
from workers.leases import new_token

if TYPE_CHECKING:
    from celery import Celery

    from workers.wiring import Newsroom

__all__ = ["register"]


def register(app: Celery, room: Newsroom) -> None:
    """Add the task to the application."""

    @app.task(name="tilshi.deliver")
    def deliver(as_of: str | None = None) -> int:
        """
        Send what is due; returns how many deliveries were finished.

        Twice is harmless: the ledger knows each part, and one sender at a time has a delivery.
        """
        room.hints.arrived("deliver")
        now = room.clock.now()
        tried = deliver_due(room.delivery_desk, token=new_token(), now=room.now(as_of), real_now=now)
        done = sum(found.state is DeliveryState.DONE for found in tried)
        if tried:
            room.store.pulse.worked("deliver", done, (room.clock.now() - now).total_seconds())
            kinds = {plan.id: plan.kind for plan in room.channels}
            for found in tried:
                room.store.pulse.count(f"delivery:{kinds[found.id.channel]}:{found.state}")
            room.store.work.prove_alive("deliver", f"delivered {done} of {len(tried)}")
        return done
