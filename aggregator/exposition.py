"""
A newsroom as numbers for Prometheus: the same look as `tilshi status`, read when somebody asks.

Nothing is counted in this process. Counts stand in the store, where workers leave them, so that any number of pages
expose the same and a restart loses none. Moments are given as Unix times, as Prometheus advises: ``time() - x`` is how
long ago. Labels are from closed sets, or sources of the catalogue, editions and queues.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from aggregator.alerts import AlertKind
from aggregator.delivery.channels import KINDS
from aggregator.models import Outcome, Stage
from aggregator.standing import stand
from aggregator.store.deliveries import DeliveryState
from aggregator.store.pulse import BUCKETS_S

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from prometheus_client.core import Metric

    from aggregator.standing import Desk, Standing
    from aggregator.store.pulse import Durations

__all__ = ["CONTENT_TYPE", "STAGES", "Readings", "expose", "expose_nothing", "read"]

CONTENT_TYPE = CONTENT_TYPE_LATEST
"""Of what is exposed."""

STAGES = ("fetch", "page", "text", "group", "translate", "compose", "deliver")
"""That have durations."""

_MOVED = STAGES[1:]
_WHATS = ("new", "updated", "known", "stale")


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """
    What is exposed.

    Attributes:
        version: Of the program.
        standing: How the newsroom stands.
        counts: What happened how often, as ``store.pulse`` counts it.
        durations: Of each of ``STAGES``.
        remembered: Translations that were asked for and known, and that were not.
        channels: Kind of each channel, by its id.
    """

    version: str
    standing: Standing
    counts: Mapping[str, int]
    durations: Mapping[str, Durations]
    remembered: tuple[int, int]
    channels: Mapping[str, str]


def read(desk: Desk, now: datetime, *, version: str, channels: Mapping[str, str]) -> Readings:
    """
    Read what is exposed.

    Args:
        desk: What the newsroom is made of.
        now: Real time.
        version: Of the program.
        channels: Kind of each channel, by its id.

    Raises:
        StoreError: The store is away.
    """
    store = desk.store
    return Readings(
        version=version,
        standing=stand(desk, now),
        counts=store.pulse.counts(),
        durations=store.pulse.durations(STAGES),
        remembered=store.translations.counts(),
        channels=channels,
    )


class _Given:
    """A collector of metrics that are made already."""

    def __init__(self, *found: Metric) -> None:
        self._found = found

    def collect(self) -> Iterator[Metric]:
        """Give them."""
        yield from self._found


def _written(*found: Metric) -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Given(*found))
    return generate_latest(registry)


def expose(readings: Readings) -> bytes:
    """Write readings in Prometheus' text format."""
    found = readings.standing
    return _written(
        *_program(readings.version, up=True),
        *_happened(readings),
        *_durations(readings.durations),
        *_queues(found),
        *_sources(found),
        *_canary(readings),
        *_people(readings),
        *_store(found),
    )


def expose_nothing(version: str) -> bytes:
    """Write what can be said while the store is away: just that."""
    return _written(*_program(version, up=False))


def _one(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)


def _by(name: str, text: str, label: str, values: Mapping[str, float | None]) -> GaugeMetricFamily:
    """Return a gauge with one label; a value that is not known is left out."""
    made = GaugeMetricFamily(name, text, labels=[label])
    for key, value in values.items():
        if value is not None:
            made.add_metric([key], value)
    return made


def _count(name: str, text: str, label: str, values: Mapping[str, float]) -> CounterMetricFamily:
    made = CounterMetricFamily(name, text, labels=[label])
    for key, value in values.items():
        made.add_metric([key], value)
    return made


def _at(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment is not None else None


def _program(version: str, *, up: bool) -> Iterator[Metric]:
    info = GaugeMetricFamily("tilshi_build_info", "The version that answers; always 1.", labels=["version"])
    info.add_metric([version], 1)
    yield info
    yield _one("tilshi_store_up", "1 if the store answered; without it nothing else is exposed.", float(up))


def _happened(readings: Readings) -> Iterator[Metric]:
    counts = readings.counts
    yield _count(
        "tilshi_polls",
        "Polls of sources, by outcome.",
        "outcome",
        {item.value: counts.get(f"outcome:{item}", 0) for item in Outcome},
    )
    yield _count(
        "tilshi_polled_articles",
        "Articles that polls brought: new, updated, known already, or too old for any digest.",
        "what",
        {what: counts.get(f"articles:{what}", 0) for what in _WHATS},
    )
    yield _count(
        "tilshi_stage_items",
        "What each stage moved on: articles; digests for compose, deliveries for deliver.",
        "stage",
        {stage: counts.get(f"done:{stage}", 0) for stage in _MOVED},
    )
    hits, misses = readings.remembered
    yield _count(
        "tilshi_translation_lookups",
        "Sentences looked up among remembered translations.",
        "result",
        {"hit": hits, "miss": misses},
    )


def _durations(durations: Mapping[str, Durations]) -> Iterator[Metric]:
    text = "How long tasks took: a poll of one source for fetch, a batch elsewhere."
    made = HistogramMetricFamily("tilshi_stage_duration_seconds", text, labels=["stage"])
    for stage, found in durations.items():
        rows, so_far = [], 0
        for bound, count in zip((*map(str, BUCKETS_S), "+Inf"), found.buckets, strict=True):
            so_far += count
            rows.append((bound, float(so_far)))
        made.add_metric([stage], buckets=rows, sum_value=found.total_s)
    yield made


def _queues(found: Standing) -> Iterator[Metric]:
    sizes = GaugeMetricFamily("tilshi_queue_items", "What waits for each stage.", labels=["stage", "state"])
    for stage, state in found.stages.items():
        for name, value in (("ready", state.ready), ("leased", state.leased), ("later", state.later)):
            sizes.add_metric([stage.value, name], value)
    yield sizes
    # Sources due at once stand as 1970; nothing is as old as that.
    ages = {
        stage.value: max(0.0, (found.now - state.oldest).total_seconds())
        if state.oldest and state.oldest.timestamp() > 0
        else 0.0
        for stage, state in found.stages.items()
        if stage is not Stage.COMPOSE
    }
    text = "How long the oldest that is ready has waited; 0 if nothing is. What is composed waits for its day."
    yield _by("tilshi_queue_oldest_age_seconds", text, "stage", ages)
    last = {row.queue: _at(row.at) for row in found.workers}
    yield _by("tilshi_worker_last_work_timestamp_seconds", "When each queue's workers last did work.", "queue", last)


def _sources(found: Standing) -> Iterator[Metric]:
    rows = found.sources
    yield _by(
        "tilshi_source_last_success_timestamp_seconds",
        "Last good poll; absent if none was.",
        "source",
        {row.id: _at(row.succeeded) for row in rows},
    )
    yield _by(
        "tilshi_source_last_article_timestamp_seconds",
        "When each source last brought something new; absent if never.",
        "source",
        {row.id: _at(row.heard) for row in rows},
    )
    yield _by(
        "tilshi_source_next_poll_timestamp_seconds",
        "When each source is due, 0 for at once; absent while it is polled or paused.",
        "source",
        {row.id: _at(row.due) for row in rows},
    )
    yield _by(
        "tilshi_source_failures",
        "Polls in a row that failed.",
        "source",
        {row.id: row.failures for row in rows},
    )
    yield _by(
        "tilshi_source_paused",
        "1 if the catalogue or an operator paused it.",
        "source",
        {row.id: float(row.paused) for row in rows},
    )


def _canary(readings: Readings) -> Iterator[Metric]:
    rounds = readings.standing.rounds
    came_back = _at(rounds.came_back)
    made = GaugeMetricFamily(
        "tilshi_canary_last_round_timestamp_seconds", "When a canary last came back; absent if none did."
    )
    if came_back is not None:
        made.add_metric([], came_back)
    yield made
    legs = rounds.last.legs_s if rounds.last else {}
    text = "Of the last whole round: seconds after setting out at which each leg was done."
    yield _by("tilshi_canary_leg_seconds", text, "leg", legs)
    yield CounterMetricFamily(
        "tilshi_canary_rounds", "Rounds that came back.", value=readings.counts.get("rounds:whole", 0)
    )


def _people(readings: Readings) -> Iterator[Metric]:
    found, counts = readings.standing, readings.counts
    tries = CounterMetricFamily(
        "tilshi_delivery_tries", "Tries to send a digest, by how the delivery stood then.", labels=["kind", "state"]
    )
    known = GaugeMetricFamily("tilshi_deliveries", "Deliveries of late, by how they stand.", labels=["kind", "state"])
    now = Counter((readings.channels.get(row.id.channel, "gone"), row.state) for row in found.deliveries)
    for kind in KINDS:
        for state in DeliveryState:
            tries.add_metric([kind, state.value], counts.get(f"delivery:{kind}:{state}", 0))
            known.add_metric([kind, state.value], now[kind, state])
    yield from (tries, known)
    yield _count(
        "tilshi_alerts_raised",
        "Alerts raised, by kind.",
        "kind",
        {kind.value: counts.get(f"alert:{kind}", 0) for kind in AlertKind},
    )
    raised = Counter(alert.kind for alert in found.alerts)
    yield _by("tilshi_alerts", "Alerts that stand.", "kind", {kind.value: raised[kind] for kind in AlertKind})
    yield CounterMetricFamily("tilshi_notices_told", "Notices told to a channel.", value=counts.get("notices:told", 0))
    yield _one("tilshi_notices_waiting", "Notices not told everywhere yet.", found.notices)
    dead = Counter(row.stage for row in found.letters)
    stages = ("text", "translate", "deliver")
    yield _by("tilshi_dead_letters", "Dead letters.", "stage", {stage: dead[stage] for stage in stages})


def _store(found: Standing) -> Iterator[Metric]:
    store = found.store
    yield _one("tilshi_store_memory_bytes", "Memory that the store's server uses.", store.used)
    yield _one("tilshi_store_memory_limit_bytes", "Memory that it may use; 0 for no bound.", store.most)
    yield _one("tilshi_store_keys", "Keys in the store.", store.keys)
    yield _one("tilshi_articles", "Articles kept.", store.articles)
