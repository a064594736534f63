"""
Politeness to hosts.

So many requests at once, a gap between their beginnings, and none while a host asks to wait.

    PoliteFetcher ─▶ HostLimiter.enter
                  ─▶ the fetcher behind
                  ─▶ HostLimiter.leave (or close_until, after Retry-After)

It holds across all workers, because the limiter's state is in the store (``store.host_limits``);
its leases end by themselves, so that a worker that dies closes nothing. A host that is busy is no
reason to sit and wait, since whoever waits holds up others: who cannot go in within ``patience``
learns when to come back (``HostBusyError``), and everybody learns another moment, a gap apart.

A host is the name that is asked, with its port, without ``www.``. The hosts that redirects lead to
are not counted; they are as soon as a redirect is learnt.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol
from uuid import uuid4

from aggregator.clock import MOST_AHEAD, span_to_millis
from aggregator.errors import FetchError, HostBusyError
from aggregator.models import Outcome
from aggregator.net.shared_trips import SharedTrips
from aggregator.urls.host import find_host

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from aggregator.models import FetchResult
    from aggregator.ports import Clock, Fetcher

__all__ = [
    "LONGEST_PROMISE_MS",
    "Admission",
    "HostLimiter",
    "HostLimits",
    "HostState",
    "PoliteFetcher",
    "find_wait",
    "judge_request",
]

LONGEST_PROMISE_MS = 600_000
"""Nobody has to come back later than about this, unless the host is closed."""

_LONGEST_CLOSED = timedelta(days=1)
# A host that refuses (429) and does not say for how long.
_UNSAID = timedelta(minutes=1)
# Beyond the fetch's own time-out, so that a lease never ends while its request runs.
_LEASE_MARGIN = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostLimits:
    """
    What is polite.

    Attributes:
        at_once: Requests to one host at a time, at least 1.
        gap: Between the beginnings of two.
        lease: After which a request that never ended counts as ended.
    """

    at_once: int = 2
    gap: timedelta = timedelta(seconds=1)
    lease: timedelta = timedelta(seconds=90)

    @classmethod
    def for_timeout(
        cls,
        at_once: int,
        gap_s: float,
        total_timeout_s: float,
    ) -> HostLimits:
        """Return the limits for fetches that take so long at most."""
        lease = timedelta(seconds=total_timeout_s) + _LEASE_MARGIN
        return cls(
            at_once=at_once,
            gap=timedelta(seconds=gap_s),
            lease=lease,
        )


@dataclass(frozen=True, slots=True)
class HostState:
    """
    How a host stands, times in milliseconds since 1970.

    Attributes:
        inside: When the leases of the requests that run end.
        open_at: When the next may begin.
        closed_until: Until when the host asked to be left alone.
        promised: The latest moment that anybody was asked to come back at.
    """

    inside: tuple[int, ...] = ()
    open_at: int = 0
    closed_until: int = 0
    promised: int = 0


@dataclass(frozen=True, slots=True)
class Admission:
    """
    What a limiter says.

    Attributes:
        admitted: Go in.
        come_back: If not, in how many milliseconds to ask again, at least 1.
        closed: If not, it is because the host asked to be left alone.
    """

    admitted: bool
    come_back: int = 0
    closed: bool = False


def judge_request(
    state: HostState,
    now: int,
    *,
    at_once: int,
    gap: int,
    lease: int,
) -> Admission:
    """
    Decide whether one more request may begin; all times in milliseconds.

    What lies further ahead than it can, by more than ``MOST_AHEAD``, was written by a clock that
    was wrong, and counts for nothing.

    ``lua/enter_host.lua`` does the same inside the store; the limiters' contract test holds both
    to the same answers.
    """
    if state.closed_until > now:
        return Admission(
            admitted=False,
            come_back=state.closed_until - now,
            closed=True,
        )
    latest = now + span_to_millis(MOST_AHEAD)
    running = [end for end in state.inside if now < end <= latest + lease]
    open_at = state.open_at if state.open_at <= latest + gap else 0
    promised = state.promised if state.promised <= latest + LONGEST_PROMISE_MS else 0
    has_room = len(running) < at_once
    if has_room and open_at <= now:
        return Admission(admitted=True)
    soonest = now + max(gap, 1)
    earliest = max(soonest, open_at, promised + gap)
    return Admission(admitted=False, come_back=earliest - now)


class HostLimiter(Protocol):
    """Who may ask a host now; the state is shared by all who should be polite together."""

    def enter(self, host: str, token: str) -> Admission:
        """Ask to begin a request; an admitted token counts until it leaves or its lease ends."""

    def enter_all(self, requests: Sequence[tuple[str, str]]) -> list[Admission]:
        """Ask to begin requests, each a host and a token; answered in the same order."""

    def leave(self, host: str, token: str) -> None:
        """Say that a request ended."""

    def leave_all(self, requests: Sequence[tuple[str, str]]) -> None:
        """Say that requests ended, each a host and a token."""

    def close_until(
        self,
        host: str,
        until: datetime,
        why: str,
    ) -> None:
        """Let nobody in before a moment; never shortens what was said before."""

    def list_closed(self) -> Mapping[str, tuple[datetime, str]]:
        """Return the hosts that are closed now: until when, and why."""


def find_wait(error: FetchError) -> timedelta | None:
    """Return how long a failure asks to leave its host alone; None if it does not."""
    if error.retry_after_s is not None:
        return min(timedelta(seconds=error.retry_after_s), _LONGEST_CLOSED)
    return _UNSAID if error.outcome == Outcome.RATE_LIMITED else None


class PoliteFetcher:
    """
    A ``Fetcher`` that asks a limiter before each request.

    Args:
        inner: Fetches once the limiter has admitted the request.
        limiter: Shared with all who should be polite together.
        clock: For Retry-After.
        patience: How long a request may wait for its turn before it has to come back later.
        sleep: Waits so many seconds.
    """

    def __init__(
        self,
        inner: Fetcher,
        limiter: HostLimiter,
        *,
        clock: Clock,
        patience: timedelta,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._inner = inner
        self._limiter = limiter
        self._clock = clock
        self._sleep = sleep
        self._patience = patience
        self._enter = SharedTrips(limiter.enter_all)
        self._leave = SharedTrips(self._leave_all)

    async def fetch(
        self,
        url: str,
        *,
        etag: str = "",
        last_modified: str = "",
    ) -> FetchResult:
        """
        Get one address; see ``ports.Fetcher``.

        Raises:
            HostBusyError: Not asked: its turn comes later than the patience lasts.
        """
        host = find_host(url)
        if not host:  # no address; the fetcher behind says so
            return await self._inner.fetch(url, etag=etag, last_modified=last_modified)
        token = await self._wait_for_turn(url, host)
        try:
            return await self._inner.fetch(url, etag=etag, last_modified=last_modified)
        except FetchError as error:
            self._close_if_asked(host, error)
            raise
        finally:
            await self._leave.hand_in((host, token))

    def _leave_all(self, requests: Sequence[tuple[str, str]]) -> list[None]:
        self._limiter.leave_all(requests)
        return [None] * len(requests)

    async def _wait_for_turn(self, url: str, host: str) -> str:
        token = uuid4().hex
        patience_ms = self._patience // timedelta(milliseconds=1)
        while not (answer := await self._enter.hand_in((host, token))).admitted:
            if answer.come_back > patience_ms:
                why = "the host asked to be left alone" if answer.closed else "others ask it now"
                raise HostBusyError(
                    url,
                    Outcome.HOST_BUSY,
                    f"{host}: {why}; again in {answer.come_back / 1000:.0f} s",
                    answer.come_back / 1000,
                    answer.closed,
                )
            patience_ms -= answer.come_back
            await self._sleep(answer.come_back / 1000)
        return token

    def _close_if_asked(self, host: str, error: FetchError) -> None:
        wait = find_wait(error)
        if not wait:
            return
        until = self._clock.now() + wait
        # It may have been a redirect's host that refused.
        for refused in {host, find_host(error.url)} - {""}:
            self._limiter.close_until(refused, until, error.detail)
