"""What waits where, and who works on it: leases, sources, locks, wakeups, runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from aggregator.clock import MOST_AHEAD, from_millis, span_to_millis, to_millis
from aggregator.errors import LeaseLostError
from aggregator.models import SourceReport, SourceState, Stage
from aggregator.net.host_limits import LONGEST_PROMISE_MS
from aggregator.store.codec import decode, encode
from aggregator.store.query import Query, query_each, query_one, read_one

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aggregator.ports import Clock
    from aggregator.store.client import Connection, ScriptCall
    from aggregator.store.keys import Keys
    from aggregator.store.query import Row

__all__ = [
    "QUEUED_STAGES",
    "FinishedPoll",
    "Mark",
    "Pause",
    "QueueStore",
    "Taken",
    "Waiting",
]

_SWEEP_LIMIT = 1000
QUEUED_STAGES = (
    Stage.FETCH,
    Stage.PAGE,
    Stage.TEXT,
    Stage.GROUP,
    Stage.TRANSLATE,
    Stage.COMPOSE,
    Stage.WHOLE,
    Stage.PICTURE,
)
"""Stages that something may wait for; the others are ends."""

# For its host's turn, by whatever clock that was promised, and a gap of a minute as the setting
# allows; the wait for another try of a page or a picture (``pipeline.page``) is shorter.
_LONGEST_TURN = timedelta(milliseconds=LONGEST_PROMISE_MS) + timedelta(minutes=1) + MOST_AHEAD
# How long what waits there may rightly wait for a time to come; elsewhere it is ready as soon as it
# is there. When a source is polled follows from more than is known here; see ``workers.tick``.
_LONGEST_WAITS = {
    Stage.FETCH: None,
    Stage.PAGE: _LONGEST_TURN,
    Stage.PICTURE: _LONGEST_TURN,
}
# In one number with the tries, so that whatever moves an item on forgets both; see ``keys``.
_LOST = 1000
# The first in company, the second alone.
_LEAST_LOSSES = 2
# As long as the setting allows.
_LONGEST_LEASE = timedelta(hours=1)

Mark = tuple[datetime, str]
"""When a worker of a queue last did something, and what."""


@dataclass(frozen=True, slots=True)
class Taken:
    """
    An item under lease.

    Attributes:
        tries: Times it was taken since it last moved on, this one included.
        lost: Leases on it that ran out since then: its worker died or hung. It is then taken alone.
    """

    id: str
    tries: int
    lost: int = 0

    def is_spent(self, attempts: int) -> bool:
        """
        Say whether it ended or outlasted its worker so many times that it is not tried again.

        Never for the first loss, which may be a neighbour's: since then it was taken alone.
        """
        return self.lost >= max(attempts, _LEAST_LOSSES)


@dataclass(frozen=True, slots=True)
class Waiting:
    """
    What waits for a stage.

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """
    An operator's order that a source is not to be polled.

    Attributes:
        since: When it was given.
        reason: In words; may be empty.
    """

    since: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FinishedPoll:
    """
    What is to be kept of a poll.

    Attributes:
        report: Its line in the run's account.
        state: Of the source, after it.
        due: When the source is polled next.
        lost: Leases on it that ran out, to be remembered until the next poll, which then takes it
            alone; 0: none.
    """

    report: SourceReport
    state: SourceState
    due: datetime
    lost: int = 0


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
        return to_millis(self._clock.now())

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

        Two callers never hold one item. What was in hand when a lease ran out is taken alone, and
        stays behind when others are taken.
        """
        now = self._now()
        keys = [
            self._keys.wait(stage),
            self._keys.lease(stage),
            self._keys.owner(stage),
            self._keys.tries(stage),
        ]
        end = now + span_to_millis(lease)
        args = [now, end, limit, token]
        answer = self._connection.run_script("take", keys, args)
        ids = answer[::2]
        numbers = answer[1::2]
        taken = []
        for item, number in zip(ids, numbers, strict=True):
            lost, tries = divmod(int(number), _LOST)
            taken.append(Taken(item.decode(), tries, lost))
        return taken

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
        end = self._now() + span_to_millis(lease)
        keys = [self._keys.lease(stage), self._keys.owner(stage)]
        args = [end, token, *ids]
        held = self._connection.run_script("renew", keys, args)
        return int(held)

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
        Give items back, to be taken again from ``ready`` on.

        ``untried``: nothing was done with them, so this time does not count among their tries.

        Returns:
            How many the token still held.
        """
        if not ids:
            return 0
        keys = self._list_return_keys(stage)
        args = [
            to_millis(ready),
            token,
            int(untried),
            *ids,
        ]
        held = self._connection.run_script("release", keys, args)
        return int(held)

    def drop(
        self,
        stage: Stage,
        item_id: str,
        *,
        token: str,
    ) -> bool:
        """End the work on an item that nothing is left to do for; False if its lease was lost."""
        keys = self._list_return_keys(stage)
        was_held = self._connection.run_script("drop", keys, [item_id, token])
        return bool(was_held)

    def sweep(self, lease: timedelta = _LONGEST_LEASE) -> dict[Stage, list[str]]:
        """
        Hand out again what expired leases hold, and mend times that lie too far in the future.

        A clock that was ahead leaves such times.

        Args:
            lease: How long leases last here.

        Returns:
            What was handed out again, by stage.
        """
        lost = {}
        now = self._now()
        for stage in QUEUED_STAGES:
            keys = self._list_return_keys(stage)
            longest = _LONGEST_WAITS.get(stage, timedelta(0))
            latest = "+inf" if longest is None else now + span_to_millis(longest + MOST_AHEAD)
            args = [
                now,
                _SWEEP_LIMIT,
                now + span_to_millis(lease),
                latest,
            ]
            ids = self._connection.run_script("sweep", keys, args)
            if ids:
                lost[stage] = [item.decode() for item in ids]
        return lost

    def _list_return_keys(self, stage: Stage) -> list[str]:
        """Return the keys of what gives items back to wait."""
        keys = [
            self._keys.tries(stage),
            self._keys.wait(stage),
            self._keys.lease(stage),
            self._keys.owner(stage),
        ]
        # Sources that were paused meanwhile do not wait again.
        if stage is Stage.FETCH:
            keys.append(self._keys.paused)
        return keys

    def list_ready(self, stages: Sequence[Stage]) -> list[Stage]:
        """Return those of these stages in which something may be taken now."""
        now = self._now()
        with self._connection.client() as client:
            pipe = client.pipeline(transaction=False)
            for stage in stages:
                pipe.zcount(self._keys.wait(stage), "-inf", now)
            counts = pipe.execute()
        counted = zip(stages, counts, strict=True)
        return [stage for stage, count in counted if count]

    def load_waiting(self) -> dict[Stage, Waiting]:
        """Return what waits for each stage."""
        return read_one(self._connection, self.query_waiting())

    def query_waiting(self) -> Query[dict[Stage, Waiting]]:
        """Ask what ``load_waiting`` returns."""
        now = self._now()

        def ask(pipe: Any) -> None:
            for stage in QUEUED_STAGES:
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
        """
        Let exactly these be polled, but for those an operator paused.

        New ones are due at once, others keep their time.
        """
        keys = [
            self._keys.wait(Stage.FETCH),
            self._keys.lease(Stage.FETCH),
            self._keys.paused,
        ]
        self._connection.run_script("sync_sources", keys, list(ids))

    def pause_source(self, source_id: str, reason: str = "") -> bool:
        """
        Poll a source no more until it is resumed, whatever the catalogue says.

        A poll that runs is the last.

        Returns:
            False if it was paused before; the reason is then replaced.
        """
        pause = Pause(since=self._clock.now(), reason=reason)
        keys = [self._keys.paused, self._keys.wait(Stage.FETCH)]
        args = [source_id, encode(Pause, pause)]
        is_new = self._connection.run_script("pause_source", keys, args)
        return bool(is_new)

    def resume_source(self, source_id: str) -> bool:
        """Poll a paused source again, at once; False if no operator paused it."""
        keys = [
            self._keys.paused,
            self._keys.wait(Stage.FETCH),
            self._keys.lease(Stage.FETCH),
        ]
        was_paused = self._connection.run_script("resume_source", keys, [source_id])
        return bool(was_paused)

    def load_paused_sources(self) -> dict[str, Pause]:
        """
        Return what operators paused, by source id.

        What the catalogue pauses is not among them.
        """
        return read_one(self._connection, self.query_paused())

    def query_paused(self) -> Query[dict[str, Pause]]:
        """Ask what ``load_paused_sources`` returns."""
        return query_one(self._ask_paused, self._parse_paused)

    def _ask_paused(self, pipe: Any) -> None:
        pipe.hgetall(self._keys.paused)

    def _parse_paused(self, row: Row) -> dict[str, Pause]:
        pauses = {}
        for source_id, value in row.items():
            pause = decode(Pause, value, self._keys.paused)
            pauses[source_id.decode()] = pause
        return pauses

    def make_due(self, ids: Iterable[str]) -> None:
        """Make sources due at once, unless they are being polled."""
        key = self._keys.wait(Stage.FETCH)
        scores = dict.fromkeys(ids, 0)
        if not scores:
            return
        with self._connection.client() as client:
            client.zadd(key, scores, xx=True)

    def bring_forward(self, latest: Mapping[str, datetime]) -> None:
        """Bring forward sources that are due later than this; see ``workers.tick``."""
        if not latest:
            return
        scores = {source_id: to_millis(moment) for source_id, moment in latest.items()}
        with self._connection.client() as client:
            client.zadd(
                self._keys.wait(Stage.FETCH),
                scores,
                xx=True,
                lt=True,
            )

    def load_due_times(self) -> dict[str, datetime]:
        """Return when each waiting source is due; a source being polled is absent."""
        return read_one(self._connection, self.query_due_times())

    def query_due_times(self) -> Query[dict[str, datetime]]:
        """Ask what ``load_due_times`` returns."""
        return query_one(self._ask_due_times, _parse_due_times)

    def _ask_due_times(self, pipe: Any) -> None:
        key = self._keys.wait(Stage.FETCH)
        pipe.zrange(
            key,
            0,
            -1,
            withscores=True,
        )

    def load_poll_times(self) -> dict[str, datetime | None]:
        """
        Return when each source is due, and None for one that is being polled, as of one moment.

        A source that nobody polls, because it is paused or in no catalogue, is absent.
        """
        wait = self._keys.wait(Stage.FETCH)
        lease = self._keys.lease(Stage.FETCH)
        with self._connection.client() as client:
            # Else one that is taken or given back in between would be in neither.
            pipe = client.pipeline(transaction=True)
            pipe.zrange(wait, 0, -1, withscores=True)
            pipe.zrange(lease, 0, -1)
            waiting, leased = pipe.execute()
        times: dict[str, datetime | None] = dict(_parse_due_times(waiting))
        polled = [source_id.decode() for source_id in leased]
        times.update(dict.fromkeys(polled))
        return times

    def load_source_states(self, ids: Sequence[str]) -> dict[str, SourceState]:
        """Return what is remembered of sources; a source never polled has an empty state."""
        return read_one(self._connection, self.query_source_states(ids))

    def query_source_states(self, ids: Sequence[str]) -> Query[dict[str, SourceState]]:
        """Ask what ``load_source_states`` returns."""
        keys = [self._keys.source(source_id) for source_id in ids]

        def ask(pipe: Any) -> None:
            if keys:
                pipe.mget(keys)

        def parse(answers: Sequence[Any]) -> dict[str, SourceState]:
            values = answers[0] if keys else []
            states = {}
            rows = zip(ids, keys, values, strict=True)
            for source_id, key, value in rows:
                states[source_id] = _read_state(value, key)
            return states

        return Query(ask, parse)

    def finish_source(
        self,
        report: SourceReport,
        state: SourceState,
        *,
        token: str,
        due: datetime,
        run_id: str,
        lost: int = 0,
    ) -> None:
        """
        End a poll: its state, its line in the run's account and its next time, in one step.

        Args:
            lost: Leases on it that ran out, to be remembered until the next poll, which then takes
                it alone; 0: none.

        Raises:
            LeaseLostError: Somebody else polls it now.
        """
        poll = FinishedPoll(report, state, due, lost)
        ended = self.finish_sources([poll], token=token, run_id=run_id)
        if not ended[0]:
            raise LeaseLostError(report.source_id)

    def finish_sources(
        self,
        polls: Sequence[FinishedPoll],
        *,
        token: str,
        run_id: str,
    ) -> list[bool]:
        """
        End polls as ``finish_source`` does, in one round trip.

        Returns:
            For each whether it was ended; False if its lease was lost.
        """
        calls = [self._write_finish(poll, token, run_id) for poll in polls]
        answers = self._connection.run_scripts("finish_source", calls)
        return [bool(done) for done in answers]

    def _write_finish(
        self,
        poll: FinishedPoll,
        token: str,
        run_id: str,
    ) -> ScriptCall:
        source_id = poll.report.source_id
        stage = Stage.FETCH
        keys = [
            self._keys.wait(stage),
            self._keys.lease(stage),
            self._keys.owner(stage),
            self._keys.tries(stage),
            self._keys.source(source_id),
            self._keys.run(run_id),
            self._keys.paused,
        ]
        args = [
            source_id,
            token,
            to_millis(poll.due),
            encode(SourceState, poll.state),
            encode(SourceReport, poll.report),
            poll.lost,
        ]
        return keys, args

    # Runs

    def open_run(self, run_id: str, *, keep: int) -> None:
        """Begin an account, and forget the oldest beyond ``keep``."""
        with self._connection.client() as client:
            client.zadd(self._keys.runs, {run_id: self._now()}, nx=True)
            oldest = client.zrange(self._keys.runs, 0, -keep - 1)
            for name in oldest:
                old_id = name.decode()
                client.delete(self._keys.run(old_id))
                client.zrem(self._keys.runs, old_id)

    def list_runs(self) -> list[str]:
        """Return the ids of the runs kept, the newest first."""
        return read_one(self._connection, self.query_runs())

    def query_runs(self) -> Query[list[str]]:
        """Ask what ``list_runs`` returns."""
        return query_one(self._ask_runs, _parse_runs)

    def _ask_runs(self, pipe: Any) -> None:
        pipe.zrange(
            self._keys.runs,
            0,
            -1,
            desc=True,
        )

    def load_run_reports(self, run_id: str) -> list[SourceReport]:
        """Return the lines of a run's account, by source id."""
        query = self.query_run_reports([run_id])
        reports = read_one(self._connection, query)
        return reports[run_id]

    def query_run_reports(self, run_ids: Sequence[str]) -> Query[dict[str, list[SourceReport]]]:
        """Ask what ``load_run_reports`` returns, of several runs, by run."""

        def ask(pipe: Any) -> None:
            for run_id in run_ids:
                pipe.hgetall(self._keys.run(run_id))

        def parse(answers: Sequence[Any]) -> dict[str, list[SourceReport]]:
            reports = {}
            for run_id, row in zip(run_ids, answers, strict=True):
                key = self._keys.run(run_id)
                reports[run_id] = _parse_reports(row, key)
            return reports

        return Query(ask, parse)

    # Locks, wakeups, slots, signs of life

    def lock(
        self,
        name: str,
        *,
        token: str,
        lease: timedelta,
    ) -> bool:
        """Take a lock; False if somebody holds it."""
        return self._claim(self._keys.lock(name), token, lease)

    def renew_lock(
        self,
        name: str,
        *,
        token: str,
        lease: timedelta,
    ) -> bool:
        """Let a lock last for another lease from now; False if it is not the token's."""
        key = self._keys.lock(name)
        args = [token, span_to_millis(lease)]
        was_held = self._connection.run_script("renew_lock", [key], args)
        return bool(was_held)

    def unlock(self, name: str, *, token: str) -> bool:
        """Give a lock back; False if it was not the token's any more."""
        key = self._keys.lock(name)
        was_held = self._connection.run_script("unlock", [key], [token])
        return bool(was_held)

    def claim_wakeup(self, name: str, *, lasting: timedelta) -> bool:
        """Note that a wakeup about ``name`` is being sent; False if one is on its way already."""
        return self._claim(self._keys.wakeup(name), "1", lasting)

    def clear_wakeup(self, name: str) -> None:
        """Note that the wakeup about ``name`` arrived, so that the next may be sent."""
        with self._connection.client() as client:
            client.delete(self._keys.wakeup(name))

    def win_slot(self, name: str, *, lasting: timedelta) -> bool:
        """Win the right to do ``name`` in this slot of time; exactly one caller does."""
        return self._claim(self._keys.slot(name), "1", lasting)

    def _claim(
        self,
        key: str,
        token: str,
        lasting: timedelta,
    ) -> bool:
        args = [token, span_to_millis(lasting)]
        claimed = self._connection.run_script("claim", [key], args)
        return bool(claimed)

    def prove_alive(self, queue: str, what: str) -> None:
        """Note that a worker of a queue did something just now."""
        mark = {"at": self._now(), "what": what}
        with self._connection.client() as client:
            client.hset(self._keys.alive(queue), mapping=mark)

    def load_last_alive(self, queue: str) -> Mark | None:
        """Return when a worker of a queue last did something, and what; None if never."""
        query = self.query_alive([queue])
        marks = read_one(self._connection, query)
        return marks[queue]

    def query_alive(self, queues: Sequence[str]) -> Query[dict[str, Mark | None]]:
        """Ask what ``load_last_alive`` returns, of several queues, by queue."""
        return query_each(queues, self._ask_alive, _parse_alive)

    def _ask_alive(self, pipe: Any, queue: str) -> None:
        pipe.hgetall(self._keys.alive(queue))


def _parse_waiting(answers: Sequence[Any]) -> dict[Stage, Waiting]:
    waiting = {}
    left = iter(answers)
    for stage in QUEUED_STAGES:
        # ``query_waiting`` asks four things of each.
        ready, later, leased, oldest_first = islice(left, 4)
        oldest = None
        if oldest_first:
            _item, score = oldest_first[0]
            oldest = from_millis(score)
        waiting[stage] = Waiting(
            ready=ready,
            later=later,
            leased=leased,
            oldest=oldest,
        )
    return waiting


def _parse_due_times(rows: Sequence[tuple[bytes, float]]) -> dict[str, datetime]:
    return {source_id.decode(): from_millis(score) for source_id, score in rows}


def _parse_runs(names: Sequence[bytes]) -> list[str]:
    return [name.decode() for name in names]


def _read_state(value: bytes | None, key: str) -> SourceState:
    if not value:
        return SourceState()
    state: SourceState = decode(SourceState, value, key)
    return state


def _parse_reports(row: Row, key: str) -> list[SourceReport]:
    reports: list[SourceReport] = []
    for value in row.values():
        report = decode(SourceReport, value, key)
        reports.append(report)
    reports.sort(key=lambda report: report.source_id)
    return reports


def _parse_alive(row: Row) -> Mark | None:
    if not row:
        return None
    at = from_millis(int(row[b"at"]))
    what = row[b"what"].decode()
    return at, what
