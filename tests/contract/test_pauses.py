"""
What operators pause stays paused, whatever happens to the source meanwhile.

On Valkey and on Redis.
"""

from datetime import UTC, datetime, timedelta

import pytest

from aggregator.models import Outcome, SourceReport, SourceState, Stage
from aggregator.store.redis import Store
from aggregator.store.retention import Retention
from tests.support.clock import SettableClock

NOW = datetime(2025, 8, 20, 8, tzinfo=UTC)
LEASE = timedelta(seconds=30)
KEPT = Retention(
    articles=timedelta(days=30), identity=timedelta(days=90), digests=timedelta(days=365)
)


@pytest.fixture
def clock():
    return SettableClock(NOW)


@pytest.fixture
def queues(any_redis_url, clock):
    store = Store(any_redis_url, namespace="t", clock=clock, retention=KEPT)
    store.queues.sync_sources(["a", "b"])
    yield store.queues
    store.close()


def take(queues, token="t"):
    return sorted(item.id for item in queues.take(Stage.FETCH, limit=10, token=token, lease=LEASE))


def finish(queues, source_id, token="t"):
    report = SourceReport(source_id=source_id, outcome=Outcome.OK)
    queues.finish_source(report, SourceState(), token=token, due=NOW, run_id="r")


def test_a_paused_source_is_not_handed_out(queues):
    assert queues.pause_source("a", "they asked us to")
    assert take(queues) == ["b"]
    assert queues.load_paused_sources()["a"].reason == "they asked us to"
    assert queues.load_paused_sources()["a"].since == NOW


def test_a_pause_holds_against_the_catalogue_and_a_new_process(queues, any_redis_url, clock):
    queues.pause_source("a")
    queues.sync_sources(["a", "b"])
    other = Store(any_redis_url, namespace="t", clock=clock, retention=KEPT)
    other.queues.sync_sources(["a", "b"])
    other.queues.make_due(["a"])

    assert take(other.queues) == ["b"]
    other.close()


@pytest.mark.parametrize("end", ["finished", "given back", "lost"])
def test_a_poll_that_runs_when_its_source_is_paused_is_the_last(queues, clock, end):
    assert take(queues) == ["a", "b"]
    queues.pause_source("a")
    if end == "finished":
        finish(queues, "a")
    elif end == "given back":
        queues.release(Stage.FETCH, ["a"], token="t", ready=NOW)
    else:
        clock.moment += timedelta(minutes=1)
        queues.sweep()
    clock.moment += timedelta(minutes=1)

    assert "a" not in take(queues, "u")
    assert "a" not in queues.load_due_times()


def test_a_resumed_source_is_polled_at_once(queues):
    queues.pause_source("a")

    assert queues.resume_source("a")
    assert take(queues) == ["a", "b"]
    assert queues.load_paused_sources() == {}


def test_resuming_what_runs_hands_nothing_out_twice(queues):
    take(queues)
    queues.pause_source("a")
    queues.resume_source("a")

    assert take(queues, "u") == []
    finish(queues, "a")
    assert take(queues, "u") == ["a"]


def test_pausing_again_replaces_the_reason(queues):
    queues.pause_source("a", "one")

    assert not queues.pause_source("a", "two")
    assert queues.load_paused_sources()["a"].reason == "two"
    assert not queues.resume_source("b")


def test_a_source_that_leaves_the_catalogue_is_not_polled_and_comes_back_at_once(queues):
    queues.sync_sources(["b"])
    assert take(queues) == ["b"]
    queues.sync_sources(["a", "b"])
    assert take(queues, "u") == ["a"]


def test_a_source_under_lease_is_not_added_again(queues):
    take(queues)
    for _ in range(3):
        queues.sync_sources(["a", "b"])

    assert take(queues, "u") == []
