"""Feeds and pages as they are published, by the way of real ones: served, polled, read."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aggregator.models import Outcome
from tests.support.newsroom import newsroom, poll, process_articles
from tests.support.servers import FeedServer, Reply, Request

DATA = Path(__file__).resolve().parents[1] / "data" / "published"
AS_OF = "2026-11-29T18:00:00+05:00"
DAY = datetime.fromisoformat(AS_OF).date()
FEED = (DATA / "capitals.xml").read_bytes()


@pytest.fixture
def server():
    with FeedServer() as made:
        yield made


def read_articles(services):
    """Return the day's articles by the last part of their links."""
    process_articles(services)
    stored = services.store.articles
    articles = [row.article for row in stored.load(stored.list_day_ids(DAY)).values()]
    return {article.link.rpartition("/")[2]: article for article in articles if article}


def test_headlines_in_capitals_are_shown_and_grouped_as_usual_ones(tmp_path, redis_url, server):
    server.route("/rss", Reply(body=FEED))
    services = newsroom(tmp_path, redis_url, {"zhaiyq": server.url("/rss")}, AS_OF)
    assert poll(services, "r1")["zhaiyq"].new == 6
    articles = read_articles(services)

    for number in "123":
        usual, capitals = articles[f"u{number}"], articles[f"c{number}"]
        assert capitals.title == usual.title
        assert capitals.language == usual.language != "und"
        assert capitals.vector == usual.vector


def test_credits_and_links_are_no_leads_and_dates_are_read(tmp_path, redis_url, server):
    server.route("/rss", Reply(body=(DATA / "credits.xml").read_bytes()))
    services = newsroom(tmp_path, redis_url, {"zhaiyq": server.url("/rss")}, AS_OF)
    assert poll(services, "r1")["zhaiyq"].new == 3
    articles = read_articles(services)

    assert articles["1"].lead == "Қала саябағында жаңа мұз айдыны жұмысын бастады."
    assert articles["1"].text.splitlines() == [
        "Қала саябағында жаңа мұз айдыны жұмысын бастады.",
        "Кіру тегін, айдын кешке дейін ашық.",
    ]
    assert articles["2"].lead == "В городском парке начал работать новый каток."
    assert articles["2"].text == articles["2"].lead
    dates = [articles[link].published for link in "123"]
    minutes = (15, 20, 25)
    assert dates == [datetime(2026, 11, 29, 9, minute, tzinfo=UTC) for minute in minutes]


def test_an_article_in_a_layout_table_is_read_in_full(tmp_path, redis_url, server):
    item = (
        "<rss version='2.0'><channel><item><title>Оралда мұз айдыны ашылды</title>"
        f"<link>{server.url('/1')}</link><description>Саябақта мұз айдыны ашылды.</description>"
        "<pubDate>Sun, 29 Nov 2026 10:00:00 +0500</pubDate></item></channel></rss>"
    )
    html = {"Content-Type": "text/html"}
    server.route("/rss", Reply(body=item))
    server.route("/1", Reply(body=(DATA / "table-page.html").read_bytes(), headers=html))
    feeds = {"oral": server.url("/rss")}
    services = newsroom(tmp_path, redis_url, feeds, AS_OF, lines="full_text = true\n")
    assert poll(services, "r1")["oral"].new == 1
    text = read_articles(services)["1"].text

    assert "120 млн теңге" in text
    for foreign in ("Сурет:", "Ауа райы", "Мұрағат", "екі жаңа мектеп", "құқықтар"):
        assert foreign not in text


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Content-Encoding": "aws-chunked"}, FEED),
        ({"Content-Encoding": "utf-8"}, FEED),
        ({"Content-Encoding": "gzip"}, FEED),
        ({}, gzip.compress(FEED)),
    ],
    ids=["aws", "charset", "not-packed", "no-header"],
)
def test_a_wrong_content_encoding_loses_no_article(tmp_path, redis_url, server, headers, body):
    server.route("/rss", Reply(body=body, headers=headers))
    services = newsroom(tmp_path, redis_url, {"zhaiyq": server.url("/rss")}, AS_OF)

    assert poll(services, "r1")["zhaiyq"].new == 6


def test_noise_is_named_in_the_account_and_not_shown(tmp_path, redis_url, server):
    server.route("/rss", Reply(body=bytes(range(256)) * 20))
    services = newsroom(tmp_path, redis_url, {"zhaiyq": server.url("/rss")}, AS_OF)
    report = poll(services, "r1")["zhaiyq"]

    assert report.outcome == Outcome.NOT_A_FEED
    assert report.detail == "binary data of 5,120 bytes, beginning 00 01 02 03"


def test_a_cookie_and_a_redirect_to_the_same_address_bring_the_feed(tmp_path, redis_url):
    class Guarded(FeedServer):
        def answer(self, request: Request) -> Reply:
            if "seen=1" in request.headers.get("cookie", ""):
                return Reply(body=FEED)
            headers = {"Location": "/rss.xml", "Set-Cookie": "seen=1; Path=/"}
            return Reply(status=302, headers=headers)

    with Guarded() as server:
        feeds = {"zhaiyq": server.url("/rss.xml")}
        services = newsroom(tmp_path, redis_url, feeds, AS_OF)

        assert poll(services, "r1")["zhaiyq"].new == 6
