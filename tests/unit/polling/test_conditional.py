"""How a source is asked, and what its answers teach."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.models import (
    FeedItem,
    FetchResult,
    Outlet,
    Redirect,
    RequestState,
    Source,
    SourceState,
)
from aggregator.polling.conditional import (
    choose_request,
    describe_requests,
    note_answer,
    note_failure,
    note_unchanged,
)

NOW = datetime(2025, 8, 20, 8, tzinfo=UTC)
URL = "https://dala.example/rss"
NEW = "https://www.dala.example/feed"
SOURCE = Source(
    id="s",
    outlet=Outlet(id="o", name="O", home="https://dala.example/"),
    url=URL,
    every=timedelta(minutes=30),
)
ITEM = FeedItem(guid="1", link="https://dala.example/1", title="t", published=NOW)
HELD = SourceState(etag='"1"', asking=RequestState(url=URL, whole=NOW, original=NOW), checked=NOW)


def reply(status=200, etag='"1"', *moves, to=URL):
    """Return an answer after redirects, each an address with its status."""
    steps = tuple(Redirect(url, code) for url, code in moves)
    return FetchResult(url=to, status=status, headers={"etag": etag}, body=b"", redirects=steps)


def poll_again(state, *moves, to, times=3, every=timedelta(days=1), items=(ITEM,)):
    """Poll a source that redirects, again and again; returns its state."""
    for number in range(times):
        now = NOW + number * every
        request = choose_request(SOURCE, state, now)
        steps = moves if request.url == URL else ()
        answer = reply(200, '"1"', *steps, to=to)
        asking = note_answer(state, request, answer, items=items, new=0, now=now)
        state = replace(state, asking=asking, checked=now)
    return state


# 304s


def test_validators_are_sent():
    request = choose_request(SOURCE, HELD, NOW + timedelta(hours=1))

    assert (request.url, request.etag) == (URL, '"1"')


@pytest.mark.parametrize(
    ("answered", "etag"),
    [
        ("", '"1"'),  # held by an older version, which did not know
        ("https://dala.example/feed", '"1"'),
        ("https://dala.example:8443/rss", ""),
        ("https://other.example/rss", ""),
    ],
)
def test_validators_are_sent_to_the_server_that_gave_them_alone(answered, etag):
    state = replace(HELD, asking=replace(HELD.asking, answered=answered))

    assert choose_request(SOURCE, state, NOW + timedelta(hours=1)).etag == etag


@pytest.mark.parametrize(
    "changes",
    [
        {"unchanged": 20},
        {"whole": NOW - timedelta(days=1)},
        {"whole": None},
        {"distrusted": NOW + timedelta(hours=2)},
        {"url": "https://dala.example/old"},
    ],
    ids=["twenty 304s", "a day", "never seen whole", "distrusted", "another address"],
)
def test_a_source_is_asked_in_full(changes):
    state = replace(HELD, asking=replace(HELD.asking, **changes))

    assert choose_request(SOURCE, state, NOW + timedelta(hours=1)).etag == ""


def test_304s_are_counted_until_an_answer_in_full():
    state = HELD
    for number in range(3):
        request = choose_request(SOURCE, state, NOW)
        asking = note_unchanged(state, request, reply(304), NOW + timedelta(minutes=number))
        state = replace(state, asking=asking)

    assert state.asking.unchanged == 3
    request = choose_request(SOURCE, state, NOW)
    asking = note_answer(state, request, reply(), items=[], new=0, now=NOW)
    assert asking.unchanged == 0


def look_in_full(state, result, *, new=1, published=NOW, hours=12):
    """Look again in full after some 304s; returns what is remembered."""
    now = NOW + timedelta(hours=hours)
    asking = replace(state.asking, unchanged=5)
    state = replace(state, checked=now - timedelta(minutes=30), asking=asking)
    item = replace(ITEM, published=published)
    request = choose_request(SOURCE, state, now)
    return note_answer(state, request, result, items=[item], new=new, now=now)


def test_new_articles_under_the_same_validators_are_a_lie():
    asking = look_in_full(HELD, reply(etag='"1"'))

    assert asking.distrusted == NOW + timedelta(hours=12, days=7)
    assert "its 304s hid articles: asked in full until 2025-08-27" in describe_requests(asking)


def test_so_are_articles_that_were_there_before_the_last_304():
    assert look_in_full(HELD, reply(etag='"2"'), published=NOW + timedelta(hours=3)).distrusted


@pytest.mark.parametrize(
    "options",
    [
        {"new": 0, "published": NOW + timedelta(hours=3)},
        {"published": NOW + timedelta(hours=11, minutes=50)},
        {"published": None},
    ],
    ids=["nothing new", "just published", "no date"],
)
def test_an_honest_server_stays_trusted(options):
    assert look_in_full(HELD, reply(etag='"2"'), **options).distrusted is None


def test_distrust_ends():
    state = replace(HELD, asking=replace(HELD.asking, distrusted=NOW - timedelta(hours=1)))
    request = choose_request(SOURCE, state, NOW)
    asking = note_answer(state, request, reply(), items=[ITEM], new=0, now=NOW)

    assert asking.distrusted is None


# Moves


def test_a_permanent_redirect_that_lasts_is_learnt():
    state = poll_again(HELD, (URL, 301), to=NEW)
    later = NOW + timedelta(days=2, hours=1)

    assert choose_request(SOURCE, state, later).url == NEW
    assert describe_requests(state.asking) == [f"moved for good to {NEW}: mend the catalogue"]


@pytest.mark.parametrize(
    ("moves", "options"),
    [
        ([(URL, 302)], {}),
        ([(URL, 307), (NEW, 301)], {}),
        ([(URL, 301)], {"times": 2}),
        ([(URL, 301)], {"every": timedelta(hours=3)}),
        ([(URL, 301)], {"items": ()}),
        ([(URL, 301)], {"to": "http://dala.example/feed"}),
        ([(URL, 301)], {"to": "https://dala.example/login?back=/rss"}),
        ([(URL, 301)], {"to": "https://consent.dala.example/rss"}),
        ([(URL, 301)], {"to": "https://elsewhere.example.org/rss"}),
        ([(URL, 301)], {"to": f"https://dala.example/{'x' * 2000}"}),
    ],
    ids=[
        "temporary",
        "temporary first",
        "two poll_again",
        "within hours",
        "no items",
        "to http",
        "login",
        "consent",
        "another site within two days",
        "endless",
    ],
)
def test_what_is_not_learnt(moves, options):
    state = poll_again(HELD, *moves, **({"to": NEW} | options))

    assert state.asking.learnt == ""
    assert choose_request(SOURCE, state, NOW + timedelta(days=3)).url == URL


def test_another_site_is_learnt_after_a_week():
    state = poll_again(HELD, (URL, 308), to="https://elsewhere.example.org/rss", times=8)

    assert state.asking.learnt == "https://elsewhere.example.org/rss"


def test_only_the_permanent_beginning_is_learnt():
    state = poll_again(HELD, (URL, 301), (NEW, 302), to="https://cdn.example/today")

    assert state.asking.learnt == NEW


def test_a_redirect_that_changes_its_mind_is_not_learnt():
    state = HELD
    for number in range(6):
        now = NOW + timedelta(days=number)
        request = choose_request(SOURCE, state, now)
        answer = reply(200, "", (URL, 301), to=f"https://dala.example/{number % 2}")
        asking = note_answer(state, request, answer, items=[ITEM], new=0, now=now)
        state = replace(state, asking=asking)

    assert state.asking.learnt == ""


def test_the_original_is_asked_once_a_week_and_forgiven():
    state = poll_again(HELD, (URL, 301), to=NEW)
    week = NOW + timedelta(days=9)
    request = choose_request(SOURCE, state, week)

    assert (request.url, request.etag) == (URL, "")
    moved = reply(200, "", (URL, 301), to=NEW)
    still = note_answer(state, request, moved, items=[ITEM], new=0, now=week)
    back = note_answer(state, request, reply(), items=[ITEM], new=0, now=week)
    assert (still.learnt, still.original) == (NEW, week)
    assert back.learnt == ""


def test_an_address_learnt_that_fails_is_forgotten_at_once():
    state = poll_again(HELD, (URL, 301), to=NEW)
    later = NOW + timedelta(days=3)
    state = replace(state, asking=note_failure(state, choose_request(SOURCE, state, later)))

    assert choose_request(SOURCE, state, later).url == URL


def test_nothing_is_kept_when_the_catalogue_has_another_address():
    state = poll_again(HELD, (URL, 301), to=NEW)
    mended = replace(SOURCE, url="https://dala.example/atom")
    request = choose_request(mended, state, NOW + timedelta(days=2))

    assert (request.url, request.etag) == (mended.url, "")
    asking = note_answer(state, request, reply(to=mended.url), items=[ITEM], new=0, now=NOW)
    assert asking.url == mended.url
