"""
Open connections, each found by the server that it is to.

httpcore's own pool goes through all its connections at the beginning and at the end of every
request, and asks the system about each. Here nearly every request is to another server, and how
many there are at once is the caller's business.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import httpcore

if TYPE_CHECKING:
    from collections.abc import Callable

    MakeConnection = Callable[[httpcore.Origin], httpcore.AsyncConnectionInterface]

__all__ = ["Connections"]

# Idle ones, over all servers.
_KEPT = 20


class Connections:
    """
    Sends requests, over a connection that is free if there is one.

    Args:
        make: Returns a connection to a server, which opens with its first request.
    """

    def __init__(self, make: MakeConnection) -> None:
        self._make = make
        self._open: dict[str, list[httpcore.AsyncConnectionInterface]] = defaultdict(list)

    async def send(self, request: httpcore.Request) -> httpcore.Response:
        """Send a request; the connection is free again once the response is closed."""
        while True:
            connection = await self._find_free(request.url.origin)
            try:
                return await connection.handle_async_request(request)
            except httpcore.ConnectionNotAvailable:
                continue  # it was not open yet, and turned out to take one request at a time

    async def aclose(self) -> None:
        """Close all."""
        every = self._list_all()
        self._open.clear()
        for connection in every:
            await connection.aclose()

    async def _find_free(self, origin: httpcore.Origin) -> httpcore.AsyncConnectionInterface:
        to_server = self._open[str(origin)]
        for connection in list(to_server):
            if connection.is_closed() or connection.has_expired():
                to_server.remove(connection)
                await connection.aclose()
            elif connection.is_available():
                return connection
        await self._make_room()
        connection = self._make(origin)
        to_server.append(connection)
        return connection

    async def _make_room(self) -> None:
        """Close idle connections once there are as many as are kept."""
        idle = [connection for connection in self._list_all() if connection.is_idle()]
        if len(idle) < _KEPT:
            return
        for to_server in self._open.values():
            to_server[:] = [connection for connection in to_server if connection not in idle]
        for connection in idle:
            await connection.aclose()

    def _list_all(self) -> list[httpcore.AsyncConnectionInterface]:
        return [connection for to_server in self._open.values() for connection in to_server]
