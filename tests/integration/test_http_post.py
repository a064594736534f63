"""What delivery posts leaves by the guarded client: where to, how much is read, for how long."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from aggregator.clock import FixedClock
from aggregator.delivery.aitu import AITU_API
from aggregator.delivery.http import HttpPost, find_operators_host
from aggregator.errors import InDoubtError, NotSentError, RefusedError
from aggregator.net.proxy import Proxy
from tests.support.raw import ProxyServer, RawServer

OK = b"HTTP/1.1 200 OK\r\n"


def post(url: str, *, allow=("127.0.0.1",), timeout_s: float = 0.5, proxy: Proxy | None = None):
    clock = FixedClock(datetime(2025, 8, 20, tzinfo=UTC))
    poster = HttpPost("c", ("t0ken",), clock, timeout_s, allow_private=allow, proxy=proxy)
    return poster.post(url, b"{}", {"X-BOT-TOKEN": "t0ken"})


def says(answer: bytes):
    return lambda connection: connection.sendall(answer)


def test_a_private_place_is_refused_unless_the_operator_named_it():
    with RawServer(says(OK + b"Content-Length: 2\r\n\r\n{}")) as server:
        with pytest.raises(RefusedError, match="not a public address"):
            post(server.url(), allow=())
        assert server.heads == []
        assert post(server.url()).status_code == 200


def test_only_a_base_of_the_operators_own_may_be_private():
    assert find_operators_host(AITU_API, AITU_API) == ()
    assert find_operators_host("http://bots.intranet:8080/v1", AITU_API) == ("bots.intranet",)


def test_a_redirect_is_not_followed_with_the_token():
    with RawServer(says(OK)) as inner:
        moved = (
            f"HTTP/1.1 307 Moved\r\nLocation: {inner.url()}\r\nContent-Length: 0\r\n\r\n".encode()
        )
        with RawServer(says(moved)) as server, pytest.raises(RefusedError, match="HTTP 307"):
            post(server.url())
        assert inner.heads == []


def test_of_an_endless_answer_the_beginning_is_read():
    def endless(connection) -> None:
        connection.sendall(OK + b'Transfer-Encoding: chunked\r\n\r\n6\r\n{"a":1\r\n')
        while True:
            connection.sendall(b"1000\r\n" + b" " * 0x1000 + b"\r\n")

    with RawServer(endless) as server:
        assert len(post(server.url()).content) == 64 * 1024


def test_a_compressed_bomb_is_not_unpacked():
    with RawServer(
        says(OK + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00")
    ) as server:
        assert len(post(server.url()).content) == 4


@pytest.mark.parametrize(
    "start", [b"", OK, OK + b"X: ", OK + b"Transfer-Encoding: chunked\r\n\r\n"]
)
def test_a_service_that_drips_keeps_nobody_waiting(start):
    def drip(connection) -> None:
        connection.sendall(start)
        connection.settimeout(0.05)
        while True:
            connection.sendall(b"1")
            try:
                connection.recv(1)
            except TimeoutError:
                continue
            return

    with RawServer(drip) as server:
        began = time.monotonic()
        with pytest.raises(InDoubtError):
            post(server.url())
        assert time.monotonic() - began < 5


def test_a_proxy_that_is_set_is_used_and_its_refusal_is_a_failure_that_may_pass():
    with RawServer(says(OK + b"Content-Length: 0\r\n\r\n")) as server:
        with ProxyServer({"bots.example": "127.0.0.1"}, login="me:pass") as proxy:
            way = Proxy.parse(f"http://me:pass@127.0.0.1:{proxy.port}")
            assert post(server.url(host="bots.example"), allow=(), proxy=way).status_code == 200
            wrong = Proxy.parse(f"http://me:wrong@127.0.0.1:{proxy.port}")
            with pytest.raises(NotSentError, match="407"):
                post("https://bots.example/", allow=(), proxy=wrong)
        assert b"t0ken" in server.heads[0]


def test_errors_hold_no_token():
    with (
        RawServer(says(b"HTTP/1.1 400 Bad\r\nContent-Length: 11\r\n\r\nt0ken wrong")) as server,
        pytest.raises(RefusedError) as caught,
    ):
        post(server.url())
    assert "t0ken" not in str(caught.value)
