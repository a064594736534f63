"""
httpcore's network, guarded: resolves, judges, connects, checks who is there, counts.

Async and blocking.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

import httpcore

from aggregator.net import meter, streams
from aggregator.net.addresses import is_address

if TYPE_CHECKING:
    import ssl

    from aggregator.net.guard import AddressGuard

__all__ = ["BlockingBackend", "GuardedBackend", "Lookup", "Resolver"]

Resolver = Callable[[str, int], Awaitable[list[str]]]
Lookup = Callable[[str, int], list[str]]

# getaddrinfo cannot be cancelled. Its threads are our own, so that dead name servers of some hosts
# neither hold up the others' names nor the shutdown of the event loop, which waits for its default
# executor.
_RESOLVER_THREADS = 16


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """
    The network for ``asyncio``.

    Args:
        guard: The rules.
        resolve: Name and port to addresses; None for the system's resolver. Raises OSError.
    """

    def __init__(self, guard: AddressGuard, resolve: Resolver | None = None) -> None:
        self._guard = guard
        self._threads = ThreadPoolExecutor(_RESOLVER_THREADS, thread_name_prefix="resolve")
        self._resolve = resolve or self._ask_system

    def close(self) -> None:
        """Let go of the resolver's threads without waiting for them."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """
        Connect to the first address of a host that may be connected to and answers.

        Raises:
            RefusedAddressError: No address of the host may be connected to.
            httpcore.ConnectError: No such host, or nobody answers.
            httpcore.ConnectTimeout: All of it took longer than ``timeout`` seconds.
        """
        try:
            async with asyncio.timeout(timeout):
                addresses = await self.judge(host, port)
                connect = partial(
                    streams.connect,
                    port=port,
                    local_address=local_address,
                    options=list(socket_options or ()),
                )
                stream = await _connect_to_some(connect, addresses, timeout)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(
                f"no connection to {host} within {timeout:g} s"
            ) from error
        try:
            self._guard.check_connected(host, *_find_ends(stream))
        except httpcore.ConnectError:
            await stream.aclose()
            raise
        return _Stream(stream)

    async def sleep(self, seconds: float) -> None:
        """Wait; httpcore asks its backend to."""
        await asyncio.sleep(seconds)

    async def judge(self, host: str, port: int) -> list[str]:
        """
        Resolve a name and return the addresses that may be connected to.

        Raises:
            RefusedAddressError: It has some, and none may be.
            httpcore.ConnectError: It cannot be resolved.
        """
        try:
            addresses = await self._resolve(host, port)
        # ValueError: not even a name, e.g. a label of 64 characters. OverflowError: no port.
        except (OSError, ValueError, OverflowError) as error:
            raise httpcore.ConnectError(f"the name {host} cannot be resolved: {error}") from error
        allowed = self._guard.list_allowed(host, addresses)
        return _require_some(host, allowed)

    async def _ask_system(self, host: str, port: int) -> list[str]:
        # There is nothing to wait for. What is written otherwise ("127.1") the system still reads.
        if is_address(host):
            return [host]
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, ask_system, host, port)


class BlockingBackend(httpcore.NetworkBackend):
    """
    The network for code that waits.

    Args:
        guard: The rules.
        resolve: Name and port to addresses; None for the system's resolver. Raises OSError.
    """

    def __init__(self, guard: AddressGuard, resolve: Lookup | None = None) -> None:
        self._guard = guard
        self._resolve = resolve or ask_system
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect; see ``GuardedBackend.connect_tcp``."""
        addresses = self.judge(host, port)
        options = list(socket_options or ())
        for address in addresses:
            try:
                stream = self._inner.connect_tcp(address, port, timeout, local_address, options)
                break
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if address == addresses[-1]:
                    raise
        try:
            self._guard.check_connected(host, *_find_ends(stream))
        except httpcore.ConnectError:
            stream.close()
            raise
        return _BlockingStream(stream)

    def sleep(self, seconds: float) -> None:
        """Wait; httpcore asks its backend to."""
        self._inner.sleep(seconds)

    def judge(self, host: str, port: int) -> list[str]:
        """Resolve a name; see ``GuardedBackend.judge``."""
        try:
            addresses = self._resolve(host, port)
        except (OSError, ValueError, OverflowError) as error:
            raise httpcore.ConnectError(f"the name {host} cannot be resolved: {error}") from error
        allowed = self._guard.list_allowed(host, addresses)
        return _require_some(host, allowed)


class _Stream(httpcore.AsyncNetworkStream):
    """A connection whose bytes are counted."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109  httpcore's
        data = await self._inner.read(max_bytes, meter.time_left(timeout))
        meter.charge(len(data))
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109  httpcore's
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's
    ) -> httpcore.AsyncNetworkStream:
        return _Stream(await self._inner.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _BlockingStream(httpcore.NetworkStream):
    """A connection whose bytes and time are counted."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self._inner.read(max_bytes, meter.time_left(timeout))
        meter.charge(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        return _BlockingStream(self._inner.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


async def _connect_to_some(
    connect: Callable[[str], Awaitable[httpcore.AsyncNetworkStream]],
    addresses: list[str],
    timeout_s: float | None,
) -> httpcore.AsyncNetworkStream:
    """Connect to the first address that answers; the caller bounds the time of all."""
    # A silent first address (broken IPv6, a dead mirror) leaves time for the next.
    share_s = timeout_s / len(addresses) if timeout_s else None
    for address in addresses[:-1]:
        try:
            async with asyncio.timeout(share_s):
                return await connect(address)
        except (httpcore.ConnectError, TimeoutError):
            continue
    return await connect(addresses[-1])


def ask_system(host: str, port: int) -> list[str]:
    """Return what the system's resolver knows of a name; raises OSError or ValueError."""
    entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in entries]
    return list(dict.fromkeys(addresses))


def _require_some(host: str, addresses: list[str]) -> list[str]:
    if not addresses:
        raise httpcore.ConnectError(f"the name {host} has no address")
    return addresses


def _find_ends(stream: httpcore.AsyncNetworkStream | httpcore.NetworkStream) -> tuple[str, str]:
    """Return the addresses of our end and of the other."""
    connection: socket.socket = stream.get_extra_info("socket")
    try:
        local = connection.getsockname()
        peer = connection.getpeername()
    except OSError as error:
        raise httpcore.ConnectError(f"the connection broke: {error}") from error
    return str(local[0]), str(peer[0])
