"""What was translated before: found by package, settings and text, bounded in number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.models import Translation
from aggregator.store.codec import decode, encode
from aggregator.store.query import Query, query_one, read_one

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aggregator.store.client import Connection
    from aggregator.store.keys import Keys

__all__ = ["TranslationStore"]


class TranslationStore:
    """The ``Memory`` of ``translate.memory`` in the store."""

    def __init__(self, connection: Connection, keys: Keys, *, most: int) -> None:
        """
        Point at it.

        Args:
            connection: To the store.
            keys: Of the namespace.
            most: Translations kept, give or take half; 0 to keep none.
        """
        self._connection, self._keys, self._most = connection, keys, most

    def recall(self, names: Sequence[str]) -> dict[str, Translation]:
        """Return what is known of these, by name; counts what was and what was not."""
        if not self._most or not names:
            return {}
        k = self._keys
        with self._connection.client() as client:
            current, previous = client.hmget(k.english, names), client.hmget(k.english_before, names)
            found = {name: new or old for name, new, old in zip(names, current, previous, strict=True) if new or old}
            pipe = client.pipeline(transaction=False)
            pipe.hincrby(k.english_counts, "hits", len(found))
            pipe.hincrby(k.english_counts, "misses", len(names) - len(found))
            pipe.execute()
        aging = [name for name, new in zip(names, current, strict=True) if not new and name in found]
        self._write({name: found[name] for name in aging})
        return {name: decode(Translation, value, k.english) for name, value in found.items()}

    def remember(self, made: Mapping[str, Translation]) -> None:
        """Keep translations by name."""
        if self._most:
            self._write({name: encode(Translation, translation) for name, translation in made.items()})

    def counts(self) -> tuple[int, int]:
        """Return how many were asked for and known, and how many were not, since the store began."""
        return read_one(self._connection, self.query_counts())

    def query_counts(self) -> Query[tuple[int, int]]:
        """Ask what ``counts`` returns."""
        return query_one(
            lambda pipe: pipe.hmget(self._keys.english_counts, ["hits", "misses"]),
            lambda found: (int(found[0] or 0), int(found[1] or 0)),
        )

    def _write(self, made: Mapping[str, bytes]) -> None:
        if made:
            k = self._keys
            pairs = [part for pair in made.items() for part in pair]
            self._connection.script("remember", [k.english, k.english_before], [max(1, self._most // 2), *pairs])
