"""The two clocks: the machine's, and one that stands still. And how far a moment is from another, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

__all__ = ["FixedClock", "SystemClock", "ago"]


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


def ago(moment: datetime | None, now: datetime) -> str:
    """Say how long ago a moment was, or how far ahead it is; ``never`` for None."""
    if moment is None:
        return "never"
    seconds = (now - moment).total_seconds()
    past, size = seconds >= 0, abs(seconds)
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if size >= length:
            return f"{size / length:.0f} {unit} ago" if past else f"in {size / length:.0f} {unit}"
    return f"{size:.0f} s ago" if past else f"in {size:.0f} s"
