"""``tilshi.watch`` and ``tilshi.notify``: judge how things stand, tell operators what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.pipeline.watching import tell
from aggregator.pipeline.watching import watch as judge
from workers.leases import new_token

if TYPE_CHECKING:
    from celery import Celery

    from workers.wiring import Newsroom

__all__ = ["register"]


def register(app: Celery, room: Newsroom) -> None:
    """Add the tasks to the application."""

    @app.task(name="tilshi.watch")
    def watch() -> int:
        """
        Judge how things stand; returns how many alerts changed.

        Twice is harmless: an alert that is raised already is not raised again.
        """
        room.hints.arrived("watch")
        verdict = judge(room.watch_desk(telling=False), token=new_token(), now=room.clock.now())
        return len(verdict.raised) + len(verdict.over)

    @app.task(name="tilshi.notify")
    def notify() -> int:
        """
        Tell operators; returns how many notices were told.

        Twice is harmless: each is noted before it is sent.
        """
        room.hints.arrived("notify")
        told = tell(room.watch_desk(telling=True), token=new_token(), now=room.clock.now())
        if told:
            room.store.pulse.count("notices:told", told)
            room.store.work.prove_alive("deliver", f"told {told} notices")
        return told
