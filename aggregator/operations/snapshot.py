"""
The state of the product at one moment, as operators, alerts and metrics look at it.

Everything comes in three round trips, however much there is; the second and the third ask for what
the one before brought the ids of. Rows of status, alerts and metrics are pure functions of a
snapshot.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from aggregator.digest.days import find_local_day
from aggregator.operations.known import Known
from aggregator.operations.losses import StoreView, remember_store
from aggregator.store.server import query_server

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aggregator.models import Alert, Edition, Source, SourceReport, SourceState, Stage
    from aggregator.operations.away import Look
    from aggregator.operations.known import KnownFile
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
    "note_snapshot",
    "take_snapshot",
    "view_store",
]

HISTORY_DAYS = 14
"""Whole local days of which new articles are known, besides today."""

TIMED_STAGES = (
    "fetch",
    "page",
    "text",
    "group",
    "translate",
    "compose",
    "deliver",
    "whole",
    "picture",
)
"""Stages whose tasks have durations."""

_SAMPLED_DAYS = 3


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
        wholes_a_day: Of workers' time that whole articles may take.
        known: What was known of the store before; None where nothing is kept.
        look_at_broker: Asks whether the broker answers; None where whoever asks came by it.
    """

    store: Store
    sources: Sequence[Source]
    editions: Sequence[Edition]
    zone: str
    articles_days: int
    queues: Sequence[str] = ()
    packages: Sequence[PackageRow] = ()
    runs: int = 20
    wholes_a_day: timedelta = timedelta()
    known: KnownFile | None = None
    look_at_broker: Callable[[], Look | None] | None = None


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
        wholes_a_day: Of workers' time that whole articles may take.
        wholes_spent_s: Of it, today, in seconds.
        view: What of the store can be seen to be there.
        known: What was known of it before.
        broker: Whether the broker answers; None if it was not asked.
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
    wholes_a_day: timedelta = timedelta()
    wholes_spent_s: float = 0.0
    view: StoreView = field(default_factory=StoreView)
    known: Known = field(default_factory=Known)
    broker: Look | None = None


def take_snapshot(scope: SnapshotScope, now: datetime) -> Snapshot:
    """
    Read the state of the product, in three round trips; ``now`` is real time.

    Raises:
        StoreError: The store is away.
        SchemaError: What it holds cannot be read.
    """
    store = scope.store
    today = find_local_day(now, scope.zone)
    days = tuple(today - timedelta(days=ago) for ago in range(HISTORY_DAYS, -1, -1))
    broker = scope.look_at_broker() if scope.look_at_broker else None
    edition_ids = [edition.id for edition in scope.editions]
    values = store.read(_query_state(scope, days) | _query_view(store, edition_ids))
    by_day = values.pop("articles_by_day")
    run_ids = values.pop("run_ids")
    details = store.read(
        {
            "runs": store.queues.query_run_reports(run_ids[: scope.runs]),
            "deliveries": store.deliveries.query_items(values.pop("delivery_ids")),
            "sample": store.mark.query_sample(_list_sampled(values)),
        }
    )
    return Snapshot(
        view=_finish_view(store, values, details, today),
        known=scope.known.load() if scope.known else Known(),
        broker=broker,
        now=now,
        days=days,
        sources=tuple(scope.sources),
        editions=tuple(scope.editions),
        packages=tuple(scope.packages),
        wholes_a_day=scope.wholes_a_day,
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
        "wholes_spent_s": store.wholes.query_spent_s(days[-1]),
    }


def note_snapshot(scope: SnapshotScope, snapshot: Snapshot) -> None:
    """Keep beside the store what a snapshot says of it, for when it is gone."""
    if scope.known is not None:
        scope.known.change(lambda known: remember_store(known, snapshot.view, snapshot.now))


def view_store(store: Store, editions: Sequence[Edition], zone: str, now: datetime) -> StoreView:
    """
    Look how much of the store can be seen to be there; ``zone`` is that of days, IANA.

    Raises:
        StoreError: The store is away.
    """
    ids = [edition.id for edition in editions]
    values = store.read(
        {
            "counts": store.counters.query_counts(),
            "open_days": store.articles.query_open_days(),
            "digest_days": store.digests.query_days(ids),
            **_query_view(store, ids),
        }
    )
    details = store.read({"sample": store.mark.query_sample(_list_sampled(values))})
    return _finish_view(store, values, details, find_local_day(now, zone))


def _query_view(store: Store, editions: Sequence[str]) -> dict[str, Query[Any]]:
    return {
        "mark": store.mark.query(),
        "server": query_server(),
        "standing": store.mark.query_standing(editions),
    }


def _list_sampled(values: Mapping[str, Any]) -> list[date]:
    """Return days some of whose articles are looked for."""
    days = set(values["open_days"][-_SAMPLED_DAYS:])
    for of_edition in values["digest_days"].values():
        days.update(of_edition[:_SAMPLED_DAYS])
    return sorted(days)


def _finish_view(
    store: Store,
    values: dict[str, Any],
    details: dict[str, Any],
    today: date,
) -> StoreView:
    """Look for records that must be there; takes what only the view has out of the values."""
    names = [*details.pop("sample"), *_list_digests(values["digest_days"], today)]
    missing = store.read({"missing": store.mark.query_missing(names)})["missing"] if names else ()
    return StoreView(
        mark=values.pop("mark"),
        server=values.pop("server"),
        standing=values.pop("standing"),
        looked_at=len(names),
        missing=tuple(missing),
        taken_in=values["counts"].get("articles:new", 0),
    )


def _list_digests(digest_days: Mapping[str, Sequence[date]], today: date) -> list[str]:
    """Return the names of digests that are surely kept yet."""
    oldest = today - timedelta(days=_SAMPLED_DAYS)
    return [
        f"digest:{edition}:{day.isoformat()}"
        for edition, days in digest_days.items()
        for day in days[:_SAMPLED_DAYS]
        if day >= oldest
    ]
