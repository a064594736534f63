"""What waits where, and who works on it: leases, sources, locks, hints, runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from aggregator.clock import millis, millis_of
from aggregator.errors import LeaseLostError
from aggregator.models import SourceReport, SourceState, Stage
from aggregator.store.codec import decode, encode
from aggregator.store.query import Query, query_one, read_one

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aggregator.ports import Clock
    from aggregator.store.client import Connection
    from aggregator.store.keys import Keys

__all__ = ["Pause", "QueueStore", "Taken", "Waiting"]

_SWEEP_LIMIT = 1000
_SWEPT_STAGES = (Stage.FETCH, Stage.PAGE, Stage.TEXT, Stage.GROUP, Stage.TRANSLATE, Stage.COMPOSE)
# What waits there may rightly wait for a time to come; elsewhere it is ready as soon as it is
# there.
_SCHEDULED_STAGES = frozenset({Stage.FETCH, Stage.PAGE})
# Clocks of hosts differ by seconds. What is further ahead was written by a clock that was wrong.
_AHEAD = timedelta(minutes=1)
# As long as the setting allows.
_LONGEST_LEASE = timedelta(hours=1)
_WAITING_STAGES = (Stage.FETCH, Stage.PAGE, Stage.TEXT, Stage.GROUP, Stage.TRANSLATE, Stage.COMPOSE)


@dataclass(frozen=True, slots=True)
class Taken:
    """
    An item under lease.

    Attributes:
        id: Of a source or an article.
        tries: Times it was taken since it last moved on, this one included.
    """

    id: str
    tries: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """
    How a stage stands.

    Attributes:
        ready: Items that may be taken now.
        later: Items that may be taken later.
        leased: Items being worked on.
        oldest: Since when the oldest ready item has been ready; None if none is.
    """

    ready: int
    later: int
    leased: int
    oldest: datetime | None


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class Pause:
    """
    An operator's word that a source is not to be polled.

    Attributes:
        since: When it was given.
        reason: In words; may be empty.
    """

    since: datetime
    reason: str = ""


class QueueStore:
    """
    Stages and leases.

    A lease is a token on an id with an end. Whoever finishes shows the token; the sweeper hands out
    again what was not finished in time, and a token that comes late changes nothing.
    """

    def __init__(
        self,
        connection: Connection,
        keys: Keys,
        clock: Clock,
    ) -> None:
        self._connection = connection
        self._keys = keys
        self._clock = clock

    def _now(self) -> int:
        return millis(self._clock.now())

    def take(
        self,
        stage: Stage,
        *,
        limit: int,
        token: str,
        lease: timedelta,
    ) -> list[Taken]:
        """
        Take up to ``limit`` ready items, the longest ready first.

        Two callers never hold one item.
        """
        k = self._keys
        now = self._now()
        found = self._connection.script(
            "take",
            [k.wait(stage), k.lease(stage), k.owner(stage), k.tries(stage)],
            [now, now + int(lease.total_seconds() * 1000), limit, token],
        )
        return [Taken(found[i].decode(), int(found[i + 1])) for i in range(0, len(found), 2)]

    def renew(
        self,
        stage: Stage,
        ids: Sequence[str],
        *,
        token: str,
        lease: timedelta,
    ) -> int:
        """Prolong leases from now on; returns how many the token still held."""
        if not ids:
            return 0
        k = self._keys
        end = self._now() + int(lease.total_seconds() * 1000)
        return int(
            self._connection.script("renew", [k.lease(stage), k.owner(stage)], [end, token, *ids])
        )

    def release(
        self,
        stage: Stage,
        ids: Sequence[str],
        *,
        token: str,
        ready: datetime,
        untried: bool = False,
    ) -> int:
        """
        Give items back, to be taken again from ``ready`` on; returns how many the token still held.

        ``untried``: nothing was done with them, so this time does not count among their tries.
        """
        if not ids:
            return 0
        keys = [self._keys.tries(stage), *self._handed_back(stage)]
        return int(
            self._connection.script("release", keys, [millis(ready), token, int(untried), *ids])
        )

    def sweep(self, lease: timedelta = _LONGEST_LEASE) -> dict[Stage, list[str]]:
        """
        Hand out again what expired leases hold, and mend what a clock that was ahead has left in
        the future.

        Args:
            lease: How long leases last here.

        Returns:
            What was handed out again, by stage.
        """
        lost = {}
        now = self._now()
        for stage in _SWEPT_STAGES:
            keys = self._handed_back(stage)
            latest = "+inf" if stage in _SCHEDULED_STAGES else now + millis_of(_AHEAD)
            ids = self._connection.script(
                "sweep", keys, [now, _SWEEP_LIMIT, now + millis_of(lease), latest]
            )
            if ids:
                lost[stage] = [item.decode() for item in ids]
        return lost

    def _handed_back(self, stage: Stage) -> list[str]:
        """Return the keys of what gives items back to wait: sources that were paused meanwhile do not wait again."""
        k = self._keys
        return [
            k.wait(stage),
            k.lease(stage),
            k.owner(stage),
            *([k.paused] if stage is Stage.FETCH else []),
        ]

    def waiting(self) -> dict[Stage, Waiting]:
        """Say how every stage stands."""
        return read_one(self._connection, self.query_waiting())

    def query_waiting(self) -> Query[dict[Stage, Waiting]]:
        """Ask what ``waiting`` returns."""
        now = self._now()

        def ask(pipe: Any) -> None:
            for stage in _WAITING_STAGES:
                wait = self._keys.wait(stage)
                pipe.zcount(wait, "-inf", now)
                pipe.zcount(wait, f"({now}", "+inf")
                pipe.zcard(self._keys.lease(stage))
                pipe.zrangebyscore(
                    wait,
                    "-inf",
                    now,
                    start=0,
                    num=1,
                    withscores=True,
                )

        return Query(ask, _parse_waiting)

    # Sources

    def sync_sources(self, ids: Iterable[str]) -> None:
        """Let exactly these be polled, but for those an operator paused: new ones at once, others keep their time."""
        k = self._keys
        stage = Stage.FETCH
        self._connection.script(
            "sync_sources", [k.wait(stage), k.lease(stage), k.paused], list(ids)
        )

    def pause_source(self, source_id: str, reason: str = "") -> bool:
        """
        Poll a source no more until it is resumed, whatever the catalogue says; a poll that runs is
        the last.

        Returns:
            False if it was paused before; the reason is then replaced.
        """
        k = self._keys
        pause = encode(Pause, Pause(since=self._clock.now(), reason=reason))
        return bool(
            self._connection.script(
                "pause_source", [k.paused, k.wait(Stage.FETCH)], [source_id, pause]
            )
        )

    def resume_source(self, source_id: str) -> bool:
        """Poll a paused source again, at once; False if no operator paused it."""
        k = self._keys
        stage = Stage.FETCH
        return bool(
            self._connection.script(
                "resume_source", [k.paused, k.wait(stage), k.lease(stage)], [source_id]
            )
        )

    def paused_sources(self) -> dict[str, Pause]:
        """
        Return what operators paused, by source id.

        What the catalogue pauses is not among them.
        """
        return read_one(self._connection, self.query_paused())

    def query_paused(self) -> Query[dict[str, Pause]]:
        """Ask what ``paused_sources`` returns."""
        key = self._keys.paused
        return query_one(
            lambda pipe: pipe.hgetall(key),
            lambda found: {
                item.decode(): decode(Pause, value, key) for item, value in found.items()
            },
        )

    def due_now(self, ids: Iterable[str]) -> None:
        """Make sources due at once, unless they are being polled."""
        wait = self._keys.wait(Stage.FETCH)
        with self._connection.client() as client:
            if scores := dict.fromkeys(ids, 0):
                client.zadd(wait, scores, xx=True)

    def not_later_than(self, latest: Mapping[str, datetime]) -> None:
        """Bring forward sources that are due later than this; see ``workers.tick``."""
        with self._connection.client() as client:
            if latest:
                scores = {source_id: millis(moment) for source_id, moment in latest.items()}
                client.zadd(
                    self._keys.wait(Stage.FETCH),
                    scores,
                    xx=True,
                    lt=True,
                )

    def due_times(self) -> dict[str, datetime]:
        """When each waiting source is due; a source being polled is absent."""
        return read_one(self._connection, self.query_due_times())

    def query_due_times(self) -> Query[dict[str, datetime]]:
        """Ask what ``due_times`` returns."""
        return query_one(
            lambda pipe: pipe.zrange(self._keys.wait(Stage.FETCH), 0, -1, withscores=True),
            lambda found: {item.decode(): _moment(score) for item, score in found},
        )

    def source_states(self, ids: Sequence[str]) -> dict[str, SourceState]:
        """Return what is remembered of sources; a source never polled has an empty state."""
        return read_one(self._connection, self.query_source_states(ids))

    def query_source_states(self, ids: Sequence[str]) -> Query[dict[str, SourceState]]:
        """Ask what ``source_states`` returns."""
        keys = [self._keys.source(item) for item in ids]

        def ask(pipe: Any) -> None:
            if keys:
                pipe.mget(keys)

        def parse(answers: Sequence[Any]) -> dict[str, SourceState]:
            values = answers[0] if keys else []
            return {
                item: decode(SourceState, value, key) if value else SourceState()
                for item, key, value in zip(ids, keys, values, strict=True)
            }

        return Query(ask, parse)

    def finish_source(
        self,
        report: SourceReport,
        state: SourceState,
        *,
        token: str,
        due: datetime,
        run_id: str,
    ) -> None:
        """
        End a poll: its state, its line in the run's account and its next time, in one step.

        Raises:
            LeaseLostError: Somebody else polls it now.
        """
        k = self._keys
        source_id = report.source_id
        stage = Stage.FETCH
        done = self._connection.script(
            "finish_source",
            [
                k.wait(stage),
                k.lease(stage),
                k.owner(stage),
                k.tries(stage),
                k.source(source_id),
                k.run(run_id),
                k.paused,
            ],
            [
                source_id,
                token,
                millis(due),
                encode(SourceState, state),
                encode(SourceReport, report),
            ],
        )
        if not done:
            raise LeaseLostError(source_id)

    # Runs

    def open_run(self, run_id: str, *, keep: int) -> None:
        """Begin an account, and forget the oldest beyond ``keep``."""
        with self._connection.client() as client:
            client.zadd(self._keys.runs, {run_id: self._now()}, nx=True)
            for old in client.zrange(self._keys.runs, 0, -keep - 1):
                client.delete(self._keys.run(old.decode()))
                client.zrem(self._keys.runs, old)

    def runs(self) -> list[str]:
        """Ids of the runs kept, the newest first."""
        return read_one(self._connection, self.query_runs())

    def query_runs(self) -> Query[list[str]]:
        """Ask what ``runs`` returns."""
        return query_one(
            lambda pipe: pipe.zrange(self._keys.runs, 0, -1, desc=True),
            lambda found: [item.decode() for item in found],
        )

    def run_reports(self, run_id: str) -> list[SourceReport]:
        """Return the lines of a run's account, by source id."""
        return read_one(self._connection, self.query_run_reports([run_id]))[run_id]

    def query_run_reports(self, run_ids: Sequence[str]) -> Query[dict[str, list[SourceReport]]]:
        """Ask what ``run_reports`` returns, of several runs, by run."""

        def ask(pipe: Any) -> None:
            for run_id in run_ids:
                pipe.hgetall(self._keys.run(run_id))

        def parse(answers: Sequence[Any]) -> dict[str, list[SourceReport]]:
            found = zip(run_ids, answers, strict=True)
            return {run_id: _parse_reports(row, self._keys.run(run_id)) for run_id, row in found}

        return Query(ask, parse)

    # Locks, hints, slots, signs of life

    def lock(
        self,
        name: str,
        *,
        token: str,
        lease: timedelta,
    ) -> bool:
        """Take a lock; False if somebody holds it."""
        return self._claim(self._keys.lock(name), token, lease)

    def unlock(self, name: str, *, token: str) -> bool:
        """Give a lock back; False if it was not the token's any more."""
        return bool(self._connection.script("unlock", [self._keys.lock(name)], [token]))

    def hint(self, name: str, *, lasting: timedelta) -> bool:
        """Say that a message about ``name`` is being sent; False if one is on its way already."""
        return self._claim(self._keys.hint(name), "1", lasting)

    def hint_arrived(self, name: str) -> None:
        """Say that the message about ``name`` arrived, so that the next may be sent."""
        with self._connection.client() as client:
            client.delete(self._keys.hint(name))

    def win_slot(self, name: str, *, lasting: timedelta) -> bool:
        """Win the right to do ``name`` in this slot of time; exactly one caller does."""
        return self._claim(self._keys.slot(name), "1", lasting)

    def _claim(
        self,
        key: str,
        token: str,
        lasting: timedelta,
    ) -> bool:
        return bool(self._connection.script("claim", [key], [token, millis_of(lasting)]))

    def prove_alive(self, queue: str, what: str) -> None:
        """Note that a worker of a queue did something just now."""
        with self._connection.client() as client:
            client.hset(self._keys.alive(queue), mapping={"at": self._now(), "what": what})

    def last_alive(self, queue: str) -> tuple[datetime, str] | None:
        """When a worker of a queue last did something, and what; None if never."""
        return read_one(self._connection, self.query_alive([queue]))[queue]

    def query_alive(self, queues: Sequence[str]) -> Query[dict[str, tuple[datetime, str] | None]]:
        """Ask what ``last_alive`` returns, of several queues, by queue."""

        def ask(pipe: Any) -> None:
            for queue in queues:
                pipe.hgetall(self._keys.alive(queue))

        return Query(ask, lambda rows: dict(zip(queues, map(_parse_alive, rows), strict=True)))


def _moment(score: float) -> datetime:
    return datetime.fromtimestamp(score / 1000, tz=UTC)


def _parse_waiting(answers: Sequence[Any]) -> dict[Stage, Waiting]:
    found = {}
    for number, stage in enumerate(_WAITING_STAGES):
        ready, later, leased, first = answers[number * 4 : number * 4 + 4]
        oldest = _moment(first[0][1]) if first else None
        found[stage] = Waiting(ready, later, leased, oldest)
    return found


def _parse_reports(row: Mapping[bytes, bytes], key: str) -> list[SourceReport]:
    reports: list[SourceReport] = [decode(SourceReport, value, key) for value in row.values()]
    return sorted(reports, key=lambda report: report.source_id)


def _parse_alive(row: Mapping[bytes, bytes]) -> tuple[datetime, str] | None:
    if not row:
        return None
    return _moment(int(row[b"at"])), row[b"what"].decode()
