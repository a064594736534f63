"""
When a source is polled next. Pure: history and the present moment in, a moment out.

A source has a time between polls of its own (``every``), or a cron form, or a time that follows its
articles (``aggregator.polling.adaptive``). What a server and its feed say of themselves
(``feeds.hints``) is heeded by the last kind alone, within its bounds: who writes a time or a cron
form has decided. A fresh answer is not asked for again before it is stale; in hours and days that a
feed says to skip it is asked at the longest time; ``sy:updatePeriod`` is what is assumed until the
source has been watched, as one big publishing system writes "hourly" into every feed.

A failing source is never dropped: feeds that answered 404 for weeks have come back. It is asked
less and less often, up to a bound, and its failures are on show. A server that says when to come
back (Retry-After) is taken at its word, within a day.

Sources that began together do not stay together: each shifts its times by up to a twentieth, by its
id.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from hashlib import blake2b

from cronsim import CronSim

from aggregator.models import Arrivals, Outcome, PollHints, RequestState, Source, SourceState
from aggregator.net.host_limits import LONGEST_PROMISE_MS
from aggregator.polling.adaptive import AdaptiveRange, choose_wait, find_next_hour

__all__ = [
    "GOOD_OUTCOMES",
    "Backoff",
    "Learnt",
    "Timetable",
    "find_latest_due",
    "find_next_due",
    "remember_poll",
]

GOOD_OUTCOMES = frozenset({Outcome.OK, Outcome.NOT_MODIFIED, Outcome.EMPTY})
"""
Outcomes after which a source counts as healthy.

An empty feed is one: some outlets empty theirs at night.
"""

_LONGEST_RETRY_AFTER = timedelta(days=1)
_MOST_DOUBLINGS = 20
_SHIFT = 0.05
_CRON_SHIFT = timedelta(seconds=30)
_SOON = timedelta(seconds=1)
# For its host's turn, with the gap of a minute that the setting allows.
_LONGEST_TURN = timedelta(milliseconds=LONGEST_PROMISE_MS) + timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Backoff:
    """Bounds of the wait after failures; the wait doubles with each."""

    shortest: timedelta
    longest: timedelta

    def wait(self, failures: int) -> timedelta:
        """Return the wait after so many failures in a row, at least one."""
        doubled: timedelta = self.shortest * 2 ** min(failures - 1, _MOST_DOUBLINGS)
        return min(doubled, self.longest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """
    What all sources have in common.

    Attributes:
        backoff: Waits after failures.
        shortest: Between polls of an adaptive source that has no bound of its own.
        longest: Between polls of an adaptive source that has no bound of its own.
        patience: See ``aggregator.polling.adaptive``.
        zone: Of cron forms.
    """

    backoff: Backoff = Backoff(shortest=timedelta(minutes=1), longest=timedelta(hours=6))
    shortest: timedelta = timedelta(minutes=5)
    longest: timedelta = timedelta(hours=2)
    patience: timedelta = timedelta(minutes=10)
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """What a poll taught besides its outcome; None where it taught nothing."""

    validators: tuple[str, str] | None = None
    listed: tuple[str, ...] | None = None
    arrivals: Arrivals | None = None
    hints: PollHints | None = None
    request_state: RequestState | None = None


_NOTHING = Learnt()


def remember_poll(
    state: SourceState,
    outcome: Outcome,
    detail: str,
    now: datetime,
    learnt: Learnt = _NOTHING,
) -> SourceState:
    """
    Remember a poll.

    Args:
        state: Before the poll.
        detail: The outcome in words.
        learnt: What else came of it.
    """
    if outcome is Outcome.HOST_BUSY:  # it was not asked
        return replace(state, outcome=outcome, detail=detail)
    good = outcome in GOOD_OUTCOMES
    etag, last_modified = learnt.validators or (state.etag, state.last_modified)
    return replace(
        state,
        etag=etag,
        last_modified=last_modified,
        failures=0 if good else state.failures + 1,
        checked=now,
        succeeded=now if good else state.succeeded,
        outcome=outcome,
        detail=detail,
        listed=state.listed if learnt.listed is None else learnt.listed,
        arrivals=learnt.arrivals or state.arrivals,
        hints=learnt.hints or state.hints,
        asking=learnt.request_state or state.asking,
    )


def find_next_due(
    source: Source,
    state: SourceState,
    now: datetime,
    timetable: Timetable,
    retry_after_s: float | None = None,
) -> datetime:
    """
    Say when a source is due again.

    Args:
        state: After the poll.
        now: When the poll ended.
        retry_after_s: What the server asked for, if it did.

    Returns:
        A moment after ``now``.
    """
    requested = min(timedelta(seconds=retry_after_s or 0), _LONGEST_RETRY_AFTER)
    if state.outcome is Outcome.HOST_BUSY:
        return now + max(requested, _SOON) + _derive_share(source) * _CRON_SHIFT
    if state.failures:
        return now + max(_choose_backoff(source, state, timetable.backoff), requested)
    if source.cron:
        return _find_next_by_cron(source, now, timetable)
    if source.adaptive:
        return now + _adapt_wait(source, state, now, timetable)
    return now + _shift_wait(source, source.every, timedelta(0), timedelta.max)


def find_latest_due(
    source: Source,
    state: SourceState,
    now: datetime,
    timetable: Timetable,
) -> datetime:
    """
    Say when a source that was polled, or given back, before ``now`` is due at the latest.

    What is due later was counted from a clock that was ahead, or when its catalogue had it polled
    less often.

    Args:
        state: After its last poll.
    """
    if state.failures or state.outcome is Outcome.HOST_BUSY:
        return now + max(timetable.backoff.longest, _LONGEST_RETRY_AFTER) + _CRON_SHIFT
    if source.cron:
        usual = _find_next_by_cron(source, now, timetable)
    elif source.adaptive:
        usual = now + _choose_bounds(source, state.hints, timetable).longest
    else:
        usual = now + source.every * (1 + _SHIFT)
    return max(usual, now + _LONGEST_TURN)


def _choose_backoff(source: Source, state: SourceState, backoff: Backoff) -> timedelta:
    wanted = backoff.wait(state.failures)
    return _shift_wait(source, wanted, backoff.shortest, backoff.longest)


def _find_next_by_cron(source: Source, now: datetime, timetable: Timetable) -> datetime:
    shift = _derive_share(source) * _CRON_SHIFT
    # What was due within the shift has been polled: the form's moments are counted without it.
    local = (now - shift).astimezone(timetable.zone)
    moment = next(CronSim(source.cron, local))
    return max(moment.astimezone(UTC) + shift, now + _SOON)


def _adapt_wait(
    source: Source,
    state: SourceState,
    now: datetime,
    timetable: Timetable,
) -> timedelta:
    hints = state.hints
    bounds = _choose_bounds(source, hints, timetable)
    ripe = choose_wait(state.arrivals, now, bounds)
    wanted = max(ripe, timedelta(seconds=hints.fresh_s))
    due = _find_unskipped(now, wanted, hints, bounds.longest)
    return _shift_wait(source, due - now, bounds.shortest, bounds.longest)


def _choose_bounds(source: Source, hints: PollHints, timetable: Timetable) -> AdaptiveRange:
    """Return the bounds of an adaptive source: its own, else those of all."""
    shortest = source.min_every or min(timetable.shortest, source.max_every or timetable.shortest)
    longest = max(source.max_every or timetable.longest, shortest)
    first = timedelta(seconds=hints.usual_s) if hints.usual_s else source.every
    return AdaptiveRange(
        shortest=shortest,
        longest=longest,
        patience=timetable.patience,
        first=min(max(first, shortest), longest),
    )


def _find_unskipped(
    now: datetime,
    wanted: timedelta,
    hints: PollHints,
    longest: timedelta,
) -> datetime:
    """Return the first moment that a feed does not ask to skip, at latest after the longest."""
    due = now + min(wanted, longest)
    end = now + longest
    while due < end and _is_skipped(due, hints):
        due = min(find_next_hour(due), end)
    return due


def _is_skipped(moment: datetime, hints: PollHints) -> bool:
    return moment.hour in hints.skip_hours or moment.weekday() in hints.skip_days


def _derive_share(source: Source) -> float:
    """Return a number from 0 to 1 that is the source's own."""
    digest = blake2b(source.id.encode(), digest_size=4).digest()
    return int.from_bytes(digest) / 0xFFFFFFFF


def _shift_wait(
    source: Source,
    wanted: timedelta,
    shortest: timedelta,
    longest: timedelta,
) -> timedelta:
    shift = 1 + _SHIFT * (2 * _derive_share(source) - 1)
    return min(max(wanted * shift, shortest), longest)
