"""
ALERT: the state of the product judged, operators notified by the channels that want alerts.

    take_snapshot -> alerts.judge_snapshot -> store.notices -> send_parcels

One worker at a time (lock ``watch``). A notice that could not be sent is tried again after a
minute, or when the service asks for more time; so for a week.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from aggregator.operations.alerts import AlertChange, judge_snapshot
from aggregator.operations.away import AWAY_KINDS, clear_away
from aggregator.operations.losses import remember_judging, remember_store
from aggregator.operations.snapshot import SnapshotScope, take_snapshot
from aggregator.pipeline.send import LEASE, Parcel, SendRules, is_never_over, send_parcels
from aggregator.polling.schedule import Backoff
from aggregator.store.notices import LOCK

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from aggregator.delivery.channel import AlertChannel
    from aggregator.models import Alert, Edition, Source
    from aggregator.operations.alerts import Bounds
    from aggregator.operations.away import Look
    from aggregator.operations.known import Known, KnownFile
    from aggregator.operations.snapshot import Snapshot
    from aggregator.store.notices import Notice
    from aggregator.store.redis import Store

__all__ = [
    "RULES",
    "AlertStep",
    "address_notice",
    "is_judging_overdue",
    "judge_alerts",
    "send_notices",
]

log = logging.getLogger(__name__)

_JUDGING = "watch"
_OVERDUE = timedelta(minutes=3)
_MINUTE = timedelta(minutes=1)
RULES = SendRules(
    backoff=Backoff(shortest=_MINUTE, longest=_MINUTE),
    attempts=None,
    in_order=False,
)
"""Of sending notices: a channel that was put off is tried again as long as the notice is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertStep:
    """
    What judging and notifying work with.

    Attributes:
        zone: IANA name of the zone whose days are counted.
        bounds: From when on something is wrong.
        channels: Those that want alerts; whoever only judges needs none.
        wanted: There are channels that want alerts, so notices are kept for them.
        known: What was known of the store before; None where nothing is kept.
        broker: Whether the broker answers; None for whoever was woken by it.
        is_over: Asked between two parts of notices: what is not sent by then waits for the next
            turn.
    """

    store: Store
    sources: Sequence[Source]
    editions: Sequence[Edition]
    zone: str
    bounds: Bounds
    channels: Sequence[AlertChannel] = ()
    wanted: bool = False
    known: KnownFile | None = None
    broker: Look | None = None
    is_over: Callable[[], bool] = is_never_over


def judge_alerts(step: AlertStep, *, token: str, now: datetime) -> AlertChange:
    """
    Judge how things stand, and keep what changed with the notices about it.

    Returns:
        What was raised and what is over; nothing if another worker is at it.
    """
    work = step.store.queues
    if not work.lock(LOCK, token=token, lease=LEASE):
        return AlertChange((), ())
    try:
        verdict = _judge(step, now)
        work.prove_alive(_JUDGING, "judged")
    finally:
        work.unlock(LOCK, token=token)
    for alert in verdict.raised:
        step.store.counters.count(f"alert:{alert.kind}")
        log.warning("alert raised", extra={"alert": alert.name, "text": alert.text})
    for alert in verdict.over:
        log.info("alert over", extra={"alert": alert.name})
    return verdict


def _judge(step: AlertStep, now: datetime) -> AlertChange:
    """Judge under the lock, and keep what came of it in the store and beside it."""
    snapshot = take_snapshot(_make_scope(step), now)
    snapshot, told = _take_over(snapshot)
    verdict = judge_snapshot(snapshot, step.bounds)
    texts = _write_notices(verdict, now) if step.wanted else []
    still = [alert for alert in told if alert not in verdict.over]
    step.store.notices.change_alerts([*still, *verdict.raised], verdict.over, texts)
    if any(alert.kind in AWAY_KINDS.values() for alert in verdict.over):
        step.store.mark.note_back(now)
    mark = snapshot.view.mark
    seen = step.store.mark.note_seen(now, mark)
    if step.known is not None:
        looks = [step.broker] if step.broker is not None else []

        def note(known: Known) -> Known:
            known = remember_store(known, snapshot.view, now)
            return clear_away(remember_judging(known, mark.id, seen), looks, now)

        step.known.change(note)
    return verdict


def _take_over(snapshot: Snapshot) -> tuple[Snapshot, list[Alert]]:
    """Return alerts that were told while the store was away as raised, and a list of them."""
    alerts = dict(snapshot.alerts)
    told = [alert for name, alert in snapshot.known.away.items() if name not in alerts]
    for alert in told:
        alerts[alert.name] = alert
    return replace(snapshot, alerts=alerts), told


def _make_scope(step: AlertStep) -> SnapshotScope:
    return SnapshotScope(
        store=step.store,
        sources=step.sources,
        editions=step.editions,
        zone=step.zone,
        articles_days=0,
        runs=0,
        known=step.known,
        look_at_broker=lambda: step.broker,
    )


def _write_notices(verdict: AlertChange, now: datetime) -> list[str]:
    raised = [f"Alert: {alert.text}" for alert in verdict.raised]
    over = [f"Over: {_describe_over(alert, now)}" for alert in verdict.over]
    return [*raised, *over]


def _describe_over(alert: Alert, now: datetime) -> str:
    minutes = int((now - alert.raised).total_seconds() // 60)
    name = f"{alert.kind} {alert.subject}".rstrip()
    return f"{name}, raised {minutes} min ago ({alert.text})"


def is_judging_overdue(store: Store, now: datetime) -> bool:
    """Say whether nobody has judged for minutes, though somebody should each minute."""
    last = store.queues.load_last_alive(_JUDGING)
    return last is None or now - last[0] > _OVERDUE


def send_notices(step: AlertStep, *, token: str, now: datetime) -> int:
    """
    Send what notices are due until the turn is over.

    Returns:
        How many were sent, recipient by recipient.
    """
    work = step.store.queues
    outbox = step.store.notices
    if not step.channels or not work.lock(LOCK, token=token, lease=LEASE):
        return 0
    rules = replace(RULES, is_over=step.is_over)
    sent = 0
    try:
        for notice in outbox.list_due():
            if step.is_over():
                break
            parcels = address_notice(notice, step.channels)
            sent += send_parcels(
                outbox,
                notice.id,
                parcels,
                rules,
                token=token,
                now=now,
            )
    finally:
        work.unlock(LOCK, token=token)
    return sent


def address_notice(notice: Notice, channels: Sequence[AlertChannel]) -> list[Parcel]:
    """Return a notice as it goes to each recipient of each channel."""
    parcels = []
    for channel in channels:
        for part in channel.prepare_notice(notice.id, notice.text, notice.at):
            key = f"{channel.id}/{part.key}"
            parcels.append(Parcel(key=key, channel=channel, part=part))
    return parcels
