"""The gate that all workers share: who may ask which host now."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aggregator.politeness import LONGEST_PROMISE_MS, Answer
from aggregator.store.work import millis

if TYPE_CHECKING:
    from aggregator.politeness import Manners
    from aggregator.ports import Clock
    from aggregator.store.client import Connection
    from aggregator.store.keys import Keys

__all__ = ["HostStore", "StoreGate"]


class HostStore:
    """What is known of hosts."""

    def __init__(self, connection: Connection, keys: Keys, clock: Clock) -> None:
        self._connection, self._keys, self._clock = connection, keys, clock

    def gate(self, manners: Manners) -> StoreGate:
        """Return the gate, minded by these manners."""
        return StoreGate(self._connection, self._keys, self._clock, manners)

    def closed(self) -> dict[str, tuple[datetime, str]]:
        """Return the hosts that asked to be left alone, as long as that lasts: until when, and why."""
        with self._connection.client() as client:
            found = client.zrangebyscore(self._keys.hosts, millis(self._clock.now()) + 1, "+inf", withscores=True)
            hosts = [(item.decode(), datetime.fromtimestamp(end / 1000, tz=UTC)) for item, end in found]
            reasons = [client.hget(self._keys.host(host), "why") or b"" for host, _ in hosts]
        return {host: (end, why.decode()) for (host, end), why in zip(hosts, reasons, strict=True)}


class StoreGate:
    """A ``HostGate`` whose decisions are made inside the store, one after the other."""

    def __init__(self, connection: Connection, keys: Keys, clock: Clock, manners: Manners) -> None:
        self._connection, self._keys, self._clock, self._manners = connection, keys, clock, manners

    def enter(self, host: str, token: str) -> Answer:
        """Ask to begin a request."""
        k, now, manners = self._keys, millis(self._clock.now()), self._manners
        gap, lease = (int(span.total_seconds() * 1000) for span in (manners.gap, manners.lease))
        admitted, come_back, closed = self._connection.script(
            "enter_host", [k.inside(host), k.host(host)], [now, token, manners.at_once, gap, lease, LONGEST_PROMISE_MS]
        )
        return Answer(bool(admitted), int(come_back), bool(closed))

    def leave(self, host: str, token: str) -> None:
        """Say that a request ended."""
        with self._connection.client() as client:
            client.zrem(self._keys.inside(host), token)

    def close_until(self, host: str, until: datetime, why: str) -> None:
        """Let nobody in before a moment."""
        k = self._keys
        self._connection.script(
            "close_host", [k.host(host), k.hosts], [millis(self._clock.now()), host, millis(until), why]
        )

    def closed(self) -> dict[str, tuple[datetime, str]]:
        """Return the hosts that are closed now."""
        return HostStore(self._connection, self._keys, self._clock).closed()
