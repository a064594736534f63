"""
Which store this is, and how much of it can be seen to be there.

A store that was emptied, swapped for another one, or brought back from an old copy looks healthy
and new. So it carries a mark: a name of its own, made once, and the moment at which it was last
judged. Whoever judges remembers both beside it, on a disk (``operations.known``); a name that
changed or a moment that went back is a loss.

Keys thrown away one by one leave the mark alone. The server counts those that it evicted; what was
deleted by hand is found by looking for articles, a few of each of the last days at a time, and for
keys that are never deleted once they are there.

An operator may accept a loss. That is written into the mark, so that all who remember the store of
before know of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from redis.exceptions import NoPermissionError

from aggregator.clock import from_millis, span_to_millis, to_millis
from aggregator.models import Stage
from aggregator.store.query import (
    Query,
    query_one,
    read_fields,
    read_one,
)

if TYPE_CHECKING:
    from collections.abc import (
        Callable,
        Iterator,
        Mapping,
        Sequence,
    )
    from datetime import date, datetime

    from aggregator.store.client import Connection
    from aggregator.store.keys import Keys
    from aggregator.store.query import Row
    from aggregator.store.server import ServerFacts

__all__ = [
    "STANDING",
    "MarkStore",
    "StoreMark",
    "make_mark_id",
    "read_evictions",
]

STANDING = (
    "schema",
    "counts",
    "heard",
    "memory",
    "runs",
    "closed",
)
"""Keys that are never deleted once they are there, without their namespace."""

_SAMPLE = 16
# An article's record may expire so long before the set of its day: they are as far apart as the
# first and the last that came for that day.
_SPAN = timedelta(days=4)
_BATCH = 1000
_ARTICLE_STAGES = (
    Stage.PAGE,
    Stage.TEXT,
    Stage.GROUP,
    Stage.TRANSLATE,
    Stage.COMPOSE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreMark:
    """
    What a store says of which one it is.

    Attributes:
        id: Made when the store was first used; empty if it has no mark.
        seen: When it was last judged; None if never.
        accepted: When an operator took it as it is, whatever was lost; None if never.
        back: When store or broker last came back after they had been away; None if never.
        run_id: Of the server, when ``evicted`` was accepted.
        evicted: Keys that the server had evicted by then.
    """

    id: str = ""
    seen: datetime | None = None
    accepted: datetime | None = None
    back: datetime | None = None
    run_id: str = ""
    evicted: int = 0


def make_mark_id() -> str:
    """Return a name that no other store has."""
    return uuid4().hex


class MarkStore:
    """The mark, and what is looked at beside it."""

    def __init__(
        self,
        connection: Connection,
        keys: Keys,
        make_id: Callable[[], str] = make_mark_id,
    ) -> None:
        self._connection = connection
        self._keys = keys
        self._make_id = make_id

    def make(self) -> None:
        """Give the store a mark if it has none; what was evicted before is no loss of its."""
        with self._connection.client() as client:
            is_new = client.hsetnx(self._keys.mark, "id", self._make_id())
            if not is_new:
                return
            # With anything else there it is a store of before there were marks, or lost its own.
            if client.exists(self._keys.counts):
                return
            base = read_evictions(client)
            if base:
                client.hset(self._keys.mark, mapping=base)

    def load(self) -> StoreMark:
        """Return the mark."""
        return read_one(self._connection, self.query())

    def query(self) -> Query[StoreMark]:
        """Ask for the mark."""
        return query_one(self._ask_mark, _parse_mark)

    def _ask_mark(self, pipe: Any) -> None:
        pipe.hgetall(self._keys.mark)

    def query_standing(self, editions: Sequence[str]) -> Query[tuple[str, ...]]:
        """Ask which of the keys are there that are never deleted; without their namespace."""
        digests = [f"digests:{edition}" for edition in editions]
        names = (*STANDING, *digests)
        missing = self.query_missing(names)

        def parse(answers: list[int]) -> tuple[str, ...]:
            gone = missing.parse(answers)
            return tuple(name for name in names if name not in gone)

        return Query(missing.ask, parse)

    def query_sample(self, days: Sequence[date]) -> Query[list[str]]:
        """
        Ask for records of articles that must be there, some of each of these days.

        They are named as ``query_missing`` takes them; none is of a day that is soon forgotten.
        """

        def ask(pipe: Any) -> None:
            for day in days:
                key = self._keys.day(day)
                pipe.pttl(key)
                pipe.srandmember(key, _SAMPLE)

        def parse(answers: Sequence[Any]) -> list[str]:
            names: list[str] = []
            pairs = zip(answers[::2], answers[1::2], strict=True)
            for left_ms, members in pairs:
                if left_ms > span_to_millis(_SPAN):
                    names += map(_name_article, members)
            return names

        return Query(ask, parse)

    def query_missing(self, names: Sequence[str]) -> Query[list[str]]:
        """Ask which of these keys are not there; without their namespace, as in ``keys``."""

        def ask(pipe: Any) -> None:
            for name in names:
                pipe.exists(self._keys.prefix + name)

        def parse(answers: Sequence[int]) -> list[str]:
            pairs = zip(names, answers, strict=True)
            return [name for name, there in pairs if not there]

        return Query(ask, parse)

    def note_seen(self, now: datetime, before: StoreMark) -> datetime:
        """Note that the store was judged; returns the moment, never earlier than the mark's was."""
        last_seen = before.seen or now
        seen = max(now, last_seen)
        self._note({"seen": to_millis(seen)})
        return seen

    def note_back(self, now: datetime) -> None:
        """Note that store or broker came back."""
        self._note({"back": to_millis(now)})

    def _note(self, fields: Mapping[str, object]) -> None:
        with self._connection.client() as client:
            client.hset(self._keys.mark, mapping=dict(fields))

    def accept(
        self,
        server: ServerFacts,
        editions: Sequence[str],
        now: datetime,
    ) -> int:
        """
        Take the store as it is: what was evicted, emptied or lost until now is no loss any more.

        Articles whose records are gone are struck off the lists of their days and stages, digests
        off those of their editions.

        Returns:
            How many were struck off.
        """
        self.make()
        moment = to_millis(now)
        fields: dict[str, object] = {"accepted": moment, "seen": moment}
        if server.evicted is not None:
            fields |= {"run": server.run_id, "evicted": server.evicted}
        self._note(fields)
        with self._connection.client() as client:
            struck = 0
            for day_key in self._list_day_keys(client):
                struck += self._strike_articles(client, day_key)
            for edition in editions:
                struck += self._strike_digests(client, edition)
            return struck

    def _list_day_keys(self, client: Any) -> list[bytes]:
        open_days = client.zrange(self._keys.open, 0, -1)
        closed_days = client.zrange(self._keys.closed, 0, -1)
        prefix = self._keys.prefix.encode() + b"day:"
        keys = [prefix + day for day in open_days + closed_days]
        return list(dict.fromkeys(keys))

    def _strike_digests(self, client: Any, edition: str) -> int:
        key = f"{self._keys.prefix}digests:{edition}"
        days = [day.decode() for day in client.zrange(key, 0, -1)]
        names = [f"digest:{edition}:{day}" for day in days]
        gone = self._load_missing(names) if names else []
        if gone:
            gone_days = [name.rpartition(":")[2] for name in gone]
            client.zrem(key, *gone_days)
        return len(gone)

    def _strike_articles(self, client: Any, day_key: bytes) -> int:
        struck = 0
        members = client.sscan_iter(day_key, count=_BATCH)
        for batch in _cut_batches(members):
            names = list(map(_name_article, batch))
            gone = self._load_missing(names)
            missing = [name.removeprefix("article:") for name in gone]
            if missing:
                pipe = client.pipeline(transaction=False)
                pipe.srem(day_key, *missing)
                for stage in _ARTICLE_STAGES:
                    pipe.zrem(self._keys.wait(stage), *missing)
                pipe.execute()
            struck += len(missing)
        return struck

    def _load_missing(self, names: Sequence[str]) -> list[str]:
        query = self.query_missing(names)
        return read_one(self._connection, query)


def _name_article(member: bytes) -> str:
    article_id = member.decode()
    return f"article:{article_id}"


def read_evictions(client: Any) -> dict[str, object]:
    """Return the fields that say what the server has evicted; none if it may not be asked."""
    try:
        info = client.info()
    except NoPermissionError:
        return {}
    return {
        "run": info.get("run_id", ""),
        "evicted": info.get("evicted_keys", 0),
    }


def _parse_mark(row: Row) -> StoreMark:
    fields = read_fields(row)
    return StoreMark(
        id=fields.get("id", ""),
        seen=_read_moment(fields.get("seen")),
        accepted=_read_moment(fields.get("accepted")),
        back=_read_moment(fields.get("back")),
        run_id=fields.get("run", ""),
        evicted=int(fields.get("evicted", 0)),
    )


def _read_moment(value: str | None) -> datetime | None:
    if not value:
        return None
    millis = int(value)
    return from_millis(millis)


def _cut_batches(items: Iterator[bytes]) -> Iterator[list[bytes]]:
    left = iter(items)
    while batch := list(islice(left, _BATCH)):
        yield batch
