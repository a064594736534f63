"""After each poll: what is remembered of a source, how it is asked next, and when."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from aggregator.models import (
    FeedItem,
    FetchResult,
    Outcome,
    Outlet,
    RequestState,
    Source,
    SourceState,
)
from aggregator.polling.conditional import PollRequest, choose_request
from aggregator.polling.next_poll import PollResult, next_poll
from aggregator.polling.schedule import Backoff, Timetable

NOW = datetime(2025, 8, 20, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
URL = "https://o.example/rss"
MOVED = "https://new.example/rss"
SOURCE = Source(
    id="s",
    outlet=Outlet(id="o", name="O", home="https://o.example/"),
    url=URL,
    every=30 * MINUTE,
)
TIMES = Timetable(
    backoff=Backoff(shortest=MINUTE, longest=6 * HOUR),
    shortest=5 * MINUTE,
    longest=2 * HOUR,
    zone=ZoneInfo("Asia/Almaty"),
)
BEFORE = SourceState(
    etag='"1"',
    failures=2,
    checked=NOW - HOUR,
    succeeded=NOW - DAY,
    outcome=Outcome.TIMEOUT,
    asking=RequestState(url=URL, whole=NOW - HOUR, original=NOW - HOUR),
)
REQUEST = PollRequest(URL, URL, '"1"')
ITEM = FeedItem(guid="1", link="https://o.example/1", title="t", published=NOW)


def reply(status=200, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = b"<rss/>" if status == 200 else b""
    return FetchResult(url=URL, status=status, headers=named, body=body)


def make_result(outcome, detail="in words", **fields):
    return PollResult(outcome=outcome, detail=detail, **fields)


LISTED = make_result(
    Outcome.OK,
    request=REQUEST,
    reply=reply(etag='"2"'),
    items=(ITEM,),
    counts=Counter(new=1),
)
EMPTY = make_result(Outcome.EMPTY, request=REQUEST, reply=reply(etag='"2"'))
UNCHANGED = make_result(Outcome.NOT_MODIFIED, request=REQUEST, reply=reply(304))
SILENT = make_result(Outcome.TIMEOUT, request=REQUEST)
SENT_AWAY = make_result(Outcome.RATE_LIMITED, request=REQUEST, retry_after_s=3600)
UNREADABLE = make_result(Outcome.NOT_A_FEED, request=REQUEST)
BUSY = make_result(Outcome.HOST_BUSY, retry_after_s=3600)
OUR_FAULT = make_result(Outcome.INTERNAL)

TABLE = {
    # what came: failures in a row, wait, checked, succeeded, ETag to send next
    "a feed": (LISTED, 0, 30 * MINUTE, NOW, NOW, '"2"'),
    "an empty feed": (EMPTY, 0, 30 * MINUTE, NOW, NOW, '"2"'),
    "nothing new": (UNCHANGED, 0, 30 * MINUTE, NOW, NOW, '"1"'),
    "silence": (SILENT, 3, 4 * MINUTE, NOW, BEFORE.succeeded, '"1"'),
    "come back in an hour": (SENT_AWAY, 3, HOUR, NOW, BEFORE.succeeded, '"1"'),
    "what is no feed": (UNREADABLE, 3, 4 * MINUTE, NOW, BEFORE.succeeded, '"1"'),
    "its host is busy": (BUSY, 2, HOUR, BEFORE.checked, BEFORE.succeeded, '"1"'),
    "a fault of ours": (OUR_FAULT, 3, 4 * MINUTE, NOW, BEFORE.succeeded, '"1"'),
}


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)
def test_a_poll_decides_when_and_how_to_ask_next(row):
    result, failures, wait, checked, succeeded, etag = row
    state, due = next_poll(SOURCE, BEFORE, result, NOW, TIMES)

    assert (state.outcome, state.failures) == (result.outcome, failures)
    assert (state.checked, state.succeeded) == (checked, succeeded)
    assert (due - NOW).total_seconds() == pytest.approx(wait.total_seconds(), rel=0.05)
    assert choose_request(SOURCE, state, due).etag == etag


@pytest.mark.parametrize(
    "result", [SILENT, UNREADABLE, BUSY, OUR_FAULT], ids=lambda result: result.outcome
)
def test_what_taught_nothing_changes_nothing_that_was_learnt(result):
    state, _ = next_poll(SOURCE, BEFORE, result, NOW, TIMES)

    for name in ("etag", "last_modified", "listed", "arrivals", "hints"):
        assert getattr(state, name) == getattr(BEFORE, name), name
    assert state.detail == "in words"


def test_a_feed_teaches_how_often_articles_come():
    first, _ = next_poll(SOURCE, BEFORE, LISTED, NOW, TIMES)
    then, _ = next_poll(SOURCE, first, replace(LISTED, counts=Counter(new=6)), NOW + HOUR, TIMES)

    assert (first.arrivals.polled, first.arrivals.listed) == (NOW, 1)
    assert sum(then.arrivals.counts) == pytest.approx(6)


def test_a_304_counts_towards_the_day_when_the_source_is_asked_in_full():
    state, _ = next_poll(SOURCE, BEFORE, UNCHANGED, NOW, TIMES)

    assert state.asking.unchanged == 1
    assert choose_request(SOURCE, state, NOW + HOUR).etag == '"1"'
    assert choose_request(SOURCE, state, NOW + DAY).etag == ""


def test_stale_items_a_304_hid_are_held_against_it_like_new_ones():
    before = replace(BEFORE, asking=replace(BEFORE.asking, unchanged=3))
    for change in ("new", "stale"):
        result = replace(LISTED, reply=reply(etag='"1"'), counts=Counter({change: 1}))
        state, due = next_poll(SOURCE, before, result, NOW, TIMES)

        assert "asked in full until 2025-08-27" in state.detail
        assert choose_request(SOURCE, state, due).etag == ""


def test_an_address_learnt_that_fails_is_forgotten_and_the_detail_says_so():
    before = replace(BEFORE, asking=replace(BEFORE.asking, learnt=MOVED, moved_to=MOVED))
    request = choose_request(SOURCE, before, NOW)
    state, due = next_poll(SOURCE, before, replace(SILENT, request=request), NOW, TIMES)

    assert request.url == MOVED
    where = f"at {MOVED}, where it had moved to; the catalogue's address is asked next"
    assert state.detail == f"in words ({where})"
    assert choose_request(SOURCE, state, due).url == URL


def test_a_move_that_was_learnt_is_on_show_after_each_answer():
    before = replace(BEFORE, asking=replace(BEFORE.asking, learnt=MOVED, moved_to=MOVED))
    request = choose_request(SOURCE, before, NOW)
    for result in (LISTED, UNCHANGED):
        state, _ = next_poll(SOURCE, before, replace(result, request=request), NOW, TIMES)

        assert state.detail == f"in words; moved for good to {MOVED}: mend the catalogue"


def test_what_an_adaptive_source_says_of_its_freshness_moves_its_next_poll():
    adaptive = replace(SOURCE, adaptive=True)
    _, soon = next_poll(adaptive, BEFORE, LISTED, NOW, TIMES)
    fresh = replace(LISTED, reply=reply(etag='"2"', cache_control="max-age=7200"))
    _, late = next_poll(adaptive, BEFORE, fresh, NOW, TIMES)

    assert soon < late
    assert (late - NOW).total_seconds() == pytest.approx(7200, rel=0.05)
