"""
Addresses in, bytes out, over httpx; nothing that a server does can hang, fill or lead us inward.

What bounds what: connect and read time-outs a silent server, the total time-out a dripping one; the
cap counts bytes on the wire while they come (``net.meter`` counts all that is not body) and bytes
unpacked afterwards (``feeds.unpack``); redirects are followed here, each judged like a first
address, never from https to http; the connection itself is guarded in ``net.guard``. Cookies live
for the one fetch whose redirects set them (``feeds.cookies``) and no Referer is sent: a server
learns nothing of the poll before but its own ETag.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Self

import httpx

from aggregator.errors import PermanentFetchError
from aggregator.feeds.cookies import FetchCookies
from aggregator.feeds.faults import FOREIGN, make_foreign_error, make_status_error
from aggregator.feeds.limits import FetchLimits
from aggregator.feeds.unpack import ACCEPT_ENCODING, OversizeError, unpack
from aggregator.models import FetchResult, Outcome, Redirect
from aggregator.net.client import REDIRECTS, find_next_url
from aggregator.net.guard import AddressGuard, RefusedAddressError
from aggregator.net.meter import Meter, metered
from aggregator.net.transport import GuardedTransport
from aggregator.net.trust import trust_public
from aggregator.printable import make_line
from aggregator.urls.host import is_same_server

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
_SUCCESS = range(200, 300)
_VALIDATORS = frozenset({"If-None-Match", "If-Modified-Since"})
# Headers and framing beside the body: chunks of ten bytes double it, smaller ones are an attack.
_FRAMING = 2
_HEAD_BYTES = 256 * 1024
# Longer than any validator seen; it is stored, and sent back with every poll.
_MAX_VALIDATOR_CHARS = 1000
_SHOWN_CHARS = 200
# Addresses that are kept parsed, as sources are asked again and again.
_KEPT_URLS = 2048


class HttpFetcher:
    """
    The ``Fetcher`` of the real world.

    An async context manager around its connections, for one event loop.

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
        self._transport = GuardedTransport(
            self._guard, tls or trust_public(http2=True), proxy=proxy, resolve=resolve
        )
        timeout = httpx.Timeout(limits.read_timeout_s, connect=limits.connect_timeout_s)
        self._extensions = {"timeout": timeout.as_dict()}
        self._lines = [
            (b"User-Agent", user_agent.encode("ascii")),
            (b"Accept", _ACCEPT.encode()),
            (b"Accept-Encoding", ACCEPT_ENCODING.encode()),
            (b"Connection", b"keep-alive"),
        ]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._transport.aclose()

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
        validators = _list_validators(etag, last_modified)
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            async with asyncio.timeout(self._limits.total_timeout_s):
                result = await self._follow(exchange, validators)
        except FOREIGN as error:
            raise make_foreign_error(
                exchange.url,
                error,
                in_body=exchange.in_body,
                total_timeout_s=self._limits.total_timeout_s,
            ) from error
        return replace(result, elapsed_s=loop.time() - started)

    async def _follow(self, exchange: _Exchange, validators: dict[str, str]) -> FetchResult:
        first = str(exchange.check_url())
        while True:
            target = exchange.check_url()
            # An ETag is one server's memory of us; it is not passed on to another.
            is_ours = not exchange.passed or is_same_server(first, str(target))
            headers = dict(validators) if is_ours else {}
            cookie = exchange.write_cookies()
            if cookie:
                headers["Cookie"] = cookie
            result = await self._request(exchange, target, headers)
            if result is not None:
                return result

    async def _request(
        self,
        exchange: _Exchange,
        target: httpx.URL,
        headers: dict[str, str],
    ) -> FetchResult | None:
        """Ask one address; None if it leads on to another, which the exchange then names."""
        meter = Meter(_FRAMING * self._limits.max_bytes + _HEAD_BYTES)
        # As bytes: httpx then takes them as they are.
        lines = [(name.encode(), value.encode("ascii")) for name, value in headers.items()]
        request = httpx.Request(
            "GET", target, headers=[*self._lines, *lines], extensions=self._extensions
        )
        with metered(meter):
            answer = await self._transport.handle_async_request(request)
            try:
                if _leads_on(answer):
                    exchange.redirect(answer)
                    return None
                is_conditional = not _VALIDATORS.isdisjoint(headers)
                return await self._read(exchange, answer, conditional=is_conditional)
            finally:
                await answer.aclose()

    async def _read(
        self,
        exchange: _Exchange,
        answer: httpx.Response,
        *,
        conditional: bool,
    ) -> FetchResult:
        url = exchange.url
        status = answer.status_code
        headers = dict(answer.headers)
        redirects = tuple(exchange.passed)
        if status == _NOT_MODIFIED and conditional:
            return FetchResult(
                url=url,
                status=status,
                headers=headers,
                body=b"",
                redirects=redirects,
            )
        if status not in _SUCCESS:
            raise make_status_error(url, status, headers, self._clock.now())
        exchange.in_body = True
        wire = await _read_wire(answer, self._limits.max_bytes)
        body = unpack(wire, headers.get("content-encoding", ""), self._limits.max_bytes)
        return FetchResult(
            url=url,
            status=status,
            headers=headers,
            body=body,
            redirects=redirects,
        )


@lru_cache(maxsize=_KEPT_URLS)
def _parse_url(url: str) -> httpx.URL:
    return httpx.URL(url)


class _Exchange:
    """
    How far one fetch has come.

    Attributes:
        url: The address asked now.
        passed: The redirects behind, in order.
        in_body: The headers have come, and the body has begun.
    """

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
        self._cookies = FetchCookies()
        self._asked: set[tuple[str, str]] = set()
        self._checked: tuple[str, httpx.URL] | None = None
        self.in_body = False

    def check_url(self) -> httpx.URL:
        """Return the address asked now, or raise if the guard refuses it."""
        if self._checked and self._checked[0] == self.url:
            return self._checked[1]
        try:
            target = _parse_url(self.url)
            self._guard.check_url(target)
        except httpx.InvalidURL as error:
            raise self._make_refusal(f"not an address: {error}") from error
        except RefusedAddressError as error:
            raise self._make_refusal(str(error)) from error
        self._checked = self.url, target
        return target

    def _make_refusal(self, why: str) -> PermanentFetchError:
        # What stands before an "@" may be a password.
        scheme, slashes, rest = self.url.partition("//")
        address = rest if slashes else scheme
        host = address.rpartition("@")[2]
        shown = f"{scheme}//{host}" if slashes else host
        return PermanentFetchError(
            make_line(shown[:_SHOWN_CHARS]), Outcome.REFUSED_ADDRESS, make_line(why)
        )

    def write_cookies(self) -> str:
        """Return the Cookie header of the request to come; empty for none."""
        return self._cookies.write(self.check_url())

    def redirect(self, answer: httpx.Response) -> None:
        """Move on to where an answer points."""
        asked = self.check_url()
        self._asked.add((self.url, self.write_cookies()))
        self._cookies.take(asked, answer.headers.get_list("set-cookie"))
        self.passed.append(Redirect(self.url, answer.status_code))
        self.url = str(find_next_url(asked, answer.headers["location"]))
        count = len(self.passed)
        # The same address with another cookie is another question.
        if (self.url, self.write_cookies()) in self._asked:
            detail = f"redirected in a circle of {count}"
            raise PermanentFetchError(self.url, Outcome.REDIRECT_LOOP, detail)
        most = self._limits.max_redirects
        if count > most:
            first = self.passed[0].url
            detail = f"more than {most} redirects, the last to {self.check_url()}"
            raise PermanentFetchError(first, Outcome.REDIRECT_LOOP, detail)


def _leads_on(answer: httpx.Response) -> bool:
    return answer.status_code in REDIRECTS and "location" in answer.headers


def _list_validators(etag: str, last_modified: str) -> dict[str, str]:
    # Headers we are sent may hold bytes that we could not send back as they came; such a validator
    # is worth nothing.
    pairs = {
        "If-None-Match": etag,
        "If-Modified-Since": last_modified,
    }
    return {name: value for name, value in pairs.items() if _can_be_sent(value)}


def _can_be_sent(value: str) -> bool:
    return 0 < len(value) <= _MAX_VALIDATOR_CHARS and value.isascii() and value.isprintable()


async def _read_wire(answer: httpx.Response, max_bytes: int) -> bytes:
    header = answer.headers.get("content-length", "")
    is_number = header.isascii() and header.isdigit()
    promised = int(header[:20]) if is_number else 0
    if promised > max_bytes:
        raise OversizeError(f"Content-Length is {promised:,} bytes, the cap {max_bytes:,}")
    wire = bytearray()
    async for piece in answer.aiter_raw():
        wire += piece
        if len(wire) > max_bytes:
            raise OversizeError(f"more than {max_bytes:,} bytes on the wire")
    return bytes(wire)
