"""The demo's server answers as outlets' servers do; what it serves is read back with feedparser."""

import io
import tomllib
from html import escape

import feedparser
import httpx
import pytest

from workers.demo.corpus import FeedDialect
from workers.demo.server import DemoServer

UNCHANGED = {"nur-kz-ru", "zhibek-latyn", "tsifra-press-kk", "tsifra-press-ru"}


@pytest.fixture
def server(corpus):
    with DemoServer(corpus) as running:
        yield running


@pytest.fixture
def client(server):
    with httpx.Client(base_url=server.base_url, trust_env=False) as running:
        yield running


def _parsed(reply):
    return feedparser.parse(
        io.BytesIO(reply.content), response_headers={"content-type": reply.headers["content-type"]}
    )


def _feeds(server):
    catalog = tomllib.loads(server.catalog_toml())
    return {
        source["id"]: source["url"] for outlet in catalog["outlet"] for source in outlet["source"]
    }


@pytest.mark.parametrize("poll", [1, 2])
def test_every_feed_of_the_catalogue_parses_to_what_its_source_lists(corpus, server, client, poll):
    server.poll = poll
    for source_id, url in _feeds(server).items():
        source = corpus.sources[source_id]
        if poll in source.unavailable:
            continue
        feed = _parsed(client.get(url, follow_redirects=True))
        expected = corpus.items(source_id, poll)
        assert not feed.bozo, source_id
        assert [entry.title for entry in feed.entries] == [article.title for article in expected]
        assert [entry.link for entry in feed.entries] == [
            corpus.link(article, source) for article in expected
        ]
        assert [entry.summary for entry in feed.entries] == [article.lead for article in expected]
        if source.dialect is not FeedDialect.RSS092:
            guids = [article.guid or corpus.link(article, source) for article in expected]
            assert [entry.id for entry in feed.entries] == guids


def test_full_texts_arrive_in_the_dialects_that_carry_them(corpus, client):
    alma = _parsed(client.get("/gorod-alma/yandex.xml")).entries
    assert any("Гляциологи завершили" in entry["yandex_full-text"] for entry in alma)
    for path, words in [
        ("/zhibek/kk/index.rdf", "есептеу сервері"),
        ("/qala-tynysy/atom.xml", "жолөткелмен көлік"),
    ]:
        assert any(words in entry.content[-1].value for entry in _parsed(client.get(path)).entries)


@pytest.mark.parametrize(
    "validator", [("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since")]
)
def test_a_feed_asked_again_is_unchanged_until_the_world_moves_on(server, client, validator):
    given, asked = validator
    feeds = {name: client.get(url, follow_redirects=True) for name, url in _feeds(server).items()}
    held = {name: reply for name, reply in feeds.items() if given in reply.headers}
    assert held
    for reply in held.values():
        assert client.get(reply.url, headers={asked: reply.headers[given]}).status_code == 304
    server.poll = 2
    again = {
        name: client.get(reply.url, headers={asked: reply.headers[given]})
        for name, reply in held.items()
    }
    assert {
        name for name, reply in again.items() if reply.status_code == 304
    } == held.keys() & UNCHANGED


def test_a_down_server_says_when_to_come_back_and_does(server, client):
    down = client.get("/aziya-lenta/export/all.xml")
    assert (down.status_code, down.headers["Retry-After"]) == (503, "1")
    server.poll = 2
    assert "koi8-r" in client.get("/aziya-lenta/export/all.xml").headers["Content-Type"]


def test_the_moved_feed_redirects_for_good(server, client):
    moved = client.get(_feeds(server)["zhibek-ru"])
    assert (moved.status_code, moved.headers["Location"]) == (
        301,
        f"{server.base_url}/zhibek/ru/atom.xml",
    )


def test_packing_is_for_those_who_accept_it(client):
    packed = client.get("/qala-tynysy/atom.xml")
    plain = client.get("/qala-tynysy/atom.xml", headers={"Accept-Encoding": "identity"})
    assert (packed.headers.get("Content-Encoding"), plain.headers.get("Content-Encoding")) == (
        "gzip",
        None,
    )
    assert packed.content == plain.content
    assert int(packed.headers["Content-Length"]) < len(plain.content) / 2


def test_every_article_has_a_page(corpus, server, client):
    server.poll = 2
    for source in corpus.sources.values():
        for article in corpus.items(source.id, 2):
            reply = client.get(server.page_url(corpus.link(article, source)))
            assert reply.status_code == 200
            assert f"<h1>{escape(article.title)}</h1>" in reply.text


def test_what_is_not_there_is_not_found_and_head_has_no_body(client):
    head = client.head("/qala-tynysy/atom.xml")
    assert client.get("/nothing").status_code == 404
    assert (head.status_code, head.content, int(head.headers["Content-Length"]) > 0) == (
        200,
        b"",
        True,
    )


def test_old_code_pages_lose_no_letter(corpus, server, client):
    server.poll = 2
    for source_id, path in [
        ("stepnoy-vestnik-ru", "/stepnoy-vestnik/rss.xml"),
        ("gorod-alma-ru", "/gorod-alma/yandex.xml"),
    ]:
        leads = {entry.summary for entry in _parsed(client.get(path)).entries}
        assert leads == {article.lead for article in corpus.items(source_id, 2)}
