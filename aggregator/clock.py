"""The two clocks: the machine's, and one that stands still."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

__all__ = ["FixedClock", "SystemClock"]


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
