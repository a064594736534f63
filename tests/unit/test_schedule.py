"""When a source is polled next."""

from datetime import UTC, datetime, timedelta

import pytest

from aggregator.models import Outcome, Outlet, Source, SourceState
from aggregator.schedule import Backoff, next_due, next_state

NOW = datetime(2025, 8, 20, 8, tzinfo=UTC)
SOURCE = Source(
    id="s",
    outlet=Outlet(id="o", name="O", home="https://o.example/"),
    url="https://o.example/rss",
    every=timedelta(minutes=30),
)
BACKOFF = Backoff(shortest=timedelta(minutes=1), longest=timedelta(hours=6))


@pytest.mark.parametrize("outcome", [Outcome.OK, Outcome.NOT_MODIFIED, Outcome.EMPTY])
def test_a_good_poll_is_followed_after_the_wanted_time(outcome):
    state = next_state(SourceState(failures=3), outcome, "", NOW, None)

    assert state.failures == 0
    assert state.succeeded == NOW
    assert next_due(SOURCE, state, NOW, BACKOFF) == NOW + timedelta(minutes=30)


@pytest.mark.parametrize(
    ("failures", "minutes"),
    [(0, 1), (1, 2), (4, 16), (30, 360), (10_000, 360)],
    ids=["1st", "2nd", "5th", "31st", "10001st"],
)
def test_failures_back_off_and_never_end(failures, minutes):
    state = next_state(SourceState(failures=failures), Outcome.SERVER_ERROR, "500", NOW, None)

    assert next_due(SOURCE, state, NOW, BACKOFF) == NOW + timedelta(minutes=minutes)


def test_a_server_that_says_when_to_come_back_is_believed():
    state = next_state(SourceState(), Outcome.RATE_LIMITED, "429", NOW, None)

    assert next_due(SOURCE, state, NOW, BACKOFF, retry_after_s=3600) == NOW + timedelta(hours=1)


def test_but_not_for_longer_than_a_day():
    state = next_state(SourceState(), Outcome.RATE_LIMITED, "429", NOW, None)

    assert next_due(SOURCE, state, NOW, BACKOFF, retry_after_s=10**9) == NOW + timedelta(days=1)


def test_a_hasty_server_does_not_shorten_the_wait():
    state = next_state(SourceState(), Outcome.RATE_LIMITED, "429", NOW, None)

    assert next_due(SOURCE, state, NOW, BACKOFF, retry_after_s=1) == NOW + timedelta(minutes=1)


def test_a_failure_keeps_the_validators_and_the_last_success():
    before = SourceState(etag='"1"', last_modified="Wed, 20 Aug 2025 08:00:00 GMT", succeeded=NOW - timedelta(hours=1))
    state = next_state(before, Outcome.TIMEOUT, "no answer", NOW, None)

    assert (state.etag, state.last_modified) == (before.etag, before.last_modified)
    assert state.succeeded == before.succeeded
    assert state.checked == NOW
    assert state.detail == "no answer"


def test_a_feed_that_stops_sending_validators_is_asked_without_them():
    state = next_state(SourceState(etag='"1"'), Outcome.OK, "", NOW, ("", ""))

    assert state.etag == ""
