"""What was translated before: by package, settings and text, bounded in number."""

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
        """Point at it; ``most`` translations are kept, give or take half, and none with 0."""
        self._connection = connection
        self._keys = keys
        self._most = most

    def recall(self, names: Sequence[str]) -> dict[str, Translation]:
        """Return what is known of these, by name; counts what was and what was not."""
        if not self._most or not names:
            return {}
        fresh = self._load(self._keys.english, names)
        older = self._load(self._keys.english_before, names)
        aging = {name: value for name, value in older.items() if name not in fresh}
        known = {**fresh, **aging}
        hits = len(known)
        self._count(hits=hits, misses=len(names) - hits)
        # What is asked for again stays: it is written anew among the fresh ones.
        self._write(aging)
        key = self._keys.english
        return {name: decode(Translation, value, key) for name, value in known.items()}

    def remember(self, made: Mapping[str, Translation]) -> None:
        """Keep translations by name."""
        if not self._most:
            return
        encoded = {}
        for name, translation in made.items():
            encoded[name] = encode(Translation, translation)
        self._write(encoded)

    def load_counts(self) -> tuple[int, int]:
        """Return how many were asked for and known, and how many not, since the store began."""
        return read_one(self._connection, self.query_counts())

    def query_counts(self) -> Query[tuple[int, int]]:
        """Ask what ``load_counts`` returns."""
        key = self._keys.english_counts
        return query_one(
            lambda pipe: pipe.hmget(key, ["hits", "misses"]),
            _parse_counts,
        )

    def _load(self, key: str, names: Sequence[str]) -> dict[str, bytes]:
        with self._connection.client() as client:
            values = client.hmget(key, names)
        pairs = zip(names, values, strict=True)
        return {name: value for name, value in pairs if value}

    def _count(self, *, hits: int, misses: int) -> None:
        with self._connection.client() as client:
            pipe = client.pipeline(transaction=False)
            key = self._keys.english_counts
            pipe.hincrby(key, "hits", hits)
            pipe.hincrby(key, "misses", misses)
            pipe.execute()

    def _write(self, made: Mapping[str, bytes]) -> None:
        if not made:
            return
        keys = [self._keys.english, self._keys.english_before]
        # The newer and the older ones hold half each.
        half = max(1, self._most // 2)
        args: list[object] = [half, *chain.from_iterable(made.items())]
        self._connection.run_script("remember", keys, args)


def _parse_counts(values: Sequence[bytes | None]) -> tuple[int, int]:
    hits, misses = values
    return int(hits or 0), int(misses or 0)
