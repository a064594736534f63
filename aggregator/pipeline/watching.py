"""
WATCH: how things stand, judged; operators told by the channels that want alerts.

    store -> alerts.judge -> store.notices -> channel.send

One watcher at a time (lock ``watch``). A notice that could not be sent is tried again each minute for a week.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from aggregator.alerts import Alert, Bounds, DigestFact, Facts, SourceFact, Verdict, judge
from aggregator.digest.days import closing_time, local_day
from aggregator.errors import InDoubtError, NotSentError, RefusedError
from aggregator.models import Stage
from aggregator.store.deliveries import DeliveryState, PartState
from aggregator.store.notices import LOCK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aggregator.delivery.channel import Part, Teller
    from aggregator.models import Edition, Source
    from aggregator.store.notices import Notice
    from aggregator.store.redis import Store

__all__ = ["HISTORY_DAYS", "WatchDesk", "facts_of", "history", "overdue", "tell", "watch"]

log = logging.getLogger(__name__)

HISTORY_DAYS = 14
"""Whole days by which a source's habit is told."""

_LEASE = timedelta(minutes=3)
_JUDGED = "watch"
_OVERDUE = timedelta(minutes=3)
_AGAIN = timedelta(minutes=1)
_DIGEST_DAYS = 3
_ARTICLE_STAGES = (Stage.FETCH, Stage.PAGE, Stage.TEXT, Stage.GROUP, Stage.TRANSLATE)


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


def history(flow: Mapping[date, Mapping[str, int]], source_id: str) -> list[int]:
    """Return a source's articles on each day of a flow, in its order."""
    return [of_day.get(source_id, 0) for of_day in flow.values()]


def facts_of(desk: WatchDesk, now: datetime) -> Facts:
    """Look how things stand at a moment, in real time."""
    store = desk.store
    today = local_day(now, desk.zone)
    days = [today - timedelta(days=ago) for ago in reversed(range(1, HISTORY_DAYS + 1))]
    flow, heard = store.pulse.flow(days), store.pulse.heard()
    paused = store.work.paused_sources()
    polled = [source for source in desk.sources if not source.paused and source.id not in paused]
    states = store.work.source_states([source.id for source in polled])
    waiting, rounds, memory = store.work.waiting(), store.pulse.rounds(), store.pulse.memory()
    dead = sum(found.state is DeliveryState.DEAD for found in store.deliveries.recent())
    return Facts(
        now=now,
        sources=[
            SourceFact(
                id=source.id,
                by_day=history(flow, source.id),
                heard=heard.get(source.id),
                succeeded=states[source.id].succeeded,
                failures=states[source.id].failures,
                outcome=str(states[source.id].outcome or ""),
            )
            for source in polled
        ],
        # A source that was never polled waits since 1970.
        oldest={
            stage.value: waiting[stage].oldest
            for stage in _ARTICLE_STAGES
            if (oldest := waiting[stage].oldest) and oldest.timestamp() > 0
        },
        digests=_digests(desk),
        came_back=rounds.came_back,
        rounds_since=rounds.since,
        letters=store.letters.count() + dead,
        memory=memory.used / memory.most if memory.most else None,
    )


def _digests(desk: WatchDesk) -> list[DigestFact]:
    """Return the days of which there are articles that should be closed by now."""
    open_days = desk.store.articles.open_days()
    return [
        DigestFact(edition=edition.id, day=day, closes=closing_time(day, edition), closed=False)
        for edition in desk.editions
        for day in open_days[:_DIGEST_DAYS]
    ]


def watch(desk: WatchDesk, *, token: str, now: datetime) -> Verdict:
    """
    Judge how things stand, and keep what changed with the notices about it.

    Returns:
        What was raised and what is over; nothing if another watcher is at it.
    """
    work, notices = desk.store.work, desk.store.notices
    if not work.lock(LOCK, token=token, lease=_LEASE):
        return Verdict((), ())
    try:
        verdict = judge(facts_of(desk, now), notices.raised(), desk.bounds)
        texts = [f"Alert: {alert.text}" for alert in verdict.raised]
        texts += [f"Over: {_over(alert, now)}" for alert in verdict.over]
        notices.change(verdict.raised, verdict.over, texts if desk.wanted else ())
        work.prove_alive(_JUDGED, "judged")
    finally:
        work.unlock(LOCK, token=token)
    for alert in verdict.raised:
        desk.store.pulse.count(f"alert:{alert.kind}")
        log.warning("alert raised", extra={"alert": alert.name, "text": alert.text})
    for alert in verdict.over:
        log.info("alert over", extra={"alert": alert.name})
    return verdict


def overdue(store: Store, now: datetime) -> bool:
    """Say whether nobody has judged for minutes, though somebody should each minute."""
    last = store.work.last_alive(_JUDGED)
    return last is None or now - last[0] > _OVERDUE


def _over(alert: Alert, now: datetime) -> str:
    minutes = int((now - alert.raised).total_seconds() // 60)
    return f"{alert.kind} {alert.subject}".rstrip() + f", raised {minutes} min ago ({alert.text})"


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
