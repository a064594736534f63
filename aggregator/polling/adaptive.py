"""
How often to poll a source whose articles come as they come. Pure: what came lately in, a wait out.

Requirement: an article should not lie unseen for long, and a server should not be asked for
nothing. Which mistake is worse depends on the source: an hour's delay of one article a week is
little, of sixty articles much.

Theory: articles come at random at a rate that changes with the hour of the day. A poll costs the
same whatever it brings; an article costs the time that it lies unseen. If polls are ``w`` apart and
articles come at rate ``r``, those that lie there when the next poll comes have waited ``r w^2 / 2``
in sum. The sum of polls and waiting over all sources is least where that product is the same for
all, so that time between polls goes with the square root of the time between articles, not with
that time itself (the optimum of Sia, Cho and Cho, "Efficient Monitoring Algorithm for Fast News
Alerts", IEEE TKDE 19, 2007). So a source is polled when what is probably there has waited, in sum,
for so many article-minutes: ``AdaptiveRange.patience``, the one thing to set. With a rate that
changes, the sum is an integral, and a wait that begins in a quiet night ends soon after the presses
start.

The rate is counted by hour of the day in UTC, each hour leaning on its neighbours and on the whole
day as far as it has been watched too little; what came is forgotten by half in ``_HALF_LIFE``. The
first poll of a source says nothing: all of it is new.

A source lists only so many items. However quiet it is, it is asked before half of its list has
probably changed.

Roads not taken, measured on the same streams (docs/benchmarks.md): half the wait after news and
half as long again without it, which is a fifth more polls, half as much waiting again, and many
late articles; one rate for the whole day, which spends at night what is missing by day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import sqrt
from typing import TYPE_CHECKING

from aggregator.models import Arrivals

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["AdaptiveRange", "choose_wait", "count_arrivals", "estimate_rates", "find_next_hour"]

_HOURS = 24
_HALF_LIFE = timedelta(days=4)
# What lies further back than this since the last poll is not spread over hours: we know only that
# it came.
_LONGEST_LOOK = timedelta(days=2)
# What an hour leans on the whole day with, and the day on what was assumed: as if so long had been
# watched besides, or as long as so many articles take.
_TRUST_HOURS = 2.0
_TRUST_ARTICLES = 1.0
_NEIGHBOUR = 0.5
_HOUR_S = 3600.0
# Of its list, what may probably have changed before a source is asked again.
_LIST_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class AdaptiveRange:
    """
    Bounds of a source's polls.

    Attributes:
        shortest: Least time between two polls.
        longest: Most time between two polls.
        patience: How long articles that lie unseen may have waited, all of them added up.
        first: Between two polls, as long as nothing is known.
    """

    shortest: timedelta
    longest: timedelta
    patience: timedelta
    first: timedelta

    @property
    def first_rate(self) -> float:
        """Articles an hour at which the wait is ``first``."""
        patience = _count_hours(self.patience)
        return 2 * patience / _count_hours(self.first) ** 2


def count_arrivals(
    arrivals: Arrivals,
    new: int,
    now: datetime,
    listed: int | None = None,
) -> Arrivals:
    """
    Count what a poll brought.

    Args:
        arrivals: Before the poll.
        new: Articles seen for the first time; at a source's first poll they count as long there.
        listed: Items that the source listed; None if it did not say, as with 304.
    """
    items = arrivals.listed if listed is None else listed
    since = arrivals.polled
    if since is None or since >= now:
        return replace(arrivals, polled=now, listed=items)
    kept = 0.5 ** ((now - since) / _HALF_LIFE)
    counts = _fade_values(arrivals.counts, kept)
    hours = _fade_values(arrivals.hours, kept)
    pieces = list(_split_by_hour(max(since, now - _LONGEST_LOOK), now))
    watched = sum(length for _, length in pieces)
    for hour, length in pieces:
        counts[hour] += new * length / watched
        hours[hour] += length
    return Arrivals(
        counts=_round_values(counts),
        hours=_round_values(hours),
        polled=now,
        listed=items,
    )


def _fade_values(values: Sequence[float], kept: float) -> list[float]:
    """Return what is still remembered of values by hour of the day; none are zeros."""
    before = values or (0.0,) * _HOURS
    return [value * kept for value in before]


def _round_values(values: Sequence[float]) -> tuple[float, ...]:
    return tuple([round(value, 4) if value else 0.0 for value in values])


def _split_by_hour(start: datetime, end: datetime) -> Iterator[tuple[int, float]]:
    """Give the pieces of a time that lie in one hour of the day each: hour, and length in hours."""
    while start < end:
        border = find_next_hour(start)
        length = min(border, end) - start
        yield start.hour, _count_hours(length)
        start = border


def find_next_hour(moment: datetime) -> datetime:
    """Return when the next hour begins, after a moment."""
    hour = moment.replace(
        minute=0,
        second=0,
        microsecond=0,
    )
    return hour + timedelta(hours=1)


def _count_hours(span: timedelta) -> float:
    return span.total_seconds() / _HOUR_S


def estimate_rates(
    arrivals: Arrivals,
    first_rate: float,
    hours_of_day: Iterable[int],
) -> list[float]:
    """
    Say how many articles an hour are likely at these hours of the day in UTC.

    Args:
        first_rate: What to assume as long as nothing is known, articles an hour, over 0.
    """
    if not arrivals.counts:
        return [first_rate for _ in hours_of_day]
    counts = arrivals.counts
    hours = arrivals.hours
    articles = sum(counts) + first_rate * _TRUST_HOURS
    mean = articles / (sum(hours) + _TRUST_HOURS)
    # Of a busy source, an hour without anything says much; of a quiet one, little.
    lent = min(_TRUST_HOURS, _TRUST_ARTICLES / mean)
    rates = []
    for hour in hours_of_day:
        came = _sum_around(counts, hour) + mean * lent
        watched = _sum_around(hours, hour) + lent
        rates.append(came / watched)
    return rates


def _sum_around(values: Sequence[float], hour: int) -> float:
    """Return the value of an hour of the day with a part of those of its two neighbours."""
    neighbours = values[hour - 1] + values[(hour + 1) % _HOURS]
    return values[hour] + _NEIGHBOUR * neighbours


def choose_wait(arrivals: Arrivals, now: datetime, bounds: AdaptiveRange) -> timedelta:
    """Return the wait before the next poll, within bounds."""
    pieces = list(_split_by_hour(now, now + bounds.longest))
    rates = estimate_rates(arrivals, bounds.first_rate, [hour for hour, _ in pieces])
    patience = _count_hours(bounds.patience)
    most = arrivals.listed * _LIST_SHARE or float("inf")
    there = 0.0
    waited = 0.0
    passed = 0.0
    for (_, length), estimated in zip(pieces, rates, strict=True):
        rate = max(estimated, 1e-9)
        # waited + there x + rate x^2 / 2 = patience, and there + rate x = most; whichever comes
        # first.
        root = sqrt(there**2 + 2 * rate * (patience - waited))
        ripe = (root - there) / rate
        full = max(0.0, (most - there) / rate)
        step = min(ripe, full)
        if step <= length:
            wanted = timedelta(hours=passed + step)
            return min(max(wanted, bounds.shortest), bounds.longest)
        passed += length
        waited += there * length + rate * length**2 / 2
        there += rate * length
    return bounds.longest
