"""The outbox of digests: for each digest and channel, what was sent, part by part."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from aggregator.clock import to_millis
from aggregator.errors import DeliveryBusyError
from aggregator.store.outbox import PART_FIELD, Outbox, Outgoing, PartState
from aggregator.store.query import Query, read_one

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aggregator.ports import Clock
    from aggregator.store.client import Connection
    from aggregator.store.keys import Keys
    from aggregator.store.retention import Retention

__all__ = ["Delivery", "DeliveryId", "DeliveryStore"]


@dataclass(frozen=True, slots=True, order=True)
class DeliveryId:
    """One digest on one channel."""

    edition: str
    day: date
    channel: str

    def __str__(self) -> str:
        parts = (self.edition, self.day.isoformat(), self.channel)
        return "/".join(parts)

    @classmethod
    def read(cls, text: str) -> DeliveryId:
        """
        Read back what ``str`` gave.

        Raises:
            ValueError: It is not of that form.
        """
        edition, day_text, channel = text.split("/")
        day = date.fromisoformat(day_text)
        return cls(edition, day, channel)


Delivery = Outgoing[DeliveryId]
"""A digest on its way to a channel, as the outbox has it."""


class DeliveryStore(Outbox[DeliveryId]):
    """Deliveries by id, and those of late in a list."""

    def __init__(
        self,
        connection: Connection,
        keys: Keys,
        clock: Clock,
        retention: Retention,
    ) -> None:
        super().__init__(connection, keys, clock, lifetime_s=retention.identity_s)

    def name_lock(self, item: DeliveryId) -> str:
        """See ``Outbox``: each delivery has a lock of its own."""
        return f"deliver:{item}"

    def _item_key(self, item: DeliveryId) -> str:
        return self._keys.delivery(item)

    def _write(self, item: DeliveryId, fields: Mapping[str, object]) -> None:
        at = to_millis(self._clock.now())
        super()._write(item, {**fields, "at": at})

    def load_recent(self, limit: int = 100) -> list[Delivery]:
        """Return the deliveries begun last, the newest first."""
        ids = read_one(self._connection, self.query_recent(limit))
        return read_one(self._connection, self.query_items(ids))

    def query_recent(self, limit: int = 100) -> Query[list[DeliveryId]]:
        """
        Ask for the ids of the deliveries begun last, the newest first.

        Forgets what is past its retention.
        """
        now = to_millis(self._clock.now())
        oldest = now - self._lifetime_s * 1000

        def ask(pipe: Any) -> None:
            pipe.zremrangebyscore(self._keys.deliveries, "-inf", oldest)
            pipe.zrange(self._keys.deliveries, 0, limit - 1, desc=True)

        def parse(answers: Sequence[Any]) -> list[DeliveryId]:
            _, names = answers
            return [DeliveryId.read(name.decode()) for name in names]

        return Query(ask, parse)

    def open(self, delivery: DeliveryId, form: str) -> None:
        """Enter a delivery in the outbox, with how it is cut into parts."""
        begun = {str(delivery): to_millis(self._clock.now())}
        with self._connection.client() as client:
            client.zadd(self._keys.deliveries, begun, nx=True)
        self._write(delivery, {"form": form})

    def reopen(self, delivery: DeliveryId) -> None:
        """
        Take a delivery up again.

        What was sent stays sent; what is in doubt or was refused is sent. Where nothing was, it
        goes out in whatever form its channel has now.

        Raises:
            DeliveryBusyError: A sender is at it, who may be sending any part at this moment.
        """
        keys = [self._keys.lock(self.name_lock(delivery)), self._keys.delivery(delivery)]
        args = [PART_FIELD, PartState.SENT.value, "form", "state", "error", "tries", "due"]
        if not self._connection.run_script("reopen", keys, args):
            raise DeliveryBusyError(str(delivery))
