"""
How a newsroom stands, as one value: what `tilshi status`, the operator's page and the metrics all show.

Everything is read from the store, so that any process may tell it. ``as_json`` is a documented form (see the docs),
``tilshi.status/1``.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from aggregator.digest.days import local_day
from aggregator.schedule import GOOD_OUTCOMES
from aggregator.store.deliveries import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aggregator.alerts import Alert
    from aggregator.models import Edition, Source, SourceReport, SourceState, Stage
    from aggregator.store.deliveries import Delivery
    from aggregator.store.letters import Letter
    from aggregator.store.pulse import Memory, Rounds
    from aggregator.store.redis import Store
    from aggregator.store.work import Waiting
    from aggregator.translate.packages import Package

__all__ = [
    "FLOW_DAYS",
    "Desk",
    "LetterRow",
    "PackageRow",
    "RunRow",
    "SourceRow",
    "Standing",
    "StoreRow",
    "WorkerRow",
    "letter_rows",
    "package_rows",
    "run_row",
    "spark",
    "stand",
]

FLOW_DAYS = 14
"""Local days of a source's curve, today the last."""

_RUNS = 20
_DAYS_WEIGHED = 3
_BARS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageRow:
    """A translation package at hand."""

    name: str
    version: str
    reads: tuple[str, ...]
    licence: str
    path: str


def package_rows(packages: Sequence[Package]) -> tuple[PackageRow, ...]:
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
class Desk:
    """
    What a newsroom is made of.

    Attributes:
        store: See there.
        sources: Of the catalogue.
        editions: All of them.
        zone: IANA name of the zone whose days are told.
        queues: Names of queues that have workers, and ``beat``.
        packages: At hand, where it is looked.
        articles_days: How long articles are kept.
    """

    store: Store
    sources: Sequence[Source]
    editions: Sequence[Edition]
    zone: str
    queues: Sequence[str]
    packages: Sequence[PackageRow]
    articles_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """
    A source and what came of it.

    Attributes:
        paused: In the catalogue, or by an operator.
        pause: Why an operator paused it; empty if none did.
        by_day: New articles on each of the last ``FLOW_DAYS`` local days, the oldest first, today the last.
        due: When it is polled next; None if it is being polled, or is not.
    """

    id: str
    outlet: str
    url: str
    languages: tuple[str, ...]
    official: bool
    paused: bool
    pause: str
    outcome: str
    detail: str
    failures: int
    checked: datetime | None
    succeeded: datetime | None
    heard: datetime | None
    by_day: tuple[int, ...]
    due: datetime | None

    @property
    def good(self) -> bool:
        """Its last poll was good, or there was none yet."""
        return self.outcome in GOOD_OUTCOMES or not self.outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerRow:
    """The last sign of work of a queue's workers."""

    queue: str
    at: datetime | None
    did: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """A run's account in sums, and its lines."""

    id: str
    polled: int
    good: int
    failed: int
    new: int
    updated: int
    reports: tuple[SourceReport, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterRow:
    """
    A dead letter: an article that went on without a stage, or a delivery that was given up.

    Attributes:
        id: For retrying or discarding it.
        stage: ``text``, ``translate`` or ``deliver``.
        what: Article or delivery.
        reason: In words.
        at: When; None if not known.
    """

    id: str
    stage: str
    what: str
    reason: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreRow:
    """
    The store's memory and its growth. Bytes, unless said otherwise.

    Attributes:
        used: By the server, all of it.
        most: That it may use; 0 for no bound.
        keys: All of them.
        articles: Kept.
        articles_a_day: Mean of the whole days of the curve on which there were any.
        kb_an_article: All memory over all articles kept, KB; None without articles.
        growth_a_day: Of the days weighed; None while there are too few.
        days_left: Until ``most``, at that growth; None if it does not grow, has no bound, or is not known.
    """

    used: int
    most: int
    keys: int
    articles: int
    articles_a_day: float
    kb_an_article: float | None
    growth_a_day: float | None
    days_left: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """
    How a newsroom stands.

    Attributes:
        now: Real time of the look.
        days: Local days of the curves.
        open_days: Whose digests are not closed.
        digests: Newest days of each edition.
        notices: About alerts, not told everywhere yet.
    """

    now: datetime
    days: tuple[date, ...]
    sources: tuple[SourceRow, ...]
    stages: Mapping[Stage, Waiting]
    workers: tuple[WorkerRow, ...]
    rounds: Rounds
    runs: tuple[RunRow, ...]
    letters: tuple[LetterRow, ...]
    deliveries: tuple[Delivery, ...]
    packages: tuple[PackageRow, ...]
    store: StoreRow
    alerts: tuple[Alert, ...]
    notices: int
    open_days: tuple[date, ...]
    digests: Mapping[str, tuple[date, ...]]

    @property
    def failing(self) -> tuple[SourceRow, ...]:
        """Sources whose last poll failed."""
        return tuple(row for row in self.sources if row.failures)

    def as_json(self) -> dict[str, Any]:
        """Return the form ``tilshi.status/1``."""
        latest = self.rounds.came_back
        return {
            "format": "tilshi.status/1",
            "now": self.now,
            "days": list(self.days),
            "sources": [asdict(row) for row in self.sources],
            "failing_sources": [row.id for row in self.failing],
            "stages": {stage.value: asdict(state) for stage, state in self.stages.items()},
            "workers": {row.queue: {"at": row.at, "did": row.did} if row.at else None for row in self.workers},
            "canary": {"came_back": latest, "legs_s": dict(self.rounds.last.legs_s) if self.rounds.last else {}},
            "runs": [{key: value for key, value in asdict(row).items() if key != "reports"} for row in self.runs],
            "letters": [asdict(row) for row in self.letters],
            "deliveries": [
                {"id": str(found.id), "state": found.state.value, "tries": found.tries, "error": found.error}
                for found in self.deliveries
            ],
            "packages": [asdict(row) for row in self.packages],
            "store": asdict(self.store),
            "alerts": [asdict(alert) for alert in self.alerts],
            "notices_waiting": self.notices,
            "open_days": list(self.open_days),
            "digests": {edition: list(days) for edition, days in self.digests.items()},
        }


def spark(counts: Sequence[int]) -> str:
    """Draw counts as a line of bars, one a count; a zero is a dot."""
    most = max([*counts, 1])
    return "".join(_BARS[min(len(_BARS) - 1, count * len(_BARS) // (most + 1))] if count else "·" for count in counts)


def letter_rows(letters: Sequence[Letter], deliveries: Sequence[Delivery]) -> tuple[LetterRow, ...]:
    """Return dead letters and dead deliveries as one list, the newest first."""
    rows = [
        LetterRow(id=item.id, stage=item.stage.value, what=item.article_id, reason=item.reason, at=item.at)
        for item in letters
    ]
    rows += [
        LetterRow(id=f"deliver:{item.id}", stage="deliver", what=str(item.id), reason=item.error, at=item.at)
        for item in deliveries
        if item.state is DeliveryState.DEAD
    ]
    return tuple(sorted(rows, key=lambda row: row.at.timestamp() if row.at else 0.0, reverse=True))


def run_row(run_id: str, reports: Sequence[SourceReport]) -> RunRow:
    """Sum up a run's account."""
    good = sum(report.outcome in GOOD_OUTCOMES for report in reports)
    return RunRow(
        id=run_id,
        polled=len(reports),
        good=good,
        failed=len(reports) - good,
        new=sum(report.new for report in reports),
        updated=sum(report.updated for report in reports),
        reports=tuple(reports),
    )


def stand(desk: Desk, now: datetime) -> Standing:
    """
    Look how a newsroom stands.

    Args:
        desk: Which.
        now: Real time.

    Raises:
        StoreError: The store is away.
    """
    store = desk.store
    today = local_day(now, desk.zone)
    days = [today - timedelta(days=ago) for ago in reversed(range(FLOW_DAYS))]
    flow, deliveries = store.pulse.flow(days), store.deliveries.recent()
    alive = {queue: store.work.last_alive(queue) for queue in desk.queues}
    return Standing(
        now=now,
        days=tuple(days),
        sources=_sources(desk, flow),
        stages=store.work.waiting(),
        workers=tuple(
            WorkerRow(queue=queue, at=mark[0] if mark else None, did=mark[1] if mark else "")
            for queue, mark in alive.items()
        ),
        rounds=store.pulse.rounds(),
        runs=tuple(run_row(run_id, store.work.run_reports(run_id)) for run_id in store.work.runs()[:_RUNS]),
        letters=letter_rows(store.letters.all(), deliveries),
        deliveries=tuple(deliveries),
        packages=tuple(desk.packages),
        store=_store(desk, today, flow),
        alerts=tuple(store.notices.raised().values()),
        notices=store.notices.waiting(),
        open_days=tuple(store.articles.open_days()),
        digests={edition.id: tuple(store.digests.days(edition.id)[:7]) for edition in desk.editions},
    )


def _sources(desk: Desk, flow: Mapping[date, Mapping[str, int]]) -> tuple[SourceRow, ...]:
    work = desk.store.work
    states, due = work.source_states([source.id for source in desk.sources]), work.due_times()
    heard, paused = desk.store.pulse.heard(), {key: pause.reason for key, pause in work.paused_sources().items()}
    return tuple(_source(source, states[source.id], flow, due, heard, paused) for source in desk.sources)


def _source(
    source: Source,
    state: SourceState,
    flow: Mapping[date, Mapping[str, int]],
    due: Mapping[str, datetime],
    heard: Mapping[str, datetime],
    paused: Mapping[str, str],
) -> SourceRow:
    rests = source.paused or source.id in paused
    return SourceRow(
        id=source.id,
        outlet=source.outlet.name,
        url=source.url,
        languages=source.languages,
        official=source.outlet.official,
        paused=rests,
        pause=paused.get(source.id, "") or ("paused by an operator" if source.id in paused else ""),
        outcome=str(state.outcome or ""),
        detail=state.detail,
        failures=state.failures,
        checked=state.checked,
        succeeded=state.succeeded,
        heard=heard.get(source.id),
        by_day=tuple(of_day.get(source.id, 0) for of_day in flow.values()),
        due=None if rests else due.get(source.id),
    )


def _store(desk: Desk, today: date, flow: Mapping[date, Mapping[str, int]]) -> StoreRow:
    memory = desk.store.pulse.memory()
    kept = desk.store.articles.day_counts([today - timedelta(days=ago) for ago in range(-1, desk.articles_days + 1)])
    articles = sum(kept.values())
    whole = [sum(of_day.values()) for day, of_day in flow.items() if day != today and of_day]
    growth = _growth(memory)
    left = (memory.most - memory.used) / growth if memory.most and growth is not None and growth > 0 else None
    return StoreRow(
        used=memory.used,
        most=memory.most,
        keys=memory.keys,
        articles=articles,
        articles_a_day=sum(whole) / len(whole) if whole else 0.0,
        kb_an_article=round(memory.used / articles / 1000, 2) if articles else None,
        growth_a_day=growth,
        days_left=max(0.0, left) if left is not None else None,
    )


def _growth(memory: Memory) -> float | None:
    """Return bytes a day between the first day weighed and the last; None while they are too near each other."""
    if not memory.by_day:
        return None
    first, last = min(memory.by_day), max(memory.by_day)
    span = (last - first).days
    return (memory.by_day[last] - memory.by_day[first]) / span if span >= _DAYS_WEIGHED else None
