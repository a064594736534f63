"""
``tilshi.watch`` and ``tilshi.notify``: judge how things stand, tell operators what is wrong.

Both are asked for by the tick, which is composers' work. So that their death is told too, ``tilshi.lookout`` does the
same by those who deliver: beat asks for it itself, and it judges only when nobody has for minutes.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from aggregator.pipeline.watching import overdue, tell
from aggregator.pipeline.watching import watch as judge
from workers.leases import new_token

if TYPE_CHECKING:
    from celery import Celery

    from workers.wiring import Newsroom

__all__ = ["register"]

log = logging.getLogger(__name__)


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
        return _tell(room)

    @app.task(name="tilshi.lookout")
    def lookout() -> int:
        """
        Judge and tell in the place of composers; returns how many notices were told, none while composers judge.

        Twice is harmless: as above.
        """
        now = room.clock.now()
        if not overdue(room.store, now):
            return 0
        log.warning("nobody judges how things stand; judging from here")
        judge(room.watch_desk(telling=False), token=new_token(), now=now)
        return _tell(room)


def _tell(room: Newsroom) -> int:
    told = tell(room.watch_desk(telling=True), token=new_token(), now=room.clock.now())
    if told:
        room.store.pulse.count("notices:told", told)
        room.store.work.prove_alive("deliver", f"told {told} notices")
    return told
