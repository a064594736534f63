"""
The fetcher against a real server that behaves and misbehaves.

Every failure has its own named outcome.
"""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
import zlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import brotli
import pytest
import zstandard

from aggregator.clock import FixedClock
from aggregator.errors import FetchError, PermanentFetchError, TemporaryFetchError
from aggregator.feeds.fetch import HttpFetcher
from aggregator.feeds.limits import FetchLimits
from aggregator.models import FetchResult, Outcome, Redirect
from tests.support.servers import Fault, FeedServer, Reply, Request, gzip_bomb, redirect

if TYPE_CHECKING:
    from collections.abc import Iterator

NOISE = bytes(range(256)) * 8
FEED = "<rss><channel><title>Жаңалықтар</title></channel></rss>"
NOW = datetime(2025, 8, 20, 10, 0, tzinfo=UTC)
LIMITS = FetchLimits(
    connect_timeout_s=1.0,
    read_timeout_s=0.3,
    total_timeout_s=0.6,
    max_bytes=1024 * 1024,
    max_redirects=3,
)


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as running:
        yield running


def make_fetcher(**options) -> HttpFetcher:
    defaults = {
        "user_agent": "tilshi-test",
        "clock": FixedClock(NOW),
        "limits": LIMITS,
        "allow_private": ("127.0.0.1",),
    }
    return HttpFetcher(**(defaults | options))


def fetch(url: str, *, etag: str = "", last_modified: str = "", **options) -> FetchResult:
    async def once() -> FetchResult:
        async with make_fetcher(**options) as fetcher:
            return await fetcher.fetch(url, etag=etag, last_modified=last_modified)

    return asyncio.run(once())


def fail(url: str, **options) -> FetchError:
    with pytest.raises(FetchError) as caught:
        fetch(url, **options)
    return caught.value


def test_a_feed_comes_with_its_headers_and_the_time_it_took(server):
    server.route("/rss", Reply(body=FEED, etag='"1"', headers={"X-Served-By": "kz"}))
    result = fetch(server.url("/rss"))
    assert (result.status, result.body.decode(), result.url) == (200, FEED, server.url("/rss"))
    assert (result.headers["etag"], result.headers["x-served-by"]) == ('"1"', "kz")
    assert result.elapsed_s > 0


def test_a_request_says_who_asks_and_keeps_no_cookies(server):
    server.route("/rss", Reply(body=FEED, headers={"Set-Cookie": "reader=1; Path=/"}))

    async def twice() -> None:
        async with make_fetcher(user_agent="tilshi (+https://example.kz/bot)") as fetcher:
            await fetcher.fetch(server.url("/rss"))
            await fetcher.fetch(server.url("/rss"))

    asyncio.run(twice())
    first, second = server.requests
    assert first.headers["user-agent"] == "tilshi (+https://example.kz/bot)"
    assert "gzip" in first.headers["accept-encoding"]
    assert "cookie" not in second.headers


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("br", brotli.compress),
        ("zstd", zstandard.compress),
        ("deflate", zlib.compress),
        ("gzip, br", lambda body: brotli.compress(gzip.compress(body))),
    ],
    ids=["gzip", "br", "zstd", "deflate", "two-layers"],
)
def test_a_compressed_feed_is_unpacked(server, encoding, pack):
    server.route("/rss", Reply(body=pack(FEED.encode()), headers={"Content-Encoding": encoding}))
    assert fetch(server.url("/rss")).body.decode() == FEED


@pytest.mark.parametrize(
    "validators",
    [{"etag": '"1"'}, {"last_modified": "Wed, 20 Aug 2025 09:00:00 GMT"}],
    ids=["etag", "last-modified"],
)
def test_a_feed_that_did_not_change_is_not_sent_again(server, validators):
    server.route(
        "/rss", Reply(body=FEED, etag='"1"', last_modified="Wed, 20 Aug 2025 09:00:00 GMT")
    )
    result = fetch(server.url("/rss"), **validators)
    assert (result.status, result.body) == (304, b"")


def test_a_304_that_nobody_asked_for_is_an_error(server):
    server.route("/rss", Reply(status=304))
    assert fail(server.url("/rss")).outcome == Outcome.SERVER_ERROR


def test_a_validator_that_cannot_be_sent_is_left_out(server):
    server.route("/rss", Reply(body=FEED))
    assert fetch(server.url("/rss"), etag='"ә"', last_modified="x\r\nX-Injected: 1").status == 200
    assert (
        not {"if-none-match", "if-modified-since", "x-injected"} & server.requests[0].headers.keys()
    )


@pytest.mark.parametrize(
    ("status", "outcome", "kind"),
    [
        (404, Outcome.NOT_FOUND, TemporaryFetchError),
        (410, Outcome.GONE, PermanentFetchError),
        (429, Outcome.RATE_LIMITED, TemporaryFetchError),
        (403, Outcome.CLIENT_ERROR, TemporaryFetchError),
        (500, Outcome.SERVER_ERROR, TemporaryFetchError),
        (503, Outcome.SERVER_ERROR, TemporaryFetchError),
        (599, Outcome.SERVER_ERROR, TemporaryFetchError),
        (300, Outcome.SERVER_ERROR, TemporaryFetchError),
    ],
)
def test_each_status_has_its_outcome(server, status, outcome, kind):
    server.route("/rss", Reply(status=status, body="sorry"))
    error = fail(server.url("/rss"))
    assert (type(error), error.outcome) == (kind, outcome)
    assert str(status) in error.detail


@pytest.mark.parametrize(
    ("fault", "outcome", "words"),
    [
        (Fault.STALL_BEFORE, Outcome.TIMEOUT, "did not answer"),
        (Fault.STALL_AFTER_HEADERS, Outcome.TIMEOUT, "stalled within the body"),
        (Fault.DRIP, Outcome.TIMEOUT, "not finished within 0.6 s"),
        (Fault.TRUNCATED, Outcome.TRUNCATED, "without sending complete message body"),
        (Fault.BROKEN_CHUNKED, Outcome.TRUNCATED, "chunk"),
        (Fault.ENDLESS_CHUNKED, Outcome.TOO_LARGE, "1,048,576 bytes on the wire"),
        (Fault.CLOSE_AT_ONCE, Outcome.CONNECTION, "without sending a response"),
    ],
    ids=lambda value: value.name.lower() if isinstance(value, Fault) else None,
)
def test_each_misbehaviour_has_its_outcome(server, fault, outcome, words):
    server.route("/rss", Reply(body=FEED, fault=fault))
    error = fail(server.url("/rss"))
    assert error.outcome == outcome
    assert words in error.detail


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (
            Reply(body=gzip.compress(FEED.encode())[:-9], headers={"Content-Encoding": "gzip"}),
            Outcome.TRUNCATED,
        ),
        (Reply(body=NOISE, headers={"Content-Encoding": "gzip"}), Outcome.BAD_ENCODING),
        (Reply(body=NOISE, headers={"Content-Encoding": "snappy"}), Outcome.BAD_ENCODING),
        (Reply(body=b" " * (1024 * 1024 + 1)), Outcome.TOO_LARGE),
        (Reply(body=b"", headers={"Content-Length": "9" * 12}), Outcome.TOO_LARGE),
    ],
    ids=["gzip-cut", "not-gzip", "unknown-coding", "over-the-cap", "absurd-length"],
)
def test_each_bad_body_has_its_outcome(server, reply, outcome):
    server.route("/rss", reply)
    assert fail(server.url("/rss")).outcome == outcome


def test_fifty_megabytes_of_zeros_cost_no_more_than_the_cap(server):
    server.route("/rss", gzip_bomb(50))
    tracemalloc.start()
    try:
        error = fail(server.url("/rss"))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (type(error), error.outcome) == (PermanentFetchError, Outcome.TOO_LARGE)
    assert peak < 8 * 1024 * 1024


@pytest.mark.parametrize(
    ("value", "wait_s"),
    [("120", 120.0), ("Wed, 20 Aug 2025 10:00:30 GMT", 30.0), ("soon", None), ("", None)],
    ids=["seconds", "date", "words", "none"],
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_server_may_ask_to_wait(server, status, value, wait_s):
    server.route("/rss", Reply(status=status, headers={"Retry-After": value}))
    assert fail(server.url("/rss")).retry_after_s == wait_s


def test_redirects_are_followed_and_remembered(server):
    server.route("/old", redirect("/newer?a=1"))
    server.route("/newer?a=1", redirect(server.url("/rss"), 301))
    server.route("/rss", Reply(body=FEED))
    result = fetch(server.url("/old"))
    assert (result.url, result.body.decode()) == (server.url("/rss"), FEED)
    assert result.redirects == (
        Redirect(server.url("/old"), 302),
        Redirect(server.url("/newer?a=1"), 301),
    )
    assert [step.permanent for step in result.redirects] == [False, True]


def test_a_redirect_loop_ends(server):
    server.route("/a", redirect("/b"))
    server.route("/b", redirect("/a#again"))
    error = fail(server.url("/a"))
    assert (type(error), error.outcome) == (PermanentFetchError, Outcome.REDIRECT_LOOP)
    assert len(server.requests) == 2


def test_a_cookie_of_a_redirect_lives_for_that_one_fetch(server):
    class Guarded(FeedServer):
        def answer(self, request: Request) -> Reply:
            self.requests.append(request)
            if "seen=1" in request.headers.get("cookie", ""):
                return Reply(body=FEED)
            return Reply(status=302, headers={"Location": "/rss", "Set-Cookie": "seen=1; Path=/"})

    async def twice(url: str) -> list[FetchResult]:
        async with make_fetcher() as fetcher:
            return [await fetcher.fetch(url), await fetcher.fetch(url)]

    with Guarded() as guarded:
        results = asyncio.run(twice(guarded.url("/rss")))
    assert [result.body.decode() for result in results] == [FEED, FEED]
    sent = [request.headers.get("cookie", "") for request in guarded.requests]
    assert sent == ["", "seen=1", "", "seen=1"]


def test_a_cookie_goes_to_no_other_host(server):
    with FeedServer("127.0.0.2") as other:
        other.route("/rss", Reply(body=FEED))
        cookie = {"Location": other.url("/rss", "127.0.0.2"), "Set-Cookie": "seen=1; Path=/"}
        server.route("/rss", Reply(status=302, headers=cookie))
        fetch(server.url("/rss"), allow_private=("127.0.0.1", "127.0.0.2"))
    assert "cookie" not in other.requests[0].headers


def test_a_server_that_never_takes_its_cookie_ends_as_a_loop(server):
    cookie = {"Location": "/rss", "Set-Cookie": "seen=1"}
    server.route("/rss", Reply(status=302, headers=cookie))
    assert fail(server.url("/rss")).outcome == Outcome.REDIRECT_LOOP
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Content-Encoding": "aws-chunked"}, FEED.encode()),
        ({"Content-Encoding": "utf-8"}, FEED.encode()),
        ({"Content-Encoding": "windows-1251"}, FEED.encode()),
        ({}, gzip.compress(FEED.encode())),
        ({"Content-Type": "application/x-gzip"}, gzip.compress(FEED.encode())),
        ({"Content-Encoding": "gzip"}, FEED.encode()),
        ({"Content-Encoding": "br"}, FEED.encode()),
        ({"Content-Encoding": "gzip"}, gzip.compress(gzip.compress(FEED.encode()))),
    ],
    ids=["aws", "utf-8", "1251", "file.gz", "typed-gz", "not-gzip", "not-br", "twice"],
)
def test_a_wrong_content_encoding_loses_nothing(server, headers, body):
    server.route("/rss", Reply(body=body, headers=headers))
    assert fetch(server.url("/rss")).body.decode() == FEED


def test_a_long_chain_of_redirects_ends(server):
    for number in range(10):
        server.route(f"/{number}", redirect(f"/{number + 1}"))
    assert fail(server.url("/0")).outcome == Outcome.REDIRECT_LOOP
    assert len(server.requests) == LIMITS.max_redirects + 1


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd",
        "ftp://example.kz/",
        "http://169.254.169.254/",
        "http://[::1",
        "javascript:alert(1)",
    ],
)
def test_a_redirect_leads_nowhere_but_to_the_web(server, target):
    server.route("/rss", redirect(target))
    assert fail(server.url("/rss")).outcome in {Outcome.REFUSED_ADDRESS, Outcome.SERVER_ERROR}


def test_a_redirect_inward_is_refused_before_it_is_asked(server):
    with FeedServer("127.0.0.2") as inner:
        inner.route("/secret", Reply(body=FEED))
        server.route("/rss", redirect(inner.url("/secret", host="127.0.0.2")))
        error = fail(server.url("/rss"))
        assert (type(error), error.outcome) == (PermanentFetchError, Outcome.REFUSED_ADDRESS)
        assert inner.requests == []


def test_an_etag_goes_on_to_the_same_host_only(server):
    with FeedServer("127.0.0.2") as other:
        other.route("/rss", Reply(body=FEED))
        server.route("/rss", redirect("/moved"))
        server.route("/moved", redirect(other.url("/rss", host="127.0.0.2")))
        fetch(server.url("/rss"), etag='"1"', allow_private=("127.0.0.0/8",))
        assert [request.headers.get("if-none-match") for request in server.requests] == [
            '"1"',
            '"1"',
        ]
        assert "if-none-match" not in other.requests[0].headers


def test_an_etag_goes_to_no_other_port(server):
    with FeedServer() as other:
        other.route("/rss", Reply(body=FEED))
        server.route("/rss", redirect(other.url("/rss")))
        fetch(server.url("/rss"), etag='"1"', last_modified="Wed, 20 Aug 2025 09:00:00 GMT")
        sent = {"if-none-match", "if-modified-since"} & set(other.requests[0].headers)
        assert not sent


def test_whatever_address_a_redirect_names_the_error_is_ours(server):
    """An IDNAError, a ValueError and an ExceptionGroup of OverflowErrors came out here."""
    places = (
        "http://127.0.0.1:99999/", "http://127.0.0.1:-1/", "http://127.0.0.1:0/", "http:",
        "http://[::1/", "http://a..b/", "http://a.kz:" + "9" * 5000, "http://xn--a/", "//a\x85b",
    )  # fmt: skip
    for place in places:
        server.route("/rss", redirect(place))
        error = fail(server.url("/rss"))
        assert error.detail, place


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:1/", "http://localhost:1/", "http://[::1]:1/", "http://2130706433:1/", "http://0x7f.1:1/",
     "http://0:1/", "http://[::ffff:10.0.0.1]/", "http://10.0.0.1/", "file:///etc/passwd", "gopher://example.kz/",
     "//example.kz/rss", "http://" + "a" * 9000],
    ids=lambda url: url[:40],
)  # fmt: skip
def test_what_is_not_public_is_refused(url):
    error = fail(url, allow_private=())
    assert (type(error), error.outcome) == (PermanentFetchError, Outcome.REFUSED_ADDRESS)


@pytest.mark.parametrize("allowed", ["127.0.0.1", "127.0.0.0/8", "localhost"])
def test_a_private_place_may_be_allowed_by_name_address_or_network(server, allowed):
    server.route("/rss", Reply(body=FEED))
    assert fetch(server.url("/rss", host="localhost"), allow_private=(allowed,)).status == 200


def test_a_name_is_resolved_once_and_the_address_judged_is_the_one_connected_to(server):
    asked: list[str] = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    server.route("/rss", Reply(body=FEED))
    assert fetch(server.url("/rss", host="rebind.example"), resolve=resolve).status == 200
    assert asked == ["rebind.example"]
    assert server.requests[0].headers["host"] == f"rebind.example:{server.port}"


def test_a_public_name_with_a_private_address_is_refused(server):
    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    server.route("/rss", Reply(body=FEED))
    error = fail(server.url("/rss", host="innocent.example"), resolve=resolve, allow_private=())
    assert error.outcome == Outcome.REFUSED_ADDRESS
    assert error.detail == "innocent.example is 127.0.0.1, not a public address"
    assert server.requests == []


def test_a_dead_first_address_leaves_time_for_the_next(server):
    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.9", "127.0.0.1"]

    server.route("/rss", Reply(body=FEED))
    url = server.url("/rss", host="two.example")
    assert fetch(url, resolve=resolve, allow_private=("127.0.0.0/8",)).status == 200


def test_an_unknown_name_is_a_failed_connection():
    async def resolve(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    error = fail("http://nowhere.example/rss", resolve=resolve)
    assert (type(error), error.outcome) == (TemporaryFetchError, Outcome.CONNECTION)
    assert "nowhere.example cannot be resolved" in error.detail


def test_a_name_server_that_does_not_answer_is_a_timeout():
    async def resolve(host: str, port: int) -> list[str]:
        await asyncio.Event().wait()
        return []

    limits = FetchLimits(connect_timeout_s=0.1, total_timeout_s=5)
    assert (
        fail("http://slow.example/rss", resolve=resolve, limits=limits).outcome == Outcome.TIMEOUT
    )


def test_a_closed_port_is_a_failed_connection(server):
    port = server.port
    server.__exit__(None, None, None)
    error = fail(f"http://127.0.0.1:{port}/rss")
    assert (error.outcome, error.detail) == (Outcome.CONNECTION, "Connection refused")


def test_tls_to_a_server_without_it_is_a_failed_connection(server):
    error = fail(server.url("/rss").replace("http:", "https:"))
    assert error.outcome == Outcome.CONNECTION
    assert error.detail.startswith("TLS failed")


def test_a_stalled_source_does_not_delay_another(server):
    server.route("/slow", Reply(body=FEED, fault=Fault.STALL_AFTER_HEADERS))
    server.route("/rss", Reply(body=FEED))

    async def race() -> None:
        async with make_fetcher(limits=FetchLimits(read_timeout_s=1.0)) as fetcher:
            slow = [asyncio.create_task(fetcher.fetch(server.url("/slow"))) for _ in range(20)]
            await fetcher.fetch(server.url("/rss"))
            assert not any(task.done() for task in slow)
            assert {
                type(result) for result in await asyncio.gather(*slow, return_exceptions=True)
            } == {TemporaryFetchError}

    asyncio.run(race())
