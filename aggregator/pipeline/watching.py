"""
WATCH: how things stand, judged; operators told by the channels that want alerts.

    take_snapshot -> alerts.judge -> store.notices -> channel.send

One watcher at a time (lock ``watch``). A notice that could not be sent is tried again each minute for a week.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from aggregator.alerts import Verdict, judge
from aggregator.errors import InDoubtError, NotSentError, RefusedError
from aggregator.operations.snapshot import SnapshotScope, take_snapshot
from aggregator.store.deliveries import PartState
from aggregator.store.notices import LOCK

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from aggregator.alerts import Bounds
    from aggregator.delivery.channel import Part, Teller
    from aggregator.models import Alert, Edition, Source
    from aggregator.store.notices import Notice
    from aggregator.store.redis import Store

__all__ = ["WatchDesk", "is_judging_overdue", "tell", "watch"]

log = logging.getLogger(__name__)

_LEASE = timedelta(minutes=3)
_JUDGED = "watch"
_OVERDUE = timedelta(minutes=3)
_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchDesk:
    """
    What watching works with.

    Attributes:
        store: See there.
        sources: Those of the catalogue.
        editions: All of them.
        zone: IANA name of the zone whose days are told.
        bounds: From when on something is wrong.
        tellers: Channels that want alerts; whoever only judges needs none.
        wanted: There are channels that want alerts, so notices are kept for them.
    """

    store: Store
    sources: Sequence[Source]
    editions: Sequence[Edition]
    zone: str
    bounds: Bounds
    tellers: Sequence[Teller] = ()
    wanted: bool = False


def watch(desk: WatchDesk, *, token: str, now: datetime) -> Verdict:
    """
    Judge how things stand, and keep what changed with the notices about it.

    Returns:
        What was raised and what is over; nothing if another watcher is at it.
    """
    work = desk.store.work
    if not work.lock(LOCK, token=token, lease=_LEASE):
        return Verdict((), ())
    try:
        verdict = judge(take_snapshot(_scope_of(desk), now), desk.bounds)
        texts = _write_notices(verdict, now) if desk.wanted else []
        desk.store.notices.change(verdict.raised, verdict.over, texts)
        work.prove_alive(_JUDGED, "judged")
    finally:
        work.unlock(LOCK, token=token)
    for alert in verdict.raised:
        desk.store.pulse.count(f"alert:{alert.kind}")
        log.warning("alert raised", extra={"alert": alert.name, "text": alert.text})
    for alert in verdict.over:
        log.info("alert over", extra={"alert": alert.name})
    return verdict


def _scope_of(desk: WatchDesk) -> SnapshotScope:
    return SnapshotScope(
        store=desk.store, sources=desk.sources, editions=desk.editions, zone=desk.zone, runs=0
    )


def _write_notices(verdict: Verdict, now: datetime) -> list[str]:
    raised = [f"Alert: {alert.text}" for alert in verdict.raised]
    over = [f"Over: {_describe_over(alert, now)}" for alert in verdict.over]
    return [*raised, *over]


def _describe_over(alert: Alert, now: datetime) -> str:
    minutes = int((now - alert.raised).total_seconds() // 60)
    return f"{alert.kind} {alert.subject}".rstrip() + f", raised {minutes} min ago ({alert.text})"


def is_judging_overdue(store: Store, now: datetime) -> bool:
    """Say whether nobody has judged for minutes, though somebody should each minute."""
    last = store.work.last_alive(_JUDGED)
    return last is None or now - last[0] > _OVERDUE


def tell(desk: WatchDesk, *, token: str, now: datetime) -> int:
    """Send what notices are due; returns how many were told, recipient by recipient."""
    work, notices = desk.store.work, desk.store.notices
    if not desk.tellers or not work.lock(LOCK, token=token, lease=_LEASE):
        return 0
    told = 0
    try:
        for notice in notices.due():
            parts = [
                (teller, part) for teller in desk.tellers for part in teller.notices(notice.id, notice.text, notice.at)
            ]
            states = [_tell_one(desk, notice, teller, part, token=token, now=now) for teller, part in parts]
            told += states.count(PartState.SENT)
            if None not in states:
                notices.done(notice.id)
    finally:
        work.unlock(LOCK, token=token)
    return told


def _tell_one(
    desk: WatchDesk, notice: Notice, teller: Teller, part: Part, *, token: str, now: datetime
) -> PartState | None:
    """Send a notice to one recipient; returns what is known then, None if it is to be tried again."""
    notices, name = desk.store.notices, f"{teller.id}/{part.key}"
    known = notice.told.get(name)
    if known is PartState.BEGUN:
        # We hold the lock, so whoever began it died or froze while at it.
        notices.note(notice.id, name, PartState.DOUBT, "its sender ended before the answer came")
    if known is not None:
        return PartState.SKIPPED
    if notices.begin(notice.id, name, token=token, lease=_LEASE) != 1:
        return None
    try:
        teller.send(part)
    except NotSentError as error:
        log.warning("notice not sent", extra={"channel": teller.id, "error": str(error)})
        notices.forget(notice.id, name, again=now + _AGAIN)
        return None
    except (InDoubtError, RefusedError) as error:
        log.warning("notice may not have been told", extra={"channel": teller.id, "error": str(error)})
        state = PartState.DOUBT if isinstance(error, InDoubtError) else PartState.SKIPPED
        notices.note(notice.id, name, state, str(error))
        return state
    notices.note(notice.id, name, PartState.SENT)
    return PartState.SENT
