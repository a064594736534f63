"""
The ledger of deliveries: for each digest and channel, what was told, part by part.

A part is noted before it is sent and again after. If a sender dies in between, its note says "begun" and nobody can
know whether readers have it; such a part is in doubt, and is not sent again unless somebody decides so. Everything
else of the digest goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from aggregator.store.query import Query, read_one
from aggregator.store.work import millis

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aggregator.ports import Clock
    from aggregator.store.client import Connection
    from aggregator.store.keys import Keys
    from aggregator.store.retention import Retention

__all__ = ["Delivery", "DeliveryId", "DeliveryState", "DeliveryStore", "PartState"]


class DeliveryState(StrEnum):
    """How a delivery stands."""

    WAITING = "waiting"  # to be begun, or to be gone on with
    DONE = "done"
    DEAD = "dead"  # an operator must look; see ``error``


class PartState(StrEnum):
    """What is known of a part."""

    BEGUN = "begun"  # being sent, or its sender died while at it
    SENT = "sent"
    DOUBT = "doubt"  # may have been sent
    SKIPPED = "refused"  # not taken for this recipient


@dataclass(frozen=True, slots=True, order=True)
class DeliveryId:
    """One digest on one channel."""

    edition: str
    day: date
    channel: str

    def __str__(self) -> str:
        return f"{self.edition}/{self.day}/{self.channel}"

    @classmethod
    def read(cls, text: str) -> DeliveryId:
        """
        Read back what ``str`` gave.

        Raises:
            ValueError: It is not of that form.
        """
        edition, day, channel = text.split("/")
        return cls(edition, date.fromisoformat(day), channel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """
    A delivery as the ledger has it.

    Attributes:
        id: Which.
        state: See ``DeliveryState``.
        form: How the digest was cut; empty before the first try.
        parts: State and note of each part that something is known of, by key.
        tries: Failures in a row.
        due: Not before; None if at once.
        error: What went wrong last; empty if nothing did.
        at: When the ledger last changed.
    """

    id: DeliveryId
    state: DeliveryState = DeliveryState.WAITING
    form: str = ""
    parts: dict[str, tuple[PartState, str]] = field(default_factory=dict)
    tries: int = 0
    due: datetime | None = None
    error: str = ""
    at: datetime | None = None

    def count(self, state: PartState) -> int:
        """Return how many parts are in a state."""
        return sum(found is state for found, _ in self.parts.values())


class DeliveryStore:
    """Deliveries by id."""

    def __init__(self, connection: Connection, keys: Keys, clock: Clock, retention: Retention) -> None:
        self._connection, self._keys, self._clock, self._retention = connection, keys, clock, retention

    def get(self, delivery: DeliveryId) -> Delivery:
        """Return what the ledger has; a delivery that it has nothing of is waiting."""
        return read_one(self._connection, self.query_some([delivery]))[0]

    def query_some(self, ids: Sequence[DeliveryId]) -> Query[list[Delivery]]:
        """Ask what ``get`` returns, of several deliveries."""

        def ask(pipe: Any) -> None:
            for delivery in ids:
                pipe.hgetall(self._keys.delivery(delivery))

        return Query(ask, lambda rows: list(map(_parse_delivery, ids, rows)))

    def recent(self, limit: int = 100) -> list[Delivery]:
        """Return the deliveries begun last, the newest first."""
        ids = read_one(self._connection, self.query_recent(limit))
        return read_one(self._connection, self.query_some(ids))

    def query_recent(self, limit: int = 100) -> Query[list[DeliveryId]]:
        """Ask for the ids of the deliveries begun last, the newest first; forgets what is past its retention."""
        oldest = millis(self._clock.now()) - self._retention.identity_s * 1000

        def ask(pipe: Any) -> None:
            pipe.zremrangebyscore(self._keys.deliveries, "-inf", oldest)
            pipe.zrange(self._keys.deliveries, 0, limit - 1, desc=True)

        return Query(ask, lambda answers: [DeliveryId.read(item.decode()) for item in answers[1]])

    def open(self, delivery: DeliveryId, form: str) -> None:
        """Enter a delivery in the ledger, with how it is cut."""
        now = millis(self._clock.now())
        with self._connection.client() as client:
            client.zadd(self._keys.deliveries, {str(delivery): now}, nx=True)
        self._note(delivery, {"form": form})

    def begin(self, delivery: DeliveryId, part: str, *, token: str, lease: timedelta) -> int:
        """
        Say that a part is about to be sent; prolongs the lock ``deliver`` of the delivery.

        Returns:
            1: send it; 0: something is noted of it already; -1: the lock is not the token's any more.
        """
        keys = [self._keys.lock(f"deliver:{delivery}"), self._keys.delivery(delivery)]
        lease_ms = int(lease.total_seconds() * 1000)
        args: list[object] = [token, lease_ms, f"part:{part}", PartState.BEGUN.value, self._retention.identity_s]
        return int(self._connection.script("begin_part", keys, args))

    def note_part(self, delivery: DeliveryId, part: str, state: PartState, note: str = "") -> None:
        """Note what became of a part."""
        self._note(delivery, {f"part:{part}": f"{state} {note}".rstrip()})

    def forget_part(self, delivery: DeliveryId, part: str) -> None:
        """Note that a part was surely not sent, so that it may be."""
        with self._connection.client() as client:
            client.hdel(self._keys.delivery(delivery), f"part:{part}")

    def failed(self, delivery: DeliveryId, error: str, *, tries: int, due: datetime) -> None:
        """Note a failure after which the rest will be tried again."""
        self._note(delivery, {"error": error, "tries": tries, "due": millis(due)})

    def end(self, delivery: DeliveryId, state: DeliveryState, error: str = "") -> None:
        """Note that a delivery is done, or that an operator must look."""
        self._note(delivery, {"state": state.value, "error": error})

    def again(self, delivery: DeliveryId) -> None:
        """Take a delivery up again: what was sent stays sent, what is in doubt or was refused is sent."""
        found = self.get(delivery)
        stale = [f"part:{key}" for key, (state, _) in found.parts.items() if state is not PartState.SENT]
        with self._connection.client() as client:
            client.hdel(self._keys.delivery(delivery), "state", "error", "tries", "due", *stale)

    def _note(self, delivery: DeliveryId, values: dict[str, object]) -> None:
        key = self._keys.delivery(delivery)
        with self._connection.client() as client:
            pipe = client.pipeline(transaction=True)
            pipe.hset(key, mapping={**values, "at": millis(self._clock.now())})
            pipe.expire(key, self._retention.identity_s)
            pipe.execute()


def _moment(value: str | None) -> datetime | None:
    return datetime.fromtimestamp(int(value) / 1000, tz=UTC) if value else None


def _parse_delivery(delivery: DeliveryId, row: Mapping[bytes, bytes]) -> Delivery:
    values = {key.decode(): value.decode() for key, value in row.items()}
    parts: dict[str, tuple[PartState, str]] = {}
    for key, value in values.items():
        if key.startswith("part:"):
            state, _, note = value.partition(" ")
            parts[key.removeprefix("part:")] = (PartState(state), note)
    return Delivery(
        id=delivery,
        state=DeliveryState(values.get("state", "waiting")),
        form=values.get("form", ""),
        parts=parts,
        tries=int(values.get("tries", 0)),
        due=_moment(values.get("due")),
        error=values.get("error", ""),
        at=_moment(values.get("at")),
    )
