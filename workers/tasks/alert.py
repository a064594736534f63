"""
``tilshi.watch`` and ``tilshi.notify``: judge how things stand, tell operators what is wrong.

Both are asked for by the tick, which is composers' work. So that their death is told too, ``tilshi.lookout`` does the
same by those who deliver: beat asks for it itself, and it judges only when nobody has for minutes.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from aggregator.pipeline.watching import is_judging_overdue, tell
from aggregator.pipeline.watching import watch as judge_standing
from workers.tasks.step import StepResult, TaskStep, run_step

if TYPE_CHECKING:
    from celery import Celery

    from workers.tasks.step import Turn
    from workers.wiring import Newsroom

__all__ = ["register"]

log = logging.getLogger(__name__)

_TOLD = "told {moved} notices"
_WATCH = TaskStep(task="watch")
_NOTIFY = TaskStep(task="notify", proof=_TOLD)
_LOOKOUT = TaskStep(task="lookout", proof=_TOLD)


def register(app: Celery, room: Newsroom) -> None:
    """Add the tasks to the application."""

    @app.task(name="tilshi.watch", shared=False)
    def watch() -> int:
        """
        Judge how things stand; returns how many alerts changed.

        Twice is harmless: an alert that is raised already is not raised again.
        """
        return run_step(room, _WATCH, lambda turn: _judge(room, turn))

    @app.task(name="tilshi.notify", shared=False)
    def notify() -> int:
        """
        Tell operators; returns how many notices were told.

        Twice is harmless: each is noted before it is sent.
        """
        return run_step(room, _NOTIFY, lambda turn: _tell_operators(room, turn))

    @app.task(name="tilshi.lookout", shared=False)
    def lookout() -> int:
        """
        Judge and tell in the place of composers, unless they do; returns how many notices were told.

        Twice is harmless: as above.
        """
        return run_step(room, _LOOKOUT, lambda turn: _stand_in(room, turn))


def _judge(room: Newsroom, turn: Turn) -> StepResult:
    verdict = judge_standing(room.watch_desk(telling=False), token=turn.token, now=turn.began)
    return StepResult(len(verdict.raised) + len(verdict.over))


def _tell_operators(room: Newsroom, turn: Turn) -> StepResult | None:
    told = tell(room.watch_desk(telling=True), token=turn.token, now=room.clock.now())
    if not told:
        return None
    room.store.pulse.count("notices:told", told)
    return StepResult(told)


def _stand_in(room: Newsroom, turn: Turn) -> StepResult | None:
    if not is_judging_overdue(room.store, turn.began):
        return None
    log.warning("nobody judges how things stand; judging from here")
    _judge(room, turn)
    return _tell_operators(room, turn)
