"""Digests: put in place whole, read back by day."""

from __future__ import annotations

from datetime import date
from itertools import chain
from typing import TYPE_CHECKING, Any

from aggregator.models import Digest, Stage
from aggregator.models.digest_json import read_digest, write_digest
from aggregator.store.query import Query, read_one

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aggregator.store.client import Connection
    from aggregator.store.keys import Keys
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

    def publish(
        self,
        digest: Digest,
        articles: Mapping[str, int],
        *,
        token: str,
        last: bool = True,
        of_day: int | None = None,
        corrected: int | None = None,
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
            corrected: How many articles of closed days it is known to tell of again; likewise.

        Returns:
            False if an article changed or came meanwhile, or the lock was lost; then nothing
            changed.
        """
        k = self._keys
        day = digest.day
        waits = [k.wait(Stage.COMPOSE), k.wait(Stage.TRANSLATE)]
        keys = [
            k.lock("compose"),
            k.digest(digest.edition, day),
            k.digests(digest.edition),
            k.open,
            k.closed,
            *waits,
        ]
        keys += [k.day(day), k.corrected(day)]
        keys += [k.article(article_id) for article_id in articles]
        args: list[object] = [
            token,
            write_digest(digest),
            self._retention.digests_s,
            day.isoformat(),
            day.toordinal(),
        ]
        args.append(_name_closing(digest, last=last))
        args += ["" if number is None else number for number in (of_day, corrected)]
        args += chain.from_iterable(articles.items())
        return int(self._connection.script("publish", keys, args)) == 1

    def digest(self, edition: str, day: date) -> Digest | None:
        """Return a digest, None if there is none."""
        with self._connection.client() as client:
            value = client.get(self._keys.digest(edition, day))
        return read_digest(value.decode()) if value else None

    def days(self, edition: str) -> list[date]:
        """Days that have a digest, the newest first."""
        return read_one(self._connection, self.query_days([edition]))[edition]

    def query_days(self, editions: Sequence[str]) -> Query[dict[str, list[date]]]:
        """Ask what ``days`` returns, of several editions, by edition."""

        def ask(pipe: Any) -> None:
            for edition in editions:
                pipe.zrange(self._keys.digests(edition), 0, -1, desc=True)

        return Query(ask, lambda rows: dict(zip(editions, map(_parse_days, rows), strict=True)))


def _parse_days(row: Sequence[bytes]) -> list[date]:
    return [date.fromisoformat(item.decode()) for item in row]


def _name_closing(digest: Digest, *, last: bool) -> str:
    """Return what ``publish.lua`` calls it: the day stays open, closes while further editions follow, or is closed."""
    if not digest.closed:
        return "open"
    return "closed" if last else "closes"
