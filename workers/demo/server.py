"""
A local HTTP server that behaves like the demo's outlets.

``DemoServer`` listens on the loopback address; ``server.poll = 2`` moves the world on.
"""

from __future__ import annotations

import gzip
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from workers.demo.feeds import Reply, find_page_path, list_replies, write_catalog

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from workers.demo.corpus import Corpus

__all__ = ["DemoServer", "is_unchanged"]


def is_unchanged(reply: Reply, none_match: str | None, since: str | None) -> bool:
    """
    Say whether a conditional request may be answered with 304.

    Args:
        reply: What would be answered otherwise.
        none_match: The request's If-None-Match; where present it goes first (RFC 9110, 13.2.2).
        since: The request's If-Modified-Since.
    """
    if reply.status != 200:  # noqa: PLR2004 - only 200 has a representation to compare
        return False
    if none_match is not None:
        return reply.headers.get("ETag") in {tag.strip() for tag in none_match.split(",")}
    changed = reply.headers.get("Last-Modified")
    if not since or not changed:
        return False
    try:
        return parsedate_to_datetime(changed) <= parsedate_to_datetime(since)
    except ValueError:
        return False


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body in one packet: sent apart, each answer on a kept connection waits 40 ms for a
    # delayed ACK.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        self._send_reply(with_body=True)

    def do_HEAD(self) -> None:
        self._send_reply(with_body=False)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Keep quiet: the demo prints its own account."""

    def _send_reply(self, *, with_body: bool) -> None:
        reply = self.server.replies.get(urlsplit(self.path).path, Reply(404, b"Not Found\n"))
        headers = dict(reply.headers)
        if is_unchanged(reply, self.headers["If-None-Match"], self.headers["If-Modified-Since"]):
            status = 304
            body = b""
            headers.pop("Content-Type", None)
        else:
            status = reply.status
            body = reply.body
            if reply.packable:
                headers["Vary"] = "Accept-Encoding"
                if "gzip" in self.headers.get("Accept-Encoding", ""):
                    headers["Content-Encoding"] = "gzip"
                    body = gzip.compress(body, mtime=0)
            headers["Content-Length"] = str(len(body))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    replies: Mapping[str, Reply]


class DemoServer:
    """
    The demo's outlets behind one loopback address.

    Use as a context manager. Setting ``poll`` swaps all answers at once, so that no request sees a
    mixed world.
    """

    def __init__(
        self,
        corpus: Corpus,
        *,
        port: int = 0,
        poll: int = 1,
    ) -> None:
        """
        Bind the address; nothing is answered before the context is entered.

        Args:
            corpus: The demo's world.
            port: 0 for any free one.
            poll: The poll served first, from 1.

        Raises:
            OSError: The port is taken.
        """
        self._corpus = corpus
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._thread = Thread(
            target=self._server.serve_forever,
            args=(0.05,),
            name="demo-outlets",
            daemon=True,
        )
        self.poll = poll

    @property
    def base_url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def poll(self) -> int:
        """Number of the poll being served."""
        return self._poll

    @poll.setter
    def poll(self, number: int) -> None:
        self._poll = number
        self._server.replies = list_replies(self._corpus, number, self.base_url)

    def catalog_toml(self) -> str:
        """Return the catalogue of sources with the feeds on this server."""
        return write_catalog(self._corpus, self.base_url)

    def page_url(self, link: str) -> str:
        """Return the address at which this server shows the page of an article's link."""
        return self.base_url + find_page_path(link)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
