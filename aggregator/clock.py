"""
The two clocks: the machine's, and one that stands still.

And moments: as numbers, and in words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

__all__ = [
    "MOST_AHEAD",
    "FixedClock",
    "SystemClock",
    "format_age",
    "from_millis",
    "span_to_millis",
    "to_millis",
]

MOST_AHEAD = timedelta(minutes=1)
"""
How far ahead of ours another process's clock may be and still be right.

Clocks of hosts differ by seconds. And on one host, whoever looked at the clock later may be the
first to write down what it read. What is further ahead was written by a clock that was wrong.
"""

_UNITS = (
    ("d", 86400),
    ("h", 3600),
    ("min", 60),
)


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock that stands still, for replaying a past day (setting ``clock.as_of``)."""

    moment: datetime

    def now(self) -> datetime:
        """Return the fixed moment, in UTC."""
        return self.moment.astimezone(UTC)


def to_millis(moment: datetime) -> int:
    """
    Return a moment in milliseconds since 1970, UTC.

    It is the form in which the store keeps and orders moments.
    """
    return int(moment.timestamp() * 1000)


def span_to_millis(span: timedelta) -> int:
    """Return a span of time in milliseconds."""
    return int(span.total_seconds() * 1000)


def from_millis(number: float) -> datetime:
    """Return the moment, in UTC, that ``millis`` gave this number for."""
    return datetime.fromtimestamp(number / 1000, tz=UTC)


def format_age(moment: datetime | None, now: datetime) -> str:
    """Say how long ago a moment was, or how far ahead it is; ``never`` for None."""
    if moment is None:
        return "never"
    seconds = (now - moment).total_seconds()
    distance = _format_distance(abs(seconds))
    return f"{distance} ago" if seconds >= 0 else f"in {distance}"


def _format_distance(seconds: float) -> str:
    for unit, length in _UNITS:
        if seconds >= length:
            count = seconds / length
            return f"{count:.0f} {unit}"
    return f"{seconds:.0f} s"
