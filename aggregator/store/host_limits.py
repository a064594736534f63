"""Host limits that all workers share: who may ask which host now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.clock import MOST_AHEAD, from_millis, span_to_millis, to_millis
from aggregator.net.host_limits import LONGEST_PROMISE_MS, Admission

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from aggregator.net.host_limits import HostLimits
    from aggregator.ports import Clock
    from aggregator.store.client import Connection
    from aggregator.store.keys import Keys

__all__ = ["HostLimitStore", "StoreHostLimiter"]


class HostLimitStore:
    """What is known of hosts."""

    def __init__(
        self,
        connection: Connection,
        keys: Keys,
        clock: Clock,
    ) -> None:
        self._connection = connection
        self._keys = keys
        self._clock = clock

    def make_limiter(self, limits: HostLimits) -> StoreHostLimiter:
        """Return a limiter that holds all who share the store to these limits."""
        return StoreHostLimiter(self._connection, self._keys, self._clock, limits)

    def list_closed(self) -> dict[str, tuple[datetime, str]]:
        """Return the hosts that are closed now: until when, and why."""
        after_now = to_millis(self._clock.now()) + 1
        closed = {}
        with self._connection.client() as client:
            rows = client.zrangebyscore(
                self._keys.hosts,
                after_now,
                "+inf",
                withscores=True,
            )
            for name, end in rows:
                host = name.decode()
                key = self._keys.host(host)
                why = client.hget(key, "why") or b""
                closed[host] = (from_millis(end), why.decode())
        return closed


class StoreHostLimiter:
    """A ``HostLimiter`` whose decisions are made inside the store, one after the other."""

    def __init__(
        self,
        connection: Connection,
        keys: Keys,
        clock: Clock,
        limits: HostLimits,
    ) -> None:
        self._connection = connection
        self._keys = keys
        self._clock = clock
        self._limits = limits

    def enter(self, host: str, token: str) -> Admission:
        """Ask to begin a request."""
        return self.enter_all([(host, token)])[0]

    def enter_all(self, requests: Sequence[tuple[str, str]]) -> list[Admission]:
        """Ask to begin requests, in one round trip."""
        limits = self._limits
        calls = []
        for host, token in requests:
            keys = [self._keys.inside(host), self._keys.host(host)]
            args: list[object] = [
                to_millis(self._clock.now()),
                token,
                limits.at_once,
                span_to_millis(limits.gap),
                span_to_millis(limits.lease),
                LONGEST_PROMISE_MS,
                span_to_millis(MOST_AHEAD),
            ]
            calls.append((keys, args))
        answers = self._connection.run_scripts("enter_host", calls)
        return [
            Admission(admitted=bool(admitted), come_back=int(come_back), closed=bool(closed))
            for admitted, come_back, closed in answers
        ]

    def leave(self, host: str, token: str) -> None:
        """Say that a request ended."""
        self.leave_all([(host, token)])

    def leave_all(self, requests: Sequence[tuple[str, str]]) -> None:
        """Say that requests ended, in one round trip."""
        with self._connection.client() as client:
            pipe = client.pipeline(transaction=False)
            for host, token in requests:
                pipe.zrem(self._keys.inside(host), token)
            pipe.execute()

    def close_until(
        self,
        host: str,
        until: datetime,
        why: str,
    ) -> None:
        """Let nobody in before a moment."""
        keys = [self._keys.host(host), self._keys.hosts]
        args = [
            to_millis(self._clock.now()),
            host,
            to_millis(until),
            why,
        ]
        self._connection.run_script("close_host", keys, args)

    def list_closed(self) -> dict[str, tuple[datetime, str]]:
        """Return the hosts that are closed now: until when, and why."""
        store = HostLimitStore(self._connection, self._keys, self._clock)
        return store.list_closed()
