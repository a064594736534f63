"""A follow-up of a later day names what it goes on with, and is named by it."""

from datetime import date, datetime

import pytest

from aggregator.digest.compose import Material
from aggregator.models.digest_json import read_digest, write_digest
from aggregator.pipeline.threads import find_threads
from aggregator.web.archive import Archive
from aggregator.web.refresh import copy_digests
from tests.support.newsroom import compose, newsroom, poll, process_articles
from tests.support.servers import FeedServer, Reply
from workers.pages import make_page_renderer

RSS = (
    '<?xml version="1.0" encoding="utf-8"?><rss '
    'version="2.0"><channel><title>T</title>{items}</channel></rss>'
)
ITEM = (
    "<item><guid>{guid}</guid><link>https://a.example/{guid}</link><title>{title}</title>"
    "<description>{lead}</description><pubDate>{day} Sep 2025 10:00:00 +0500</pubDate></item>"
)
FIRST = date(2025, 9, 8)
LATER = date(2025, 9, 12)
BEFORE = ITEM.format(
    guid="1",
    title="Аким Мугалжарского района задержан по подозрению во взятке",
    lead="Антикоррупционная служба сообщила, что Серик Ондасынов взят с поличным при получении "
    "15 млн тенге.",
    day="Mon, 08",
)
AFTER = ITEM.format(
    guid="2",
    title="Серика Ондасынова освободили от должности акима Мугалжарского района",
    lead="Напомним, чиновника задержали по подозрению во взятке при получении 15 млн тенге.",
    day="Fri, 12",
)
OTHER = ITEM.format(
    guid="3",
    title="В Актобе открыли новую школу",
    lead="Школа на 900 мест приняла первых учеников.",
    day="Fri, 12",
)


def at(day, hour=13):
    return datetime.fromisoformat(f"2025-09-{day:02}T{hour:02}:00:00+05:00")


@pytest.fixture
def services(tmp_path, redis_url):
    with FeedServer() as server:
        server.route("/a", Reply(body=RSS.format(items=BEFORE)))
        services = newsroom(tmp_path, redis_url, {"aaa": server.url("/a")}, at(8).isoformat())
        poll(services, "r1", at(8))
        process_articles(services)
        compose(services)
        services.as_of = at(9, 7).isoformat()
        compose(services)
        server.route("/a", Reply(body=RSS.format(items=AFTER + OTHER)))
        poll(services, "r2", at(12))
        process_articles(services)
        compose(services)
        yield services


def test_a_thread_goes_from_the_store_to_both_pages(services, tmp_path):
    digests = services.store.digests
    before = digests.load_digest("daily", FIRST)
    after = digests.load_digest("daily", LATER)
    [told] = before.stories
    follow_up, other = sorted(after.stories, key=lambda story: not story.thread)

    [mention] = follow_up.thread
    assert (mention.day, mention.story) == (FIRST, told.id)
    assert mention.headline == told.headline.text
    assert mention.outlets == ("aaa",)
    assert other.thread == ()
    assert told.thread == ()
    assert before.closed
    assert read_digest(write_digest(after)) == after

    archive = Archive(tmp_path / "archive.db")
    copy_digests(digests, archive, ["daily"])
    [later] = archive.find_later("daily", FIRST)[told.id]
    assert (later.day, later.story) == (LATER, follow_up.id)
    renderer = make_page_renderer(services, archive, address="https://digest.example/")
    old = renderer.find(f"daily/{FIRST}/{told.id}.html").body.decode()
    new = renderer.find(f"daily/{LATER}/{follow_up.id}.html").body.decode()
    assert f'href="../../daily/{LATER}/{follow_up.id}.html"' in old
    assert f'href="../../daily/{FIRST}/{told.id}.html"' in new
    day = renderer.find(f"daily/{LATER}.html").body.decode()
    assert f'Earlier: 8 September, <a href="../daily/{FIRST}/{told.id}.html"' in day


def test_what_was_kept_and_cannot_be_read_holds_up_no_digest(services):
    digests = services.store.digests
    with digests._connection.client() as client:
        client.set(digests._keys.told("daily", FIRST), b"broken")
    nothing = Material(stories=(), articles={}, translations={}, outlets={})

    assert find_threads(digests, "daily", LATER, nothing) == {}
