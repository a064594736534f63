"""What was translated before: found by package, settings and text, bounded in number."""

from __future__ import annotations

from itertools import chain
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

    def __init__(
        self,
        connection: Connection,
        keys: Keys,
        *,
        most: int,
    ) -> None:
        """
        Point at it.

        Args:
            connection: To the store.
            keys: Of the namespace.
            most: Translations kept, give or take half; 0 to keep none.
        """
        self._connection = connection
        self._keys = keys
        self._most = most

    def recall(self, names: Sequence[str]) -> dict[str, Translation]:
        """Return what is known of these, by name; counts what was and what was not."""
        if not self._most or not names:
            return {}
        fresh = self._look_up(self._keys.english, names)
        older = self._look_up(self._keys.english_before, names)
        aging = {name: value for name, value in older.items() if name not in fresh}
        known = {**fresh, **aging}
        self._count(hits=len(known), misses=len(names) - len(known))
        # What is asked for again stays: it is written anew among the fresh ones.
        self._write(aging)
        return {
            name: decode(Translation, value, self._keys.english) for name, value in known.items()
        }

    def remember(self, made: Mapping[str, Translation]) -> None:
        """Keep translations by name."""
        if self._most:
            self._write(
                {name: encode(Translation, translation) for name, translation in made.items()}
            )

    def counts(self) -> tuple[int, int]:
        """Return how many were asked for and known, and how many were not, since the store began."""
        return read_one(self._connection, self.query_counts())

    def query_counts(self) -> Query[tuple[int, int]]:
        """Ask what ``counts`` returns."""
        return query_one(
            lambda pipe: pipe.hmget(self._keys.english_counts, ["hits", "misses"]),
            lambda found: (int(found[0] or 0), int(found[1] or 0)),
        )

    def _look_up(self, key: str, names: Sequence[str]) -> dict[str, bytes]:
        with self._connection.client() as client:
            values = client.hmget(key, names)
        pairs = zip(names, values, strict=True)
        return {name: value for name, value in pairs if value}

    def _count(self, *, hits: int, misses: int) -> None:
        with self._connection.client() as client:
            pipe = client.pipeline(transaction=False)
            pipe.hincrby(self._keys.english_counts, "hits", hits)
            pipe.hincrby(self._keys.english_counts, "misses", misses)
            pipe.execute()

    def _write(self, made: Mapping[str, bytes]) -> None:
        if not made:
            return
        keys = [self._keys.english, self._keys.english_before]
        args: list[object] = [max(1, self._most // 2)]
        args += chain.from_iterable(made.items())
        self._connection.script("remember", keys, args)
