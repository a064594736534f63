"""
The state of the product at one moment, as operators, alerts and metrics look at it.

Everything comes in two round trips, however much there is; the second asks for that of which the
first brought the ids. Rows of status, alerts and metrics are pure functions of a snapshot.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from aggregator.digest.days import find_local_day

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aggregator.models import Alert, Edition, Source, SourceReport, SourceState, Stage
    from aggregator.store.counters import Durations, MemoryUse, ProbeRuns
    from aggregator.store.dead_letters import DeadLetter
    from aggregator.store.deliveries import Delivery
    from aggregator.store.query import Query
    from aggregator.store.queues import Pause, Waiting
    from aggregator.store.redis import Store
    from aggregator.translate.packages.installed import Package

__all__ = [
    "HISTORY_DAYS",
    "TIMED_STAGES",
    "PackageRow",
    "Snapshot",
    "SnapshotScope",
    "list_package_rows",
    "take_snapshot",
]

HISTORY_DAYS = 14
"""Whole local days of which new articles are known, besides today."""

TIMED_STAGES = ("fetch", "page", "text", "group", "translate", "compose", "deliver")
"""Stages whose tasks have durations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageRow:
    """A translation package at hand."""

    name: str
    version: str
    reads: tuple[str, ...]
    licence: str
    path: str


def list_package_rows(packages: Sequence[Package]) -> tuple[PackageRow, ...]:
    """Return packages as operators see them, each once whatever it reads."""
    reads: dict[tuple[str, str], list[str]] = {}
    first: dict[tuple[str, str], Package] = {}
    for package in packages:
        key = (package.name, package.version)
        first.setdefault(key, package)
        reads.setdefault(key, []).append(package.source)
    return tuple(
        PackageRow(
            name=package.name,
            version=package.version,
            reads=tuple(reads[key]),
            licence=package.licence,
            path=str(package.file),
        )
        for key, package in first.items()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotScope:
    """
    What a snapshot is taken of.

    Who only judges alerts needs neither queues nor packages, runs or articles.

    Attributes:
        zone: IANA name of the zone whose days are counted.
        articles_days: Days that articles are kept; 0 to count none.
        queues: Names of queues whose last sign of work is read; ``beat`` is one.
        packages: Installed translation packages; the store does not know them.
        runs: Newest runs whose accounts are read.
    """

    store: Store
    sources: Sequence[Source]
    editions: Sequence[Edition]
    zone: str
    articles_days: int
    queues: Sequence[str] = ()
    packages: Sequence[PackageRow] = ()
    runs: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """
    The state of the product at one moment.

    Attributes:
        now: Real time at which it was taken.
        days: ``HISTORY_DAYS`` whole local days and today, in order.
        flow: New articles of each of ``days``, by source id.
        last_new: When each source last had something new, by its id.
        states: What is remembered of each source, by its id.
        paused: What operators paused, by source id.
        due_times: When each source is polled next; one that is being polled is absent.
        alive: Last sign of work of each queue: when, and what was done; None if there never was
            one.
        counts: What happened how often, by names of ``store.counters``.
        durations: Of the tasks of each of ``TIMED_STAGES``.
        lookups: Number of sentences looked up among remembered translations: known, unknown.
        articles: Number that is kept.
        runs: Accounts of the newest runs, by run id, the newest first.
        deliveries: Those begun last, the newest first.
        alerts: Raised, by name, the longest raised first.
        notices_waiting: Number of notices that are not sent everywhere.
        open_days: Days with articles whose digests are not closed, in order.
        digest_days: Days that have a digest, the newest first, by edition id.
    """

    now: datetime
    days: tuple[date, ...]
    sources: tuple[Source, ...]
    editions: tuple[Edition, ...]
    packages: tuple[PackageRow, ...]
    flow: Mapping[date, Mapping[str, int]]
    last_new: Mapping[str, datetime]
    states: Mapping[str, SourceState]
    paused: Mapping[str, Pause]
    due_times: Mapping[str, datetime]
    waiting: Mapping[Stage, Waiting]
    alive: Mapping[str, tuple[datetime, str] | None]
    counts: Mapping[str, int]
    durations: Mapping[str, Durations]
    lookups: tuple[int, int]
    probes: ProbeRuns
    memory: MemoryUse
    articles: int
    runs: Mapping[str, Sequence[SourceReport]]
    dead_letters: Sequence[DeadLetter]
    deliveries: Sequence[Delivery]
    alerts: Mapping[str, Alert]
    notices_waiting: int
    open_days: Sequence[date]
    digest_days: Mapping[str, Sequence[date]]


def take_snapshot(scope: SnapshotScope, now: datetime) -> Snapshot:
    """
    Read the state of the product, in two round trips; ``now`` is real time.

    Raises:
        StoreError: The store is away.
        SchemaError: What it holds cannot be read.
    """
    store = scope.store
    today = find_local_day(now, scope.zone)
    days = tuple(today - timedelta(days=ago) for ago in range(HISTORY_DAYS, -1, -1))
    values = store.read(_query_state(scope, days))
    by_day = values.pop("articles_by_day")
    run_ids = values.pop("run_ids")
    details = store.read(
        {
            "runs": store.queues.query_run_reports(run_ids[: scope.runs]),
            "deliveries": store.deliveries.query_items(values.pop("delivery_ids")),
        }
    )
    return Snapshot(
        now=now,
        days=days,
        sources=tuple(scope.sources),
        editions=tuple(scope.editions),
        packages=tuple(scope.packages),
        articles=sum(by_day.values()),
        **values,
        **details,
    )


def _query_state(scope: SnapshotScope, days: Sequence[date]) -> dict[str, Query[Any]]:
    """Return what is asked first, by the names of a snapshot's attributes, and their ids."""
    store = scope.store
    queues = store.queues
    counters = store.counters
    source_ids = [source.id for source in scope.sources]
    edition_ids = [edition.id for edition in scope.editions]
    # What is dated ahead of us may be kept under tomorrow.
    kept = [days[-1] - timedelta(days=ago) for ago in range(-1, scope.articles_days + 1)]
    return {
        "flow": counters.query_flow(days),
        "last_new": counters.query_last_new(),
        "states": queues.query_source_states(source_ids),
        "paused": queues.query_paused(),
        "due_times": queues.query_due_times(),
        "waiting": queues.query_waiting(),
        "alive": queues.query_alive(scope.queues),
        "counts": counters.query_counts(),
        "durations": counters.query_durations(TIMED_STAGES),
        "lookups": store.translations.query_counts(),
        "probes": counters.query_probe_runs(),
        "memory": counters.query_memory(),
        "articles_by_day": store.articles.query_day_counts(kept),
        "run_ids": queues.query_runs(),
        "dead_letters": store.dead_letters.query_all(),
        "delivery_ids": store.deliveries.query_recent(),
        "alerts": store.notices.query_raised(),
        "notices_waiting": store.notices.query_waiting(),
        "open_days": store.articles.query_open_days(),
        "digest_days": store.digests.query_days(edition_ids),
    }
