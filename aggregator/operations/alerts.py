"""
When operators must be alerted. Pure: a snapshot in, what is newly raised and what is over out.

An alert is raised when a bound is passed and is over only when things are clearly well again (the
queue young, the source with new articles, the store emptier by a tenth), so that it does not come
and go. How long a source may be silent comes from its own history: one that brings forty articles a
day is missed after hours, one that brings one a week after weeks.

While the broker is away nothing else can move, so nothing else is raised that only says so; and
since it or the store came back, whoever waited has its whole time again. So the cause is told, and
not what followed from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from aggregator.digest.days import find_last_closing_time
from aggregator.models import Alert, AlertKind, Stage
from aggregator.operations.away import AWAY_KINDS, Link, make_away_alert
from aggregator.operations.losses import find_losses
from aggregator.operations.risks import FULL, Risk, find_risks
from aggregator.store.outbox import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, datetime

    from aggregator.models import Source
    from aggregator.operations.known import Loss
    from aggregator.operations.snapshot import Snapshot

__all__ = [
    "AlertChange",
    "Bounds",
    "DigestFact",
    "Facts",
    "SourceFact",
    "draw_facts",
    "find_allowed_silence",
    "judge_facts",
    "judge_snapshot",
    "list_current",
]

_LEAST_HISTORY = 3
"""Days with articles from which a source's habit can be judged."""

_WELL_AGAIN = 0.5
"""A queue is well again when its oldest is younger than this share of the bound."""

_MEMORY_SLACK = 0.1
_NEVER_WELL = 5
_DIGEST_DAYS = 3
_ARTICLE_STAGES = (Stage.FETCH, Stage.PAGE, Stage.TEXT, Stage.GROUP, Stage.TRANSLATE)
# What follows from a broker that is away, and is not over because nobody looks at it then.
_FOLLOWING = frozenset(
    {
        AlertKind.SOURCE_SILENT,
        AlertKind.SOURCE_FAILING,
        AlertKind.QUEUE_AGES,
        AlertKind.CANARY_LATE,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """
    From when on something is wrong.

    Attributes:
        silent_times: A source is silent when it brought nothing for so many of its usual gaps.
        silent_least: ... and for at least so long.
        failing: A source fails when no poll was good for so long.
        queue: The oldest that waits for a stage.
        digest: After the moment it should have closed.
        canary: Since the last whole probe.
        letters: So many dead letters and dead deliveries.
        memory: Share of the store's bound.
    """

    silent_times: float = 6.0
    silent_least: timedelta = timedelta(hours=12)
    failing: timedelta = timedelta(hours=24)
    queue: timedelta = timedelta(minutes=30)
    digest: timedelta = timedelta(minutes=120)
    canary: timedelta = timedelta(minutes=10)
    letters: int = 1
    memory: float = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFact:
    """
    A source that is polled.

    Attributes:
        by_day: New articles on each whole local day of the history, the oldest first.
        last_new_at: When it last brought something new; None if never.
        succeeded: Last good poll; None if never.
        failures: Polls in a row that failed.
        outcome: Of the last poll, in words.
    """

    id: str
    by_day: Sequence[int] = ()
    last_new_at: datetime | None = None
    succeeded: datetime | None = None
    failures: int = 0
    outcome: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestFact:
    """A digest that should be closed: its edition, day, and the moment from which it should."""

    edition: str
    day: date
    closes: datetime
    closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """
    What is judged of a snapshot.

    Attributes:
        sources: Those that are polled.
        oldest: Since when the oldest that is ready waits for each stage; None if nothing waits.
        digests: Of the last days.
        came_back: When the canary's last whole probe ended; None if never.
        probes_since: Since when probes are sent out without a pause; None if none ever was.
        dead_letters: Number of dead letters and dead deliveries.
        memory: Share of the store's bound in use; None if it has none.
        risks: Ways in which the store may lose something; that it is full if it is over its bound.
        losses: What it has lost.
        broker_away: The alert that the broker is away; None if it answers.
        resumed: When store or broker last came back; None if neither was ever away.
    """

    now: datetime
    sources: Sequence[SourceFact] = ()
    oldest: Mapping[str, datetime | None] = field(default_factory=dict)
    digests: Sequence[DigestFact] = ()
    came_back: datetime | None = None
    probes_since: datetime | None = None
    dead_letters: int = 0
    memory: float | None = None
    risks: Sequence[Risk] = ()
    losses: Sequence[Loss] = ()
    broker_away: Alert | None = None
    resumed: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlertChange:
    """What is newly raised, and what is over."""

    raised: tuple[Alert, ...]
    over: tuple[Alert, ...]


def draw_facts(snapshot: Snapshot) -> Facts:
    """Return what a snapshot says of everything that has a bound."""
    memory = snapshot.memory
    dead = sum(delivery.state is DeliveryState.DEAD for delivery in snapshot.deliveries)
    polled = [
        source
        for source in snapshot.sources
        if not source.paused and source.id not in snapshot.paused
    ]
    return Facts(
        now=snapshot.now,
        sources=[_draw_source(snapshot, source) for source in polled],
        oldest=dict(_list_oldest(snapshot)),
        digests=list(_list_open_digests(snapshot)),
        came_back=snapshot.probes.came_back,
        probes_since=snapshot.probes.since,
        dead_letters=len(snapshot.dead_letters) + dead,
        memory=memory.used / memory.most if memory.most else None,
        risks=find_risks(snapshot.view.server, 1.0),
        losses=find_losses(snapshot.known, snapshot.view, snapshot.now),
        broker_away=_draw_broker(snapshot),
        resumed=_find_return(snapshot),
    )


def _draw_broker(snapshot: Snapshot) -> Alert | None:
    look = snapshot.broker
    if look is None or not look.error:
        return None
    return make_away_alert(look, snapshot.known.reached.get(look.link), snapshot.now)


def _find_return(snapshot: Snapshot) -> datetime | None:
    """Return when store or broker came back: now, if an alert still says that it is away."""
    away = {f"{kind}/" for kind in AWAY_KINDS.values()}
    if _draw_broker(snapshot) is not None:
        away.discard(f"{AWAY_KINDS[Link.BROKER]}/")
    return snapshot.now if away & snapshot.alerts.keys() else snapshot.view.mark.back


def _draw_source(snapshot: Snapshot, source: Source) -> SourceFact:
    state = snapshot.states[source.id]
    # Today is no whole day yet.
    flow = [snapshot.flow[day] for day in snapshot.days[:-1]]
    return SourceFact(
        id=source.id,
        by_day=[of_day.get(source.id, 0) for of_day in flow],
        last_new_at=snapshot.last_new.get(source.id),
        succeeded=state.succeeded,
        failures=state.failures,
        outcome=str(state.outcome or ""),
    )


def _list_oldest(snapshot: Snapshot) -> Iterator[tuple[str, datetime]]:
    for stage in _ARTICLE_STAGES:
        oldest = snapshot.waiting[stage].oldest
        # A source that was never polled waits since 1970.
        if oldest is not None and oldest.timestamp() > 0:
            yield stage.value, oldest


def _list_open_digests(snapshot: Snapshot) -> Iterator[DigestFact]:
    """Give the digests of the first days that have articles and are not closed."""
    for edition in snapshot.editions:
        for day in snapshot.open_days[:_DIGEST_DAYS]:
            closes = find_last_closing_time(day, snapshot.editions)
            yield DigestFact(
                edition=edition.id,
                day=day,
                closes=closes,
                closed=False,
            )


def judge_snapshot(snapshot: Snapshot, bounds: Bounds) -> AlertChange:
    """Say what is newly raised and what is over since the alerts of a snapshot were raised."""
    return judge_facts(draw_facts(snapshot), snapshot.alerts, bounds)


def judge_facts(facts: Facts, raised: Mapping[str, Alert], bounds: Bounds) -> AlertChange:
    """Say what is newly raised and what is over; ``raised`` is what is raised already, by name."""
    alerts = {alert.name: alert for alert in _find_wrong(facts, bounds, frozenset(raised))}
    new = tuple(alert for name, alert in alerts.items() if name not in raised)
    over = [alert for name, alert in raised.items() if name not in alerts]
    if facts.broker_away is not None:
        over = [alert for alert in over if alert.kind not in _FOLLOWING]
    return AlertChange(new, tuple(over))


def list_current(snapshot: Snapshot) -> tuple[Alert, ...]:
    """
    Return what is wrong: all that is raised, and what need not wait to be judged.

    That is what the store may lose or has lost, and a broker that is away.
    """
    facts = draw_facts(snapshot)
    at_once = {alert.name: alert for alert in _find_wrong_at_once(facts)}
    return tuple((at_once | dict(snapshot.alerts)).values())


def _find_wrong(facts: Facts, bounds: Bounds, known: frozenset[str]) -> Iterator[Alert]:
    """
    Give everything that is wrong.

    What is known already is judged by what it takes to be over.
    """
    yield from _find_wrong_at_once(facts)
    if facts.broker_away is None:
        yield from _find_stuck(facts, bounds, known)
    for digest in facts.digests:
        yield from _judge_digest(facts.now, digest, bounds)
    yield from _judge_dead_letters(facts, bounds, known)
    yield from _judge_memory(facts, bounds, known)


def _find_wrong_at_once(facts: Facts) -> Iterator[Alert]:
    """Give what is wrong whatever was before, and whatever the bounds."""
    if facts.broker_away is not None:
        yield facts.broker_away
    for loss in facts.losses:
        yield Alert(
            kind=AlertKind.DATA_LOST,
            subject=loss.kind,
            text=loss.text,
            raised=loss.since,
        )
    for risk in facts.risks:
        if risk.certain:
            is_full = risk.name == FULL
            yield Alert(
                kind=AlertKind.STORE_FULL if is_full else AlertKind.STORE_UNSAFE,
                subject="" if is_full else risk.name,
                text=risk.text,
                raised=facts.now,
            )


def _find_stuck(facts: Facts, bounds: Bounds, known: frozenset[str]) -> Iterator[Alert]:
    """Give what does not move, or brings nothing."""
    for source in facts.sources:
        name = f"{AlertKind.SOURCE_SILENT}/{source.id}"
        resumed = None if name in known else facts.resumed
        yield from _judge_source(facts.now, source, bounds, resumed)
    yield from _judge_queues(facts, bounds, known)
    yield from _judge_canary(facts, bounds, known)


def _find_latest(*moments: datetime | None) -> datetime | None:
    return max((moment for moment in moments if moment is not None), default=None)


def find_allowed_silence(by_day: Sequence[int], bounds: Bounds) -> timedelta | None:
    """
    Return how long a source may be silent, by its own history; None if that is too short.

    Its usual gap is a day over the mean of articles a day, and a stretch of empty days as long as
    any of its history is usual too (weekends, holidays).
    """
    days_with_any = [number for number, count in enumerate(by_day) if count]
    if len(days_with_any) < _LEAST_HISTORY:
        return None
    known = by_day[days_with_any[0] :]
    gap = timedelta(days=len(known) / sum(known))
    empty = _measure_empty_stretch(known)
    usual = timedelta(days=empty + 1) if empty else timedelta()
    return max(bounds.silent_least, gap * bounds.silent_times, usual)


def _measure_empty_stretch(by_day: Sequence[int]) -> int:
    longest = stretch = 0
    for count in by_day:
        stretch = 0 if count else stretch + 1
        longest = max(longest, stretch)
    return longest


def _judge_source(
    now: datetime,
    source: SourceFact,
    bounds: Bounds,
    resumed: datetime | None,
) -> Iterator[Alert]:
    if _fails_too_long(now, source, bounds):
        yield _make_failing_alert(now, source)
        # Of course it brings nothing.
        return
    allowed = find_allowed_silence(source.by_day, bounds)
    if allowed is None or source.last_new_at is None:
        return
    silent = now - source.last_new_at
    if now - max(source.last_new_at, resumed or source.last_new_at) > allowed:
        usual = sum(source.by_day) / len(source.by_day)
        yield Alert(
            kind=AlertKind.SOURCE_SILENT,
            subject=source.id,
            text=(
                f"source {source.id} brought nothing new for {_describe_span(silent)}; "
                f"usually {usual:.1f} articles a day"
            ),
            raised=now,
        )


def _fails_too_long(now: datetime, source: SourceFact, bounds: Bounds) -> bool:
    if not source.failures:
        return False
    if source.succeeded is None:
        return source.failures >= _NEVER_WELL
    return now - source.succeeded > bounds.failing


def _make_failing_alert(now: datetime, source: SourceFact) -> Alert:
    well = "no poll of it was ever good"
    if source.succeeded is not None:
        well = f"its last good poll was {_describe_span(now - source.succeeded)} ago"
    times = f"{source.outcome}, {source.failures} times in a row"
    return Alert(
        kind=AlertKind.SOURCE_FAILING,
        subject=source.id,
        text=f"source {source.id} fails ({times}): {well}",
        raised=now,
    )


def _judge_queues(facts: Facts, bounds: Bounds, known: frozenset[str]) -> Iterator[Alert]:
    for stage, oldest in facts.oldest.items():
        raised = f"{AlertKind.QUEUE_AGES}/{stage}" in known
        bound = bounds.queue * _WELL_AGAIN if raised else bounds.queue
        since = oldest if raised else _find_latest(oldest, facts.resumed)
        if oldest is not None and since is not None and facts.now - since > bound:
            yield Alert(
                kind=AlertKind.QUEUE_AGES,
                subject=stage,
                text=f"what waits for {stage} waits since {_describe_span(facts.now - oldest)}",
                raised=facts.now,
            )


def _judge_digest(now: datetime, digest: DigestFact, bounds: Bounds) -> Iterator[Alert]:
    late = now - digest.closes
    if not digest.closed and late > bounds.digest:
        name = f"{digest.edition}/{digest.day}"
        yield Alert(
            kind=AlertKind.DIGEST_LATE,
            subject=name,
            text=f"digest {name} should have closed {_describe_span(late)} ago",
            raised=now,
        )


def _judge_canary(facts: Facts, bounds: Bounds, known: frozenset[str]) -> Iterator[Alert]:
    since = _find_latest(facts.came_back, facts.probes_since)
    if since is None:
        return
    gone = facts.now - since
    resumed = None if f"{AlertKind.CANARY_LATE}/" in known else facts.resumed
    if facts.now - max(since, resumed or since) > bounds.canary:
        yield Alert(
            kind=AlertKind.CANARY_LATE,
            subject="",
            text=(
                f"no canary came back from fetch, text and translation for {_describe_span(gone)}: "
                "a worker hangs or is away"
            ),
            raised=facts.now,
        )


def _judge_dead_letters(facts: Facts, bounds: Bounds, known: frozenset[str]) -> Iterator[Alert]:
    least = 1 if f"{AlertKind.DEAD_LETTERS}/" in known else bounds.letters
    if facts.dead_letters >= least:
        yield Alert(
            kind=AlertKind.DEAD_LETTERS,
            subject="",
            text=f"{facts.dead_letters} dead letters; `tilshi letters` lists them",
            raised=facts.now,
        )


def _judge_memory(facts: Facts, bounds: Bounds, known: frozenset[str]) -> Iterator[Alert]:
    slack = _MEMORY_SLACK if f"{AlertKind.STORE_FULL}/" in known else 0
    if facts.memory is not None and facts.memory > bounds.memory - slack:
        yield Alert(
            kind=AlertKind.STORE_FULL,
            subject="",
            text=f"the store uses {facts.memory:.0%} of the memory it may",
            raised=facts.now,
        )


def _describe_span(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    if minutes < 120:  # noqa: PLR2004 -- two hours
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h"
    return f"{minutes // 1440} days"
