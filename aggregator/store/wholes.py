"""
Whole articles in English, and the time that was spent on them.

A record grows by some sentences at a time, and each growing is one step of the server, that of
whoever had the record as it was before: so a process that is killed loses what it had in hand, and
two that work on one article do no more harm than one. What was given up keeps its sentences; those
that nobody came to are shown in the original.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from aggregator.clock import from_millis, span_to_millis, to_millis
from aggregator.errors import LeaseLostError
from aggregator.models import Stage
from aggregator.models.whole_form import pack_whole, unpack_whole
from aggregator.store.query import Query, query_one, read_one

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from aggregator.models import WholeArticle
    from aggregator.ports import Clock
    from aggregator.store.client import Connection
    from aggregator.store.keys import Keys
    from aggregator.store.retention import Retention

__all__ = ["AskResult", "WholeStore"]

# What was asked for goes before what was chosen ahead, as if it had waited so much longer.
_HEAD_START = timedelta(days=1)
_SPENT_DAYS = 30


class AskResult(StrEnum):
    """What came of asking for a whole article."""

    ASKED = "asked"
    WAITS = "waits"  # it was asked for before
    FINISHED = "finished"  # it is there
    FULL = "full"  # too many wait


class WholeStore:
    """Whole articles by id."""

    def __init__(
        self,
        connection: Connection,
        keys: Keys,
        clock: Clock,
        retention: Retention,
    ) -> None:
        self._connection = connection
        self._keys = keys
        self._clock = clock
        self._retention = retention

    def ask(
        self,
        whole: WholeArticle,
        *,
        most: int | None = None,
        ahead: bool = False,
    ) -> AskResult:
        """
        Let a whole article wait to be put into English.

        Args:
            whole: As it is planned; of one that is known, what is kept stays.
            most: That may wait at once; None for any number.
            ahead: Nobody asked for it: those that somebody asked for go first.
        """
        ready = self._clock.now() - (timedelta() if ahead else _HEAD_START)
        keys = [
            self._keys.whole(whole.id),
            self._keys.wait(Stage.WHOLE),
            self._keys.lease(Stage.WHOLE),
        ]
        args = [
            whole.id,
            to_millis(ready),
            "" if most is None else most,
            self._retention.digests_s,
            pack_whole(whole),
            whole.made,
        ]
        answer = self._connection.run_script("ask_whole", keys, args)
        return AskResult(answer.decode())

    def load(self, ids: Iterable[str]) -> dict[str, WholeArticle]:
        """
        Return whole articles by id, as far as they are in English.

        What was given up comes finished, the rest of its sentences in the original, saying so.
        """
        wanted = list(ids)
        with self._connection.client() as client:
            pipe = client.pipeline(transaction=False)
            for whole_id in wanted:
                pipe.hmget(self._keys.whole(whole_id), "body", "finished")
            rows = pipe.execute()
        known = {}
        for whole_id, (body, finished) in zip(wanted, rows, strict=True):
            if body is not None:
                whole = unpack_whole(body, self._keys.whole(whole_id))
                known[whole_id] = whole.give_up() if finished == b"1" else whole
        return known

    def keep(
        self,
        whole: WholeArticle,
        *,
        before: int,
        token: str = "",
        given_up: bool = False,
    ) -> None:
        """
        Keep a whole article that got further.

        Args:
            whole: With more sentences than before.
            before: Sentences that were made when it was loaded.
            token: Of the lease; empty for who holds none.
            given_up: Nobody shall come to the rest of its sentences.

        Raises:
            LeaseLostError: Somebody else has it, or took it further meanwhile.
        """
        now = self._clock.now()
        keys = [
            self._keys.whole(whole.id),
            self._keys.wholes,
            self._keys.wait(Stage.WHOLE),
            self._keys.lease(Stage.WHOLE),
            self._keys.owner(Stage.WHOLE),
            self._keys.tries(Stage.WHOLE),
        ]
        args = [
            whole.id,
            token,
            before,
            to_millis(now),
            whole.made,
            int(whole.finished or given_up),
            pack_whole(whole),
            to_millis(now - self._retention.digests),
        ]
        if not self._connection.run_script("keep_whole", keys, args):
            raise LeaseLostError(whole.id)

    def forget(self, whole_id: str) -> None:
        """Forget a whole article, so that it can be made anew; whoever is at it loses it."""
        with self._connection.client() as client:
            pipe = client.pipeline(transaction=True)
            pipe.delete(self._keys.whole(whole_id))
            pipe.zrem(self._keys.wholes, whole_id)
            pipe.zrem(self._keys.wait(Stage.WHOLE), whole_id)
            pipe.zrem(self._keys.lease(Stage.WHOLE), whole_id)
            pipe.hdel(self._keys.owner(Stage.WHOLE), whole_id)
            pipe.hdel(self._keys.tries(Stage.WHOLE), whole_id)
            pipe.execute()

    def list_finished(self, since: datetime | None = None) -> dict[str, datetime]:
        """Return when whole articles were finished, by id: all, or those since a moment."""
        least = "-inf" if since is None else to_millis(since)
        with self._connection.client() as client:
            rows = client.zrangebyscore(self._keys.wholes, least, "+inf", withscores=True)
        return {whole_id.decode(): from_millis(score) for whole_id, score in rows}

    def list_waiting(self) -> list[str]:
        """Return the ids of those that wait or are being worked on, the next first."""
        with self._connection.client() as client:
            pipe = client.pipeline(transaction=False)
            pipe.zrange(self._keys.lease(Stage.WHOLE), 0, -1)
            pipe.zrange(self._keys.wait(Stage.WHOLE), 0, -1)
            leased, waiting = pipe.execute()
        return [whole_id.decode() for whole_id in (*leased, *waiting)]

    # What is made ahead

    def load_day_ahead(self) -> str:
        """Return the last closed day that whole articles were chosen of, ISO; empty if none."""
        with self._connection.client() as client:
            value = client.get(self._keys.wholes_ahead)
        return value.decode() if value else ""

    def note_day_ahead(self, day: date) -> None:
        """Note that whole articles were chosen of a closed day."""
        with self._connection.client() as client:
            client.set(self._keys.wholes_ahead, day.isoformat())

    # The time that is spent

    def add_spent(self, day: date, span: timedelta) -> None:
        """Add to the time that workers spent on a local day; thirty days are known."""
        key = self._keys.wholes_spent
        with self._connection.client() as client:
            client.hincrby(key, day.isoformat(), span_to_millis(span))
            if old := sorted(client.hkeys(key))[:-_SPENT_DAYS]:
                client.hdel(key, *old)

    def load_spent_s(self, day: date) -> float:
        """Return the seconds that workers spent on a local day."""
        return read_one(self._connection, self.query_spent_s(day))

    def query_spent_s(self, day: date) -> Query[float]:
        """Ask what ``load_spent_s`` returns."""

        def ask(pipe: Any) -> None:
            pipe.hget(self._keys.wholes_spent, day.isoformat())

        return query_one(ask, _parse_spent)


def _parse_spent(value: bytes | None) -> float:
    return int(value or 0) / 1000
