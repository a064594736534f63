"""Digests: put in place whole, read back by day."""

from __future__ import annotations

from datetime import date
from itertools import chain
from typing import TYPE_CHECKING, Any

from aggregator.models import Digest, Stage
from aggregator.models.digest_json import read_digest, write_digest
from aggregator.store.query import query_each, read_one
from aggregator.store.told import pack_told, unpack_told

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aggregator.models import ToldStory
    from aggregator.store.client import Connection
    from aggregator.store.keys import Keys
    from aggregator.store.query import Query
    from aggregator.store.retention import Retention

__all__ = ["DigestStore"]


class DigestStore:
    """One digest for each edition and local day."""

    def __init__(
        self,
        connection: Connection,
        keys: Keys,
        retention: Retention,
    ) -> None:
        self._connection = connection
        self._keys = keys
        self._retention = retention

    def publish(  # noqa: PLR0913  (each is a part of one step)
        self,
        digest: Digest,
        articles: Mapping[str, int],
        *,
        token: str,
        last: bool = True,
        of_day: int | None = None,
        corrected: int | None = None,
        told: Sequence[ToldStory] = (),
    ) -> bool:
        """
        Put a digest in place and its articles to rest, in one step.

        Args:
            digest: Closes its day if it is closed.
            articles: Id and ``rev`` of every article it was composed from.
            token: Of the lock ``compose``.
            last: No further edition of this day follows; only then is nothing of it left to do.
            of_day: How many articles the day has as far as is known; None if that does not matter.
                A day with another number does not close.
            corrected: How many articles of closed days it corrects as far as is known; None if that
                does not matter.
            told: What threads of later days need of its stories.

        Returns:
            False if an article changed or came meanwhile, or the lock was lost; then nothing
            changed.
        """
        day = digest.day
        keys = [
            self._keys.lock("compose"),
            self._keys.digest(digest.edition, day),
            self._keys.digests(digest.edition),
            self._keys.open,
            self._keys.closed,
            self._keys.wait(Stage.COMPOSE),
            self._keys.wait(Stage.TRANSLATE),
            self._keys.day(day),
            self._keys.corrected(day),
            self._keys.told(digest.edition, day),
        ]
        for article_id in articles:
            key = self._keys.article(article_id)
            keys.append(key)
        args: list[object] = [
            token,
            write_digest(digest),
            self._retention.digests_s,
            day.isoformat(),
            day.toordinal(),
            _name_closing(digest, last=last),
            "" if of_day is None else of_day,
            "" if corrected is None else corrected,
            pack_told(told),
            self._retention.told_s,
            *chain.from_iterable(articles.items()),
        ]
        published = self._connection.run_script("publish", keys, args)
        return int(published) == 1

    def load_digest(self, edition: str, day: date) -> Digest | None:
        """Return a digest, None if there is none."""
        with self._connection.client() as client:
            value = client.get(self._keys.digest(edition, day))
        return read_digest(value.decode()) if value else None

    def load_told(self, edition: str, days: Iterable[date]) -> list[ToldStory]:
        """Return what was kept for threads of some days, as far as it is still kept."""
        keys = [self._keys.told(edition, day) for day in days]
        if not keys:
            return []
        with self._connection.client() as client:
            values = client.mget(keys)
        told: list[ToldStory] = []
        for key, value in zip(keys, values, strict=True):
            if value:
                told += unpack_told(value, key)
        return told

    def list_days(self, edition: str) -> list[date]:
        """Return the days that have a digest, the newest first."""
        return read_one(self._connection, self.query_days([edition]))[edition]

    def query_days(self, editions: Sequence[str]) -> Query[dict[str, list[date]]]:
        """Ask what ``list_days`` returns, of several editions, by edition."""
        return query_each(editions, self._ask_days, _parse_days)

    def _ask_days(self, pipe: Any, edition: str) -> None:
        key = self._keys.digests(edition)
        pipe.zrange(key, 0, -1, desc=True)


def _parse_days(row: Sequence[bytes]) -> list[date]:
    return [date.fromisoformat(item.decode()) for item in row]


def _name_closing(digest: Digest, *, last: bool) -> str:
    """
    Return what ``publish.lua`` calls the state of the day.

    It stays open, closes while further editions follow, or is closed.
    """
    if not digest.closed:
        return "open"
    return "closed" if last else "closes"
