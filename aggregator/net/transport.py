"""
Requests over guarded connections: httpx's own transports take no network backend, hence these.

Polls go without httpx's client: none of its merging of headers, cookies, logins and redirects is
used, and it took a seventh of the processor time of asking for a feed (decision 131).
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import h2.exceptions
import httpcore
import httpx

from aggregator.net.backend import BlockingBackend, GuardedBackend
from aggregator.net.connections import Connections
from aggregator.net.guard import AddressGuard, RefusedAddressError

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Iterator

    from aggregator.net.backend import Lookup, Resolver
    from aggregator.net.proxy import Proxy

__all__ = ["BlockingTransport", "GuardedTransport"]

_KEPT_S = 30.0
# httpcore takes 100 KiB of headers in HTTP/1.1 and 64 KiB in HTTP/2. A real feed sends some 20, 1
# KB in all.
_MAX_HEADERS = 200
_MAX_HEADER_BYTES = 64 * 1024


class GuardedTransport(httpx.AsyncBaseTransport):
    """
    Sends httpx's requests over httpcore's connections; httpcore's errors pass through as they are.

    Args:
        guard: The rules.
        tls: Certificates to trust.
        proxy: Through which all goes; None for none.
        resolve: Name resolver; None for the system's.
    """

    def __init__(
        self,
        guard: AddressGuard,
        tls: ssl.SSLContext,
        *,
        proxy: Proxy | None = None,
        resolve: Resolver | None = None,
    ) -> None:
        self._guard = guard
        self._proxy = proxy
        self._judging = GuardedBackend(guard, resolve)
        self._backend = self._judging
        if proxy:
            only_proxy = AddressGuard((proxy.host,))
            self._backend = GuardedBackend(only_proxy, resolve)
        if proxy:
            pool: httpcore.AsyncConnectionPool = httpcore.AsyncHTTPProxy(
                proxy.url,
                proxy_auth=proxy.login,
                ssl_context=tls,
                keepalive_expiry=_KEPT_S,
                http2=True,
                network_backend=self._backend,
            )
        else:
            pool = httpcore.AsyncConnectionPool(
                ssl_context=tls,
                keepalive_expiry=_KEPT_S,
                http2=True,
                network_backend=self._backend,
            )
        # It says how a server is connected to, and no more. The number of connections is the
        # caller's business: a pool that is full would let one source delay another.
        self._connections = Connections(pool.create_connection)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """
        Send a request.

        Raises:
            httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError,
            httpcore.TimeoutException: As they come.
        """
        self._guard.check_url(request.url)
        if self._proxy:
            await self._judge_behind_proxy(request.url)
        with _blame_server():
            answer = await self._connections.send(_make_request(request))
        try:
            return httpx.Response(
                answer.status,
                headers=_check_headers(answer.headers),
                stream=_Stream(answer),
                request=request,
            )
        except BaseException:
            await answer.aclose()
            raise

    async def _judge_behind_proxy(self, url: httpx.URL) -> None:
        # What the proxy makes of a name is not for us to see; what we know of it is judged all the
        # same.
        try:
            await self._judging.judge(url.host, url.port or 0)
        except RefusedAddressError:
            raise
        except httpcore.ConnectError:
            return  # a name that only the proxy can resolve

    async def aclose(self) -> None:
        """Close all connections."""
        await self._connections.aclose()
        self._backend.close()
        self._judging.close()


class BlockingTransport(httpx.BaseTransport):
    """
    The same for code that waits.

    Args:
        guard: The rules.
        tls: Certificates to trust.
        proxy: Through which all goes; None for none.
        resolve: Name resolver; None for the system's.
    """

    def __init__(
        self,
        guard: AddressGuard,
        tls: ssl.SSLContext,
        *,
        proxy: Proxy | None = None,
        resolve: Lookup | None = None,
    ) -> None:
        self._guard = guard
        self._proxy = proxy
        self._judging = BlockingBackend(guard, resolve)
        if proxy:
            only_proxy = AddressGuard((proxy.host,))
            self._pool: httpcore.ConnectionPool = httpcore.HTTPProxy(
                proxy.url,
                proxy_auth=proxy.login,
                ssl_context=tls,
                network_backend=BlockingBackend(only_proxy, resolve),
            )
        else:
            self._pool = httpcore.ConnectionPool(ssl_context=tls, network_backend=self._judging)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; see ``GuardedTransport``."""
        self._guard.check_url(request.url)
        if self._proxy:
            self._judge_behind_proxy(request.url)
        with _blame_server():
            answer = self._pool.handle_request(_make_request(request))
        try:
            return httpx.Response(
                answer.status,
                headers=_check_headers(answer.headers),
                stream=_BlockingStream(answer),
                extensions=answer.extensions,
            )
        except BaseException:
            answer.close()
            raise

    def _judge_behind_proxy(self, url: httpx.URL) -> None:
        try:
            self._judging.judge(url.host, url.port or 0)
        except RefusedAddressError:
            raise
        except httpcore.ConnectError:
            return

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


class _Stream(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _blame_server():
            async for piece in self._answer.aiter_stream():
                yield piece

    async def aclose(self) -> None:
        await self._answer.aclose()


class _BlockingStream(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with _blame_server():
            yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


@contextmanager
def _blame_server() -> Iterator[None]:
    """
    Turn what httpcore lets through of a server's nonsense into an error of protocol.

    A status that is no number is such a thing.
    """
    try:
        yield
    except (h2.exceptions.H2Error, ValueError) as error:
        raise httpcore.RemoteProtocolError(f"the answer is not HTTP: {error}"[:200]) from error


def _make_request(request: httpx.Request) -> httpcore.Request:
    url = request.url
    return httpcore.Request(
        method=request.method,
        url=httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
        ),
        headers=request.headers.raw,
        content=request.stream,
        extensions=request.extensions,
    )


def _check_headers(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    size = sum(len(name) + len(value) for name, value in headers)
    if len(headers) > _MAX_HEADERS or size > _MAX_HEADER_BYTES:
        raise httpcore.RemoteProtocolError(
            f"{len(headers):,} headers of {size:,} bytes in the answer"
        )
    return headers
