"""
Teasers: the article's page is read over real HTTP, politely.

Whatever comes of it, the article goes on.
"""

from datetime import datetime
from multiprocessing import get_context

import pytest

from aggregator.models import Stage
from tests.support.clock import SettableClock
from tests.support.newsroom import compose, newsroom, poll, process_articles, read_teasers
from tests.support.servers import Fault, FeedServer, Reply, redirect
from tests.support.waiting import until
from tests.unit.fulltext.test_extract import PAGE, PARAGRAPHS

AS_OF = "2025-08-20T13:00:00+05:00"
RSS = (
    '<?xml version="1.0"?><rss '
    'version="2.0"><channel><title>T</title><item><guid>17</guid><link>{link}</link>'
    "<title>В Павлодаре открыли мост</title><description>Мост строили пять лет.</description>"
    "<pubDate>Wed, 20 Aug 2025 10:00:00 +0500</pubDate></item></channel></rss>"
)


@pytest.fixture
def server():
    with FeedServer() as made:
        made.route("/rss", Reply(body=RSS.format(link=made.url("/news/17"))))
        yield made


@pytest.fixture
def clock():
    return SettableClock(datetime.fromisoformat(AS_OF))


@pytest.fixture
def services(tmp_path, redis_url, server, clock):
    feeds = {"stepnoy": server.url("/rss")}
    made = newsroom(tmp_path, redis_url, feeds, AS_OF, lines="full_text = true\n", clock=clock)
    assert poll(made, "r1")["stepnoy"].new == 1
    return made


def html(body, **changes):
    return Reply(body=body, headers={"Content-Type": "text/html; charset=utf-8"}, **changes)


def read_best(services):
    process_articles(services)
    [story] = compose(services)[0].stories
    return story.best


def test_the_page_gives_what_the_feed_left_out(services, server):
    server.route("/news/17", html(PAGE))

    best = read_best(services)

    assert best.text.startswith("Мост строили пять лет.")
    assert all(paragraph in best.text for paragraph in PARAGRAPHS)
    asked = [request for request in server.requests if request.path == "/news/17"]
    assert len(asked) == 1
    poll(services, "r2")
    process_articles(services)
    assert [request.path for request in server.requests].count("/news/17") == 1


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=404),
        Reply(status=410),
        Reply(status=403),
        Reply(body=b"%PDF-1.7", headers={"Content-Type": "application/pdf"}),
        Reply(
            body="<html><body><p>Включите cookies.</p></body></html>",
            headers={"Content-Type": "text/html"},
        ),
        Reply(status=302, headers={"Location": "http://10.0.0.1/"}),
    ],
    ids=["not found", "gone", "forbidden", "no page", "nothing in it", "inward"],
)
def test_without_a_page_the_teaser_is_told(services, server, clock, reply):
    server.route("/news/17", reply)
    while not read_teasers(services):
        clock.pass_by(minutes=1)

    assert read_best(services).text == "Мост строили пять лет."


def test_a_page_that_fails_for_a_while_is_asked_for_again(services, server, clock):
    server.route("/news/17", Reply(status=503), Reply(fault=Fault.CLOSE_AT_ONCE), html(PAGE))

    assert read_teasers(services) == 0
    waiting = services.store.queues.load_waiting()[Stage.PAGE]
    assert (waiting.ready, waiting.later, waiting.leased) == (0, 1, 0)
    clock.pass_by(minutes=1)
    assert read_teasers(services) == 0
    clock.pass_by(minutes=1)
    assert read_teasers(services) == 1

    assert PARAGRAPHS[0] in read_best(services).text


def test_pages_of_one_host_are_each_read_in_their_turn(tmp_path, redis_url, clock):
    item = RSS[RSS.index("<item>") : RSS.index("</channel>")]
    with FeedServer() as server:
        items = [
            item.format(link=server.url(f"/news/{n}")).replace("<guid>17", f"<guid>{n}")
            for n in range(8)
        ]
        server.route("/rss", Reply(body=RSS.replace(item, "".join(items))))
        for number in range(8):
            server.route(f"/news/{number}", html(PAGE.replace("/news/17", f"/news/{number}")))
        feeds = {"stepnoy": server.url("/rss")}
        services = newsroom(
            tmp_path, redis_url, feeds, AS_OF, lines="full_text = true\n", clock=clock
        )
        assert poll(services, "r1")["stepnoy"].new == 8
        done = 0
        while done < 8:
            clock.pass_by(seconds=20)
            done += read_teasers(services)

    pages = [request.path for request in server.requests if "news" in request.path]
    assert sorted(pages) == [f"/news/{number}" for number in range(8)]


def test_who_asks_to_be_left_alone_for_an_hour_is_not_waited_for(services, server):
    server.route("/news/17", Reply(status=429, headers={"Retry-After": "3600"}))

    assert read_teasers(services) == 1
    assert read_best(services).text == "Мост строили пять лет."


def test_the_account_says_how_many_pages_gave_a_text(services, server):
    server.route("/news/17", html(PAGE))
    assert services.store.articles.load_page_counts() == (0, 0)
    read_teasers(services)
    assert services.store.articles.load_page_counts() == (1, 0)

    edited = RSS.format(link=server.url("/news/17")).replace("пять лет", "шесть лет")
    server.route("/rss", Reply(body=edited))
    server.route("/news/17", Reply(status=404))
    assert poll(services, "r2")["stepnoy"].updated == 1
    read_teasers(services)
    assert services.store.articles.load_page_counts() == (1, 1)


@pytest.mark.parametrize("by", ["the page's own word", "a redirect"])
def test_an_address_that_a_page_teaches_meets_the_article_from_then_on(services, server, by):
    """The feed lists a short link; later the outlet's site lists the address behind it."""
    there = server.url("/2025/08/20/most")
    own = f'<link rel="canonical" href="{there}">' if by == "the page's own word" else ""
    page = html(
        PAGE.replace('<link rel="canonical" href="/news/17">', "").replace(
            "</head>", f"{own}</head>"
        )
    )
    server.route("/2025/08/20/most", page)
    server.route("/news/17", page if own else redirect("/2025/08/20/most"))
    read_teasers(services)

    later = RSS.format(link=there).replace("<guid>17</guid>", "")
    server.route("/rss", Reply(body=later))
    report = poll(services, "r2")["stepnoy"]

    assert (report.new, report.known + report.updated) == (0, 1)


def test_a_front_page_named_by_every_article_makes_no_two_of_them_one(services, server):
    page = PAGE.replace("</head>", f'<link rel="canonical" href="{server.url("/")}"></head>')
    server.route("/news/17", html(page))
    read_teasers(services)

    other = RSS.format(link=server.url("/")).replace("<guid>17</guid>", "").replace("мост", "театр")
    server.route("/rss", Reply(body=other))
    assert poll(services, "r2")["stepnoy"].new == 1


def test_a_name_that_another_article_has_is_never_taken(services):
    articles = services.store.articles

    assert articles.claim_name("stepnoy", "url:https://a.example/1", "a" * 32) == "a" * 32
    assert articles.claim_name("stepnoy", "url:https://a.example/1", "b" * 32) == "a" * 32
    assert articles.find_seen("stepnoy", ["url:https://a.example/1"]) == {
        "url:https://a.example/1": "a" * 32
    }


def _read_one(folder, redis_url, feed):
    services = newsroom(folder, redis_url, {"stepnoy": feed}, AS_OF, lines="full_text = true\n")
    read_teasers(services)


def test_a_worker_killed_while_it_reads_a_page_loses_nothing(
    services, server, tmp_path, redis_url, clock
):
    server.route("/news/17", html(PAGE, fault=Fault.STALL_AFTER_HEADERS))
    worker = get_context("spawn").Process(
        target=_read_one, args=(tmp_path, redis_url, server.url("/rss"))
    )
    worker.start()
    try:
        until(lambda: any(request.path == "/news/17" for request in server.requests))
    finally:
        worker.kill()
        worker.join()
    assert services.store.queues.load_waiting()[Stage.PAGE].leased == 1

    clock.pass_by(days=1000)  # the killed one worked by the real clock, years ahead of this clock
    assert [len(ids) for ids in services.store.queues.sweep().values()] == [1]
    server.route("/news/17", html(PAGE))
    assert read_teasers(services) == 1
    assert PARAGRAPHS[0] in read_best(services).text
