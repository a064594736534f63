"""
When an operator must be told something. Pure: facts and what is raised already in, what is raised and what is over out.

An alert is raised when a bound is passed and is over only when things are clearly well again (the queue young, the
source heard, the store emptier by a tenth), so that it does not come and go. How long a source may be silent comes from
its own history: one that brings forty articles a day is missed after hours, one that brings one a week after weeks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

__all__ = ["Alert", "AlertKind", "Bounds", "DigestFact", "Facts", "SourceFact", "Verdict", "judge", "patience"]

_HISTORY_LEAST = 3
"""Days with articles from which a source's habit can be told."""

_OVER = 0.5
"""A queue is well again when its oldest is younger than this share of the bound."""

_MEMORY_SLACK = 0.1
_NEVER_WELL = 5


class AlertKind(StrEnum):
    """What may be wrong. A closed set: the labels of metrics."""

    SOURCE_SILENT = "source silent"
    SOURCE_FAILING = "source failing"
    QUEUE_AGES = "queue ages"
    DIGEST_LATE = "digest late"
    CANARY_LATE = "canary late"
    DEAD_LETTERS = "dead letters"
    STORE_FULL = "store full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """
    Something an operator must know.

    Attributes:
        kind: Which of the closed set.
        subject: Source, stage or digest; empty where there is one of a kind.
        text: In words.
        raised: When.
    """

    kind: AlertKind
    subject: str
    text: str
    raised: datetime

    @property
    def name(self) -> str:
        """Unique among alerts raised at one time."""
        return f"{self.kind}/{self.subject}"


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
        canary: Since the last whole round.
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
        id: Which.
        by_day: New articles on each whole local day looked at, the oldest first.
        heard: When it last brought something new; None if never.
        succeeded: Last good poll; None if never.
        failures: Polls in a row that failed.
        outcome: Of the last poll, in words.
    """

    id: str
    by_day: Sequence[int] = ()
    heard: datetime | None = None
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
    How things stand.

    Attributes:
        now: Real time.
        sources: Those that are polled.
        oldest: Since when the oldest that is ready waits for each stage; None if nothing waits.
        digests: Of the last days.
        came_back: When the canary's last whole round ended; None if never.
        rounds_since: Since when rounds are sent out without a pause; None if none ever was.
        letters: Dead letters and dead deliveries.
        memory: Share of the store's bound in use; None if it has none.
    """

    now: datetime
    sources: Sequence[SourceFact] = ()
    oldest: Mapping[str, datetime | None] = field(default_factory=dict)
    digests: Sequence[DigestFact] = ()
    came_back: datetime | None = None
    rounds_since: datetime | None = None
    letters: int = 0
    memory: float | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is newly raised, and what is over."""

    raised: tuple[Alert, ...]
    over: tuple[Alert, ...]


def patience(by_day: Sequence[int], bounds: Bounds) -> timedelta | None:
    """
    Return how long a source may be silent, by its own history; None if that is too short to tell.

    Its usual gap is a day over the mean of articles a day, and a stretch of empty days as long as any of its history is
    usual too (weekends, holidays).
    """
    if sum(1 for count in by_day if count) < _HISTORY_LEAST:
        return None
    first = next(number for number, count in enumerate(by_day) if count)
    known = by_day[first:]
    gap = timedelta(days=len(known) / sum(known))
    longest = run = 0
    for count in known:
        run = 0 if count else run + 1
        longest = max(longest, run)
    usual = timedelta(days=longest + 1) if longest else timedelta()
    return max(bounds.silent_least, gap * bounds.silent_times, usual)


def judge(facts: Facts, raised: Mapping[str, Alert], bounds: Bounds) -> Verdict:
    """
    Say what is newly raised and what is over.

    Args:
        facts: How things stand.
        raised: What is raised already, by name.
        bounds: From when on something is wrong.
    """
    found = {alert.name: alert for alert in _wrong(facts, bounds, frozenset(raised))}
    new = tuple(alert for name, alert in found.items() if name not in raised)
    over = tuple(alert for name, alert in raised.items() if name not in found)
    return Verdict(new, over)


def _wrong(facts: Facts, bounds: Bounds, known: frozenset[str]) -> Iterator[Alert]:
    """Give everything that is wrong; what is known already is judged by what it takes to be over."""
    for source in facts.sources:
        yield from _source(facts.now, source, bounds)
    yield from _queues(facts, bounds, known)
    for digest in facts.digests:
        late = facts.now - digest.closes
        if not digest.closed and late > bounds.digest:
            name, text = f"{digest.edition}/{digest.day}", f"should have closed {_span(late)} ago"
            yield Alert(
                kind=AlertKind.DIGEST_LATE,
                subject=name,
                text=f"digest {name} {text}",
                raised=facts.now,
            )
    yield from _canary(facts, bounds)
    yield from _store(facts, bounds, known)


def _source(now: datetime, source: SourceFact, bounds: Bounds) -> Iterator[Alert]:
    gone = now - source.succeeded if source.succeeded else None
    if source.failures and (gone > bounds.failing if gone is not None else source.failures >= _NEVER_WELL):
        well = f"its last good poll was {_span(gone)} ago" if gone is not None else "no poll of it was ever good"
        text = f"source {source.id} fails ({source.outcome}, {source.failures} times in a row): {well}"
        yield Alert(kind=AlertKind.SOURCE_FAILING, subject=source.id, text=text, raised=now)
        # Of course it brings nothing.
        return
    allowed = patience(source.by_day, bounds)
    if allowed is not None and source.heard is not None and now - source.heard > allowed:
        silent, usual = _span(now - source.heard), sum(source.by_day) / len(source.by_day)
        text = f"source {source.id} brought nothing new for {silent}; usually {usual:.1f} articles a day"
        yield Alert(kind=AlertKind.SOURCE_SILENT, subject=source.id, text=text, raised=now)


def _queues(facts: Facts, bounds: Bounds, known: frozenset[str]) -> Iterator[Alert]:
    for stage, oldest in facts.oldest.items():
        bound = bounds.queue * (_OVER if f"{AlertKind.QUEUE_AGES}/{stage}" in known else 1)
        if oldest is not None and facts.now - oldest > bound:
            text = f"what waits for {stage} waits since {_span(facts.now - oldest)}"
            yield Alert(kind=AlertKind.QUEUE_AGES, subject=stage, text=text, raised=facts.now)


def _canary(facts: Facts, bounds: Bounds) -> Iterator[Alert]:
    moments = [moment for moment in (facts.came_back, facts.rounds_since) if moment is not None]
    if moments and (gone := facts.now - max(moments)) > bounds.canary:
        text = f"no canary came back from fetch, text and translation for {_span(gone)}: a worker hangs or is away"
        yield Alert(kind=AlertKind.CANARY_LATE, subject="", text=text, raised=facts.now)


def _store(facts: Facts, bounds: Bounds, known: frozenset[str]) -> Iterator[Alert]:
    least = 1 if f"{AlertKind.DEAD_LETTERS}/" in known else bounds.letters
    if facts.letters >= least:
        text = f"{facts.letters} dead letters; `tilshi letters` lists them"
        yield Alert(kind=AlertKind.DEAD_LETTERS, subject="", text=text, raised=facts.now)
    share = bounds.memory - (_MEMORY_SLACK if f"{AlertKind.STORE_FULL}/" in known else 0)
    if facts.memory is not None and facts.memory > share:
        text = f"the store uses {facts.memory:.0%} of the memory it may"
        yield Alert(kind=AlertKind.STORE_FULL, subject="", text=text, raised=facts.now)


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    if minutes < 120:  # noqa: PLR2004 -- two hours
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"
