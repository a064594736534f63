"""What leaves, against servers, resolvers and proxies that do what attackers do."""

from __future__ import annotations

import asyncio
import itertools
import socket
import ssl
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from aggregator.clock import SystemClock
from aggregator.errors import FetchError
from aggregator.feeds.fetch import HttpFetcher
from aggregator.feeds.limits import FetchLimits
from aggregator.models import FetchResult, Outcome
from aggregator.net.proxy import Proxy
from tests.integration.test_fetch_tls import HOST, certificate, server_side
from tests.support.raw import ProxyServer, RawServer
from tests.support.servers import FeedServer, Reply, redirect

if TYPE_CHECKING:
    from collections.abc import Iterator

FEED = b"<rss><channel><title>x</title></channel></rss>"
LIMITS = FetchLimits(
    connect_timeout_s=2, read_timeout_s=0.5, total_timeout_s=1, max_bytes=100_000, max_redirects=3
)

__all__ = ["certificate"]


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as running:
        running.route("/rss", Reply(body=FEED))
        yield running


def fetch(url: str, **options) -> FetchResult:
    async def once() -> FetchResult:
        defaults = {"user_agent": "tilshi-test", "clock": SystemClock(), "limits": LIMITS}
        async with HttpFetcher(
            **({"allow_private": ("127.0.0.1",)} | defaults | options)
        ) as fetcher:
            return await fetcher.fetch(url)

    return asyncio.run(once())


def fail(url: str, **options) -> FetchError:
    with pytest.raises(FetchError) as caught:
        fetch(url, **options)
    return caught.value


# --- one place, many spellings
# -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "0177.0.0.1",
        "0x7f.0.0.1",
        "0x7f000001",
        "2130706433",
        "017700000001",
        "0",
        "0.0.0.0",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "127.0.0.1.",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::7f00:1]",
        "[2002:7f00:1::]",
        "[2001:0:7f00:1::]",
        "①②⑦.0.0.1",
        "１２７.0.0.1",
        "127。0。0。1",
        "127%2e0%2e0%2e1",
        "user@127.0.0.1",
        "user:pw@127.0.0.1",
        "example.kz@127.0.0.1",
        "127.0.0.1\\@example.kz",
        "127.0.0.1#@example.kz",
        "[fe80::1%25lo]",
        "①27.1",
    ],
)
def test_no_spelling_of_this_machine_is_let_through(server, host):
    error = fail(f"http://{host}:{server.port}/rss", allow_private=())
    assert error.outcome in {Outcome.REFUSED_ADDRESS, Outcome.CONNECTION}
    assert "pw" not in str(error)
    assert server.requests == []


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.2:{port}/rss",
        "//127.0.0.2:{port}/rss",
        "http://2130706434:{port}/rss",
        "http:\\\\127.0.0.2:{port}",
        "http://127.0.0.1@127.0.0.2:{port}/rss",
        "http://127.0.0.2:{port}#@127.0.0.1",
        "http://[::ffff:127.0.0.2]:{port}/",
        "HTTP://127.0.0.2:{port}/",
        "http://127.0.0.1:22/",
        "http://127.0.0.1:{port}@127.0.0.2:{port}/",
    ],
)
def test_no_redirect_leads_inward(server, location):
    with FeedServer("127.0.0.2") as inner:
        inner.route("/rss", Reply(body=FEED))
        server.route("/moved", redirect(location.format(port=inner.port)))
        error = fail(server.url("/moved"))
        assert error.outcome in {Outcome.REFUSED_ADDRESS, Outcome.SERVER_ERROR, Outcome.NOT_FOUND}
        assert inner.requests == []


# --- names whose answers change
# ----------------------------------------------------------------------------------


def test_a_name_that_turns_inward_between_hops_is_refused_at_the_hop(server):
    answers = itertools.chain(["127.0.0.1"], itertools.repeat("127.0.0.3"))

    async def resolve(host: str, port: int) -> list[str]:
        return [next(answers)]

    with FeedServer("127.0.0.3") as inner:
        # Another port is another connection, so the name is asked for again.
        server.route("/moved", redirect(f"http://rebind.example:{inner.port}/rss"))
        error = fail(server.url("/moved", host="rebind.example"), resolve=resolve)
        assert (error.outcome, inner.requests) == (Outcome.REFUSED_ADDRESS, [])
        assert error.detail == "rebind.example is 127.0.0.3, not a public address"


def test_a_resolver_that_hands_out_a_spelling_is_caught_by_the_connection(server):
    async def resolve(host: str, port: int) -> list[str]:
        return ["127.1"]

    assert (
        fail(server.url("/rss", host="odd.example"), resolve=resolve).outcome
        == Outcome.REFUSED_ADDRESS
    )
    assert server.requests == []


def test_a_name_with_one_inner_address_among_public_ones_never_leads_there(server):
    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.3", "127.0.0.1", "10.0.0.1"]

    assert fetch(server.url("/rss", host="mixed.example"), resolve=resolve).body == FEED


# --- answers that never end, each in its own way
# -----------------------------------------------------------------


def forever(piece: bytes, pause_s: float = 0.0, start: bytes = b""):
    def script(connection: socket.socket) -> None:
        connection.sendall(start)
        connection.settimeout(pause_s or None)
        while True:
            connection.sendall(piece)
            if pause_s:
                try:
                    if not connection.recv(1):
                        return
                except TimeoutError:
                    pass

    return script


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        (forever(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"), Outcome.TOO_LARGE),
        (forever(b"X-Again: and again\r\n", start=OK), Outcome.CONNECTION),
        (
            forever(b"1\r\n \r\n", start=OK + b"Transfer-Encoding: chunked\r\n\r\n"),
            Outcome.TOO_LARGE,
        ),
        (
            forever(
                b"1" + b";x" * 500 + b"\r\n \r\n", 0, OK + b"Transfer-Encoding: chunked\r\n\r\n"
            ),
            Outcome.TOO_LARGE,
        ),
        (
            forever(b"Trailer: x\r\n", start=OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n"),
            Outcome.TRUNCATED,
        ),
        (forever(b"X", 0.01, OK + b"X-Slow: "), Outcome.TIMEOUT),
        (forever(b"X: y\r\n", 0.01, OK), Outcome.TIMEOUT),
        (forever(b"1\r\n \r\n", 0.01, OK + b"Transfer-Encoding: chunked\r\n\r\n"), Outcome.TIMEOUT),
        (forever(b" ", 0.01, OK + b"Content-Length: 90000\r\n\r\n"), Outcome.TIMEOUT),
        (forever(b"H", 0.01), Outcome.TIMEOUT),
        (forever(b"\x00" * 5000), Outcome.CONNECTION),
    ],
    ids=[
        "interim",
        "headers",
        "tiny-chunks",
        "chunk-extensions",
        "trailers",
        "slow-header",
        "slow-headers",
        "slow-chunks",
        "slow-body",
        "slow-status",
        "noise",
    ],
)
def test_an_answer_without_end_ends_here(script, outcome):
    # What is ended by its size gets time for that, also on a machine with much to do.
    limits = (
        replace(LIMITS, total_timeout_s=30, read_timeout_s=20)
        if outcome == Outcome.TOO_LARGE
        else LIMITS
    )
    with RawServer(script) as server:
        assert fail(server.url(), limits=limits).outcome == outcome


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"A: b\r\n" * 1000 + b"Content-Length: 0\r\n\r\n",
        OK + b"A: " + b"b" * 80_000 + b"\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 999999 No\r\n\r\n",
        b"HTTP/1.1 abc No\r\n\r\n",
        OK + b"Content-Length: -1\r\n\r\n",
        OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n12345",
        OK + b"Content-Length: 5, 6\r\n\r\n12345",
        OK + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\n",
        OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"<rss></rss>",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nBad Name : x\r\n\r\n",
        b"HTTP/1.1 301 Moved\r\nLocation: \xff\xfe://\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 301 Moved\r\nLocation: http://[\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_an_answer_that_is_nonsense_is_a_failure_with_a_name(answer):
    with RawServer(lambda connection: connection.sendall(answer)) as server:
        outcome = fail(server.url()).outcome
    assert outcome in {
        Outcome.CONNECTION,
        Outcome.SERVER_ERROR,
        Outcome.TRUNCATED,
        Outcome.REDIRECT_LOOP,
    }


@pytest.mark.parametrize(
    "answer",
    [b"HTTP/1.1 200 \x1b[31m\x07\r\n\r\n", OK + b"X\x1b[2J: y\r\n\r\n", OK + b"Content-Encoding: "
                                                                             b"\x1b]0;x\x07\r\n\r\nx",
     b"HTTP/1.1 301 M\r\nLocation: http://\x1b[31m.example/\r\n\r\n", (b"HTTP/1.1 500 "
                                                                      b"\x1b[31mNo\r\n\r\n")],
)  # fmt: skip
def test_what_a_server_says_cannot_steer_a_terminal(answer):
    with RawServer(lambda connection: connection.sendall(answer)) as server:
        try:
            said = str(fetch(server.url()).url)
        except FetchError as error:
            said = str(error)
    assert said.isprintable()


def test_a_body_of_small_chunks_is_taken(server):
    body = b"".join(b"a\r\n0123456789\r\n" for _ in range(9000)) + b"0\r\n\r\n"
    with RawServer(
        lambda connection: connection.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n" + body)
    ) as raw:
        # A second is enough where nothing else is at work.
        patient = replace(LIMITS, total_timeout_s=30, read_timeout_s=20)
        assert len(fetch(raw.url(), limits=patient).body) == 90_000


# --- HTTP/2
# -------------------------------------------------------------------------------------


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4) + payload


DATA, HEADERS, RST, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION = 0, 1, 3, 4, 5, 6, 7, 8, 9
HELLO = frame(SETTINGS, 0, 0, b"")
STATUS_200 = b"\x88"  # HPACK's static table


def literal(name: bytes, value: bytes) -> bytes:
    return b"\x00" + bytes([len(name)]) + name + bytes([len(value)]) + value


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (HELLO, frame(PING, 0, 0, b"12345678")),
        (HELLO, frame(SETTINGS, 0, 0, b"\x00\x03\x00\x00\x00\x05")),
        (HELLO, frame(WINDOW, 0, 0, b"\x00\x00\x00\x00")),
        (HELLO, frame(0xFA, 0, 0, b"of a kind that nobody knows")),
        (HELLO + frame(HEADERS, 0, 1, STATUS_200), frame(CONTINUATION, 0, 1, literal(b"x", b"y"))),
        (HELLO + frame(HEADERS, 4, 1, STATUS_200), frame(DATA, 0, 1, b"")),
        (HELLO + frame(HEADERS, 4, 1, STATUS_200), frame(DATA, 8, 1, bytes([255]) + bytes(255))),
        (HELLO + frame(HEADERS, 4, 1, STATUS_200), frame(DATA, 0, 3, b"x")),
        (HELLO + frame(PUSH, 4, 1, b"\x00\x00\x00\x02\x82\x87\x84"), frame(DATA, 0, 2, b"x" * 100)),
        (HELLO + frame(HEADERS, 4, 1, literal(b":status", b"many")), b""),
        (HELLO + frame(HEADERS, 4, 1, literal(b":status", b"")), b""),
        (HELLO + frame(HEADERS, 4, 1, literal(b"x", b"y" * 120) + b"\xbe" * 16_000), b""),
        (HELLO + frame(HEADERS, 4, 1, b"\xff\xff\xff\xff\xff\xff\xff"), b""),
        (HELLO + frame(RST, 0, 1, b"\x00\x00\x00\x02"), b""),
        (HELLO + frame(GOAWAY, 0, 0, bytes(8)), b""),
        (HELLO + frame(HEADERS, 4, 1, STATUS_200) + frame(RST, 0, 1, bytes(4)), b""),
        (HELLO + frame(HEADERS, 4, 1, STATUS_200) + frame(HEADERS, 4, 1, STATUS_200), b""),
        (b"\xff" * 100, b""),
        (OK + b"\r\n", b""),
    ],
    ids=[
        "pings",
        "settings",
        "windows",
        "unknown",
        "continuations",
        "empty-data",
        "padding",
        "other-streams",
        "push",
        "status-word",
        "status-empty",
        "hpack-bomb",
        "hpack-nonsense",
        "reset",
        "goaway",
        "reset-in-body",
        "twice",
        "noise",
        "http-1",
    ],
)
def test_frames_that_only_an_attacker_sends_end_in_a_failure_with_a_name(certificate, first, again):
    def script(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(first)
        while again:
            connection.sendall(again * 100)

    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    with RawServer(script, reads_head=False, tls=server_side(certificate, "h2")) as server:
        tls = ssl.create_default_context(cafile=certificate)
        url = server.url(host=HOST).replace("http:", "https:")
        error = fail(url, resolve=resolve, tls=tls)
    assert error.outcome in {
        Outcome.CONNECTION,
        Outcome.TOO_LARGE,
        Outcome.TIMEOUT,
        Outcome.TRUNCATED,
        Outcome.SERVER_ERROR,
    }


# --- nothing is carried along
# ------------------------------------------------------------------------------------


def test_no_login_or_referrer_goes_with_a_request_and_a_cookie_no_further_than_its_fetch(server):
    server.route(
        "/a",
        Reply(
            status=302, headers={"Location": "/rss", "Set-Cookie": "id=1; Path=/; Domain=127.0.0.1"}
        ),
    )
    server.route("/rss", Reply(body="<rss/>"))
    fetch(server.url("/a"))
    fetch(server.url("/rss"))
    for request in server.requests:
        assert not {"authorization", "referer", "proxy-authorization"} & request.headers.keys()
    assert ["cookie" in request.headers for request in server.requests] == [False, True, False]


def test_a_login_in_a_redirect_is_refused_and_not_shown(server):
    server.route("/a", redirect(f"http://user:hunter2@127.0.0.1:{server.port}/rss"))
    error = fail(server.url("/a"))
    assert error.outcome == Outcome.REFUSED_ADDRESS
    assert "hunter2" not in str(error)
    assert len(server.requests) == 1


def test_a_redirect_from_https_to_http_is_refused(server, certificate):
    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    with FeedServer(tls=server_side(certificate)) as safe:
        safe.route("/rss", redirect(server.url("/rss")))
        tls = ssl.create_default_context(cafile=certificate)
        error = fail(safe.url("/rss", host=HOST), resolve=resolve, tls=tls)
    assert (error.outcome, server.requests) == (Outcome.REFUSED_ADDRESS, [])
    assert "from https to http" in error.detail


def test_a_validator_that_is_too_long_is_not_sent_back(server):
    async def once() -> None:
        options = {
            "user_agent": "tilshi-test",
            "clock": SystemClock(),
            "allow_private": ("127.0.0.1",),
        }
        async with HttpFetcher(**options) as fetcher:
            await fetcher.fetch(server.url("/rss"), etag='"' + "x" * 5000 + '"')

    asyncio.run(once())
    assert "if-none-match" not in server.requests[0].headers


# --- proxies
# -------------------------------------------------------------------------------------


def unknown_to_us():
    async def resolve(host: str, port: int) -> list[str]:
        if host == "127.0.0.1":
            return [host]
        raise OSError("no such name here")

    return resolve


def test_a_proxy_in_the_environment_is_not_used(server, monkeypatch):
    with ProxyServer({"127.0.0.1": "127.0.0.1"}) as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert fetch(server.url("/rss")).body == FEED
        assert proxy.heads == []


def test_a_proxy_that_is_set_takes_http_by_address(server):
    with ProxyServer({"outlet.example": "127.0.0.1"}, login="me:pass") as proxy:
        way = Proxy.parse(f"http://me:pass@127.0.0.1:{proxy.port}")
        assert (
            fetch(
                server.url("/rss", host="outlet.example"), proxy=way, resolve=unknown_to_us()
            ).body
            == FEED
        )
    assert proxy.heads[0].startswith(b"GET http://outlet.example:")
    assert server.requests[0].headers["host"] == f"outlet.example:{server.port}"


def test_a_proxy_that_is_set_takes_https_by_a_tunnel_that_it_cannot_see_into(certificate):
    tls = ssl.create_default_context(cafile=certificate)
    with (
        FeedServer(tls=server_side(certificate)) as safe,
        ProxyServer({HOST: "127.0.0.1"}) as proxy,
    ):
        safe.route("/rss", Reply(body=FEED))
        way = Proxy.parse(f"http://127.0.0.1:{proxy.port}")
        url = safe.url("/rss", host=HOST)
        assert (
            fetch(url, proxy=way, resolve=unknown_to_us(), tls=tls, allow_private=()).body == FEED
        )
        assert proxy.heads[0].startswith(f"CONNECT {HOST}:{safe.port} ".encode())
        assert "proxy-authorization" not in safe.requests[0].headers


def test_a_proxy_that_refuses_us_is_named_and_its_password_is_not(server):
    with ProxyServer({}, login="me:right") as proxy:
        way = Proxy.parse(f"http://me:hunter2@127.0.0.1:{proxy.port}")
        error = fail("https://outlet.example/rss", proxy=way, resolve=unknown_to_us())
    assert (error.outcome, error.detail) == (
        Outcome.CONNECTION,
        "the proxy says 407 Proxy Authentication Required",
    )


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/", "http://[::1]/", "http://127.0.0.1:8000/", "http://inner.example/"]
)
def test_what_is_known_to_lie_inward_is_not_asked_of_a_proxy_either(url):
    async def resolve(host: str, port: int) -> list[str]:
        return ["10.0.0.7"] if host == "inner.example" else [host.strip("[]")]

    with ProxyServer({}) as proxy:
        way = Proxy.parse(f"http://127.0.0.1:{proxy.port}")
        error = fail(url, proxy=way, resolve=resolve, allow_private=())
        assert (error.outcome, proxy.heads) == (Outcome.REFUSED_ADDRESS, [])
