"""Rows, verdicts and numbers out of a snapshot that was never in any store."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from prometheus_client.parser import text_string_to_metric_families

from aggregator.models import AlertKind, Outcome, Source, SourceState, Stage
from aggregator.operations.alerts import Bounds, draw_facts, judge_snapshot
from aggregator.operations.metrics import render_metrics
from aggregator.operations.snapshot import HISTORY_DAYS, TIMED_STAGES, Snapshot
from aggregator.operations.status import take_status
from aggregator.store.counters import BUCKETS_S, Durations, MemoryUse, ProbeRuns
from aggregator.store.dead_letters import DeadLetter
from aggregator.store.deliveries import Delivery, DeliveryId
from aggregator.store.outbox import DeliveryState
from aggregator.store.queues import Pause, Waiting
from tests.support.builders import DAY, edition, outlet

NOW = datetime(2025, 8, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAYS = tuple(DAY - timedelta(days=ago) for ago in range(HISTORY_DAYS, -1, -1))
IDLE = Waiting(ready=0, later=0, leased=0, oldest=None)
STAGES = (Stage.FETCH, Stage.PAGE, Stage.TEXT, Stage.GROUP, Stage.TRANSLATE, Stage.COMPOSE)
SOURCE = Source(id="s", url="https://s.example/rss", outlet=outlet(1), every=HOUR)
WELL = SourceState(outcome=Outcome.OK, checked=NOW, succeeded=NOW)
BUSY = {day: {"s": 40} for day in DAYS}
NOTHING = Snapshot(
    now=NOW,
    days=DAYS,
    sources=(SOURCE,),
    editions=(edition(),),
    packages=(),
    flow=BUSY,
    last_new={"s": NOW},
    states={"s": WELL},
    paused={},
    due_times={"s": NOW + HOUR},
    waiting=dict.fromkeys(STAGES, IDLE),
    alive={"text": (NOW, "read 3 articles"), "beat": None},
    counts={},
    durations=dict.fromkeys(TIMED_STAGES, Durations((0,) * (len(BUCKETS_S) + 1), 0.0)),
    lookups=(0, 0),
    probes=ProbeRuns(),
    memory=MemoryUse(used=1_000_000, most=0, keys=9, by_day={}),
    articles=500,
    runs={},
    dead_letters=[],
    deliveries=[],
    alerts={},
    notices_waiting=0,
    open_days=[],
    digest_days={"daily": list(reversed(DAYS))},
)
SILENT = replace(NOTHING, last_new={"s": NOW - 13 * HOUR})
DEAD_LETTER = DeadLetter(article_id="a" * 32, stage=Stage.TEXT, reason="why", at=NOW)
DEAD = Delivery(id=DeliveryId("daily", DAY, "family"), state=DeliveryState.DEAD, error="401")


def list_raised(snapshot):
    return [alert.name for alert in judge_snapshot(snapshot, Bounds()).raised]


def read_metric(snapshot, name):
    """Return the values of a metric by its labels."""
    text = render_metrics(snapshot, version="1", channels={"family": "telegram"}).decode()
    values = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == name:
                values[tuple(sample.labels.values())] = sample.value
    return values


def test_nothing_is_wrong_where_nothing_is():
    assert list_raised(NOTHING) == []


def test_a_source_that_is_paused_is_not_judged():
    assert list_raised(SILENT) == ["source silent/s"]
    assert list_raised(replace(SILENT, paused={"s": Pause(since=NOW)})) == []
    assert list_raised(replace(SILENT, sources=(replace(SOURCE, paused=True),))) == []


def test_a_source_is_judged_by_whole_days_and_shown_with_today():
    snapshot = replace(NOTHING, flow={day: {"s": number} for number, day in enumerate(DAYS)})

    assert draw_facts(snapshot).sources[0].by_day == list(range(HISTORY_DAYS))
    assert take_status(snapshot).sources[0].by_day == tuple(range(1, HISTORY_DAYS + 1))
    assert take_status(snapshot).days[-1] == DAY
    assert take_status(snapshot).store.articles_a_day == 7, "of whole days"


def test_a_source_that_was_never_polled_is_due_and_not_late():
    never = Waiting(ready=1, later=0, leased=0, oldest=datetime.fromtimestamp(0, tz=UTC))
    late = Waiting(ready=1, later=0, leased=0, oldest=NOW - HOUR)
    snapshot = replace(NOTHING, waiting={**NOTHING.waiting, Stage.FETCH: never, Stage.TEXT: late})

    assert list_raised(snapshot) == ["queue ages/text"]
    ages = read_metric(snapshot, "tilshi_queue_oldest_age_seconds")
    assert (ages["fetch",], ages["text",]) == (0, 3600)


def test_what_was_composed_waits_for_its_day_and_is_never_late():
    waits = Waiting(ready=1, later=0, leased=0, oldest=NOW - 9 * HOUR)

    assert list_raised(replace(NOTHING, waiting={**NOTHING.waiting, Stage.COMPOSE: waits})) == []


def test_an_open_day_long_past_is_a_late_digest():
    snapshot = replace(NOTHING, open_days=[DAY - timedelta(days=3), DAY])

    assert list_raised(snapshot) == ["digest late/daily/2025-08-17"]
    assert take_status(snapshot).open_days == (DAY - timedelta(days=3), DAY)


def test_dead_letters_are_articles_and_deliveries_alike():
    snapshot = replace(NOTHING, dead_letters=[DEAD_LETTER], deliveries=[DEAD])
    [alert] = judge_snapshot(snapshot, Bounds()).raised

    assert alert.text == "2 dead letters; `tilshi letters` lists them"
    assert [row.stage for row in take_status(snapshot).letters] == ["text", "deliver"]
    dead = read_metric(snapshot, "tilshi_dead_letters")
    assert dead == {("text",): 1, ("translate",): 0, ("deliver",): 1, ("whole",): 0}


def test_what_a_snapshot_found_raised_is_over_when_it_is_well():
    [silent] = judge_snapshot(SILENT, Bounds()).raised
    again = replace(SILENT, alerts={silent.name: silent})
    well = replace(NOTHING, alerts={silent.name: silent})

    assert list_raised(again) == []
    assert judge_snapshot(well, Bounds()).over == (silent,)
    assert read_metric(well, "tilshi_alerts")[AlertKind.SOURCE_SILENT,] == 1


def test_a_store_that_grows_says_when_it_is_full():
    by_day = {DAY - timedelta(days=4): 600_000, DAY: 1_000_000}
    memory = MemoryUse(used=1_000_000, most=1_500_000, keys=9, by_day=by_day)
    row = take_status(replace(NOTHING, memory=memory)).store

    assert (row.growth_a_day, row.days_left, row.kb_an_article) == (100_000, 5, 2)
    young = replace(memory, by_day={DAY: 1_000_000})
    assert take_status(replace(NOTHING, memory=young)).store.growth_a_day is None


def test_only_the_newest_days_that_have_a_digest_are_shown():
    assert len(take_status(NOTHING).digests["daily"]) == 7
    assert take_status(NOTHING).digests["daily"][0] == DAY


def test_no_digest_is_late_before_the_last_edition_of_its_day_closes():
    early = edition(id="evening", close_after=timedelta(0))
    late = edition(close_after=timedelta(hours=6))
    midnight = datetime(2025, 8, 19, 19, tzinfo=UTC)  # in Almaty
    open_days = replace(NOTHING, editions=(early, late), open_days=[DAY - timedelta(days=1)])
    names = {f"digest late/{name}/2025-08-19" for name in ("evening", "daily")}

    def list_late(at):
        alerts = judge_snapshot(replace(open_days, now=at), Bounds()).raised
        return {alert.name for alert in alerts} & names

    assert list_late(midnight + 3 * HOUR) == set()
    assert list_late(midnight + 8 * HOUR) == set()
    assert list_late(midnight + 8 * HOUR + timedelta(minutes=1)) == names
