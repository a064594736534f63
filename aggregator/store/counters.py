"""
What happened how often and how long it took: counts for people, pages and metrics, bounded whatever
happens.

Names are from closed sets (outcomes, stages, states of deliveries) and sources are those of the
catalogue, so no key here grows with articles. A count lost in a crash is lost; nothing is decided
by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from aggregator.clock import millis
from aggregator.store.query import Query, query_one, read_one

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aggregator.models import SourceReport
    from aggregator.ports import Clock
    from aggregator.store.client import Connection
    from aggregator.store.keys import Keys

__all__ = [
    "BUCKETS_S",
    "PROBE_STEPS",
    "CounterStore",
    "Durations",
    "MemoryUse",
    "ProbeRun",
    "ProbeRuns",
]

BUCKETS_S = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
"""Upper bounds of durations, seconds; the last is the tasks' hard limit."""

_FLOW_KEPT_S = 30 * 86_400
_MEMORY_DAYS = 30
PROBE_STEPS = ("fetch", "text", "translate", "back")
"""Of a canary's round, in order."""


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


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class MemoryUse:
    """
    What the store's server uses. Bytes.

    Attributes:
        used: Now.
        most: ``maxmemory``; 0 for no bound.
        keys: In its database, all namespaces.
        by_day: At the last look of each local day.
    """

    used: int
    most: int
    keys: int
    by_day: Mapping[date, int]


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class ProbeRun:
    """
    A canary's way through fetch, text and translation and back.

    Attributes:
        id: Of the round; its logs carry it.
        began: When it set out.
        steps_s: Seconds since it set out at which each leg was done, by name, in order.
        english: What the translation made of it; empty if it has not come so far.
    """

    id: str
    began: datetime
    steps_s: Mapping[str, float]
    english: str = ""

    @property
    def ended(self) -> datetime | None:
        """When it came back; None if it has not."""
        return (
            self.began + timedelta(seconds=self.steps_s["back"]) if "back" in self.steps_s else None
        )


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class ProbeRuns:
    """
    How the canary's rounds stand.

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
    """Counts, durations, memory and the canary's rounds."""

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
        """Count a poll: its outcome, how long it took, and the articles it brought on a local day."""
        k = self._keys
        with self._connection.client() as client:
            pipe = client.pipeline(transaction=False)
            pipe.hincrby(k.counts, f"outcome:{report.outcome}", 1)
            for what in ("new", "updated", "known", "stale"):
                pipe.hincrby(k.counts, f"articles:{what}", getattr(report, what))
            pipe.hincrby(k.flow(day), report.source_id, report.new)
            pipe.expire(k.flow(day), _FLOW_KEPT_S)
            if report.new:
                pipe.hset(k.heard, report.source_id, millis(self._clock.now()))
            self._observe(pipe, "fetch", report.elapsed_s)
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
            self._observe(pipe, stage, seconds)
            pipe.execute()

    def count(self, what: str, times: int = 1) -> None:
        """Count something that happened; ``what`` is from a closed set."""
        with self._connection.client() as client:
            client.hincrby(self._keys.counts, what, times)

    def _observe(
        self,
        pipe: object,
        stage: str,
        seconds: float,
    ) -> None:
        bucket = next((str(bound) for bound in BUCKETS_S if seconds <= bound), "inf")
        key = self._keys.durations(stage)
        pipe.hincrby(key, bucket, 1)  # type: ignore[attr-defined]
        pipe.hincrby(key, "ms", int(seconds * 1000))  # type: ignore[attr-defined]

    def counts(self) -> dict[str, int]:
        """Return how often each thing happened since the store began."""
        return read_one(self._connection, self.query_counts())

    def query_counts(self) -> Query[dict[str, int]]:
        """Ask what ``counts`` returns."""
        return query_one(lambda pipe: pipe.hgetall(self._keys.counts), _parse_counts)

    def durations(self, stages: Sequence[str]) -> dict[str, Durations]:
        """Return how long the tasks of each stage took."""
        return read_one(self._connection, self.query_durations(stages))

    def query_durations(self, stages: Sequence[str]) -> Query[dict[str, Durations]]:
        """Ask what ``durations`` returns."""

        def ask(pipe: Any) -> None:
            for stage in stages:
                pipe.hgetall(self._keys.durations(stage))

        return Query(ask, lambda rows: dict(zip(stages, map(_parse_durations, rows), strict=True)))

    def flow(self, days: Sequence[date]) -> dict[date, dict[str, int]]:
        """Return new articles by source, for each of these local days."""
        return read_one(self._connection, self.query_flow(days))

    def query_flow(self, days: Sequence[date]) -> Query[dict[date, dict[str, int]]]:
        """Ask what ``flow`` returns."""

        def ask(pipe: Any) -> None:
            for day in days:
                pipe.hgetall(self._keys.flow(day))

        return Query(ask, lambda rows: dict(zip(days, map(_parse_counts, rows), strict=True)))

    def last_new_at(self) -> dict[str, datetime]:
        """When each source last had something new, by its id."""
        return read_one(self._connection, self.query_last_new())

    def query_last_new(self) -> Query[dict[str, datetime]]:
        """Ask what ``heard`` returns."""
        return query_one(
            lambda pipe: pipe.hgetall(self._keys.heard),
            lambda found: {source.decode(): _moment(at) for source, at in found.items()},
        )

    # Memory

    def record_memory(self, day: date) -> None:
        """
        Note what the server uses on a local day.

        The days before the last thirty are forgotten.
        """
        key = self._keys.memory
        with self._connection.client() as client:
            client.hset(key, day.isoformat(), int(client.info("memory")["used_memory"]))
            old = sorted(client.hkeys(key))[:-_MEMORY_DAYS]
            if old:
                client.hdel(key, *old)

    def query_memory(self) -> Query[MemoryUse]:
        """Ask what the server uses now and used before."""

        def ask(pipe: Any) -> None:
            pipe.info("memory")
            pipe.dbsize()
            pipe.hgetall(self._keys.memory)

        return Query(ask, _parse_memory)

    # Rounds of the canary

    def start_probe(self, round_id: str, *, pause: timedelta) -> None:
        """
        Begin a round; one that was on its way is forgotten.

        Args:
            round_id: Its name.
            pause: If none set out for so long, the newsroom was at rest, and is waited for from now
                on.
        """
        args = [
            round_id,
            millis(self._clock.now()),
            int(pause.total_seconds() * 1000),
            *PROBE_STEPS,
        ]
        self._connection.script("start_probe", [self._keys.round], args)

    def pass_probe_step(
        self,
        round_id: str,
        leg: str,
        english: str = "",
    ) -> bool:
        """
        Note that a leg is done; the last one makes the round the last whole one.

        Args:
            round_id: Which.
            leg: One of ``PROBE_STEPS``.
            english: What the translation made of it.

        Returns:
            False if another round set out meanwhile, or an earlier leg is not done.
        """
        number = PROBE_STEPS.index(leg)
        before = PROBE_STEPS[number - 1] if number else ""
        args = [round_id, leg, millis(self._clock.now()), before, english, *PROBE_STEPS]
        return bool(self._connection.script("pass_probe_step", [self._keys.round], args))

    def probe_runs(self) -> ProbeRuns:
        """Return the round that set out last, the last one that came back, and since when rounds are sent out."""
        return read_one(self._connection, self.query_rounds())

    def query_rounds(self) -> Query[ProbeRuns]:
        """Ask what ``rounds`` returns."""
        return query_one(lambda pipe: pipe.hgetall(self._keys.round), _parse_rounds)


def _parse_counts(found: Mapping[bytes, bytes]) -> dict[str, int]:
    return {name.decode(): int(count) for name, count in found.items()}


def _parse_durations(row: Mapping[bytes, bytes]) -> Durations:
    names = [*map(str, BUCKETS_S), "inf"]
    buckets = tuple(int(row.get(name.encode(), 0)) for name in names)
    return Durations(buckets, int(row.get(b"ms", 0)) / 1000)


def _parse_memory(answers: Sequence[Any]) -> MemoryUse:
    info, keys, rows = answers
    by_day = {date.fromisoformat(day.decode()): int(used) for day, used in sorted(rows.items())}
    return MemoryUse(
        used=int(info["used_memory"]),
        most=int(info.get("maxmemory", 0)),
        keys=int(keys),
        by_day=by_day,
    )


def _parse_rounds(row: Mapping[bytes, bytes]) -> ProbeRuns:
    found = {key.decode(): value.decode() for key, value in row.items()}
    since = _moment(found["since"]) if "since" in found else None
    return ProbeRuns(
        now=_round(found, "now"),
        last=_round(found, "last"),
        since=since,
    )


def _moment(value: bytes | str) -> datetime:
    return datetime.fromtimestamp(int(value) / 1000, tz=UTC)


def _round(found: Mapping[str, str], which: str) -> ProbeRun | None:
    if f"{which}:id" not in found:
        return None
    began = int(found[f"{which}:began"])
    legs = {
        leg: (int(found[f"{which}:{leg}"]) - began) / 1000
        for leg in PROBE_STEPS
        if f"{which}:{leg}" in found
    }
    return ProbeRun(
        id=found[f"{which}:id"],
        began=_moment(str(began)),
        steps_s=legs,
        english=found.get(f"{which}:english", ""),
    )
