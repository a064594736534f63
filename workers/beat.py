"""
A scheduler of ticks that goes by the monotonic clock.

Celery's own keeps the wall-clock time of each last run: after a clock that was an hour ahead is set
right, it sees nothing due for an hour, and nothing is polled or swept. Ticks are intervals; no
calendar is needed to keep them. What is due when stands in the store.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from celery.beat import Scheduler

from workers.alive import note_alive
from workers.ending import is_end_asked

__all__ = ["SteadyScheduler"]


_LONGEST_PAUSE_S = 1.0


class SteadyScheduler(Scheduler):
    """Runs every entry at once, then every so many seconds, whatever the wall clock does."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._due: dict[str, float] = {}
        super().__init__(*args, **kwargs)

    def tick(self, *_: Any, **__: Any) -> float:
        """
        Run what is due, and wait for what is next, for a second at most.

        Returns 0: no more waiting.

        Raises:
            SystemExit: The process was asked to end, and went on all the same.
        """
        if is_end_asked():
            raise SystemExit
        now = time.monotonic()
        for name, entry in self.schedule.items():
            due = self._due.setdefault(name, now)
            if due <= now:
                self._run(name, entry)
        next_due = min(self._due.values())
        left = max(0.0, next_due - time.monotonic())
        self.pause(min(left, _LONGEST_PAUSE_S))
        return 0.0

    def _run(self, name: str, entry: Any) -> None:
        self.apply_entry(entry, producer=self.producer)
        every = entry.schedule.run_every.total_seconds()
        usual = self._due[name] + every
        # Missed ones are not made up for: one tick is as good as several.
        self._due[name] = max(usual, time.monotonic())

    def apply_async(self, *args: Any, **kwargs: Any) -> Any:
        """Send an entry's message, and note that it went; see ``Scheduler``."""
        result = super().apply_async(*args, **kwargs)
        note_alive("beat")
        return result

    def pause(self, seconds: float) -> None:
        """
        Wait.

        Not by ``time.sleep``, which fails where the clock is stepped by libfaketime, as in the
        fault suite.
        """
        threading.Event().wait(seconds)
