"""A page that is served on loopback for a moment, by the process that is about to fetch it."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["serve_once"]

_POLL_S = 0.02
_SILENT_S = 5.0


@contextmanager
def serve_once(body: bytes, kind: str) -> Iterator[str]:
    """
    Serve a body on a port of loopback that the system chooses, until the block ends.

    Args:
        body: Sent for every address.
        kind: Its content type.

    Returns:
        Its address.
    """

    class Handler(BaseHTTPRequestHandler):
        timeout = _SILENT_S

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: the fetch is logged by who fetches."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(
            target=server.serve_forever,
            args=(_POLL_S,),
            name="momentary",
            daemon=True,
        )
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()
