"""The gate that all workers share: who may ask which host now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.clock import from_millis, millis, millis_of
from aggregator.net.host_limits import LONGEST_PROMISE_MS, Admission

if TYPE_CHECKING:
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

    def limiter(self, limits: HostLimits) -> StoreHostLimiter:
        """Return the gate, minded by these manners."""
        return StoreHostLimiter(self._connection, self._keys, self._clock, limits)

    def closed(self) -> dict[str, tuple[datetime, str]]:
        """Return the hosts that asked to be left alone, as long as that lasts: until when, and why."""
        still = millis(self._clock.now()) + 1
        closed = {}
        with self._connection.client() as client:
            for name, end in client.zrangebyscore(self._keys.hosts, still, "+inf", withscores=True):
                host = name.decode()
                why = client.hget(self._keys.host(host), "why") or b""
                closed[host] = (from_millis(end), why.decode())
        return closed


class StoreHostLimiter:
    """A ``HostGate`` whose decisions are made inside the store, one after the other."""

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
        self._manners = limits

    def enter(self, host: str, token: str) -> Admission:
        """Ask to begin a request."""
        limits = self._manners
        keys = [self._keys.inside(host), self._keys.host(host)]
        args: list[object] = [millis(self._clock.now()), token, limits.at_once]
        args += [millis_of(limits.gap), millis_of(limits.lease), LONGEST_PROMISE_MS]
        admitted, come_back, closed = self._connection.script("enter_host", keys, args)
        return Admission(bool(admitted), int(come_back), bool(closed))

    def leave(self, host: str, token: str) -> None:
        """Say that a request ended."""
        with self._connection.client() as client:
            client.zrem(self._keys.inside(host), token)

    def close_until(
        self,
        host: str,
        until: datetime,
        why: str,
    ) -> None:
        """Let nobody in before a moment."""
        keys = [self._keys.host(host), self._keys.hosts]
        args = [millis(self._clock.now()), host, millis(until), why]
        self._connection.script("close_host", keys, args)

    def closed(self) -> dict[str, tuple[datetime, str]]:
        """Return the hosts that are closed now."""
        return HostLimitStore(self._connection, self._keys, self._clock).closed()
