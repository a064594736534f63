"""
What one exchange may read from the network: everything that comes, not only bodies.

Caps on bodies leave ways to be kept busy: informational responses without end, headers a megabyte
long, chunks of one byte each, HTTP/2 frames that carry nothing. All of it is bytes that are read,
so that is where they are counted. The meter is found by context and not by connection, since
connections are kept for the next exchange.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

import httpcore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Meter", "MeterError", "charge", "metered", "time_left"]


class MeterError(httpcore.ReadError):
    """More came from the network than the exchange may read."""


class Meter:
    """
    Counts what one exchange reads.

    Args:
        max_bytes: Over which it ends; None for no bound.
        seconds: After which no read waits any longer; None for no bound.
        monotonic: The clock, in seconds.
    """

    def __init__(
        self,
        max_bytes: int | None,
        seconds: float | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._max_bytes = max_bytes
        self._read = 0
        self._monotonic = monotonic
        self._ends = None if seconds is None else monotonic() + seconds

    def lift(self) -> None:
        """Count no longer: what comes now is counted by whoever asked for it."""
        self._max_bytes = self._ends = None

    def charge(self, count: int) -> None:
        """
        Take note of bytes read.

        Raises:
            MeterError: There were too many.
        """
        self._read += count
        if self._max_bytes is not None and self._read > self._max_bytes:
            raise MeterError(
                f"more than {self._max_bytes:,} bytes read, headers and framing with them"
            )

    def time_left(self, timeout_s: float | None) -> float | None:
        """
        Return how long a read may wait.

        Raises:
            httpcore.ReadTimeout: No longer at all.
        """
        if self._ends is None:
            return timeout_s
        left = self._ends - self._monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("not finished in time")
        return left if timeout_s is None else min(left, timeout_s)


_METER: ContextVar[Meter | None] = ContextVar("meter", default=None)


@contextmanager
def metered(meter: Meter) -> Iterator[Meter]:
    """Count what this task reads in the block."""
    token = _METER.set(meter)
    try:
        yield meter
    finally:
        _METER.reset(token)


def charge(count: int) -> None:
    """Charge the meter of this task, if it has one."""
    if meter := _METER.get():
        meter.charge(count)


def time_left(timeout_s: float | None) -> float | None:
    """Return how long a read of this task may wait."""
    meter = _METER.get()
    return meter.time_left(timeout_s) if meter else timeout_s
