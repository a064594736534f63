"""
Feeds as outlets publish them, served over HTTP and polled as a run polls them.

Each file of ``tests/data/published`` is a kind of feed that readers report as lost or misread; its
name says which. The texts are ours.
"""

from pathlib import Path

import pytest

from aggregator.models import Stage
from tests.support.newsroom import compose, newsroom, poll, process_articles
from tests.support.servers import FeedServer, Reply

DATA = Path(__file__).parents[1] / "data" / "published"
NOW = "2026-11-29T12:00:00+05:00"


@pytest.fixture
def outlet(tmp_path, redis_url):
    """Serve files one after another at one address; polls give their account."""
    with FeedServer() as server:
        yield Outlet(tmp_path, redis_url, server)


class Outlet:
    """An outlet with one feed."""

    def __init__(self, folder, redis_url, server, lines=""):
        self.server = server
        feeds = {"sary": server.url("/kk/rss.xml")}
        self.services = newsroom(folder, redis_url, feeds, NOW, lines=lines)
        self.polls = 0

    def serve(self, name, as_of=None):
        """Publish a file and poll it; returns the account."""
        self.server.route("/kk/rss.xml", Reply(body=(DATA / f"{name}.xml").read_bytes()))
        self.polls += 1
        return poll(self.services, f"r{self.polls}", as_of)["sary"]

    @property
    def items(self):
        """What was stored and not read yet, by title."""
        articles = self.services.store.articles
        raws = articles.load_raw(articles.list_waiting_ids(Stage.TEXT))
        return {raw.item.title: raw.item for raw in raws}


def test_nothing_nested_stands_for_the_items_own(outlet):
    report = outlet.serve("nested")

    assert report.new == report.items == 20
    for title, item in outlet.items.items():
        _, kind, side = title.split(", ")
        assert item.guid == f"{kind}-{side}"
        assert item.link == f"https://sary.example/kk/{kind}-{side}"
        assert (item.summary, item.content) == ("Қаланың үш ауданына таза су келді.", "")
        assert item.published.isoformat() == "2026-11-29T03:00:00+00:00"


def test_the_source_of_an_entry_is_not_the_entry(outlet):
    assert outlet.serve("source-in-atom").new == 2
    links = {title: item.link for title, item in outlet.items.items()}
    assert links == {
        "Торғайда қар тоқтады": "https://sary.example/1",
        "Жітіқарада монша ашылды": "https://sary.example/2",
    }


def test_full_texts_are_found_by_their_namespace(outlet):
    assert outlet.serve("full-texts").new == 4
    for item in outlet.items.values():
        assert item.summary == "Тизер."
        assert "Толық мәтін: Қостанайда бидай жиналды." in item.content


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_the_link_is_that_of_a_page_in_a_language_of_the_source(language, tmp_path, redis_url):
    with FeedServer() as server:
        outlet = Outlet(tmp_path, redis_url, server, f'languages = ["{language}"]\n')
        outlet.serve("languages-of-links")
        [item] = outlet.items.values()

    assert item.link == f"https://sary.example/{language}/1"


def test_relative_links_and_guids_are_addresses_where_the_feed_came_from(outlet):
    assert outlet.serve("relative").new == 5
    site = outlet.server.url("")
    links = {title: item.link for title, item in outlet.items.items()}
    assert links == {
        "Бірінші": f"{site}/kz/news/1",
        "Екінші": f"{site}/kz/news/2",
        "Үшінші": f"{site}/kk/news/3",
        "Төртінші": f"{site}/kk/rss.xml?id=4",
        "Бесінші": "http://sary.example/5",
    }


def test_relative_links_go_by_the_closest_base(outlet):
    assert outlet.serve("relative-to-base").new == 2
    links = {title: item.link for title, item in outlet.items.items()}
    assert links == {
        "Бірінші": "https://sary.example/2026/bir",
        "Екінші": "https://sary.example/2026/kk/eki",
    }


@pytest.mark.parametrize(
    ("name", "count"),
    [("one-guid", 3), ("front-page-guid", 3), ("behind-hash", 2), ("parameters", 2)],
)
def test_a_guid_that_several_items_have_loses_none_of_them(outlet, name, count):
    report = outlet.serve(name)
    assert (report.new, report.reasons) == (count, {})
    again = outlet.serve(name)
    assert (again.known, again.reasons) == (count, {"unchanged": count})


def test_an_article_listed_twice_is_one_and_says_so(outlet):
    report = outlet.serve("twice")
    assert (report.items, report.new, report.known) == (3, 2, 1)
    assert report.reasons == {"listed twice": 1}
    assert "listed twice: 1" in report.detail


@pytest.mark.parametrize(
    ("name", "new", "others"),
    [("places", 1, {"unchanged": 2}), ("rates", 1, {}), ("live", 1, {})],
)
def test_a_name_that_comes_back_for_another_article_brings_a_new_one(outlet, name, new, others):
    first = outlet.serve(f"{name}-1")
    second = outlet.serve(f"{name}-2")
    again = outlet.serve(f"{name}-2")

    assert first.new == first.items
    assert (second.new, second.updated, second.reasons) == (new, 0, others)
    assert "new under the guid or link of another article: 1" in second.detail
    assert (again.new, again.updated, again.known) == (0, 0, again.items)
    assert len(outlet.items) == first.new + second.new


@pytest.mark.parametrize("name", ["edited", "rewritten"])
def test_an_edited_article_stays_one(outlet, name):
    outlet.serve(f"{name}-1")
    report = outlet.serve(f"{name}-2")
    assert (report.new, report.updated, report.reasons) == (0, 1, {"edited": 1})


def test_a_place_that_has_another_article_is_told_in_the_digest_of_its_day(outlet):
    from datetime import UTC, datetime

    outlet.serve("places-1", datetime(2026, 11, 28, 6, tzinfo=UTC))
    process_articles(outlet.services)
    compose(outlet.services, datetime(2026, 11, 29, 5, 59, tzinfo=UTC))
    outlet.serve("places-2", datetime(2026, 11, 29, 7, tzinfo=UTC))
    process_articles(outlet.services)
    digests = compose(outlet.services, datetime(2026, 11, 30, 7, tzinfo=UTC))

    told = {
        str(digest.day): [ref.title for story in digest.stories for ref in story.articles]
        for digest in digests
    }
    assert told["2026-11-29"] == ["Ертісте балық көбейді"]
    assert len(told["2026-11-28"]) == 2
    assert all(not digest.corrections for digest in digests)
