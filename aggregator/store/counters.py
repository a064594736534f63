"""
What happened how often and how long it took.

The counts are for people, pages and metrics, and are bounded whatever happens. Names
are from closed sets (outcomes, stages, states of deliveries) and sources are those of the
catalogue, so no key here grows with articles. A count lost in a crash is lost; nothing is decided
by one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from redis.exceptions import NoPermissionError

from aggregator.clock import from_millis, span_to_millis, to_millis
from aggregator.store.query import Query, query_each, query_one, read_fields, read_one

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aggregator.models import SourceReport
    from aggregator.ports import Clock
    from aggregator.store.client import Connection
    from aggregator.store.keys import Keys
    from aggregator.store.query import Row

__all__ = [
    "BUCKETS_S",
    "PROBE_STEPS",
    "CounterStore",
    "Durations",
    "Flow",
    "MemoryUse",
    "ProbeRun",
    "ProbeRuns",
]

BUCKETS_S = (
    0.1,
    0.25,
    0.5,
    1.0,
    2.5,
    5.0,
    10.0,
    30.0,
    60.0,
    120.0,
    300.0,
)
"""Upper bounds of durations, seconds; the last is the tasks' hard limit."""

# Name of the bucket of all that took longer.
_OVER_ALL_BOUNDS = "inf"
_FLOW_KEPT_S = 30 * 86_400
_MEMORY_DAYS = 30
PROBE_STEPS = ("fetch", "text", "translate", "back")
"""Of a canary's probe, in order."""

Flow = dict[date, dict[str, int]]
"""New articles by local day and source id."""


@dataclass(frozen=True, slots=True)
class Durations:
    """
    How long the tasks of a stage took.

    Attributes:
        buckets: Tasks that took no longer than each of ``BUCKETS_S`` and longer than the one
            before, then the rest.
        total_s: Seconds in all.
    """

    buckets: tuple[int, ...]
    total_s: float

    @property
    def count(self) -> int:
        """Tasks in all."""
        return sum(self.buckets)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryUse:
    """
    What the store's server uses. Bytes.

    Attributes:
        used: Now; 0 where the server may not be asked.
        most: ``maxmemory``; 0 for no bound, and where the server may not be asked.
        keys: In its database, all namespaces.
        by_day: As last recorded on each local day.
    """

    used: int
    most: int
    keys: int
    by_day: Mapping[date, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeRun:
    """
    A canary's way through fetch, text and translation and back.

    Attributes:
        id: Its logs carry it.
        began: When it set out.
        steps_s: Seconds since it set out at which each step was done, by name, in order.
        english: What the translation made of it; empty if it has not come so far.
    """

    id: str
    began: datetime
    steps_s: Mapping[str, float]
    english: str = ""

    @property
    def ended(self) -> datetime | None:
        """When it came back; None if it has not."""
        back_s = self.steps_s.get("back")
        if back_s is None:
            return None
        return self.began + timedelta(seconds=back_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeRuns:
    """
    The canary's probes: the one under way and the last whole one.

    Attributes:
        now: The one that set out last; None if none ever did.
        last: The last one that came back; None if none ever did.
        since: Since when they have set out without a pause.
    """

    now: ProbeRun | None = None
    last: ProbeRun | None = None
    since: datetime | None = None

    @property
    def came_back(self) -> datetime | None:
        """When the last whole one came back; None if never."""
        return self.last.ended if self.last else None


class CounterStore:
    """Counts, durations, memory and the canary's probes."""

    def __init__(
        self,
        connection: Connection,
        keys: Keys,
        clock: Clock,
    ) -> None:
        self._connection = connection
        self._keys = keys
        self._clock = clock

    # What happened

    def count_poll(self, report: SourceReport, day: date) -> None:
        """Count a poll: its outcome, how long it took, and what it brought on a local day."""
        self.count_polls([report], day)

    def count_polls(self, reports: Sequence[SourceReport], day: date) -> None:
        """Count polls, in one round trip."""
        if not reports:
            return
        flow = self._keys.flow(day)
        now = to_millis(self._clock.now())
        last_new = {report.source_id: now for report in reports if report.new}
        with self._connection.client() as client:
            pipe = client.pipeline(transaction=False)
            for what, times in _sum_up(reports).items():
                pipe.hincrby(self._keys.counts, what, times)
            for report in reports:
                pipe.hincrby(flow, report.source_id, report.new)
            pipe.expire(flow, _FLOW_KEPT_S)
            if last_new:
                pipe.hset(self._keys.last_new, mapping=last_new)
            self._observe(pipe, "fetch", [report.elapsed_s for report in reports])
            pipe.execute()

    def count_work(
        self,
        stage: str,
        items: int,
        seconds: float,
    ) -> None:
        """Count a task of a stage that moved items on."""
        with self._connection.client() as client:
            pipe = client.pipeline(transaction=False)
            pipe.hincrby(self._keys.counts, f"done:{stage}", items)
            self._observe(pipe, stage, [seconds])
            pipe.execute()

    def count(self, what: str, times: int = 1) -> None:
        """Count something that happened; ``what`` is from a closed set."""
        with self._connection.client() as client:
            client.hincrby(self._keys.counts, what, times)

    def _observe(self, pipe: Any, stage: str, seconds: Sequence[float]) -> None:
        """Count how long tasks of a stage took, each."""
        key = self._keys.durations(stage)
        for bucket, times in Counter(map(_find_bucket, seconds)).items():
            pipe.hincrby(key, bucket, times)
        pipe.hincrby(key, "ms", sum(int(each * 1000) for each in seconds))

    def load_counts(self) -> dict[str, int]:
        """Return how often each thing happened since the store began."""
        return read_one(self._connection, self.query_counts())

    def query_counts(self) -> Query[dict[str, int]]:
        """Ask what ``load_counts`` returns."""
        return query_one(lambda pipe: pipe.hgetall(self._keys.counts), _parse_counts)

    def load_durations(self, stages: Sequence[str]) -> dict[str, Durations]:
        """Return how long the tasks of each stage took."""
        return read_one(self._connection, self.query_durations(stages))

    def query_durations(self, stages: Sequence[str]) -> Query[dict[str, Durations]]:
        """Ask what ``load_durations`` returns."""
        return query_each(stages, self._ask_durations, _parse_durations)

    def _ask_durations(self, pipe: Any, stage: str) -> None:
        pipe.hgetall(self._keys.durations(stage))

    def load_flow(self, days: Sequence[date]) -> Flow:
        """Return new articles by source, for each of these local days."""
        return read_one(self._connection, self.query_flow(days))

    def query_flow(self, days: Sequence[date]) -> Query[Flow]:
        """Ask what ``load_flow`` returns."""
        return query_each(days, self._ask_flow, _parse_counts)

    def _ask_flow(self, pipe: Any, day: date) -> None:
        pipe.hgetall(self._keys.flow(day))

    def load_last_new(self) -> dict[str, datetime]:
        """Return when each source last had something new, by its id."""
        return read_one(self._connection, self.query_last_new())

    def query_last_new(self) -> Query[dict[str, datetime]]:
        """Ask what ``load_last_new`` returns."""
        return query_one(lambda pipe: pipe.hgetall(self._keys.last_new), _parse_last_new)

    # Memory

    def record_memory(self, day: date) -> None:
        """
        Note what the server uses on a local day, if it may be asked.

        The days before the last thirty are forgotten.
        """
        key = self._keys.memory
        with self._connection.client() as client:
            try:
                info = client.info("memory")
            except NoPermissionError:
                return
            client.hset(key, day.isoformat(), int(info["used_memory"]))
            days = sorted(client.hkeys(key))
            if old := days[:-_MEMORY_DAYS]:
                client.hdel(key, *old)

    def query_memory(self) -> Query[MemoryUse]:
        """Ask what the server uses now and used before."""

        def ask(pipe: Any) -> None:
            pipe.info("memory")
            pipe.dbsize()
            pipe.hgetall(self._keys.memory)

        return Query(ask, _parse_memory, tolerant=True)

    # Probes

    def start_probe(self, probe_id: str, *, pause: timedelta) -> None:
        """
        Begin a probe; one that was on its way is forgotten.

        Args:
            probe_id: Its logs carry it.
            pause: If none set out for so long, everything was at rest, and probes are waited for
                from now on.
        """
        args = [
            probe_id,
            to_millis(self._clock.now()),
            span_to_millis(pause),
            *PROBE_STEPS,
        ]
        self._connection.run_script("start_probe", [self._keys.probe], args)

    def pass_probe_step(
        self,
        probe_id: str,
        step: str,
        english: str = "",
    ) -> bool:
        """
        Note that a step is done; the last one makes the probe the last whole one.

        Args:
            probe_id: As ``start_probe`` was given it.
            step: One of ``PROBE_STEPS``.
            english: What the translation made of it.

        Returns:
            False if another probe set out meanwhile, or an earlier step is not done.
        """
        number = PROBE_STEPS.index(step)
        before = PROBE_STEPS[number - 1] if number else ""
        args = [
            probe_id,
            step,
            to_millis(self._clock.now()),
            before,
            english,
            *PROBE_STEPS,
        ]
        return bool(self._connection.run_script("pass_probe_step", [self._keys.probe], args))

    def load_probe_runs(self) -> ProbeRuns:
        """Return the probe that set out last, the last whole one, and since when they set out."""
        return read_one(self._connection, self.query_probe_runs())

    def query_probe_runs(self) -> Query[ProbeRuns]:
        """Ask what ``load_probe_runs`` returns."""
        return query_one(lambda pipe: pipe.hgetall(self._keys.probe), _parse_probe_runs)


def _sum_up(reports: Sequence[SourceReport]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for report in reports:
        counts[f"outcome:{report.outcome}"] += 1
        for what in ("new", "updated", "known", "stale"):
            counts[f"articles:{what}"] += getattr(report, what)
    return counts


def _find_bucket(seconds: float) -> str:
    for bound in BUCKETS_S:
        if seconds <= bound:
            return str(bound)
    return _OVER_ALL_BOUNDS


def _parse_counts(row: Row) -> dict[str, int]:
    return {name.decode(): int(count) for name, count in row.items()}


def _parse_last_new(row: Row) -> dict[str, datetime]:
    return {source_id.decode(): _read_moment(at) for source_id, at in row.items()}


def _parse_durations(row: Row) -> Durations:
    names = [*map(str, BUCKETS_S), _OVER_ALL_BOUNDS]
    buckets = tuple(int(row.get(name.encode(), 0)) for name in names)
    total_ms = int(row.get(b"ms", 0))
    return Durations(buckets, total_ms / 1000)


def _parse_memory(answers: Sequence[Any]) -> MemoryUse:
    info, keys, row = answers
    if isinstance(row, Exception):
        raise row
    # Some hosted servers let nobody ask.
    if isinstance(info, Exception):
        info = {}
    by_day = {}
    for name, used in sorted(row.items()):
        day = date.fromisoformat(name.decode())
        by_day[day] = int(used)
    return MemoryUse(
        used=int(info.get("used_memory", 0)),
        most=int(info.get("maxmemory", 0)),
        keys=0 if isinstance(keys, Exception) else int(keys),
        by_day=by_day,
    )


def _parse_probe_runs(row: Row) -> ProbeRuns:
    fields = read_fields(row)
    since = fields.get("since")
    return ProbeRuns(
        now=_read_probe(fields, "now"),
        last=_read_probe(fields, "last"),
        since=_read_moment(since) if since else None,
    )


def _read_moment(value: bytes | str) -> datetime:
    return from_millis(int(value))


def _read_probe(fields: Mapping[str, str], which: str) -> ProbeRun | None:
    """Return the probe whose fields begin with ``which`` and a colon."""
    probe_id = fields.get(f"{which}:id")
    if probe_id is None:
        return None
    began_ms = int(fields[f"{which}:began"])
    steps_s = {}
    for step in PROBE_STEPS:
        done_ms = fields.get(f"{which}:{step}")
        if done_ms is not None:
            steps_s[step] = (int(done_ms) - began_ms) / 1000
    return ProbeRun(
        id=probe_id,
        began=from_millis(began_ms),
        steps_s=steps_s,
        english=fields.get(f"{which}:english", ""),
    )
