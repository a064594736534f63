"""
Addresses in, bytes out, over httpx; nothing that a server does can hang, fill or lead us inward.

What bounds what: connect and read time-outs a silent server, the total time-out a dripping one; the cap counts bytes on
the wire while they come and bytes unpacked afterwards (``feeds.unpack``); redirects are followed here, each judged like
a first address; the connection itself is guarded in ``feeds.network``. Cookies are not kept: a poll tells a server
nothing of the poll before but its own ETag.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Self

import httpx

from aggregator.errors import PermanentFetchError
from aggregator.feeds.faults import FOREIGN, from_foreign, from_status
from aggregator.feeds.network import GuardedBackend
from aggregator.feeds.transport import GuardedTransport
from aggregator.feeds.unpack import ACCEPT_ENCODING, OversizeError, unpack
from aggregator.models import FetchResult, Outcome, Redirect

if TYPE_CHECKING:
    import ssl
    from types import TracebackType

    from aggregator.feeds.network import Resolver
    from aggregator.ports import Clock

__all__ = ["FetchLimits", "HttpFetcher"]

_ACCEPT = "application/rss+xml, application/atom+xml, application/rdf+xml, application/xml;q=0.9, */*;q=0.5"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NOT_MODIFIED = 304
# RFC 9110, 4.1 asks for 8,000 at least; nothing longer is a feed's address.
_MAX_URL_CHARS = 8000


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """
    What one fetch may cost.

    The largest of the real feeds at hand, 200 teasers, has 0.23 MB; the cap leaves full-text feeds sixty times that.

    Attributes:
        connect_timeout_s: Resolving, connecting; TLS has as long again.
        read_timeout_s: Silence between two pieces.
        total_timeout_s: All of it, redirects included.
        max_bytes: Of a body, both on the wire and unpacked.
        max_redirects: Followed in a row.
    """

    connect_timeout_s: float = 10.0
    read_timeout_s: float = 20.0
    total_timeout_s: float = 60.0
    max_bytes: int = 15 * 1024 * 1024
    max_redirects: int = 5


class HttpFetcher:
    """
    The ``Fetcher`` of the real world; an async context manager around one client, for one event loop.

    Args:
        user_agent: Should hold an address where the operator can be reached.
        clock: For Retry-After dates.
        limits: What one fetch may cost.
        allow_private: Host names, addresses or networks allowed although not public, e.g. ``127.0.0.1``.
        resolve: Name resolver; None for the system's.
        tls: Certificates to trust; None for certifi's list, as httpx does.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        clock: Clock,
        limits: FetchLimits = FetchLimits(),
        allow_private: tuple[str, ...] = (),
        resolve: Resolver | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._clock, self._limits = clock, limits
        backend = GuardedBackend(allow_private, resolve)
        self._client = httpx.AsyncClient(
            transport=GuardedTransport(backend, tls or httpx.create_ssl_context()),
            headers={"User-Agent": user_agent, "Accept": _ACCEPT, "Accept-Encoding": ACCEPT_ENCODING},
            timeout=httpx.Timeout(limits.read_timeout_s, connect=limits.connect_timeout_s),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    async def fetch(self, url: str, *, etag: str = "", last_modified: str = "") -> FetchResult:
        """
        Get one address; see ``ports.Fetcher``.

        Raises:
            TemporaryFetchError: Time-outs, failed connections, 404, 429, other 4xx, 5xx, cut or badly coded bodies.
            PermanentFetchError: 410, a refused address, a body over the cap, a redirect loop.
        """
        exchange = _Exchange(url, self._limits)
        started = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(self._limits.total_timeout_s):
                result = await self._follow(exchange, _validators(etag, last_modified))
        except FOREIGN as error:
            raise from_foreign(
                exchange.url, error, in_body=exchange.in_body, total_timeout_s=self._limits.total_timeout_s
            ) from error
        return replace(result, elapsed_s=asyncio.get_running_loop().time() - started)

    async def _follow(self, exchange: _Exchange, validators: dict[str, str]) -> FetchResult:
        first_host = exchange.parsed().host
        while True:
            target = exchange.parsed()
            # An ETag is one server's memory of us; it is not passed on to another.
            headers = validators if target.host == first_host else {}
            request = self._client.build_request("GET", target, headers=headers)
            response = await self._client.send(request, stream=True, follow_redirects=False)
            try:
                if response.status_code not in _REDIRECTS or "location" not in response.headers:
                    return await self._read(exchange, response, conditional=bool(headers))
                exchange.redirect(response)
            finally:
                await response.aclose()

    async def _read(self, exchange: _Exchange, response: httpx.Response, *, conditional: bool) -> FetchResult:
        url, status, headers = exchange.url, response.status_code, dict(response.headers)
        redirects = tuple(exchange.passed)
        if status == _NOT_MODIFIED and conditional:
            return FetchResult(url=url, status=status, headers=headers, body=b"", redirects=redirects)
        if not response.is_success:
            raise from_status(url, status, headers, self._clock.now())
        exchange.in_body = True
        wire = await _read_wire(response, self._limits.max_bytes)
        body = unpack(wire, headers.get("content-encoding", ""), self._limits.max_bytes)
        return FetchResult(url=url, status=status, headers=headers, body=body, redirects=redirects)


class _Exchange:
    """Where one fetch stands: the address asked now, the addresses passed, whether the body has begun."""

    def __init__(self, url: str, limits: FetchLimits) -> None:
        self.url, self._limits = url, limits
        self.passed: list[Redirect] = []
        self.in_body = False

    def parsed(self) -> httpx.URL:
        """Return the address asked now; only http and https with a host are asked."""
        if len(self.url) > _MAX_URL_CHARS:
            start = self.url[:200]
            raise PermanentFetchError(start, Outcome.REFUSED_ADDRESS, f"an address of {len(self.url):,} characters")
        try:
            target = httpx.URL(self.url)
        except httpx.InvalidURL as error:
            raise PermanentFetchError(self.url, Outcome.REFUSED_ADDRESS, f"not an address: {error}") from error
        if target.scheme not in {"http", "https"} or not target.host:
            raise PermanentFetchError(self.url, Outcome.REFUSED_ADDRESS, "only http and https addresses are fetched")
        return target

    def redirect(self, response: httpx.Response) -> None:
        """Move on to where a response points."""
        location = response.headers["location"]
        self.passed.append(Redirect(self.url, response.status_code))
        self.url = str(self.parsed().join(location).copy_with(fragment=None))
        if self.url in {step.url for step in self.passed}:
            raise PermanentFetchError(self.url, Outcome.REDIRECT_LOOP, f"redirected in a circle of {len(self.passed)}")
        if len(self.passed) > self._limits.max_redirects:
            detail = f"more than {self._limits.max_redirects} redirects, the last to {self.url}"
            raise PermanentFetchError(self.passed[0].url, Outcome.REDIRECT_LOOP, detail)


def _validators(etag: str, last_modified: str) -> dict[str, str]:
    # Headers we are sent may hold bytes that we could not send back as they came; such a validator is worth nothing.
    pairs = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in pairs.items() if value and value.isascii() and value.isprintable()}


async def _read_wire(response: httpx.Response, max_bytes: int) -> bytes:
    promised = response.headers.get("content-length", "")
    if promised.isascii() and promised.isdigit() and int(promised[:20]) > max_bytes:
        raise OversizeError(f"Content-Length is {int(promised[:20]):,} bytes, the cap {max_bytes:,}")
    wire = bytearray()
    async for piece in response.aiter_raw():
        wire += piece
        if len(wire) > max_bytes:
            raise OversizeError(f"more than {max_bytes:,} bytes on the wire")
    return bytes(wire)
