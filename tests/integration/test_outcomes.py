"""Every way a feed can fail has its own name in the account, and no other source waits for it."""

import time
from datetime import UTC, datetime

import pytest

from aggregator.models import Outcome
from tests.support.newsroom import compose, newsroom, poll, process_articles
from tests.support.servers import Fault, FeedServer, Reply, gzip_bomb, redirect

AS_OF = "2025-08-20T13:00:00+05:00"
ITEM = "<item><guid>{guid}</guid><link>https://{name}.example/{guid}</link><title>{title}</title></item>"
RSS = (
    '<?xml version="1.0" encoding="{charset}"?><rss '
    'version="2.0"><channel><title>T</title>{items}</channel></rss>'
)
TITLE = "Астанада жаңа көпір ашылды"


def rss(name="a", title=TITLE, charset="utf-8"):
    return RSS.format(charset=charset, items=ITEM.format(name=name, guid="1", title=title))


FEEDS = {
    "good": (Reply(body=rss("good")), Outcome.OK),
    "empty": (Reply(body=RSS.format(charset="utf-8", items="")), Outcome.EMPTY),
    "missing": (Reply(status=404), Outcome.NOT_FOUND),
    "gone": (Reply(status=410), Outcome.GONE),
    "limited": (Reply(status=429, headers={"Retry-After": "3600"}), Outcome.RATE_LIMITED),
    "broken": (Reply(status=500), Outcome.SERVER_ERROR),
    "forbidden": (Reply(status=403), Outcome.CLIENT_ERROR),
    "truncated": (Reply(body=rss("truncated"), fault=Fault.TRUNCATED), Outcome.TRUNCATED),
    "charset": (
        Reply(
            body=rss("charset", charset="utf-8").encode("windows-1251", "xmlcharrefreplace"),
            headers={"Content-Type": "application/rss+xml; charset=utf-8"},
        ),
        Outcome.OK,
    ),
    "page": (
        Reply(body="<!DOCTYPE html><html><head><title>Басты бет</title></head></html>"),
        Outcome.NOT_A_FEED,
    ),
    "loop": (redirect("/loop"), Outcome.REDIRECT_LOOP),
    "bomb": (gzip_bomb(50), Outcome.TOO_LARGE),
    "stalled": (Reply(body=rss("stalled"), fault=Fault.STALL_AFTER_HEADERS), Outcome.TIMEOUT),
    "dropped": (Reply(fault=Fault.CLOSE_AT_ONCE), Outcome.CONNECTION),
    "inward": (redirect("http://169.254.169.254/latest/meta-data/"), Outcome.REFUSED_ADDRESS),
}


@pytest.fixture
def server():
    with FeedServer() as server:
        for name, (reply, _) in FEEDS.items():
            server.route(f"/{name}", reply)
        yield server


@pytest.fixture
def services(tmp_path, redis_url, server):
    feeds = {name: server.url(f"/{name}") for name in FEEDS}
    return newsroom(
        tmp_path,
        redis_url,
        feeds,
        AS_OF,
        TILSHI_FETCH_READ_TIMEOUT_S="1.5",
        TILSHI_FETCH_TOTAL_TIMEOUT_S="4",
    )


def test_each_has_its_own_outcome_and_its_own_words(services):
    reports = poll(services, "r1")

    assert reports.keys() == FEEDS.keys()
    for name, (_, outcome) in FEEDS.items():
        assert reports[name].outcome == outcome, name
    assert "Басты бет" in reports["page"].detail
    assert "charset" in reports["charset"].detail
    assert all(report.detail for report in reports.values())


def test_what_is_good_is_printed_although_all_else_fails(services):
    poll(services, "r1")
    process_articles(services)
    [digest] = compose(services)

    printed = [ref for story in digest.stories for ref in story.articles]
    assert {ref.outlet_id for ref in printed} == {"good", "charset"}
    assert {ref.title for ref in printed} == {TITLE}


def test_no_source_waits_for_a_stalled_one(tmp_path, redis_url, server):
    """The good feed is stored and accounted for while the other one stalls."""
    feeds = {"stalled": server.url("/stalled"), "good": server.url("/good")}
    services = newsroom(tmp_path, redis_url, feeds, AS_OF, TILSHI_FETCH_READ_TIMEOUT_S="3")
    started = time.monotonic()
    reports = poll(services, "r1")

    assert time.monotonic() - started > 2.5
    assert reports["good"].elapsed_s < 1.5
    assert reports["stalled"].elapsed_s > 2.5


def test_whoever_says_when_to_come_back_is_asked_then(services):
    poll(services, "r1")
    due = services.store.queues.load_due_times()

    wait = (due["limited"] - datetime.now(UTC)).total_seconds()
    assert 3500 < wait < 3700
    assert 0 < (due["broken"] - datetime.now(UTC)).total_seconds() < 70


def test_a_feed_that_did_not_change_is_not_read_again(tmp_path, redis_url, server):
    server.route("/tagged", Reply(body=rss("tagged"), etag='"1"'))
    server.route("/dated", Reply(body=rss("dated"), last_modified="Wed, 20 Aug 2025 08:00:00 GMT"))
    feeds = {name: server.url(f"/{name}") for name in ("tagged", "dated")}
    services = newsroom(tmp_path, redis_url, feeds, AS_OF)

    first = poll(services, "r1")
    second = poll(services, "r2")

    assert {report.outcome for report in first.values()} == {Outcome.OK}
    assert {report.outcome for report in second.values()} == {Outcome.NOT_MODIFIED}
    assert sum(report.new for report in [*first.values(), *second.values()]) == 2


def test_our_name_and_address_are_given(tmp_path, redis_url, server):
    services = newsroom(
        tmp_path,
        redis_url,
        {"good": server.url("/good")},
        AS_OF,
        TILSHI_FETCH_CONTACT="https://us.example/bot",
    )
    poll(services, "r1")

    agent = server.requests[-1].headers["user-agent"]
    assert agent.startswith("tilshi/")
    assert "https://us.example/bot" in agent


def test_a_private_address_is_refused_unless_allowed(tmp_path, redis_url, server):
    services = newsroom(
        tmp_path, redis_url, {"good": server.url("/good")}, AS_OF, TILSHI_FETCH_ALLOW_PRIVATE=""
    )
    [report] = poll(services, "r1").values()

    assert report.outcome is Outcome.REFUSED_ADDRESS
    assert server.requests == []
