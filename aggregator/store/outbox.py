"""
The outbox: what is on its way to somebody, part by part, and what is known of each part.

A part is noted before it is sent and again after. If a sender dies in between, its note says
"begun" and nobody can know whether it arrived; such a part is in doubt, and is not sent again
unless somebody decides so. Everything else goes on. Digests and notices each have an outbox of this
form; ``pipeline.send`` is what sends from both.

Each item is a Redis hash. A part is a field ``part:KEY`` whose value is its state and, after a
space, a note.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from aggregator.clock import MOST_AHEAD, from_millis, span_to_millis, to_millis
from aggregator.store.query import Query, read_fields, read_one

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from aggregator.ports import Clock
    from aggregator.store.client import Connection
    from aggregator.store.keys import Keys
    from aggregator.store.query import Row

__all__ = [
    "PART_FIELD",
    "DeliveryState",
    "Outbox",
    "Outgoing",
    "PartState",
    "Parts",
    "read_parts",
]

PART_FIELD = "part:"
"""What the field of a part begins with."""

Id = TypeVar("Id")


class DeliveryState(StrEnum):
    """The state of something on its way."""

    WAITING = "waiting"  # to be begun, or to be gone on with
    DONE = "done"
    DEAD = "dead"  # an operator must look; see ``error``


class PartState(StrEnum):
    """What is known of a part."""

    BEGUN = "begun"  # being sent, or its sender died while at it
    SENT = "sent"
    DOUBT = "doubt"  # may have been sent
    SKIPPED = "refused"  # not taken for this recipient


Parts = dict[str, tuple[PartState, str]]
"""State and note of each part that something is known of, by the part's key."""


# Without slots: with them, Python 3.11 cannot make a frozen dataclass that is generic.
@dataclass(frozen=True, kw_only=True)
class Outgoing(Generic[Id]):
    """
    An item as the outbox has it.

    Attributes:
        id: Names what is sent, and where to.
        form: How it was cut into parts; empty before the first try.
        tries: Failures in a row.
        due: Not before; None if at once.
        error: What went wrong last; empty if nothing did.
        at: When the outbox last changed; None if that is not kept.
    """

    id: Id
    state: DeliveryState = DeliveryState.WAITING
    form: str = ""
    parts: Parts = field(default_factory=dict)
    tries: int = 0
    due: datetime | None = None
    error: str = ""
    at: datetime | None = None

    def may_be_tried(self, now: datetime) -> bool:
        """Say whether something is left of it to send, and its time has come."""
        if self.state is not DeliveryState.WAITING:
            return False
        # Its time was counted from a clock that was ahead, and was set right since.
        is_astray = self.at is not None and self.at > now + MOST_AHEAD
        return self.due is None or self.due <= now or is_astray

    def count(self, state: PartState) -> int:
        """Return how many parts are in a state."""
        states = [state_of_part for state_of_part, _note in self.parts.values()]
        return states.count(state)


class Outbox(ABC, Generic[Id]):
    """What is known of everything on its way. Whoever sends an item holds its lock."""

    def __init__(
        self,
        connection: Connection,
        keys: Keys,
        clock: Clock,
        *,
        lifetime_s: int,
    ) -> None:
        """Point at it; an item is kept for ``lifetime_s`` seconds after its last change."""
        self._connection = connection
        self._keys = keys
        self._clock = clock
        self._lifetime_s = lifetime_s

    @abstractmethod
    def name_lock(self, item: Id) -> str:
        """Return the name of the lock that whoever sends the item holds."""

    @abstractmethod
    def _item_key(self, item: Id) -> str:
        """Return the key of the item's hash."""

    def get(self, item: Id) -> Outgoing[Id]:
        """Return what is known of an item; one that nothing is known of waits."""
        [known] = read_one(self._connection, self.query_items([item]))
        return known

    def query_items(self, items: Sequence[Id]) -> Query[list[Outgoing[Id]]]:
        """Ask what ``get`` returns, of several items."""

        def ask(pipe: Any) -> None:
            for item in items:
                pipe.hgetall(self._item_key(item))

        def parse(rows: Sequence[Any]) -> list[Outgoing[Id]]:
            return list(map(_read_item, items, rows))

        return Query(ask, parse)

    def begin_part(
        self,
        item: Id,
        part: str,
        *,
        token: str,
        lease: timedelta,
    ) -> int:
        """
        Note that a part is about to be sent; prolongs the item's lock.

        Returns:
            1: send it; 0: something is noted of it already; -1: the lock is not the token's any
                more.
        """
        keys = [self._keys.lock(self.name_lock(item)), self._item_key(item)]
        args: list[object] = [
            token,
            span_to_millis(lease),
            PART_FIELD + part,
            PartState.BEGUN.value,
            self._lifetime_s,
        ]
        return int(self._connection.run_script("begin_part", keys, args))

    def note_part(
        self,
        item: Id,
        part: str,
        state: PartState,
        note: str = "",
    ) -> None:
        """Note what became of a part."""
        self._write(item, {PART_FIELD + part: f"{state} {note}".rstrip()})

    def forget_part(self, item: Id, part: str) -> None:
        """Note that a part was surely not sent, so that it may be."""
        with self._connection.client() as client:
            client.hdel(self._item_key(item), PART_FIELD + part)

    def put_off(
        self,
        item: Id,
        error: str,
        *,
        tries: int,
        due: datetime,
    ) -> None:
        """Note a failure after which the rest will be tried again."""
        self._write(
            item,
            {
                "error": error,
                "tries": tries,
                "due": to_millis(due),
            },
        )

    def end(
        self,
        item: Id,
        state: DeliveryState,
        error: str = "",
    ) -> None:
        """Note that an item is done, or that an operator must look."""
        self._write(item, {"state": state.value, "error": error})

    def _write(self, item: Id, fields: Mapping[str, object]) -> None:
        key = self._item_key(item)
        with self._connection.client() as client:
            pipe = client.pipeline(transaction=True)
            pipe.hset(key, mapping=dict(fields))
            pipe.expire(key, self._lifetime_s)
            pipe.execute()


def _read_item(item: Id, fields: Row) -> Outgoing[Id]:
    values = read_fields(fields)
    return Outgoing(
        id=item,
        state=DeliveryState(values.get("state", "waiting")),
        form=values.get("form", ""),
        parts=read_parts(values),
        tries=int(values.get("tries", 0)),
        due=_read_moment(values.get("due")),
        error=values.get("error", ""),
        at=_read_moment(values.get("at")),
    )


def read_parts(values: Mapping[str, str]) -> Parts:
    """Return state and note of each part among the fields of an item, by the part's key."""
    parts = {}
    for name, value in values.items():
        if name.startswith(PART_FIELD):
            state, _, note = value.partition(" ")
            parts[name.removeprefix(PART_FIELD)] = (PartState(state), note)
    return parts


def _read_moment(value: str | None) -> datetime | None:
    return from_millis(int(value)) if value else None
