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
def work(any_redis_url, clock):
    store = Store(any_redis_url, namespace="t", clock=clock, retention=KEPT)
    store.queues.sync_sources(["a", "b"])
    yield store.queues
    store.close()


def take(work, token="t"):
    return sorted(item.id for item in work.take(Stage.FETCH, limit=10, token=token, lease=LEASE))


def finish(work, source_id, token="t"):
    report = SourceReport(source_id=source_id, outcome=Outcome.OK)
    work.finish_source(report, SourceState(), token=token, due=NOW, run_id="r")


def test_a_paused_source_is_not_handed_out(work):
    assert work.pause_source("a", "they asked us to")
    assert take(work) == ["b"]
    assert work.paused_sources()["a"].reason == "they asked us to"
    assert work.paused_sources()["a"].since == NOW


def test_a_pause_holds_against_the_catalogue_and_a_new_process(work, any_redis_url, clock):
    work.pause_source("a")
    work.sync_sources(["a", "b"])
    other = Store(any_redis_url, namespace="t", clock=clock, retention=KEPT)
    other.work.sync_sources(["a", "b"])
    other.work.due_now(["a"])

    assert take(other.work) == ["b"]
    other.close()


@pytest.mark.parametrize("end", ["finished", "given back", "lost"])
def test_a_poll_that_runs_when_its_source_is_paused_is_the_last(work, clock, end):
    assert take(work) == ["a", "b"]
    work.pause_source("a")
    if end == "finished":
        finish(work, "a")
    elif end == "given back":
        work.release(Stage.FETCH, ["a"], token="t", ready=NOW)
    else:
        clock.moment += timedelta(minutes=1)
        work.sweep()
    clock.moment += timedelta(minutes=1)

    assert "a" not in take(work, "u")
    assert "a" not in work.due_times()


def test_a_resumed_source_is_polled_at_once(work):
    work.pause_source("a")

    assert work.resume_source("a")
    assert take(work) == ["a", "b"]
    assert work.paused_sources() == {}


def test_resuming_what_runs_hands_nothing_out_twice(work):
    take(work)
    work.pause_source("a")
    work.resume_source("a")

    assert take(work, "u") == []
    finish(work, "a")
    assert take(work, "u") == ["a"]


def test_pausing_again_replaces_the_reason(work):
    work.pause_source("a", "one")

    assert not work.pause_source("a", "two")
    assert work.paused_sources()["a"].reason == "two"
    assert not work.resume_source("b")


def test_a_source_that_leaves_the_catalogue_is_not_polled_and_comes_back_at_once(work):
    work.sync_sources(["b"])
    assert take(work) == ["b"]
    work.sync_sources(["a", "b"])
    assert take(work, "u") == ["a"]


def test_a_source_under_lease_is_not_added_again(work):
    take(work)
    for _ in range(3):
        work.sync_sources(["a", "b"])

    assert take(work, "u") == []
