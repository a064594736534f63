"""
Store and broker away, judged without either: what was looked at, and what was known before. Pure.

An alert is raised once and told once, as all are; it is over when the store answers again, and
that is judged, and told, by way of the store (``pipeline.alert``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from aggregator.clock import to_millis
from aggregator.models import Alert, AlertKind
from aggregator.operations.known import Known, KnownNotice

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

__all__ = ["AWAY_KINDS", "Link", "Look", "clear_away", "make_away_alert", "note_looks"]


class Link(StrEnum):
    """What workers cannot do without."""

    STORE = "store"
    BROKER = "broker"


AWAY_KINDS = {Link.STORE: AlertKind.STORE_AWAY, Link.BROKER: AlertKind.BROKER_AWAY}
"""The alert about each that is away."""

_MEANING = {
    Link.STORE: "Nothing is polled, read or sent until it does; readers go on with copies",
    Link.BROKER: "Workers are not woken, so that nothing is polled, read or sent until it does",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """
    Whether store or broker answered when somebody looked.

    Attributes:
        address: Where, logins hidden.
        error: Why it did not answer; empty if it did.
        shared: It is both store and broker.
        refused: It answered, and did not do as asked: it is full, or its disk is.
    """

    link: Link
    address: str
    error: str = ""
    shared: bool = False
    refused: bool = False


def make_away_alert(look: Look, reached: datetime | None, now: datetime) -> Alert:
    """Return the alert about something that is away; ``reached`` is when it last answered."""
    name = "store, which is the broker too," if look.shared else str(look.link)
    what = "takes nothing" if look.refused else "does not answer"
    last = f"; it last answered {reached:%d %B %H:%M} UTC" if reached else ""
    return Alert(
        kind=AWAY_KINDS[look.link],
        subject="",
        text=(
            f"the {name} {what} since {now:%H:%M} UTC ({look.address}: {look.error})"
            f"{last}. {_MEANING[look.link]}"
        ),
        raised=now,
    )


def note_looks(
    known: Known,
    looks: Sequence[Look],
    now: datetime,
    *,
    wanted: bool,
) -> Known:
    """
    Return what is to be known after looking while the store is away.

    Args:
        known: What was known before.
        looks: One of each that was looked at.
        now: Real time.
        wanted: Somebody wants notices.
    """
    away = dict(known.away)
    reached = dict(known.reached)
    texts = []
    for look in looks:
        name = f"{AWAY_KINDS[look.link]}/"
        if not look.error:
            reached[look.link] = now
            alert = away.pop(name, None)
            if alert is not None:
                minutes = int((now - alert.raised).total_seconds() // 60)
                texts.append(f"Over: {alert.kind}, raised {minutes} min ago ({alert.text})")
        elif name not in away:
            away[name] = make_away_alert(look, _find_last_answer(known, look.link), now)
            texts.append(f"Alert: {away[name].text}")
    notices = dict(known.notices)
    for number, text in enumerate(texts if wanted else ()):
        notices[f"{to_millis(now)}-{number}"] = KnownNotice(text=text, due=now)
    return replace(known, away=away, reached=reached, notices=notices)


def _find_last_answer(known: Known, link: Link) -> datetime | None:
    answered = [known.reached.get(link)]
    if link is Link.STORE and known.store is not None:
        answered.append(known.store.at)
    return max((moment for moment in answered if moment is not None), default=None)


def clear_away(known: Known, looks: Sequence[Look], now: datetime) -> Known:
    """Return what is to be known when the store has taken over its alerts and their notices."""
    reached = dict(known.reached)
    for look in looks:
        if not look.error:
            reached[look.link] = now
    return replace(known, away={}, notices={}, reached=reached)
