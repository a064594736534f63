"""
When a source is polled next. Pure: history and the present moment in, a moment out.

A failing source is never dropped: feeds that answered 404 for weeks have come back. It is asked less and less often,
up to a bound, and its failures are on show. A server that says when to come back (Retry-After) is taken at its word,
within a day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aggregator.models import Outcome, Source, SourceState

__all__ = ["GOOD_OUTCOMES", "Backoff", "next_due", "next_state"]

GOOD_OUTCOMES = frozenset({Outcome.OK, Outcome.NOT_MODIFIED, Outcome.EMPTY})
"""Outcomes after which a source counts as healthy. An empty feed is one: some outlets empty theirs at night."""

_LONGEST_RETRY_AFTER = timedelta(days=1)
_MOST_DOUBLINGS = 20


@dataclass(frozen=True, slots=True)
class Backoff:
    """Bounds of the wait after failures; the wait doubles with each."""

    shortest: timedelta
    longest: timedelta

    def wait(self, failures: int) -> timedelta:
        """Return the wait after so many failures in a row, at least one."""
        doubled: timedelta = self.shortest * 2 ** min(failures - 1, _MOST_DOUBLINGS)
        return min(doubled, self.longest)


def next_state(
    state: SourceState, outcome: Outcome, detail: str, now: datetime, validators: tuple[str, str] | None
) -> SourceState:
    """
    Remember a poll.

    Args:
        state: Before it.
        outcome: Of the poll.
        detail: In words.
        now: When.
        validators: ETag and Last-Modified to send next time; None keeps the old ones.
    """
    good = outcome in GOOD_OUTCOMES
    etag, last_modified = validators if validators is not None else (state.etag, state.last_modified)
    return replace(
        state,
        etag=etag,
        last_modified=last_modified,
        failures=0 if good else state.failures + 1,
        checked=now,
        succeeded=now if good else state.succeeded,
        outcome=outcome,
        detail=detail,
    )


def next_due(
    source: Source, state: SourceState, now: datetime, backoff: Backoff, retry_after_s: float | None = None
) -> datetime:
    """
    Say when a source is due again.

    Args:
        source: With its wanted time between polls.
        state: After the poll.
        now: When the poll ended.
        backoff: Bounds after failures.
        retry_after_s: What the server asked for, if it did.
    """
    if state.failures == 0:
        return now + source.every
    wait = backoff.wait(state.failures)
    if retry_after_s is not None:
        wait = max(wait, min(timedelta(seconds=retry_after_s), _LONGEST_RETRY_AFTER))
    return now + wait
