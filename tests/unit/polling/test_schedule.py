"""When a source is polled next."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.models import Arrivals, Outcome, Outlet, PollHints, Source, SourceState
from aggregator.polling.schedule import (
    Backoff,
    Learnt,
    Timetable,
    find_latest_due,
    find_next_due,
    remember_poll,
)

NOW = datetime(2025, 8, 20, 8, tzinfo=UTC)
SOURCE = Source(
    id="s",
    outlet=Outlet(id="o", name="O", home="https://o.example/"),
    url="https://o.example/rss",
    every=timedelta(minutes=30),
)
ADAPTIVE = replace(SOURCE, adaptive=True)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
TIMES = Timetable(
    backoff=Backoff(shortest=MINUTE, longest=6 * HOUR),
    shortest=5 * MINUTE,
    longest=2 * HOUR,
    zone=ZoneInfo("Asia/Almaty"),
)
HEALTHY = SourceState(outcome=Outcome.OK)


def wait(source=SOURCE, state=HEALTHY, now=NOW, times=TIMES, **options):
    return find_next_due(source, state, now, times, **options) - now


def about(span):
    """Return what a time may be after a source's own shift."""
    return pytest.approx(span.total_seconds(), rel=0.05)


def make_arrivals(rate, now=NOW, listed=0):
    """Return arrivals at a steady rate, articles an hour, watched for a week."""
    return Arrivals(counts=(rate * 7.0,) * 24, hours=(7.0,) * 24, polled=now, listed=listed)


@pytest.mark.parametrize("outcome", [Outcome.OK, Outcome.NOT_MODIFIED, Outcome.EMPTY])
def test_a_good_poll_is_followed_after_the_wanted_time(outcome):
    state = remember_poll(SourceState(failures=3), outcome, "", NOW)

    assert state.failures == 0
    assert state.succeeded == NOW
    assert wait(state=state).total_seconds() == about(30 * MINUTE)


@pytest.mark.parametrize(
    ("failures", "minutes"),
    [(0, 1), (1, 2), (4, 16), (30, 360), (10_000, 360)],
    ids=["1st", "2nd", "5th", "31st", "10001st"],
)
def test_failures_back_off_and_never_end(failures, minutes):
    state = remember_poll(SourceState(failures=failures), Outcome.SERVER_ERROR, "500", NOW)

    assert wait(state=state).total_seconds() == about(minutes * MINUTE)


def test_a_server_that_says_when_to_come_back_is_believed():
    state = remember_poll(SourceState(), Outcome.RATE_LIMITED, "429", NOW)

    assert wait(state=state, retry_after_s=3600) == HOUR


def test_but_not_for_longer_than_a_day():
    state = remember_poll(SourceState(), Outcome.RATE_LIMITED, "429", NOW)

    assert wait(state=state, retry_after_s=10**9) == timedelta(days=1)


def test_a_hasty_server_does_not_shorten_the_wait():
    state = remember_poll(SourceState(), Outcome.RATE_LIMITED, "429", NOW)

    assert wait(state=state, retry_after_s=1).total_seconds() == about(MINUTE)


def test_a_failure_keeps_what_is_known_and_the_last_success():
    before = SourceState(
        etag='"1"',
        last_modified="Wed, 20 Aug 2025 08:00:00 GMT",
        succeeded=NOW - HOUR,
        listed=("a",),
        arrivals=make_arrivals(1),
        hints=PollHints(fresh_s=60),
    )
    state = remember_poll(before, Outcome.TIMEOUT, "no answer", NOW)

    assert state == replace(
        before, failures=1, checked=NOW, outcome=Outcome.TIMEOUT, detail="no answer"
    )


def test_a_feed_that_stops_sending_validators_is_asked_without_them():
    state = remember_poll(SourceState(etag='"1"'), Outcome.OK, "", NOW, Learnt(validators=("", "")))

    assert state.etag == ""


def test_a_source_that_was_not_asked_has_neither_failed_nor_succeeded():
    before = SourceState(
        failures=2, checked=NOW - HOUR, succeeded=NOW - 2 * HOUR, outcome=Outcome.OK
    )
    state = remember_poll(before, Outcome.HOST_BUSY, "asked to wait", NOW)

    assert (state.failures, state.checked, state.succeeded) == (2, before.checked, before.succeeded)
    assert HOUR <= wait(state=state, retry_after_s=3600) <= HOUR + MINUTE


def test_sources_that_began_together_do_not_stay_together():
    waits = {wait(replace(SOURCE, id=f"s{number}")) for number in range(50)}

    assert len(waits) == 50
    assert max(waits) - min(waits) > 2 * MINUTE


# Cron forms


def test_a_cron_form_is_read_in_the_editions_zone():
    source = replace(SOURCE, cron="0 7 * * *")

    # 07:00 in Almaty is 02:00 UTC.
    assert timedelta(hours=18) <= wait(source) <= timedelta(hours=18, seconds=30)


def test_a_cron_form_has_every_moment_once():
    source, now, seen = replace(SOURCE, cron="*/20 6-23 * * *"), NOW, []
    for _ in range(60):
        now = find_next_due(source, HEALTHY, now, TIMES)
        seen.append(now.astimezone(TIMES.zone).strftime("%d %H:%M"))

    assert len(set(seen)) == 60
    assert {moment[-2:] for moment in seen} == {"00", "20", "40"}
    assert {int(moment[3:5]) for moment in seen} == set(range(6, 24))


def test_failures_of_a_source_with_a_cron_form_back_off_too():
    failing = remember_poll(HEALTHY, Outcome.TIMEOUT, "", NOW)

    assert wait(replace(SOURCE, cron="0 7 * * *"), failing).total_seconds() == about(MINUTE)


# Times that follow the articles


def test_a_source_not_yet_watched_is_polled_as_its_entry_says():
    assert wait(ADAPTIVE).total_seconds() == about(30 * MINUTE)


def test_the_more_articles_come_the_sooner_a_source_is_polled():
    waits = [
        wait(ADAPTIVE, replace(HEALTHY, arrivals=make_arrivals(rate)))
        for rate in (0.01, 0.1, 1, 5, 20, 200)
    ]

    assert waits == sorted(waits, reverse=True)
    # Under the law: the square root of twice ten article-minutes over one article an hour.
    assert waits[2].total_seconds() == about(timedelta(minutes=34.6))
    assert [waits[n].total_seconds() for n in (0, -1)] == [about(2 * HOUR), about(5 * MINUTE)]


def test_its_own_bounds_go_before_the_settings():
    quick = replace(ADAPTIVE, min_every=MINUTE, max_every=2 * MINUTE)

    assert wait(quick, replace(HEALTHY, arrivals=make_arrivals(0.01))) <= 2 * MINUTE
    assert wait(replace(ADAPTIVE, min_every=3 * HOUR)) == 3 * HOUR


def test_a_quiet_night_ends_when_the_presses_start():
    day = tuple(60.0 if 2 <= hour < 16 else 0.0 for hour in range(24))
    arrivals = Arrivals(counts=day, hours=(6.0,) * 24, polled=NOW)
    times = replace(TIMES, longest=8 * HOUR)

    evening = NOW.replace(hour=20)
    due = find_next_due(ADAPTIVE, replace(HEALTHY, arrivals=arrivals), evening, times)

    assert timedelta(minutes=100) < due - evening < timedelta(hours=6, minutes=45)


def test_a_short_list_is_asked_before_half_of_it_has_changed():
    state = replace(HEALTHY, arrivals=make_arrivals(4, listed=2))

    assert wait(ADAPTIVE, state).total_seconds() == about(15 * MINUTE)


@pytest.mark.parametrize(
    ("hints", "expected"),
    [
        (PollHints(fresh_s=3600), HOUR),
        (PollHints(fresh_s=60), 17.3 * MINUTE),
        (PollHints(fresh_s=10**7), 2 * HOUR),
    ],
    ids=["longer than wanted", "shorter", "beyond the bound"],
)
def test_a_fresh_answer_is_not_asked_for_again_within_the_bounds(hints, expected):
    state = replace(HEALTHY, arrivals=make_arrivals(4), hints=hints)

    assert wait(ADAPTIVE, state).total_seconds() == about(expected)


def test_hints_do_not_change_a_time_that_the_operator_wrote():
    assert wait(SOURCE, replace(HEALTHY, hints=PollHints(fresh_s=7200))) == wait(SOURCE)


def test_hours_and_days_to_skip_are_skipped_as_far_as_the_longest_time():
    state = replace(HEALTHY, arrivals=make_arrivals(4), hints=PollHints(skip_hours=(8, 9, 10, 11)))
    wednesday = replace(HEALTHY, arrivals=make_arrivals(4), hints=PollHints(skip_days=(2,)))

    assert wait(ADAPTIVE, state).total_seconds() == about(2 * HOUR)
    assert wait(ADAPTIVE, wednesday).total_seconds() == about(2 * HOUR)
    assert wait(
        ADAPTIVE, replace(state, hints=PollHints(skip_hours=(8,)))
    ).total_seconds() == about(HOUR)


def test_what_a_feed_says_of_its_pace_is_assumed_until_it_has_been_watched():
    said = PollHints(usual_s=3600)

    assert wait(ADAPTIVE, replace(HEALTHY, hints=said)).total_seconds() == about(HOUR)
    assert wait(ADAPTIVE, replace(HEALTHY, hints=said, arrivals=make_arrivals(20))) < 10 * MINUTE


# Laws

RATES = st.lists(st.floats(0, 500), min_size=24, max_size=24).map(tuple)
WATCHED = st.builds(
    Arrivals,
    counts=RATES,
    hours=st.lists(st.floats(0, 50), min_size=24, max_size=24).map(tuple),
    polled=st.just(NOW),
    listed=st.integers(0, 500),
)
HINTS = st.builds(
    PollHints,
    fresh_s=st.integers(0, 10**9),
    usual_s=st.integers(0, 10**8),
    skip_hours=st.sets(st.integers(0, 23), max_size=23).map(tuple),
    skip_days=st.sets(st.integers(0, 6), max_size=6).map(tuple),
)
STATES = st.builds(
    SourceState,
    failures=st.integers(0, 1000),
    outcome=st.sampled_from(Outcome),
    arrivals=st.one_of(st.just(Arrivals()), WATCHED),
    hints=HINTS,
)
SPANS = st.timedeltas(MINUTE, timedelta(days=7))
SOURCES = st.one_of(
    st.builds(lambda every: replace(SOURCE, every=every), SPANS),
    st.builds(
        lambda low, high: replace(ADAPTIVE, min_every=low, max_every=high),
        st.one_of(st.none(), SPANS),
        st.one_of(st.none(), SPANS),
    ),
    st.sampled_from(["*/20 6-23 * * *", "0 0 1 1 *", "30 2 * * 0", "* * * * *"]).map(
        lambda cron: replace(SOURCE, cron=cron)
    ),
)
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=2000)).map(lambda span: NOW + span)
RETRY = st.one_of(st.none(), st.floats(0, 1e9))


@given(SOURCES, STATES, MOMENTS, RETRY)
def test_due_is_always_in_the_future_and_never_earlier_than_asked(
    source, state, now, retry_after_s
):
    due = find_next_due(source, state, now, TIMES, retry_after_s)

    assert due > now
    assert due.tzinfo is UTC
    if state.failures or state.outcome is Outcome.HOST_BUSY:
        assert due - now >= min(timedelta(seconds=retry_after_s or 0), timedelta(days=1))
        assert due - now <= timedelta(days=1, seconds=30)


@given(SOURCES, STATES, MOMENTS, RETRY, st.timedeltas(timedelta(0), timedelta(days=8)))
def test_nothing_polled_before_is_due_later_than_the_latest(
    source, state, polled, retry_after_s, since
):
    due = find_next_due(source, state, polled, TIMES, retry_after_s)
    now = min(polled + since, due)

    assert due <= find_latest_due(source, state, now, TIMES)


@pytest.mark.parametrize(
    ("source", "state", "latest"),
    [
        (SOURCE, HEALTHY, 31.5 * MINUTE),
        (replace(SOURCE, every=MINUTE), HEALTHY, 11 * MINUTE),
        (ADAPTIVE, HEALTHY, 2 * HOUR),
        (SOURCE, replace(HEALTHY, outcome=Outcome.HOST_BUSY), timedelta(days=1, seconds=30)),
        (SOURCE, replace(HEALTHY, failures=1), timedelta(days=1, seconds=30)),
    ],
)
def test_the_latest_is_no_later_than_it_need_be(source, state, latest):
    assert find_latest_due(source, state, NOW, TIMES) - NOW == latest


@given(st.one_of(st.just(Arrivals()), WATCHED), HINTS, MOMENTS, SPANS, SPANS)
def test_an_adaptive_wait_stays_within_its_bounds(arrivals, hints, now, one, other):
    low, high = sorted((one, other))
    source = replace(ADAPTIVE, min_every=low, max_every=high)

    assert low <= wait(source, replace(HEALTHY, arrivals=arrivals, hints=hints), now) <= high


@given(SOURCES, st.integers(1, 2000), st.integers(0, 2000), RETRY)
def test_more_failures_never_shorten_a_wait(source, failures, more, retry_after_s):
    states = [
        SourceState(failures=count, outcome=Outcome.TIMEOUT)
        for count in (failures, failures + more)
    ]
    first, second = (wait(source, state, retry_after_s=retry_after_s) for state in states)

    assert first <= second


@given(WATCHED, st.floats(1, 100))
def test_more_articles_never_lengthen_a_wait(arrivals, times):
    more = replace(arrivals, counts=tuple(count * times for count in arrivals.counts))

    assert wait(ADAPTIVE, replace(HEALTHY, arrivals=more)) <= wait(
        ADAPTIVE, replace(HEALTHY, arrivals=arrivals)
    ) + timedelta(milliseconds=1)
