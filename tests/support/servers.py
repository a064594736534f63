"""
A real HTTP server on loopback that behaves as outlets do, and misbehaves as they do.

    with FeedServer() as server:
        server.route("/rss", Reply(body=RSS, etag='"1"'))
        server.route("/slow", Reply(fault=Fault.STALL_AFTER_HEADERS))
        ... fetch server.url("/rss") ...
        assert server.requests[0].headers["user-agent"]

Several replies for one path are served one a request, the last one again and again: polls of a feed
that changes.
"""

from __future__ import annotations

import gzip
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping
    from types import TracebackType

__all__ = ["Fault", "FeedServer", "Reply", "Request", "gzip_bomb", "redirect"]


class Fault(Enum):
    """What goes wrong while a reply is served."""

    STALL_BEFORE = auto()  # the request is read, nothing ever comes
    STALL_AFTER_HEADERS = auto()  # headers, half the body, nothing more
    DRIP = auto()  # a byte every 20 ms, for ever
    TRUNCATED = auto()  # Content-Length promises 1,000 bytes more than come
    BROKEN_CHUNKED = auto()  # a chunk, then a chunk size that is no number
    ENDLESS_CHUNKED = auto()  # no Content-Length, 64 KiB of blanks again and again
    CLOSE_AT_ONCE = auto()  # the connection is closed before any reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """
    What a path answers.

    Attributes:
        status: HTTP status.
        headers: Sent as they are; Content-Type and Content-Length are added unless given here.
        body: Text is sent as UTF-8.
        etag: Sent; a request with the same If-None-Match gets 304.
        last_modified: Sent; a request with the same If-Modified-Since gets 304.
        compress: The body is sent gzipped.
        fault: What goes wrong.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | str = b""
    etag: str = ""
    last_modified: str = ""
    compress: bool = False
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A request as the server saw it; header names in lower case."""

    path: str
    headers: dict[str, str]


def redirect(to: str, status: int = 302) -> Reply:
    """Answer with a redirect."""
    return Reply(status=status, headers={"Location": to})


@cache
def gzip_bomb(size_mb: int = 50) -> Reply:
    """Answer with zeros that unpack a thousandfold."""
    return Reply(
        headers={"Content-Encoding": "gzip"},
        body=gzip.compress(bytes(size_mb << 20), compresslevel=6),
    )


class FeedServer:
    """
    The server; a context manager. Paths without a route answer 404.

    Args:
        address: Where to listen, on a free port.
        tls: Speak TLS with this context.
    """

    def __init__(self, address: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        self.stopping = threading.Event()
        self._routes: dict[str, list[Reply]] = {}
        self._lock = threading.Lock()
        self._server = _Server((address, 0), self, tls)
        self._scheme = "https" if tls else "http"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.hang_up()
        self._server.server_close()  # waits for the threads of open connections

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """Return the address of a path; ``host`` for names that tests resolve themselves."""
        return f"{self._scheme}://{host}:{self.port}{path}"

    def route(self, path: str, *replies: Reply) -> None:
        """Set what a path answers, one reply a request; the last one stays."""
        with self._lock:
            self._routes[path] = list(replies)

    def answer(self, request: Request) -> Reply:
        """Take note of a request and choose its reply."""
        with self._lock:
            self.requests.append(request)
            queue = self._routes.get(request.path)
            if not queue:
                return Reply(status=404, body="no such path")
            reply = queue.pop(0) if len(queue) > 1 else queue[0]
        asked = request.headers.get("if-none-match"), request.headers.get("if-modified-since")
        if (reply.etag and asked[0] == reply.etag) or (
            reply.last_modified and asked[1] == reply.last_modified
        ):
            return Reply(status=304, etag=reply.etag, last_modified=reply.last_modified)
        return reply


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True
    request_queue_size = (
        128  # the default of 5 makes a burst of connections wait a second for its second try
    )

    def __init__(
        self, address: tuple[str, int], owner: FeedServer, tls: ssl.SSLContext | None
    ) -> None:
        self.owner, self._tls = owner, tls
        self._open: set[socket.socket] = set()
        super().__init__(address, _Handler)

    def get_request(self) -> tuple[socket.socket, object]:
        connection, peer = super().get_request()
        if self._tls:
            # The handshake belongs to the connection's own thread: a client that refuses must not
            # stop the server.
            connection = self._tls.wrap_socket(
                connection, server_side=True, do_handshake_on_connect=False
            )
        self._open.add(connection)
        return connection, peer

    def shutdown_request(self, request: socket.socket) -> None:
        self._open.discard(request)
        with suppress(OSError):  # the client may be gone, or never finished its TLS handshake
            super().shutdown_request(request)

    def hang_up(self) -> None:
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients hang up on misbehaving servers; that is what the tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *args: object) -> None:
        """Tests read ``requests``, not logs."""

    def do_GET(self) -> None:
        owner = self.server.owner
        reply = owner.answer(
            Request(self.path, {name.lower(): value for name, value in self.headers.items()})
        )
        if reply.fault is Fault.STALL_BEFORE:
            owner.stopping.wait()
        elif reply.fault is Fault.CLOSE_AT_ONCE:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        else:
            self._send(reply)

    def _send(self, reply: Reply) -> None:
        body = reply.body.encode() if isinstance(reply.body, str) else reply.body
        headers = {"Content-Type": "application/rss+xml; charset=utf-8"}
        if reply.compress:
            body = gzip.compress(body)
            headers["Content-Encoding"] = "gzip"
        headers |= {"ETag": reply.etag} if reply.etag else {}
        headers |= {"Last-Modified": reply.last_modified} if reply.last_modified else {}
        if reply.fault in {Fault.BROKEN_CHUNKED, Fault.ENDLESS_CHUNKED}:
            headers["Transfer-Encoding"] = "chunked"
        elif reply.status != HTTPStatus.NOT_MODIFIED:
            headers["Content-Length"] = str(len(body) + (1000 if reply.fault else 0))
        self.send_response(reply.status)
        for name, value in (headers | dict(reply.headers)).items():
            self.send_header(name, value)
        self.end_headers()
        self._send_body(body, reply.fault)

    def _send_body(self, body: bytes, fault: Fault | None) -> None:
        stopping = self.server.owner.stopping
        if fault is None:
            self.wfile.write(body)
            return
        self.close_connection = True
        if fault is Fault.BROKEN_CHUNKED:
            self.wfile.write(b"%x\r\n%s\r\nnot a number\r\n" % (len(body), body))
        elif fault is Fault.TRUNCATED:
            self.wfile.write(body)
        elif fault is Fault.STALL_AFTER_HEADERS:
            self.wfile.write(body[: len(body) // 2])
            stopping.wait()
        elif fault is Fault.ENDLESS_CHUNKED:
            while not stopping.is_set():
                self.wfile.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
        elif fault is Fault.DRIP:
            while not stopping.wait(0.02):
                self.wfile.write(b" ")
