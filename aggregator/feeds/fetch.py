"""
Addresses in, bytes out, over httpx; nothing that a server does can hang, fill or lead us inward.

What bounds what: connect and read time-outs a silent server, the total time-out a dripping one; the
cap counts bytes on the wire while they come (``net.meter`` counts all that is not body) and bytes
unpacked afterwards (``feeds.unpack``); redirects are followed here, each judged like a first
address, never from https to http; the connection itself is guarded in ``net.guard``. Cookies are
not kept and no Referer is sent: a poll tells a server nothing of the poll before but its own ETag.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Self

import httpx

from aggregator.errors import PermanentFetchError
from aggregator.feeds.faults import FOREIGN, from_foreign, from_status
from aggregator.feeds.limits import FetchLimits
from aggregator.feeds.unpack import ACCEPT_ENCODING, OversizeError, unpack
from aggregator.models import FetchResult, Outcome, Redirect
from aggregator.net.client import REDIRECTS, next_url
from aggregator.net.guard import AddressGuard, RefusedAddressError
from aggregator.net.meter import Meter, metered
from aggregator.net.transport import GuardedTransport

if TYPE_CHECKING:
    import ssl
    from types import TracebackType

    from aggregator.net.backend import Resolver
    from aggregator.net.proxy import Proxy
    from aggregator.ports import Clock

__all__ = ["HttpFetcher"]

_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/rdf+xml, application/xml;q=0.9, "
    "*/*;q=0.5"
)
_NOT_MODIFIED = 304
# Headers and framing beside the body: chunks of ten bytes double it, smaller ones are an attack.
_FRAMING = 2
_HEAD_BYTES = 256 * 1024
# Longer than any validator seen; it is stored, and sent back with every poll.
_MAX_VALIDATOR_CHARS = 1000
_SHOWN_CHARS = 200


class HttpFetcher:
    """
    The ``Fetcher`` of the real world; an async context manager around one client, for one event
    loop.

    Args:
        user_agent: Should hold an address where the operator can be reached.
        clock: For Retry-After dates.
        limits: What one fetch may cost.
        allow_private: Host names, addresses or networks allowed although not public, e.g.
            ``127.0.0.1``.
        resolve: Name resolver; None for the system's.
        tls: Certificates to trust; None for certifi's list, as httpx does.
        proxy: Through which all goes; None for none, whatever the environment says.
    """

    def __init__(  # noqa: PLR0913  each is a part of the world that a test replaces
        self,
        *,
        user_agent: str,
        clock: Clock,
        limits: FetchLimits = FetchLimits(),  # noqa: B008 -- frozen
        allow_private: tuple[str, ...] = (),
        resolve: Resolver | None = None,
        tls: ssl.SSLContext | None = None,
        proxy: Proxy | None = None,
    ) -> None:
        self._clock = clock
        self._limits = limits
        self._guard = AddressGuard(allow_private)
        self._client = httpx.AsyncClient(
            transport=GuardedTransport(
                self._guard,
                tls or httpx.create_ssl_context(),
                proxy=proxy,
                resolve=resolve,
            ),
            headers={
                "User-Agent": user_agent,
                "Accept": _ACCEPT,
                "Accept-Encoding": ACCEPT_ENCODING,
            },
            timeout=httpx.Timeout(limits.read_timeout_s, connect=limits.connect_timeout_s),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    async def fetch(
        self,
        url: str,
        *,
        etag: str = "",
        last_modified: str = "",
    ) -> FetchResult:
        """
        Get one address; see ``ports.Fetcher``.

        Raises:
            TemporaryFetchError: Time-outs, failed connections, 404, 429, other 4xx, 5xx, cut or
                badly coded bodies.
            PermanentFetchError: 410, a refused address, a body over the cap, a redirect loop.
        """
        exchange = _Exchange(url, self._limits, self._guard)
        started = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(self._limits.total_timeout_s):
                result = await self._follow(exchange, _validators(etag, last_modified))
        except FOREIGN as error:
            raise from_foreign(
                exchange.url,
                error,
                in_body=exchange.in_body,
                total_timeout_s=self._limits.total_timeout_s,
            ) from error
        return replace(result, elapsed_s=asyncio.get_running_loop().time() - started)

    async def _follow(self, exchange: _Exchange, validators: dict[str, str]) -> FetchResult:
        first_host = exchange.parsed().host
        while True:
            target = exchange.parsed()
            # An ETag is one server's memory of us; it is not passed on to another.
            headers = validators if target.host == first_host else {}
            request = self._client.build_request("GET", target, headers=headers)
            with metered(Meter(_FRAMING * self._limits.max_bytes + _HEAD_BYTES)):
                response = await self._client.send(request, stream=True, follow_redirects=False)
                try:
                    if response.status_code not in REDIRECTS or "location" not in response.headers:
                        return await self._read(exchange, response, conditional=bool(headers))
                    exchange.redirect(response)
                finally:
                    await response.aclose()

    async def _read(
        self,
        exchange: _Exchange,
        response: httpx.Response,
        *,
        conditional: bool,
    ) -> FetchResult:
        url = exchange.url
        status = response.status_code
        headers = dict(response.headers)
        redirects = tuple(exchange.passed)
        if status == _NOT_MODIFIED and conditional:
            return FetchResult(
                url=url,
                status=status,
                headers=headers,
                body=b"",
                redirects=redirects,
            )
        if not response.is_success:
            raise from_status(url, status, headers, self._clock.now())
        exchange.in_body = True
        wire = await _read_wire(response, self._limits.max_bytes)
        body = unpack(wire, headers.get("content-encoding", ""), self._limits.max_bytes)
        return FetchResult(
            url=url,
            status=status,
            headers=headers,
            body=body,
            redirects=redirects,
        )


class _Exchange:
    """Where one fetch stands: the address asked now, the addresses passed, whether the body has begun."""

    def __init__(
        self,
        url: str,
        limits: FetchLimits,
        guard: AddressGuard,
    ) -> None:
        self.url = url
        self._limits = limits
        self._guard = guard
        self.passed: list[Redirect] = []
        self.in_body = False

    def parsed(self) -> httpx.URL:
        """Return the address asked now; what the guard refuses is not asked."""
        try:
            target = httpx.URL(self.url)
            self._guard.check_url(target)
        except httpx.InvalidURL as error:
            raise self._refused(f"not an address: {error}") from error
        except RefusedAddressError as error:
            raise self._refused(str(error)) from error
        return target

    def _refused(self, why: str) -> PermanentFetchError:
        # What stands before an "@" may be a password.
        scheme, slashes, rest = self.url.partition("//")
        shown = (
            f"{scheme}{slashes}{rest.rpartition('@')[2]}"
            if slashes
            else self.url.rpartition("@")[2]
        )
        return PermanentFetchError(shown[:_SHOWN_CHARS], Outcome.REFUSED_ADDRESS, why)

    def redirect(self, response: httpx.Response) -> None:
        """Move on to where a response points."""
        asked = self.parsed()
        self.passed.append(Redirect(self.url, response.status_code))
        self.url = str(next_url(asked, response.headers["location"]))
        if self.url in {step.url for step in self.passed}:
            raise PermanentFetchError(
                self.url, Outcome.REDIRECT_LOOP, f"redirected in a circle of {len(self.passed)}"
            )
        if len(self.passed) > self._limits.max_redirects:
            detail = (
                f"more than {self._limits.max_redirects} redirects, the last to {self.parsed()}"
            )
            raise PermanentFetchError(self.passed[0].url, Outcome.REDIRECT_LOOP, detail)


def _validators(etag: str, last_modified: str) -> dict[str, str]:
    # Headers we are sent may hold bytes that we could not send back as they came; such a validator
    # is worth nothing.
    pairs = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in pairs.items() if value and _can_be_sent(value)}


def _can_be_sent(value: str) -> bool:
    return len(value) <= _MAX_VALIDATOR_CHARS and value.isascii() and value.isprintable()


async def _read_wire(response: httpx.Response, max_bytes: int) -> bytes:
    promised = response.headers.get("content-length", "")
    if promised.isascii() and promised.isdigit() and int(promised[:20]) > max_bytes:
        raise OversizeError(
            f"Content-Length is {int(promised[:20]):,} bytes, the cap {max_bytes:,}"
        )
    wire = bytearray()
    async for piece in response.aiter_raw():
        wire += piece
        if len(wire) > max_bytes:
            raise OversizeError(f"more than {max_bytes:,} bytes on the wire")
    return bytes(wire)
