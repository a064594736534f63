"""What operators have ruled about articles. Every method is one atomic step of the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.clock import millis
from aggregator.models import Overrides, Stage, pair_of

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Literal

    from aggregator.store.client import Connection
    from aggregator.store.keys import Keys

__all__ = ["OverrideStore"]

_PIN = b"pin"
_SPLIT = b"split"


class OverrideStore:
    """Rulings by pair of articles."""

    def __init__(self, connection: Connection, keys: Keys) -> None:
        self._connection = connection
        self._keys = keys

    def all(self) -> Overrides:
        """Return all rulings."""
        with self._connection.client() as client:
            found = client.hgetall(self._keys.overrides)
        pairs = {field: pair_of(*field.decode().split(" ")) for field in found}
        return Overrides(
            pinned=frozenset(pairs[field] for field, what in found.items() if what == _PIN),
            split=frozenset(pairs[field] for field, what in found.items() if what == _SPLIT),
        )

    def rule(
        self,
        one: str,
        other: str,
        what: Literal["pin", "split"] | None,
        *,
        now: datetime,
    ) -> int:
        """
        Rule that two articles are one story, or two, or take the ruling back.

        Args:
            one: Article id.
            other: Another.
            what: None takes back what was ruled of the two.
            now: Real time.

        Returns:
            How many of the two are grouped again; 0 where their digests are closed or they are
            still on their way.
        """
        k = self._keys
        pair = pair_of(one, other)
        keys = [
            k.overrides,
            k.open,
            k.wait(Stage.GROUP),
            k.wait(Stage.COMPOSE),
            *(k.article(key) for key in pair),
        ]
        return int(
            self._connection.script(
                "set_override", keys, [" ".join(pair), what or "", millis(now), *pair]
            )
        )
