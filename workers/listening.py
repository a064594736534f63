"""
The address that the page is served on, the operator's page and the metrics with it.

It is taken before anything else is started or said, so that nobody is sent to an address at which
somebody else answers.
"""

from __future__ import annotations

import errno
import os
import socket
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from aggregator.errors import ListenError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["hold_address", "join_host_port"]

_WAITING = 2048  # connections, as uvicorn has it
# A name may stand for addresses of a family that is switched off.
_NOT_HERE = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


def join_host_port(host: str, port: int) -> str:
    """Return both as an address has them."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@contextmanager
def hold_address(host: str, port: int) -> Iterator[list[socket.socket]]:
    """
    Listen where the page is to be; who connects meanwhile waits.

    Yields:
        A socket for each address that the host has on this machine; at least one.

    Raises:
        ListenError: Somebody else listens there, the host is none of this machine's, or the port is
            for the system's own.
    """
    with ExitStack() as stack:
        try:
            sockets = _listen_everywhere(host, port, stack)
        except OSError as error:
            number = error.errno or 0
            # A resolver's own numbers are below zero.
            words = os.strerror(number) if number > 0 else error.strerror or str(error)
            raise ListenError(join_host_port(host, port), words.lower()) from error
        yield sockets


def _listen_everywhere(host: str, port: int, stack: ExitStack) -> list[socket.socket]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    sockets: list[socket.socket] = []
    absent: OSError | None = None
    for family, _, _, _, address in dict.fromkeys(found):
        try:
            # Listening at once: two may be bound to one address as long as neither listens.
            listener = socket.create_server(address, family=family, backlog=_WAITING)
            sockets.append(stack.enter_context(listener))
        except OSError as error:
            if error.errno not in _NOT_HERE:
                raise
            absent = error
    if absent is not None and not sockets:
        raise absent
    return sockets
