"""
Connections of asyncio as httpcore takes them: a transport, and what came of it.

httpcore's own go through anyio, whose groups of tasks and scopes around each connection, read and
end took a fifth of the processor time of asking for a feed (decision 131).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpcore

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable

__all__ = ["connect"]

# Unread bytes at which the other end is made to wait; as much again may be on its way.
_MOST_UNREAD = 1 << 18
_INFO = {"client_addr": "sockname", "server_addr": "peername"}


async def connect(
    address: str,
    port: int,
    *,
    local_address: str | None = None,
    options: Iterable[httpcore.SOCKET_OPTION] = (),
) -> httpcore.AsyncNetworkStream:
    """
    Connect to an address, which is no name.

    Raises:
        httpcore.ConnectError: Nobody answers there.
    """
    loop = asyncio.get_running_loop()
    local = (local_address, 0) if local_address else None
    try:
        transport, inbox = await loop.create_connection(_Inbox, address, port, local_addr=local)
    except OSError as error:
        raise httpcore.ConnectError(str(error)) from error
    try:
        for option in options:
            transport.get_extra_info("socket").setsockopt(*option)
    except OSError as error:  # not every system takes them once the other end has hung up
        transport.abort()
        raise httpcore.ConnectError(str(error)) from error
    return _Stream(transport, inbox)


class _Inbox(asyncio.Protocol):
    """
    What came over a connection and is not read yet.

    Attributes:
        transport: Where it comes from; another once the connection is encrypted.
    """

    def __init__(self) -> None:
        self._unread = bytearray()
        self._ended = False
        self._error: Exception | None = None
        self._is_held = False
        self._is_full = False
        self._waiting: list[asyncio.Future[None]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._unread += data
        if len(self._unread) > _MOST_UNREAD and not self._is_held:
            self._is_held = True
            self.transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        self._ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended = True
        self._error = exc
        self._is_full = False
        self._wake()

    def pause_writing(self) -> None:
        self._is_full = True

    def resume_writing(self) -> None:
        self._is_full = False
        self._wake()

    @property
    def has_news(self) -> bool:
        """Something can be read, if only the end."""
        return bool(self._unread) or self._ended

    async def wait_for_news(self) -> None:
        while not self.has_news:
            await self._wait()

    async def wait_for_room(self) -> None:
        while self._is_full:
            await self._wait()

    def take(self, max_bytes: int) -> bytes:
        """Return what came, empty at the end; raises OSError if the connection broke."""
        if not self._unread and self._error is not None:
            raise self._error
        taken = bytes(self._unread[:max_bytes])
        del self._unread[:max_bytes]
        if self._is_held and not self._unread:
            self._is_held = False
            self.transport.resume_reading()
        return taken

    async def _wait(self) -> None:
        change = asyncio.get_running_loop().create_future()
        self._waiting.append(change)
        await change

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for change in waiting:
            if not change.done():
                change.set_result(None)


class _Stream(httpcore.AsyncNetworkStream):
    def __init__(self, transport: asyncio.Transport, inbox: _Inbox) -> None:
        self._transport = transport
        self._inbox = inbox

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109  httpcore's
        inbox = self._inbox
        if not inbox.has_news:
            try:
                async with asyncio.timeout(timeout):
                    await inbox.wait_for_news()
            except TimeoutError as error:
                raise httpcore.ReadTimeout(f"nothing came for {timeout:g} s") from error
        try:
            return inbox.take(max_bytes)
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109  httpcore's
        if not buffer:
            return
        if self._transport.is_closing():
            raise httpcore.WriteError("the other end closed the connection")
        self._transport.write(buffer)
        try:
            async with asyncio.timeout(timeout):
                await self._inbox.wait_for_room()
        except TimeoutError as error:
            raise httpcore.WriteTimeout(f"nothing was taken for {timeout:g} s") from error

    async def aclose(self) -> None:
        # What is asked has been written, and nobody reads any more: there is nothing to wait for.
        self._transport.abort()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's
    ) -> httpcore.AsyncNetworkStream:
        if self._inbox.has_news:
            # It would pass for part of what is encrypted.
            self._transport.abort()
            raise httpcore.ConnectError("the server spoke before the encryption, or hung up")
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                encrypted = await loop.start_tls(
                    self._transport, self._inbox, ssl_context, server_hostname=server_hostname
                )
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"no encryption within {timeout:g} s") from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        assert encrypted is not None
        self._inbox.transport = encrypted
        return _Stream(encrypted, self._inbox)

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            return self._inbox.has_news
        return self._transport.get_extra_info(_INFO.get(info, info))
