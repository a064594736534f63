"""
``tilshi.watch`` and ``tilshi.notify``: judge how things stand, notify operators of what is wrong.

Both are asked for by the tick, which is composers' work. So that their death is noticed too,
``tilshi.lookout`` does the same by those who deliver: beat asks for it itself, and it judges only
when nobody has for minutes.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from aggregator.pipeline.alert import is_judging_overdue, judge_alerts, send_notices
from workers.outgoing import make_alert_step
from workers.tasks.step import StepResult, TaskStep, run_step

if TYPE_CHECKING:
    from celery import Celery

    from workers.services import Services
    from workers.tasks.step import Turn

__all__ = ["register"]

log = logging.getLogger(__name__)

_SENT = "told {moved} notices"
_WATCH = TaskStep(task="watch")
_NOTIFY = TaskStep(task="notify", proof=_SENT)
_LOOKOUT = TaskStep(task="lookout", proof=_SENT)


def register(app: Celery, services: Services) -> None:
    """Add the tasks to the application."""

    @app.task(name="tilshi.watch", shared=False)
    def watch() -> int:
        """
        Judge how things stand; returns how many alerts changed.

        Twice is harmless: an alert that is raised already is not raised again.
        """
        return run_step(services, _WATCH, lambda turn: _judge(services, turn))

    @app.task(name="tilshi.notify", shared=False)
    def notify() -> int:
        """
        Notify operators; returns how many notices were sent.

        Twice is harmless: each is noted before it is sent.
        """
        return run_step(services, _NOTIFY, lambda turn: _notify_operators(services, turn))

    @app.task(name="tilshi.lookout", shared=False)
    def lookout() -> int:
        """
        Judge and notify in the place of composers, unless they do.

        Returns how many notices were sent.

        Twice is harmless: as above.
        """
        return run_step(services, _LOOKOUT, lambda turn: _stand_in(services, turn))


def _judge(services: Services, turn: Turn) -> StepResult:
    step = make_alert_step(services, with_channels=False)
    verdict = judge_alerts(step, token=turn.token, now=turn.began)
    return StepResult(len(verdict.raised) + len(verdict.over))


def _notify_operators(services: Services, turn: Turn) -> StepResult | None:
    step = replace(make_alert_step(services, with_channels=True), is_over=turn.is_over)
    sent = send_notices(step, token=turn.token, now=services.clock.now())
    if not sent:
        return None
    services.store.counters.count("notices:told", sent)
    return StepResult(sent)


def _stand_in(services: Services, turn: Turn) -> StepResult | None:
    if not is_judging_overdue(services.store, turn.began):
        return None
    log.warning("nobody judges how things stand; judging from here")
    _judge(services, turn)
    return _notify_operators(services, turn)
