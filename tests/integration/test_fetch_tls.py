"""The fetcher over TLS: HTTP/2 where the server speaks it, and certificates that are looked at."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from typing import TYPE_CHECKING

import h2.config
import h2.connection
import h2.events
import pytest

from aggregator.clock import SystemClock
from aggregator.errors import FetchError
from aggregator.feeds.fetch import HttpFetcher
from aggregator.models import FetchResult, Outcome
from tests.support.servers import FeedServer, Reply

if TYPE_CHECKING:
    from pathlib import Path

HOST = "feeds.example"
FEED = b"<rss/>"

pytestmark = pytest.mark.skipif(
    not shutil.which("openssl"), reason="no openssl here to make a certificate with"
)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    """A self-signed certificate for HOST, with its key, in one file."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
            "-keyout",
            "key.pem",
            "-out",
            "cert.pem",
            "-subj",
            f"/CN={HOST}",
            "-addext",
            f"subjectAltName=DNS:{HOST}",
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    both = folder / "both.pem"
    both.write_bytes((folder / "key.pem").read_bytes() + (folder / "cert.pem").read_bytes())
    return both


def server_side(certificate: Path, *protocols: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    if protocols:
        context.set_alpn_protocols(list(protocols))
    return context


async def fetch(url: str, trusted: Path | None) -> FetchResult:
    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    tls = ssl.create_default_context(cafile=trusted) if trusted else None
    if tls:
        tls.set_alpn_protocols(["h2", "http/1.1"])
    options = {"user_agent": "tilshi-test", "clock": SystemClock(), "allow_private": ("127.0.0.1",)}
    async with HttpFetcher(**options, resolve=resolve, tls=tls) as fetcher:
        return await fetcher.fetch(url)


class Http2(asyncio.Protocol):
    """As much of an HTTP/2 server as one feed needs."""

    def connection_made(self, transport) -> None:
        self.transport = transport
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        self.h2.initiate_connection()
        transport.write(self.h2.data_to_send())

    def data_received(self, data: bytes) -> None:
        for event in self.h2.receive_data(data):
            if isinstance(event, h2.events.RequestReceived):
                self.h2.send_headers(event.stream_id, [(":status", "200"), ("x-protocol", "h2")])
                self.h2.send_data(event.stream_id, FEED, end_stream=True)
        self.transport.write(self.h2.data_to_send())


def test_http_2_is_spoken_where_the_server_does(certificate):
    async def once() -> FetchResult:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Http2, "127.0.0.1", 0, ssl=server_side(certificate, "h2"))
        async with server:
            port = server.sockets[0].getsockname()[1]
            return await fetch(f"https://{HOST}:{port}/rss", certificate)

    result = asyncio.run(once())
    assert (result.body, result.headers["x-protocol"]) == (FEED, "h2")


def test_http_1_over_tls_works_too(certificate):
    with FeedServer(tls=server_side(certificate)) as server:
        server.route("/rss", Reply(body=FEED))
        assert asyncio.run(fetch(server.url("/rss", host=HOST), certificate)).body == FEED


@pytest.mark.parametrize(
    ("host", "trusts", "words"),
    [(HOST, False, "self-signed certificate"), ("other.example", True, "Hostname mismatch")],
    ids=["stranger", "other-name"],
)
def test_a_certificate_that_is_not_right_is_a_failed_connection(certificate, host, trusts, words):
    with FeedServer(tls=server_side(certificate)) as server:
        server.route("/rss", Reply(body=FEED))
        with pytest.raises(FetchError) as caught:
            asyncio.run(fetch(server.url("/rss", host=host), certificate if trusts else None))
        assert server.requests == []
    assert caught.value.outcome == Outcome.CONNECTION
    assert caught.value.detail.startswith("the certificate is not trusted")
    assert words.lower() in caught.value.detail.lower().replace("self signed", "self-signed")
