"""Looking at sources from outside the schedule: over real HTTP, politely, and never for long."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from aggregator.clock import SystemClock
from aggregator.errors import FetchError
from aggregator.feeds.fetch import HttpFetcher
from aggregator.feeds.limits import FetchLimits
from aggregator.models import Outcome, Outlet, Source
from aggregator.net.host_limits import HostLimits, PoliteFetcher
from aggregator.net.local_host_limiter import LocalHostLimiter
from aggregator.sources.catalog import Catalog, read_catalog
from aggregator.sources.check import check_source
from aggregator.sources.discover import SourceFinder, sample_sources
from aggregator.sources.entries import add_outlet
from aggregator.sources.propose import propose_source
from config.settings import find_shipped_file
from tests.integration.test_source_commands import rss
from tests.support.servers import Fault, FeedServer, Reply, redirect
from workers.demo.corpus import load_corpus
from workers.demo.server import DemoServer

ALMATY = ZoneInfo("Asia/Almaty")
KINDS_DATA = Path(__file__).parents[1] / "data" / "kinds"
BLANK = Source(
    id="new",
    outlet=Outlet(id="dala", name="Дала", home="https://dala.example/"),
    url="https://dala.example/",
    every=timedelta(minutes=30),
)
HTML = {"Content-Type": "text/html; charset=utf-8"}
PAGE = Reply(headers=HTML, body="<html><head><title>Дала</title></head></html>")


@pytest.fixture
def site():
    with FeedServer() as server:
        server.route("/", PAGE)
        yield server


def with_fetcher(work):
    async def run():
        limits = FetchLimits(read_timeout_s=0.3, total_timeout_s=1.0)
        async with HttpFetcher(
            user_agent="tilshi-tests",
            clock=SystemClock(),
            limits=limits,
            allow_private=("127.0.0.1",),
        ) as fetcher:
            return await work(fetcher)

    return asyncio.run(run())


def find(url, asked=None):
    note = (asked if asked is not None else []).append

    async def work(fetcher):
        return await SourceFinder(fetcher=fetcher, zone=ALMATY, blank=BLANK, told=note).find(url)

    return with_fetcher(work)


def test_a_site_is_asked_in_order_and_only_until_a_feed_is_found(site):
    site.route("/feed/", Reply(body=rss()))
    asked = []
    discovered = find(site.url("/"), asked)

    assert [sample.source.url for sample in discovered.looks] == [site.url("/feed/")]
    assert asked == [site.url(path) for path in ("/", "/rss", "/feed/")]
    assert discovered.tried[1] == (site.url("/rss"), "not found")


def test_a_declared_feed_that_is_none_gives_way_to_the_common_places(site):
    declared = '<html><link rel="alternate" type="application/rss+xml" href="/dead"></html>'
    site.route("/", Reply(headers=HTML, body=declared))
    site.route("/dead", PAGE)
    site.route("/rss.xml", Reply(body=rss()))
    discovered = find(site.url("/"))

    assert discovered.looks[0].source.url == site.url("/rss.xml")
    assert ("an HTML page titled 'Дала'") in dict(discovered.tried)[site.url("/dead")]


def test_a_feed_behind_a_redirect_counts_once(site):
    site.route("/rss", redirect(site.url("/feed/"), 301))
    site.route("/feed/", Reply(body=rss()))
    discovered = find(site.url("/rss"))

    assert len(discovered.looks) == 1
    assert discovered.looks[0].result.redirects[0].permanent


@pytest.mark.parametrize("reply", [Reply(fault=Fault.STALL_BEFORE), Reply(status=429)])
def test_a_host_that_stalls_or_has_had_enough_is_asked_nothing_more(site, reply):
    site.route("/rss", reply)
    site.route("/feed/", Reply(body=rss()))
    asked = []
    discovered = find(site.url("/"), asked)

    assert discovered.looks == ()
    assert site.url("/rss") in asked
    assert site.url("/feed/") not in asked


def test_an_address_that_cannot_be_fetched_is_an_error_of_its_own(site):
    site.route("/", Reply(fault=Fault.STALL_BEFORE))
    with pytest.raises(FetchError, match="timeout"):
        find(site.url("/"))


def test_many_are_looked_at_host_by_host_and_one_failure_stops_nothing(site):
    with FeedServer() as other:
        for server in (site, other):
            server.route("/a", Reply(body=rss()))
        site.route("/b", Reply(fault=Fault.CLOSE_AT_ONCE))
        site.route("/c", Reply(status=429))
        site.route("/d", Reply(body=rss()))
        urls = [*(site.url(path) for path in ("/a", "/b", "/c", "/d")), other.url("/a")]
        sources = [replace(BLANK, id=f"s{number}", url=url) for number, url in enumerate(urls)]
        seen = []

        async def work(fetcher):
            limiter = LocalHostLimiter(HostLimits(gap=timedelta(0)), SystemClock())
            polite = PoliteFetcher(
                fetcher, limiter, clock=SystemClock(), patience=timedelta(seconds=1)
            )
            return await sample_sources(sources, polite, ALMATY, hosts=2, seen=seen.append)

        samples = with_fetcher(work)

    assert [sample.source.id for sample in samples] == ["s0", "s1", "s2", "s3", "s4"]
    assert [sample.outcome for sample in samples] == [
        Outcome.OK,
        Outcome.CONNECTION,
        Outcome.RATE_LIMITED,
        Outcome.HOST_BUSY,
        Outcome.OK,
    ]
    assert "the host asked to be left alone" in samples[3].detail
    assert "/d" not in {request.path for request in site.requests}
    seen_ids = {sample.source.id for sample in seen}
    assert seen_ids == {source.id for source in sources}


def test_a_host_that_never_answers_is_asked_twice(site):
    for path in "abcd":
        site.route(f"/{path}", Reply(fault=Fault.CLOSE_AT_ONCE))
    sources = [replace(BLANK, id=path, url=site.url(f"/{path}")) for path in "abcd"]

    async def work(fetcher):
        return await sample_sources(sources, fetcher, ALMATY, hosts=1, seen=lambda _sample: None)

    samples = with_fetcher(work)
    assert {request.path for request in site.requests} == {"/a", "/b"}
    assert samples[3].detail == "not asked: 127.0.0.1 did not answer 2 times in a row"


class Elsewhere:
    """A fetcher that asks a local server for what is asked of Telegram."""

    def __init__(self, inner, site):
        self.inner, self.site = inner, site

    async def fetch(self, url, *, etag="", last_modified=""):
        result = await self.inner.fetch(url.replace("https://t.me", self.site.url("")))
        return replace(result, url=url) if url.startswith("https://t.me") else result


def find_through(site, url):
    async def work(fetcher):
        finder = SourceFinder(
            fetcher=Elsewhere(fetcher, site), zone=ALMATY, blank=BLANK, told=lambda _url: None
        )
        return await finder.find(url)

    return with_fetcher(work)


def test_without_a_feed_the_sites_telegram_channel_is_found(site):
    site.route(
        "/",
        Reply(
            headers=HTML,
            body='<html><title>Дала</title><a href="https://t.me/dala_habar">x</a></html>',
        ),
    )
    site.route(
        "/s/dala_habar", Reply(headers=HTML, body=(KINDS_DATA / "telegram.html").read_bytes())
    )
    by_link = find_through(site, site.url("/"))
    by_name = find_through(site, "https://t.me/dala_habar")

    for discovered in (by_link, by_name):
        assert (discovered.looks[0].source.kind, discovered.looks[0].source.url) == (
            "telegram",
            "https://t.me/s/dala_habar",
        )
        made = propose_source(
            discovered.looks[0],
            Catalog((), ()),
            corpus_time(),
            page_url=discovered.looks[0].source.url,
        )
        assert made.source.id == "dala-habar-telegram"
        again = read_catalog(add_outlet("", made.source.outlet, [made.source]), "f")
        assert (again.sources[0].kind, again.sources[0].url) == (
            "telegram",
            "https://t.me/s/dala_habar",
        )


def test_without_feed_and_channel_the_news_sitemap_is_found(site):
    sitemap = Reply(body=(KINDS_DATA / "news-sitemap.xml").read_bytes())
    site.route("/robots.txt", Reply(body=f"Sitemap: {site.url('/news/map.xml')}"))
    site.route("/news/map.xml", sitemap)
    for url in (site.url("/"), site.url("/news/map.xml")):
        discovered = find_through(site, url)

        assert (discovered.looks[0].source.kind, discovered.looks[0].source.url) == (
            "sitemap",
            site.url("/news/map.xml"),
        )


def test_a_news_sitemap_is_found_in_an_index(site):
    index = (
        (KINDS_DATA / "sitemap-index.xml")
        .read_text()
        .replace("https://outlet.example", site.url(""))
    )
    site.route("/robots.txt", Reply(body=f"Sitemap: {site.url('/index-of-all.xml')}"))
    site.route("/index-of-all.xml", Reply(body=index))
    site.route("/sitemap-news.xml", Reply(body=(KINDS_DATA / "news-sitemap.xml").read_bytes()))
    discovered = find_through(site, site.url("/"))

    assert (discovered.looks[0].source.kind, discovered.looks[0].source.url) == (
        "sitemap",
        site.url("/sitemap-news.xml"),
    )


def test_the_page_of_a_teaser_is_read_for_its_full_text(site):
    text = "Елордада жаңа мектеп ашылды, онда мың екі жүз оқушы оқиды. " * 20
    article = f"<html><body><article><h1>Мектеп</h1><p>{text}</p></article></body></html>"
    site.route("/full", Reply(body=rss().replace("https://dala.example/", site.url("/news/"))))
    site.route("/gone", Reply(body=rss().replace("https://dala.example/", site.url("/none/"))))
    site.route("/news/0", Reply(headers=HTML, body=article))
    sources = [
        replace(BLANK, id=name, url=site.url(f"/{name}"), full_text=True)
        for name in ("full", "gone")
    ]

    async def work(fetcher):
        return await sample_sources(sources, fetcher, ALMATY, hosts=1, seen=lambda _sample: None)

    full, gone = with_fetcher(work)
    assert full.page.characters > 1000
    assert (gone.page.characters, gone.page.said) == (0, "not found: HTTP 404 Not Found")
    assert check_source(gone, corpus_time()).findings[0].mend == "full_text = false"


def corpus_time():
    return load_corpus(find_shipped_file("demo")).polls[0]


def test_the_demos_outlets_are_looked_at_as_they_are():
    corpus = load_corpus(find_shipped_file("demo"))
    with DemoServer(corpus) as server:
        catalog = read_catalog(server.catalog_toml(), "demo")

        async def work(fetcher):
            return await sample_sources(
                catalog.sources, fetcher, ALMATY, hosts=4, seen=lambda _sample: None
            )

        samples = with_fetcher(work)
        checkups = {sample.source.id: check_source(sample, corpus.polls[0]) for sample in samples}
        moved = server.base_url + "/zhibek/ru/atom.xml"

    grades = {
        source_id: checkup.grade
        for source_id, checkup in checkups.items()
        if checkup.grade != "right"
    }
    assert grades == {"zhibek-ru": "look", "aziya-lenta-ru": "look", "steppe-courier-en": "look"}
    assert checkups["zhibek-ru"].address == moved
    assert checkups["aziya-lenta-ru"].look.outcome is Outcome.SERVER_ERROR
    assert checkups["steppe-courier-en"].dated == 0
    assert checkups["zhibek-latyn"].languages == {"kk-Latn": 3}


def test_a_declared_json_feed_is_proposed_as_a_json_source(site):
    declared = '<html><link rel="alternate" type="application/feed+json" href="/feed.json"></html>'
    site.route("/", Reply(headers=HTML, body=declared))
    item = '{{"id": "{0}", "url": "https://dala.example/{0}", "title": "Көпір {0}"}}'
    items = ",".join(map(item.format, range(3)))
    feed = f'{{"version": "https://jsonfeed.org/version/1", "items": [{items}]}}'
    site.route("/feed.json", Reply(headers={"Content-Type": "application/feed+json"}, body=feed))
    for address in ("/", "/feed.json"):
        sample = find(site.url(address)).looks[0]

        assert (sample.source.kind, sample.source.url) == ("json", site.url("/feed.json"))
        assert len(sample.feed.items) == 3


def test_a_list_page_without_a_feed_is_proposed_itself(site):
    entry = '<li class="n"><a href="/n/{0}">Костанайда жаңа көпір ашылды {0}</a></li>'
    listed = f"<html><ul>{''.join(map(entry.format, range(6)))}</ul></html>"
    site.route("/zhanalyqtar", Reply(headers=HTML, body=listed))
    sample = find(site.url("/zhanalyqtar")).looks[0]

    assert (sample.source.kind, dict(sample.source.options)["item"]) == ("page", "li.n")
    assert len(sample.feed.items) == 6
    site.route("/feed/", Reply(body=rss()))
    assert find(site.url("/zhanalyqtar")).looks[0].source.kind == "feed"
