"""
A snapshot as numbers for Prometheus: text, made when somebody asks. Pure.

Nothing is counted in this process. Counts stand in the store, where workers leave them, so that any
number of pages expose the same and a restart loses none. Moments are given as Unix times, as
Prometheus advises: ``time() - x`` is how long ago. Labels are from closed sets, or sources of the
catalogue, editions and queues.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from aggregator.delivery.channels import KINDS
from aggregator.models import AlertKind, Outcome, Stage
from aggregator.operations.snapshot import TIMED_STAGES
from aggregator.operations.status import take_status
from aggregator.store.counters import BUCKETS_S
from aggregator.store.outbox import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from prometheus_client.core import Metric

    from aggregator.operations.snapshot import Snapshot
    from aggregator.operations.status import SourceRow, Status
    from aggregator.store.counters import Durations, ProbeRuns
    from aggregator.store.queues import Waiting

__all__ = ["CONTENT_TYPE", "render_metrics", "render_store_away"]

CONTENT_TYPE = CONTENT_TYPE_LATEST
"""The media type of what is exposed."""

_COUNTED_STAGES = TIMED_STAGES[1:]
_DEAD_LETTER_STAGES = ("text", "translate", "deliver", "whole")
_ARTICLE_CHANGES = ("new", "updated", "known", "stale")


def render_metrics(snapshot: Snapshot, *, version: str, channels: Mapping[str, str]) -> bytes:
    """Write a snapshot in Prometheus' text format; ``channels`` are kinds by channel id."""
    status = take_status(snapshot)
    counts = snapshot.counts
    return _render(
        *_describe_program(version, up=True),
        *_count_work(counts, snapshot.lookups),
        _measure_durations(snapshot.durations),
        *_measure_queues(status),
        *_measure_sources(status.sources),
        *_measure_canary(status.rounds, counts),
        *_measure_deliveries(status, counts, channels),
        *_measure_alerts(status, counts),
        *_measure_store(status),
    )


def render_store_away(version: str) -> bytes:
    """Write what can be said while the store is away: just that."""
    return _render(*_describe_program(version, up=False))


class _Collector:
    """A collector of metrics that are made already."""

    def __init__(self, *metrics: Metric) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        """Give the metrics."""
        yield from self._metrics


def _render(*metrics: Metric) -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(*metrics))
    return generate_latest(registry)


def _make_gauge(
    name: str,
    text: str,
    label: str,
    values: Mapping[str, float | None],
) -> GaugeMetricFamily:
    """Return a gauge with one label; a value that is not known is left out."""
    metric = GaugeMetricFamily(name, text, labels=[label])
    for key, value in values.items():
        if value is not None:
            metric.add_metric([key], value)
    return metric


def _make_counter(
    name: str,
    text: str,
    label: str,
    values: Mapping[str, float],
) -> CounterMetricFamily:
    metric = CounterMetricFamily(name, text, labels=[label])
    for key, value in values.items():
        metric.add_metric([key], value)
    return metric


def _convert_time(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment is not None else None


def _describe_program(version: str, *, up: bool) -> Iterator[Metric]:
    info = GaugeMetricFamily(
        "tilshi_build_info", "The version that answers; always 1.", labels=["version"]
    )
    info.add_metric([version], 1)
    yield info
    yield GaugeMetricFamily(
        "tilshi_store_up",
        "1 if the store answered; without it nothing else is exposed.",
        value=float(up),
    )


def _count_work(counts: Mapping[str, int], lookups: tuple[int, int]) -> Iterator[Metric]:
    yield _make_counter(
        "tilshi_polls",
        "Polls of sources, by outcome.",
        "outcome",
        {item.value: counts.get(f"outcome:{item}", 0) for item in Outcome},
    )
    yield _make_counter(
        "tilshi_polled_articles",
        "Articles that polls brought: new, updated, known already, or too old for any digest.",
        "what",
        {what: counts.get(f"articles:{what}", 0) for what in _ARTICLE_CHANGES},
    )
    yield _make_counter(
        "tilshi_stage_items",
        "What each stage moved on: articles; digests for compose, deliveries for deliver.",
        "stage",
        {stage: counts.get(f"done:{stage}", 0) for stage in _COUNTED_STAGES},
    )
    hits, misses = lookups
    yield _make_counter(
        "tilshi_translation_lookups",
        "Sentences looked up among remembered translations.",
        "result",
        {"hit": hits, "miss": misses},
    )


def _measure_durations(durations: Mapping[str, Durations]) -> Metric:
    metric = HistogramMetricFamily(
        "tilshi_stage_duration_seconds",
        "How long tasks took: a poll of one source for fetch, a batch elsewhere.",
        labels=["stage"],
    )
    for stage, of_stage in durations.items():
        buckets = _add_up_buckets(of_stage)
        metric.add_metric([stage], buckets=buckets, sum_value=of_stage.total_s)
    return metric


def _add_up_buckets(durations: Durations) -> list[tuple[str, float]]:
    """Return each bound with the tasks that took no longer, as Prometheus counts."""
    bounds = [*map(str, BUCKETS_S), "+Inf"]
    rows = []
    so_far = 0
    for bound, count in zip(bounds, durations.buckets, strict=True):
        so_far += count
        rows.append((bound, float(so_far)))
    return rows


def _measure_queues(status: Status) -> Iterator[Metric]:
    sizes = GaugeMetricFamily(
        "tilshi_queue_items", "What waits for each stage.", labels=["stage", "state"]
    )
    for stage, state in status.stages.items():
        for name in ("ready", "leased", "later"):
            sizes.add_metric([stage.value, name], getattr(state, name))
    yield sizes
    yield _make_gauge(
        "tilshi_queue_oldest_age_seconds",
        "How long the oldest that is ready has waited; 0 if nothing is. "
        "What is composed waits for its day, whole articles and pictures for all else.",
        "stage",
        {
            stage.value: _measure_age_s(state, status.now)
            for stage, state in status.stages.items()
            if stage not in {Stage.COMPOSE, Stage.WHOLE, Stage.PICTURE}
        },
    )
    yield _make_gauge(
        "tilshi_worker_last_work_timestamp_seconds",
        "When each queue's workers last did work.",
        "queue",
        {row.queue: _convert_time(row.at) for row in status.workers},
    )


def _measure_age_s(state: Waiting, now: datetime) -> float:
    # Sources due at once stand as 1970; nothing is as old as that.
    if state.oldest is None or state.oldest.timestamp() <= 0:
        return 0.0
    return max(0.0, (now - state.oldest).total_seconds())


_SOURCE_GAUGES: tuple[tuple[str, str, Callable[[SourceRow], float | None]], ...] = (
    (
        "tilshi_source_last_success_timestamp_seconds",
        "Last good poll; absent if none was.",
        lambda row: _convert_time(row.succeeded),
    ),
    (
        "tilshi_source_last_article_timestamp_seconds",
        "When each source last brought something new; absent if never.",
        lambda row: _convert_time(row.heard),
    ),
    (
        "tilshi_source_next_poll_timestamp_seconds",
        "When each source is due, 0 for at once; absent while it is polled or paused.",
        lambda row: _convert_time(row.due),
    ),
    ("tilshi_source_failures", "Polls in a row that failed.", lambda row: row.failures),
    (
        "tilshi_source_paused",
        "1 if the catalogue or an operator paused it.",
        lambda row: float(row.paused),
    ),
)


def _measure_sources(rows: tuple[SourceRow, ...]) -> Iterator[Metric]:
    for name, text, read_value in _SOURCE_GAUGES:
        yield _make_gauge(name, text, "source", {row.id: read_value(row) for row in rows})


def _measure_canary(probes: ProbeRuns, counts: Mapping[str, int]) -> Iterator[Metric]:
    metric = GaugeMetricFamily(
        "tilshi_canary_last_round_timestamp_seconds",
        "When a canary last came back; absent if none did.",
    )
    came_back = _convert_time(probes.came_back)
    steps_s = probes.last.steps_s if probes.last else {}
    if came_back is not None:
        metric.add_metric([], came_back)
    yield metric
    yield _make_gauge(
        "tilshi_canary_leg_seconds",
        "Of the last whole round: seconds after setting out at which each leg was done.",
        "leg",
        steps_s,
    )
    yield CounterMetricFamily(
        "tilshi_canary_rounds", "Rounds that came back.", value=counts.get("rounds:whole", 0)
    )


def _measure_deliveries(
    status: Status, counts: Mapping[str, int], channels: Mapping[str, str]
) -> Iterator[Metric]:
    labels = ["kind", "state"]
    tries = CounterMetricFamily(
        "tilshi_delivery_tries",
        "Tries to send a digest, by how the delivery stood then.",
        labels=labels,
    )
    known = GaugeMetricFamily(
        "tilshi_deliveries", "Deliveries of late, by how they stand.", labels=labels
    )
    numbers: Counter[tuple[str, DeliveryState]] = Counter()
    for delivery in status.deliveries:
        numbers[channels.get(delivery.id.channel, "gone"), delivery.state] += 1
    for kind in KINDS:
        for state in DeliveryState:
            tries.add_metric([kind, state.value], counts.get(f"delivery:{kind}:{state}", 0))
            known.add_metric([kind, state.value], numbers[kind, state])
    yield from (tries, known)


def _measure_alerts(status: Status, counts: Mapping[str, int]) -> Iterator[Metric]:
    yield _make_counter(
        "tilshi_alerts_raised",
        "Alerts raised, by kind.",
        "kind",
        {kind.value: counts.get(f"alert:{kind}", 0) for kind in AlertKind},
    )
    raised = Counter(alert.kind for alert in status.alerts)
    yield _make_gauge(
        "tilshi_alerts",
        "Alerts that stand.",
        "kind",
        {kind.value: raised[kind] for kind in AlertKind},
    )
    yield CounterMetricFamily(
        "tilshi_notices_told", "Notices told to a channel.", value=counts.get("notices:told", 0)
    )
    yield GaugeMetricFamily(
        "tilshi_notices_waiting", "Notices not told everywhere yet.", value=status.notices
    )
    dead = Counter(row.stage for row in status.letters)
    yield _make_gauge(
        "tilshi_dead_letters",
        "Dead letters.",
        "stage",
        {stage: dead[stage] for stage in _DEAD_LETTER_STAGES},
    )


def _measure_store(status: Status) -> Iterator[Metric]:
    store = status.store
    rows = (
        ("tilshi_store_memory_bytes", "Memory that the store's server uses.", store.used),
        (
            "tilshi_store_memory_limit_bytes",
            "Memory that it may use; 0 for no bound.",
            store.most,
        ),
        ("tilshi_store_keys", "Keys in the store.", store.keys),
        ("tilshi_articles", "Articles kept.", store.articles),
    )
    for name, text, value in rows:
        yield GaugeMetricFamily(name, text, value=value)
