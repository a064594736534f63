"""A single pass beside others that work in the same store."""

from datetime import UTC, datetime, timedelta

import pytest

from aggregator.models import Outcome, SourceReport, SourceState, Stage
from tests.support.clock import SettableClock
from tests.support.newsroom import newsroom
from workers.run_once import NotFinishedError, run_once

NOW = datetime(2025, 8, 20, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
PATIENCE = timedelta(minutes=2)
FEEDS = {"dala": "https://dala.example/rss", "lenta": "https://lenta.example/rss"}


class Fetchers:
    """Wakeups of which the one to fetch is what a test says, at once."""

    def __init__(self, *turns):
        self._turns = list(turns)

    def send(self, name, *, run_id="", **_arguments):
        if name == "fetch" and self._turns:
            self._turns.pop(0)(run_id)
        return True


@pytest.fixture
def clock():
    return SettableClock(NOW)


@pytest.fixture
def services(tmp_path, redis_url, clock):
    return newsroom(tmp_path, redis_url, FEEDS, NOW.isoformat(), clock=clock)


def run(services, *turns, pause=None):
    """Do one pass with these turns of whoever fetches; returns its account."""
    vars(services)["wakeups"] = Fetchers(*turns)
    return run_once(
        services,
        run_id="ours",
        everything=True,
        deadline=services.clock.now() + PATIENCE,
        pause=pause or (lambda seconds: services.clock.pass_by(seconds=seconds)),
        progress=lambda _left, _unpolled: None,
    )


def take(services):
    return services.store.queues.take(Stage.FETCH, limit=9, token="t", lease=HOUR)


def finish(services, source_id, run_id, *, due=10):
    """End a poll; the source is due again in so many minutes."""
    now = services.clock.now()
    services.store.queues.finish_source(
        SourceReport(source_id=source_id, outcome=Outcome.OK),
        SourceState(checked=now, outcome=Outcome.OK),
        token="t",
        due=now + timedelta(minutes=due),
        run_id=run_id,
    )


def fetch_all(services, run_id):
    for taken in take(services):
        finish(services, taken.id, run_id)


def list_reported(account):
    return [report.source_id for report in account.reports]


def test_sources_of_its_own_account_are_done(services, clock):
    account = run(services, lambda run_id: fetch_all(services, run_id))

    assert list_reported(account) == ["dala", "lenta"]
    assert account.elsewhere == ()
    assert clock.now() - NOW < timedelta(seconds=5)


@pytest.mark.parametrize("due", [0, 10, 600], ids=["again at once", "soon", "after the pass"])
def test_sources_that_another_run_polls_meanwhile_are_done(services, clock, due):
    """A service's wakeup was on its way already, and carries another run."""

    def fetch(_run_id):
        for taken in take(services):
            finish(services, taken.id, "2025-08-20T08", due=due)

    account = run(services, fetch)

    assert list_reported(account) == []
    assert account.elsewhere == ("dala", "lenta")
    assert account.as_json()["elsewhere"] == ["dala", "lenta"]
    assert clock.now() - NOW < timedelta(seconds=5)


def test_sources_that_another_run_holds_when_it_begins_are_waited_for(services, clock):
    assert len(take(services)) == 2

    def pause(seconds):
        clock.pass_by(seconds=seconds)
        if clock.now() == NOW + timedelta(seconds=2):
            for source_id in FEEDS:
                finish(services, source_id, "2025-08-20T08")

    account = run(services, pause=pause)

    assert account.elsewhere == ("dala", "lenta")
    assert timedelta(seconds=2) <= clock.now() - NOW < timedelta(seconds=5)


def test_a_source_that_is_paused_meanwhile_is_not_waited_for(services, clock):
    def fetch(run_id):
        services.store.queues.pause_source("lenta")
        fetch_all(services, run_id)

    account = run(services, fetch)

    assert list_reported(account) == ["dala"]
    assert account.elsewhere == ("lenta",)
    assert clock.now() - NOW < timedelta(seconds=5)


def test_the_last_poll_of_a_source_that_is_paused_meanwhile_is_waited_for(services):
    def fetch(run_id):
        assert len(take(services)) == 2
        services.store.queues.pause_source("lenta")
        finish(services, "dala", run_id)
        services.store.queues.make_due(["dala"])

    account = run(services, fetch, lambda run_id: finish(services, "lenta", run_id))

    assert list_reported(account) == ["dala", "lenta"]


def test_a_source_that_a_service_with_another_catalogue_drops_is_not_waited_for(services):
    def fetch(run_id):
        services.store.queues.sync_sources(["dala"])
        fetch_all(services, run_id)

    assert run(services, fetch).elsewhere == ("lenta",)


def test_a_source_whose_host_is_busy_is_put_off_and_not_done(services, clock):
    def put_off(_run_id):
        ids = [taken.id for taken in take(services)]
        later = clock.now() + timedelta(seconds=3)
        services.store.queues.release(Stage.FETCH, ids, token="t", ready=later, untried=True)

    account = run(services, put_off, lambda run_id: fetch_all(services, run_id))

    assert list_reported(account) == ["dala", "lenta"]
    assert clock.now() - NOW >= timedelta(seconds=3)


def test_a_pass_without_end_names_the_sources_that_are_missing(services, clock):
    def finish_first(run_id):
        assert len(take(services)) == 2
        finish(services, "dala", run_id)

    with pytest.raises(NotFinishedError, match=r": 1 sources to poll \(lenta\)$"):
        run(services, finish_first, pause=lambda _seconds: clock.pass_by(minutes=1))


def test_of_many_missing_sources_some_are_named(tmp_path, redis_url, clock):
    feeds = {f"paper-{number:02}": f"https://p{number}.example/rss" for number in range(12)}
    services = newsroom(tmp_path, redis_url, feeds, NOW.isoformat(), clock=clock)

    with pytest.raises(NotFinishedError, match=r"12 sources to poll \(paper-00, .*-09, 2 more\)$"):
        run(services, pause=lambda _seconds: clock.pass_by(minutes=1))
