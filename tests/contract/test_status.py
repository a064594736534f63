"""Counts, dead letters, the canary's probes and notices in the store, on Valkey and on Redis."""

from datetime import UTC, datetime, timedelta

import pytest

from aggregator.delivery.channel import Part
from aggregator.errors import NotSentError
from aggregator.models import Alert, AlertKind, Outcome, SourceReport, Stage
from aggregator.operations.actions import ActionResult, discard_dead_letter, retry_dead_letter
from aggregator.operations.alerts import Bounds
from aggregator.operations.snapshot import SnapshotScope, take_snapshot
from aggregator.operations.status import draw_spark, take_status
from aggregator.operations.trace import trace_article
from aggregator.pipeline.alert import AlertStep, judge_alerts, send_notices
from aggregator.store.dead_letters import MOST, make_dead_letter
from aggregator.store.deliveries import DeliveryId
from aggregator.store.redis import Store
from tests.contract.test_store import DAY, KEPT, LEASE, NOW, planned, read, take
from tests.support.builders import edition
from tests.support.clock import SettableClock


@pytest.fixture
def clock():
    return SettableClock(NOW)


@pytest.fixture
def store(any_redis_url, clock):
    store = Store(any_redis_url, namespace="t", clock=clock, retention=KEPT)
    store.check()
    yield store
    store.close()


class RecordingChannel:
    """A channel that keeps what it is sent, or fails as planned."""

    def __init__(self, *faults):
        self.id, self.sent, self.faults = "ops", [], list(faults)

    def prepare_notice(self, notice_id, text, at):
        assert at <= datetime.now(UTC)
        return (Part("all", "ops", text, text),)

    def send(self, part):
        if self.faults:
            raise self.faults.pop(0)
        self.sent.append(part.text)
        return ""

    def prepare(self, digest):
        raise AssertionError


def test_articles_a_day_are_kept_by_source(store):
    store.counters.count_poll(
        SourceReport(source_id="s", outcome=Outcome.OK, new=3, elapsed_s=0.3), DAY
    )
    store.counters.count_poll(
        SourceReport(source_id="s", outcome=Outcome.TIMEOUT, elapsed_s=20), DAY
    )

    assert store.counters.load_flow([DAY - timedelta(days=1), DAY]) == {
        DAY - timedelta(days=1): {},
        DAY: {"s": 3},
    }
    assert store.counters.load_last_new() == {"s": NOW}
    assert store.counters.load_counts()["outcome:timeout"] == 1
    fetch = store.counters.load_durations(["fetch"])["fetch"]
    assert (fetch.count, fetch.total_s) == (2, 20.3)


def test_a_text_letter_tried_again_is_read_again(store):
    [key] = planned(store, 1)
    written = make_dead_letter(key, Stage.TEXT, 5, NOW)
    store.dead_letters.write(written)
    store.dead_letters.write(written)

    assert [item.id for item in store.dead_letters.load_all()] == [written.id]
    assert retry_dead_letter(store, written.id, NOW) is ActionResult.DONE
    assert store.dead_letters.load_all() == []
    assert retry_dead_letter(store, written.id, NOW) is ActionResult.UNKNOWN
    assert take(store, Stage.TEXT) == [key]
    read(store, 1)
    assert store.articles.list_waiting_ids(Stage.GROUP) == [key]


def test_a_translation_tried_again_goes_by_planning(store):
    [key] = planned(store, 1)
    store.dead_letters.write(make_dead_letter(key, Stage.TRANSLATE, 5, NOW))

    assert retry_dead_letter(store, f"translate:{key}", NOW) is ActionResult.DONE
    assert store.articles.list_waiting_ids(Stage.GROUP) == [key]
    assert store.articles.list_waiting_ids(Stage.COMPOSE) == []


def test_a_letter_without_its_article_says_so_and_goes(store):
    store.dead_letters.write(make_dead_letter("f" * 32, Stage.TEXT, 5, NOW))

    assert retry_dead_letter(store, f"text:{'f' * 32}", NOW) is ActionResult.GONE
    assert store.dead_letters.load_all() == []


def test_dead_letters_are_bounded_and_can_be_discarded(store):
    for number in range(MOST + 5):
        store.dead_letters.write(
            make_dead_letter(f"{number:032x}", Stage.TEXT, 5, NOW + timedelta(seconds=number))
        )

    kept = store.dead_letters.load_all()
    assert len(kept) == MOST
    assert kept[-1].article_id == f"{5:032x}"
    assert discard_dead_letter(store, kept[0].id, NOW) is ActionResult.DONE
    assert discard_dead_letter(store, kept[0].id, NOW) is ActionResult.UNKNOWN


def test_a_probe_is_whole_only_step_by_step(store, clock):
    store.counters.start_probe("r1", pause=timedelta(minutes=8))
    assert not store.counters.pass_probe_step("r1", "text"), "the step before is not done"
    assert not store.counters.pass_probe_step("r0", "fetch"), "another probe"
    for name in ("fetch", "text", "translate"):
        clock.pass_by(seconds=1)
        english = "A school" if name == "translate" else ""
        assert store.counters.pass_probe_step("r1", name, english)
    assert store.counters.load_probe_runs().came_back is None
    clock.pass_by(seconds=1)
    assert store.counters.pass_probe_step("r1", "back")

    probes = store.counters.load_probe_runs()
    assert probes.last.steps_s == {"fetch": 1, "text": 2, "translate": 3, "back": 4}
    assert (probes.last.english, probes.since) == ("A school", NOW)
    clock.pass_by(minutes=1)
    store.counters.start_probe("r2", pause=timedelta(minutes=8))
    assert store.counters.load_probe_runs().since == NOW
    assert store.counters.load_probe_runs().last.id == "r1"
    clock.pass_by(hours=9)
    store.counters.start_probe("r3", pause=timedelta(minutes=8))
    assert store.counters.load_probe_runs().since == clock.now(), "after a rest"


def make_alert_step(store, *channels):
    return AlertStep(
        store=store,
        sources=(),
        editions=(),
        zone="Asia/Almaty",
        bounds=Bounds(),
        channels=channels,
        wanted=True,
    )


def test_each_alert_is_sent_once_raised_and_once_over(store, clock):
    channel = RecordingChannel(NotSentError("ops", "away"))
    alert_step = make_alert_step(store, channel)
    store.dead_letters.write(make_dead_letter("a" * 32, Stage.TEXT, 5, NOW))
    for _ in range(3):
        judge_alerts(alert_step, token="w", now=clock.now())
    send_notices(alert_step, token="w", now=clock.now())
    assert channel.sent == [], "the channel was away"
    for _ in range(3):
        clock.pass_by(minutes=2)
        send_notices(alert_step, token="w", now=clock.now())
    assert [text.partition(":")[0] for text in channel.sent] == ["Alert"]
    discard_dead_letter(store, f"text:{'a' * 32}", NOW)
    for _ in range(2):
        judge_alerts(alert_step, token="w", now=clock.now())
        send_notices(alert_step, token="w", now=clock.now())
    assert [text.partition(":")[0] for text in channel.sent] == ["Alert", "Over"]
    assert store.notices.count_waiting() == 0


def test_a_notice_whose_sender_died_is_not_sent_again(store, clock):
    channel = RecordingChannel()
    alert_step = make_alert_step(store, channel)
    store.notices.change_alerts(
        [Alert(kind=AlertKind.CANARY_LATE, subject="", text="late", raised=NOW)],
        [],
        ["Alert: late"],
    )
    [notice] = store.notices.list_due()
    assert store.queues.lock("watch", token="dead", lease=LEASE)
    assert store.notices.begin_part(notice.id, "ops/all", token="dead", lease=LEASE) == 1
    store.queues.unlock("watch", token="dead")

    send_notices(alert_step, token="w", now=clock.now())

    assert channel.sent == []
    assert store.notices.count_waiting() == 0


def test_the_status_is_whole(store):
    planned(store, 1, 2)
    store.dead_letters.write(make_dead_letter("a" * 32, Stage.TEXT, 5, NOW))
    store.counters.record_memory(DAY - timedelta(days=5))
    store.counters.record_memory(DAY)
    scope = SnapshotScope(
        store=store,
        sources=(),
        editions=(edition(),),
        zone="Asia/Almaty",
        queues=("text", "beat"),
        articles_days=30,
    )
    status = take_status(take_snapshot(scope, NOW)).as_json()

    assert status["format"] == "tilshi.status/1"
    assert status["store"]["articles"] == 2
    assert status["store"]["kb_an_article"] > 0
    assert status["store"]["growth_a_day"] is not None
    assert [row["stage"] for row in status["letters"]] == ["text"]
    assert status["stages"]["compose"]["ready"] == 2


def test_the_life_of_an_article_is_traced(store):
    [key] = planned(store, 1)
    lines = [what for _, what in trace_article(store, key, ["daily"]).describe()]

    assert lines[0] == "first seen in s, run r1"
    assert lines[2].startswith("read: language kk")
    assert lines[3] == f"story {key[:16]} of 1 articles, its best article"
    assert trace_article(store, "f" * 32, ["daily"]) is None


def test_a_curve_is_a_line_of_bars():
    assert draw_spark([0, 1, 4, 8]) == "·▁▄█"
    assert draw_spark([]) == ""


def test_a_snapshot_takes_a_few_round_trips_however_much_there_is(store):
    for number in range(30):
        store.queues.open_run(f"r{number:02}", keep=99)
        store.dead_letters.write(make_dead_letter(f"{number:032x}", Stage.TEXT, 5, NOW))
        store.deliveries.open(DeliveryId("daily", DAY - timedelta(days=number), "family"), "form")
    scope = SnapshotScope(
        store=store, sources=(), editions=(edition(),), zone="Asia/Almaty", articles_days=0
    )
    before = reads_of(store)
    snapshot = take_snapshot(scope, NOW)
    # Two, of which the server may read a long one in pieces; one more asks for this number.
    assert reads_of(store) - before <= 8

    assert len(snapshot.runs) == 20
    assert len(snapshot.dead_letters) == len(snapshot.deliveries) == 30
    assert next(iter(snapshot.runs)) == "r29", "the newest first"


def reads_of(store):
    with store._connection.client() as client:
        return int(client.info("stats")["total_reads_processed"])
