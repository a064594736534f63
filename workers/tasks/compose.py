"""``tilshi.group`` and ``tilshi.compose``: place articles in stories, put digests together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.pipeline.composing import compose_days
from aggregator.pipeline.planning import plan_days
from workers.leases import new_token

if TYPE_CHECKING:
    from celery import Celery

    from workers.wiring import Newsroom

__all__ = ["register"]


def register(app: Celery, room: Newsroom) -> None:
    """Add the tasks to the application."""

    @app.task(name="tilshi.group")
    def group() -> int:
        """
        Plan the days that have new articles; returns how many articles moved on.

        Twice is harmless: a plan depends on the articles alone, and one planner works at a time.
        """
        room.hints.arrived("group")
        began = room.clock.now()
        moved = plan_days(room.planning_desk, token=new_token(), lease=room.lock_time, now=began)
        if moved:
            room.store.pulse.worked("group", moved, (room.clock.now() - began).total_seconds())
            room.store.work.prove_alive("compose", f"planned {moved} articles")
            room.hints.send("translate")
        return moved

    @app.task(name="tilshi.compose")
    def compose(as_of: str | None = None) -> int:
        """
        Compose the days that are ready and changed; returns how many digests were put in place.

        Twice is harmless: a digest depends on its articles alone, and a closed one never changes.
        """
        room.hints.arrived("compose")
        began = room.clock.now()
        digests = compose_days(room.press(as_of), token=new_token(), lease=room.lock_time)
        if digests:
            room.store.pulse.worked("compose", len(digests), (room.clock.now() - began).total_seconds())
            room.store.work.prove_alive("compose", f"composed {len(digests)} digests")
        return len(digests)
