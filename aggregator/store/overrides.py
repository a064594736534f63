"""Overrides of grouping by operators. Every method is one atomic step of the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.clock import to_millis
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
    """Overrides by pair of articles."""

    def __init__(self, connection: Connection, keys: Keys) -> None:
        self._connection = connection
        self._keys = keys

    def load_all(self) -> Overrides:
        """Return all overrides."""
        with self._connection.client() as client:
            row = client.hgetall(self._keys.overrides)
        pinned = set()
        split = set()
        for field, kind in row.items():
            one, other = field.decode().split(" ")
            pair = pair_of(one, other)
            if kind == _PIN:
                pinned.add(pair)
            elif kind == _SPLIT:
                split.add(pair)
        return Overrides(pinned=frozenset(pinned), split=frozenset(split))

    def set_override(
        self,
        one: str,
        other: str,
        kind: Literal["pin", "split"] | None,
        *,
        now: datetime,
    ) -> int:
        """
        Say that two articles are one story, or two, or take that back.

        Args:
            one: Article id.
            other: Another article's id.
            kind: None takes back what was said of the two.
            now: Real time.

        Returns:
            How many of the two are grouped again; 0 where their digests are closed or they are
            still on their way.
        """
        pair = pair_of(one, other)
        keys = [
            self._keys.overrides,
            self._keys.open,
            self._keys.wait(Stage.GROUP),
            self._keys.wait(Stage.COMPOSE),
            self._keys.article(pair[0]),
            self._keys.article(pair[1]),
        ]
        args: list[object] = [
            " ".join(pair),
            kind or "",
            to_millis(now),
            *pair,
        ]
        grouped_again = self._connection.run_script("set_override", keys, args)
        return int(grouped_again)
