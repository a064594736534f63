"""
What every host limiter promises.

There are the one in the store, on Valkey and on Redis, and the one of a single process.
"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregator.net.host_limits import HostLimits
from aggregator.net.local_host_limiter import LocalHostLimiter
from aggregator.store.redis import Store
from aggregator.store.retention import Retention
from tests.support.clock import SettableClock

NOW = datetime(2025, 8, 20, 8, tzinfo=UTC)
LIMITS = HostLimits(at_once=2, gap=timedelta(seconds=1), lease=timedelta(seconds=90))
KEPT = Retention(
    articles=timedelta(days=30), identity=timedelta(days=90), digests=timedelta(days=365)
)
HOST = "dala.example"


@pytest.fixture
def clock():
    return SettableClock(NOW)


@pytest.fixture
def store(any_redis_url, clock):
    store = Store(any_redis_url, namespace="t", clock=clock, retention=KEPT)
    yield store
    store.close()


@pytest.fixture(params=["store", "local"])
def limiter(request, store, clock):
    return (
        LocalHostLimiter(LIMITS, clock)
        if request.param == "local"
        else store.host_limits.make_limiter(LIMITS)
    )


def test_the_first_goes_in_and_the_next_a_gap_later(limiter, clock):
    assert limiter.enter(HOST, "a").admitted
    second = limiter.enter(HOST, "b")
    assert (second.admitted, second.come_back, second.closed) == (False, 1000, False)
    clock.pass_by(milliseconds=1000)
    assert limiter.enter(HOST, "b").admitted


def test_no_more_go_in_than_may_be_there_at_once(limiter, clock):
    for token in "ab":
        assert limiter.enter(HOST, token).admitted
        clock.pass_by(seconds=2)

    assert not limiter.enter(HOST, "c").admitted
    limiter.leave(HOST, "a")
    assert limiter.enter(HOST, "c").admitted


def test_hosts_do_not_wait_for_each_other(limiter):
    assert all(limiter.enter(f"{number}.example", "a").admitted for number in range(20))


def test_a_worker_that_died_inside_is_out_when_its_lease_ends(limiter, clock):
    for token in "ab":
        assert limiter.enter(HOST, token).admitted
        clock.pass_by(seconds=2)
    clock.pass_by(seconds=85)

    assert not limiter.enter(HOST, "c").admitted
    clock.pass_by(seconds=4)
    assert limiter.enter(HOST, "c").admitted


def test_all_that_are_refused_learn_another_moment(limiter):
    limiter.enter(HOST, "a")
    moments = [limiter.enter(HOST, f"{number}").come_back for number in range(5)]

    assert moments == [1000, 2000, 3000, 4000, 5000]


def test_a_host_that_asks_to_be_left_alone_is_closed_to_all(limiter, clock):
    limiter.close_until(HOST, NOW + timedelta(minutes=10), "HTTP 429")
    refused = limiter.enter(HOST, "a")

    assert (refused.admitted, refused.come_back, refused.closed) == (False, 600_000, True)
    assert limiter.list_closed() == {HOST: (NOW + timedelta(minutes=10), "HTTP 429")}
    assert limiter.enter("other.example", "a").admitted
    clock.pass_by(minutes=10)
    assert limiter.list_closed() == {}
    assert limiter.enter(HOST, "a").admitted


def test_a_shorter_wish_does_not_open_it_sooner(limiter):
    limiter.close_until(HOST, NOW + timedelta(minutes=10), "HTTP 429")
    limiter.close_until(HOST, NOW + timedelta(minutes=1), "HTTP 503")

    assert limiter.list_closed()[HOST] == (NOW + timedelta(minutes=10), "HTTP 429")


def test_leaving_twice_or_without_having_been_in_is_harmless(limiter, clock):
    limiter.leave(HOST, "nobody")
    limiter.enter(HOST, "a")
    limiter.leave(HOST, "a")
    limiter.leave(HOST, "a")
    clock.pass_by(seconds=1)

    assert limiter.enter(HOST, "b").admitted


def test_a_clock_set_back_an_hour_closes_nothing(limiter, clock):
    clock.pass_by(hours=1)
    for token in "abc":
        limiter.enter(HOST, token)
    clock.moment = NOW

    assert limiter.enter(HOST, "d").admitted
    assert limiter.enter(HOST, "e").come_back == 1000


def test_who_looked_at_its_clock_first_and_asks_last_does_not_go_in_beside_others(limiter, clock):
    """
    Two workers asked one host at once: the second had read its clock before the first asked.

    To it the first's request lay further ahead than any can.
    """
    limiter.enter(HOST, "a")
    clock.pass_by(seconds=1)
    assert limiter.enter(HOST, "b").admitted
    clock.pass_by(milliseconds=-5)

    refused = limiter.enter(HOST, "c")
    assert (refused.admitted, refused.come_back) == (False, 1005)
    clock.pass_by(milliseconds=1005)
    assert not limiter.enter(HOST, "c").admitted, "both are still inside"


def test_a_moment_that_was_promised_by_a_later_clock_is_promised_to_nobody_else(store, clock):
    """At the far end of what is promised at all, read by who looked at its clock before."""
    limits = HostLimits(at_once=1, gap=timedelta(minutes=5), lease=timedelta(minutes=30))
    limiters = (store.host_limits.make_limiter(limits), LocalHostLimiter(limits, clock))
    for limiter in limiters:
        limiter.enter(HOST, "a")
        promised = [limiter.enter(HOST, token).come_back for token in "bc"]
        assert promised == [300_000, 600_000]
    clock.pass_by(milliseconds=-5)

    for limiter in limiters:
        assert limiter.enter(HOST, "d").come_back == 900_005


def test_a_host_closed_by_a_clock_that_was_ahead_opens_after_what_it_asked_for(store, clock):
    """
    Found by the fault suite.

    "Come back in a second" kept a host closed as long as the clock had been wrong.
    """
    limiter = store.host_limits.make_limiter(LIMITS)
    clock.pass_by(hours=1)
    limiter.close_until(HOST, clock.moment + timedelta(minutes=5), "HTTP 503")
    clock.moment = NOW

    refused = limiter.enter(HOST, "a")
    assert (refused.come_back, refused.closed) == (300_000, True)
    clock.pass_by(minutes=4)
    assert limiter.enter(HOST, "a").come_back == 60_000
    clock.pass_by(minutes=1)
    assert limiter.enter(HOST, "a").admitted


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("enter"), st.sampled_from("abcdef")),
        st.tuples(st.just("leave"), st.sampled_from("abcdef")),
        # The store also forgets by its own clock, which nobody can hold still: nothing real may
        # last so long.
        st.tuples(st.just("close"), st.integers(600_000, 700_000)),
        st.tuples(st.just("pass"), st.integers(-30_000, 800_000)),
    ),
    max_size=40,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, at_once=st.integers(1, 3), gap=st.integers(0, 3000))
def test_the_store_decides_as_the_pure_decision_does(store, clock, steps, at_once, gap):
    limits = HostLimits(
        at_once=at_once, gap=timedelta(milliseconds=gap), lease=timedelta(seconds=20)
    )
    clock.pass_by(days=1)
    host = f"{clock.moment.timestamp()}.example"
    limiters = (store.host_limits.make_limiter(limits), LocalHostLimiter(limits, clock))
    for step, value in steps:
        if step == "pass":
            clock.pass_by(milliseconds=value)
        elif step == "close":
            for limiter in limiters:
                limiter.close_until(host, clock.moment + timedelta(milliseconds=value), "why")
        elif step == "leave":
            for limiter in limiters:
                limiter.leave(host, value)
        else:
            first, second = (limiter.enter(host, value) for limiter in limiters)
            assert first == second


def test_requests_that_come_together_are_judged_one_after_the_other(limiter):
    answers = limiter.enter_all([(HOST, "a"), (HOST, "b"), ("other.example", "c")])

    assert [answer.admitted for answer in answers] == [True, False, True]
    limiter.leave_all([(HOST, "a"), ("other.example", "c")])
    assert limiter.enter("other.example", "d").come_back == 1000
