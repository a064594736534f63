"""
The status in rows: what ``tilshi status``, the operator's page and the metrics show. Pure.

``as_json`` is a documented form (see the docs), ``tilshi.status/1``.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from aggregator.models import Stage
from aggregator.operations.alerts import list_current
from aggregator.operations.risks import find_risks
from aggregator.operations.snapshot import HISTORY_DAYS
from aggregator.polling.schedule import GOOD_OUTCOMES
from aggregator.store.outbox import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from _typeshed import DataclassInstance

    from aggregator.models import Alert, Source, SourceReport
    from aggregator.operations.snapshot import PackageRow, Snapshot
    from aggregator.store.counters import MemoryUse, ProbeRuns
    from aggregator.store.dead_letters import DeadLetter
    from aggregator.store.deliveries import Delivery
    from aggregator.store.queues import Pause, Waiting

__all__ = [
    "FLOW_DAYS",
    "DeadLetterRow",
    "RunRow",
    "SourceRow",
    "Status",
    "StoreRow",
    "WholeRow",
    "WorkerRow",
    "draw_spark",
    "list_dead_letters",
    "sum_up_run",
    "take_status",
]

FLOW_DAYS = HISTORY_DAYS
"""Local days of a source's curve, today the last."""

_SHOWN_DIGESTS = 7
_DAYS_WEIGHED = 3
_BARS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """
    A source and what came of it.

    Attributes:
        paused: In the catalogue, or by an operator.
        pause: Why an operator paused it; empty if none did.
        heard: When it last brought something new; None if never.
        by_day: New articles on each of the last ``FLOW_DAYS`` local days, today the last.
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
class DeadLetterRow:
    """
    A dead letter: an article that went on without a stage, or a delivery that was given up.

    Attributes:
        id: For retrying or discarding it.
        stage: ``text``, ``translate`` or ``deliver``.
        what: Article or delivery.
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
        articles: Number that is kept.
        articles_a_day: Mean of the whole days of the curve on which there were any.
        kb_an_article: All memory over all articles kept, KB; None without articles.
        growth_a_day: Of the days weighed; None while there are too few.
        days_left: Until ``most``, at that growth; None if it does not grow, has no bound, or is not
            known.
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
class WholeRow:
    """
    Whole articles, and the workers' time that they take.

    Attributes:
        spent_s: Today.
        a_day_s: Allowed.
        waiting: Articles in line or being worked on.
    """

    spent_s: float
    a_day_s: float
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """
    A snapshot in rows.

    Attributes:
        now: Real time of the snapshot.
        days: Local days of the curves.
        alerts: Raised, or wrong at once; see ``alerts.list_current``.
        unknown: What cannot be known of the store, in sentences.
        notices: Number of those about alerts that are not sent everywhere.
        open_days: Whose digests are not closed.
        digests: Newest days of each edition.
    """

    now: datetime
    days: tuple[date, ...]
    sources: tuple[SourceRow, ...]
    stages: Mapping[Stage, Waiting]
    workers: tuple[WorkerRow, ...]
    rounds: ProbeRuns
    runs: tuple[RunRow, ...]
    letters: tuple[DeadLetterRow, ...]
    deliveries: tuple[Delivery, ...]
    packages: tuple[PackageRow, ...]
    store: StoreRow
    alerts: tuple[Alert, ...]
    notices: int
    open_days: tuple[date, ...]
    digests: Mapping[str, tuple[date, ...]]
    wholes: WholeRow
    unknown: tuple[str, ...] = ()

    @property
    def failing(self) -> tuple[SourceRow, ...]:
        """Sources whose last poll failed."""
        return tuple(row for row in self.sources if row.failures)

    def as_json(self) -> dict[str, Any]:
        """Return the form ``tilshi.status/1``."""
        stages = {stage.value: asdict(state) for stage, state in self.stages.items()}
        workers = {row.queue: _write_worker(row) for row in self.workers}
        runs = [_write_run(row) for row in self.runs]
        deliveries = [_write_delivery(delivery) for delivery in self.deliveries]
        failing = [row.id for row in self.failing]
        return {
            "format": "tilshi.status/1",
            "now": self.now,
            "days": list(self.days),
            "sources": _write_rows(self.sources),
            "failing_sources": failing,
            "stages": stages,
            "workers": workers,
            "canary": _write_canary(self.rounds),
            "runs": runs,
            "letters": _write_rows(self.letters),
            "deliveries": deliveries,
            "packages": _write_rows(self.packages),
            "store": asdict(self.store),
            "alerts": _write_rows(self.alerts),
            "not_known": list(self.unknown),
            "notices_waiting": self.notices,
            "open_days": list(self.open_days),
            "digests": _write_digests(self.digests),
            "wholes": asdict(self.wholes),
        }


def _write_rows(rows: Sequence[DataclassInstance]) -> list[dict[str, object]]:
    return [asdict(row) for row in rows]


def _write_worker(row: WorkerRow) -> dict[str, object] | None:
    return {"at": row.at, "did": row.did} if row.at else None


def _write_canary(probes: ProbeRuns) -> dict[str, object]:
    steps_s = dict(probes.last.steps_s) if probes.last else {}
    return {"came_back": probes.came_back, "legs_s": steps_s}


def _write_digests(digests: Mapping[str, Sequence[date]]) -> dict[str, list[date]]:
    return {edition: list(days) for edition, days in digests.items()}


def _write_run(row: RunRow) -> dict[str, object]:
    values = asdict(row)
    del values["reports"]
    return values


def _write_delivery(delivery: Delivery) -> dict[str, object]:
    return {
        "id": str(delivery.id),
        "state": delivery.state.value,
        "tries": delivery.tries,
        "error": delivery.error,
    }


def draw_spark(counts: Sequence[int]) -> str:
    """Draw counts as a line of bars, one a count; a zero is a dot."""
    most = max([*counts, 1])
    return "".join(_draw_bar(count, most) for count in counts)


def _draw_bar(count: int, most: int) -> str:
    if not count:
        return "·"
    height = count * len(_BARS) // (most + 1)
    return _BARS[min(len(_BARS) - 1, height)]


def list_dead_letters(
    letters: Sequence[DeadLetter], deliveries: Sequence[Delivery]
) -> tuple[DeadLetterRow, ...]:
    """Return dead letters and dead deliveries as one list, the newest first."""
    rows = [_make_letter_row(letter) for letter in letters]
    dead = [delivery for delivery in deliveries if delivery.state is DeliveryState.DEAD]
    rows += [_make_delivery_row(delivery) for delivery in dead]
    return tuple(sorted(rows, key=_find_time, reverse=True))


def _make_letter_row(letter: DeadLetter) -> DeadLetterRow:
    return DeadLetterRow(
        id=letter.id,
        stage=letter.stage.value,
        what=letter.article_id,
        reason=letter.reason,
        at=letter.at,
    )


def _make_delivery_row(delivery: Delivery) -> DeadLetterRow:
    return DeadLetterRow(
        id=f"deliver:{delivery.id}",
        stage="deliver",
        what=str(delivery.id),
        reason=delivery.error,
        at=delivery.at,
    )


def _find_time(row: DeadLetterRow) -> float:
    return row.at.timestamp() if row.at else 0.0


def sum_up_run(run_id: str, reports: Sequence[SourceReport]) -> RunRow:
    """Sum up a run's account."""
    new = sum(report.new for report in reports)
    updated = sum(report.updated for report in reports)
    good = sum(report.outcome in GOOD_OUTCOMES for report in reports)
    return RunRow(
        id=run_id,
        polled=len(reports),
        good=good,
        failed=len(reports) - good,
        new=new,
        updated=updated,
        reports=tuple(reports),
    )


def take_status(snapshot: Snapshot) -> Status:
    """Return the rows of a snapshot."""
    workers = [_make_worker_row(queue, mark) for queue, mark in snapshot.alive.items()]
    runs = [sum_up_run(run_id, reports) for run_id, reports in snapshot.runs.items()]
    digest_days = snapshot.digest_days.items()
    digests = {edition: tuple(days[:_SHOWN_DIGESTS]) for edition, days in digest_days}
    return Status(
        now=snapshot.now,
        days=_list_curve_days(snapshot),
        sources=tuple(_make_source_row(snapshot, source) for source in snapshot.sources),
        stages=_list_stages(snapshot),
        workers=tuple(workers),
        rounds=snapshot.probes,
        runs=tuple(runs),
        letters=list_dead_letters(snapshot.dead_letters, snapshot.deliveries),
        deliveries=tuple(snapshot.deliveries),
        packages=snapshot.packages,
        store=_make_store_row(snapshot),
        alerts=list_current(snapshot),
        unknown=_list_unknown(snapshot),
        notices=snapshot.notices_waiting,
        open_days=tuple(snapshot.open_days),
        digests=digests,
        wholes=_make_whole_row(snapshot),
    )


def _list_stages(snapshot: Snapshot) -> dict[Stage, Waiting]:
    """Return what waits for each stage; whole articles stand in an order that is not of time."""
    stages = dict(snapshot.waiting)
    if Stage.WHOLE in stages:
        stages[Stage.WHOLE] = replace(stages[Stage.WHOLE], oldest=None)
    return stages


def _make_whole_row(snapshot: Snapshot) -> WholeRow:
    waiting = snapshot.waiting.get(Stage.WHOLE)
    return WholeRow(
        spent_s=snapshot.wholes_spent_s,
        a_day_s=snapshot.wholes_a_day.total_seconds(),
        waiting=waiting.ready + waiting.later + waiting.leased if waiting else 0,
    )


def _list_unknown(snapshot: Snapshot) -> tuple[str, ...]:
    risks = find_risks(snapshot.view.server, 1.0)
    return tuple(risk.text for risk in risks if not risk.certain)


def _list_curve_days(snapshot: Snapshot) -> tuple[date, ...]:
    return snapshot.days[-FLOW_DAYS:]


def _make_worker_row(queue: str, mark: tuple[datetime, str] | None) -> WorkerRow:
    at, did = mark or (None, "")
    return WorkerRow(
        queue=queue,
        at=at,
        did=did,
    )


def _make_source_row(snapshot: Snapshot, source: Source) -> SourceRow:
    state = snapshot.states[source.id]
    pause = snapshot.paused.get(source.id)
    paused = source.paused or pause is not None
    flow = [snapshot.flow[day] for day in _list_curve_days(snapshot)]
    return SourceRow(
        id=source.id,
        outlet=source.outlet.name,
        url=source.url,
        languages=source.languages,
        official=source.outlet.official,
        paused=paused,
        pause=_describe_pause(pause),
        outcome=str(state.outcome or ""),
        detail=state.detail,
        failures=state.failures,
        checked=state.checked,
        succeeded=state.succeeded,
        heard=snapshot.last_new.get(source.id),
        by_day=tuple(of_day.get(source.id, 0) for of_day in flow),
        due=None if paused else snapshot.due_times.get(source.id),
    )


def _describe_pause(pause: Pause | None) -> str:
    if pause is None:
        return ""
    return pause.reason or "paused by an operator"


def _make_store_row(snapshot: Snapshot) -> StoreRow:
    memory = snapshot.memory
    articles = snapshot.articles
    whole_days = [snapshot.flow[day] for day in _list_curve_days(snapshot)[:-1]]
    sums = [sum(of_day.values()) for of_day in whole_days if of_day]
    growth = _measure_growth(memory)
    return StoreRow(
        used=memory.used,
        most=memory.most,
        keys=memory.keys,
        articles=articles,
        articles_a_day=sum(sums) / len(sums) if sums else 0.0,
        kb_an_article=round(memory.used / articles / 1000, 2) if articles else None,
        growth_a_day=growth,
        days_left=_reckon_days_left(memory, growth),
    )


def _measure_growth(memory: MemoryUse) -> float | None:
    """
    Return bytes a day between the first day weighed and the last.

    None while they are too near each other.
    """
    if not memory.by_day:
        return None
    first = min(memory.by_day)
    last = max(memory.by_day)
    span = (last - first).days
    if span < _DAYS_WEIGHED:
        return None
    return (memory.by_day[last] - memory.by_day[first]) / span


def _reckon_days_left(memory: MemoryUse, growth: float | None) -> float | None:
    if not memory.most or growth is None or growth <= 0:
        return None
    return max(0.0, (memory.most - memory.used) / growth)
