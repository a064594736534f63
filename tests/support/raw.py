"""
Servers that write bytes, not HTTP: for answers that no library would send, and a proxy that
tunnels.

    with RawServer(lambda connection: connection.sendall(b"HTTP/1.1 200 OK\\r\\n")) as server:
        ... fetch server.url("/") ...
"""

from __future__ import annotations

import base64
import select
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from types import TracebackType

__all__ = ["ProxyServer", "RawServer", "read_head"]


def read_head(connection: socket.socket) -> bytes:
    """Return what comes up to the first blank line."""
    head = b""
    while b"\r\n\r\n" not in head:
        piece = connection.recv(65536)
        if not piece:
            break
        head += piece
    return head


class RawServer:
    """
    Runs a script for each connection, in a thread of its own, after the head of a request was read.

    Args:
        script: What is done with a connection; it is closed afterwards.
        reads_head: Read the head of a request first.
        tls: Speak TLS with this context.
    """

    def __init__(
        self,
        script: Callable[[socket.socket], None],
        *,
        reads_head: bool = True,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.heads: list[bytes] = []
        self._script, self._reads_head, self._tls = script, reads_head, tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept)]
        self.port = int(self._listener.getsockname()[1])

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        """Return the address of a path."""
        return f"http://{host}:{self.port}{path}"

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._open.add(connection)
                self._threads.append(threading.Thread(target=self._serve, args=(connection,)))
                self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with suppress(OSError):
                if self._tls:
                    plain, connection = (
                        connection,
                        self._tls.wrap_socket(connection, server_side=True),
                    )
                    self._open.discard(plain)
                    self._open.add(connection)
                if self._reads_head:
                    self.heads.append(read_head(connection))
                self._script(connection)
        finally:
            connection.close()
            self._open.discard(connection)


class ProxyServer(RawServer):
    """
    A real proxy: CONNECT opens a tunnel, an absolute address is asked for; names it resolves by a
    table.

    Args:
        names: Host names to addresses.
        login: ``user:password`` it wants; empty for none.
    """

    def __init__(self, names: dict[str, str], login: str = "") -> None:
        super().__init__(self._proxy)
        self._names = names
        self._wanted = (
            f"Proxy-Authorization: Basic {base64.b64encode(login.encode()).decode()}"
            if login
            else ""
        )

    def _proxy(self, connection: socket.socket) -> None:
        head = self.heads[-1].decode("latin-1")
        if self._wanted not in head:
            connection.sendall(
                b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
            )
            return
        method, target = head.split(" ")[:2]
        place = target if method == "CONNECT" else target.split("/")[2]
        host, _, port = place.rpartition(":")
        with socket.create_connection((self._names[host], int(port))) as outlet:
            if method == "CONNECT":
                connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                path = "/" + target.split("/", 3)[3]
                outlet.sendall(head.replace(target, path, 1).encode("latin-1"))
            _join(connection, outlet)


def _join(one: socket.socket, other: socket.socket) -> None:
    """Carry bytes both ways until one side ends."""
    pairs = {one: other, other: one}
    while True:
        ready, _, _ = select.select(list(pairs), [], [], 10)
        if not ready:
            return
        for source in ready:
            piece = source.recv(65536)
            if not piece:
                return
            pairs[source].sendall(piece)
