"""
What whole articles may cost a day.

Apart from what plans them, so that settings can be read without a splitter of sentences.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

__all__ = ["WholeBounds"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeBounds:
    """
    What whole articles may cost.

    Attributes:
        a_day: Of a translation worker's time, on each local day.
        ahead: Stories of a closed digest, the weightiest first, that are made unasked.
        chars: Of an article's text; what is longer is put into English up to there.
        waiting: Asked for by readers and not made, at once.
    """

    a_day: timedelta = timedelta(minutes=10)
    ahead: int = 5
    chars: int = 12_000
    waiting: int = 20

    def find_seconds_left(self, spent_s: float) -> float:
        """Return how much of a day's time is left; never below 0."""
        return max(0.0, self.a_day.total_seconds() - spent_s)
