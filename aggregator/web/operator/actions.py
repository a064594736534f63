"""What can be done on the operator's page: a table of actions, each a form with one object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aggregator.operations.actions import (
    ActionResult,
    discard_dead_letter,
    fetch_now,
    pause_source,
    resume_source,
    retry_dead_letter,
    retry_delivery,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from aggregator.operations.snapshot import SnapshotScope

__all__ = ["ACTIONS", "Action", "describe_result", "report_result"]

_MOST_REASON = 300
_MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Action:
    """
    Something to do.

    Attributes:
        done: Says of its object what has been done, after its name.
        page: Where its forms are, below ``operator/``.
        field: Of the form, that names its object.
        act: Does it at a moment in real time.
    """

    done: str
    page: str
    field: str
    act: Callable[[SnapshotScope, Mapping[str, str], datetime], ActionResult]


def _fetch(scope: SnapshotScope, form: Mapping[str, str], _now: datetime) -> ActionResult:
    return fetch_now(scope.store, scope.sources, form["source"])


def _pause(scope: SnapshotScope, form: Mapping[str, str], _now: datetime) -> ActionResult:
    reason = form.get("reason", "")[:_MOST_REASON]
    return pause_source(scope.store, scope.sources, form["source"], reason)


def _resume(scope: SnapshotScope, form: Mapping[str, str], _now: datetime) -> ActionResult:
    return resume_source(scope.store, scope.sources, form["source"])


def _retry(scope: SnapshotScope, form: Mapping[str, str], now: datetime) -> ActionResult:
    return retry_dead_letter(scope.store, form["letter"], now)


def _discard(scope: SnapshotScope, form: Mapping[str, str], now: datetime) -> ActionResult:
    return discard_dead_letter(scope.store, form["letter"], now)


def _deliver(scope: SnapshotScope, form: Mapping[str, str], _now: datetime) -> ActionResult:
    return retry_delivery(scope.store, form["delivery"])


ACTIONS = {
    "fetch": Action("is due now", "sources", "source", _fetch),
    "pause": Action("is paused", "sources", "source", _pause),
    "resume": Action("is polled again", "sources", "source", _resume),
    "retry": Action("is tried again", "letters", "letter", _retry),
    "discard": Action("is forgotten", "letters", "letter", _discard),
    "deliver": Action("is taken up again", "deliveries", "delivery", _deliver),
}
"""By the last part of their address, ``operator/do/NAME``."""


def describe_result(action: Action, subject: str, result: ActionResult) -> str:
    """Return for people what came of an action on something."""
    shown = subject[:_MOST_SHOWN]
    if result is ActionResult.DONE:
        return f"{shown} {action.done}."
    return f"{shown}: {result.value}."


def report_result(name: str, subject: str, result: ActionResult) -> tuple[dict[str, object], int]:
    """Return for programs what came of an action: ``tilshi.did/1`` and the HTTP status."""
    done = result in (ActionResult.DONE, ActionResult.REPLACED)
    value: dict[str, object] = {
        "format": "tilshi.did/1",
        "action": name,
        "of": subject,
        "done": done,
        "result": result.value,
    }
    if done:
        return value, 200
    return value, 404 if result is ActionResult.UNKNOWN else 409
