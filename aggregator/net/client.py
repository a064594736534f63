"""
A guarded client for code that waits: packages are fetched and channels are served with it.

Redirects are followed here and not by httpx, which reads their bodies whole whatever they hold.
"""

from __future__ import annotations

from contextlib import contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Self

import httpcore
import httpx

from aggregator.net.guard import AddressGuard, RefusedAddressError
from aggregator.net.meter import Meter, MeterError, metered
from aggregator.net.transport import BlockingTransport
from aggregator.net.trust import trust_public

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator, Mapping
    from types import TracebackType

    from aggregator.net.backend import Lookup
    from aggregator.net.proxy import Proxy

__all__ = [
    "NETWORK_ERRORS",
    "REDIRECTS",
    "GuardedClient",
    "TooManyRedirectsError",
    "blame_location",
    "find_next_url",
]

NETWORK_ERRORS = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
    httpx.HTTPError,
    httpx.InvalidURL,
)
"""What an exchange may raise; anything else is a bug."""

REDIRECTS = frozenset({301, 302, 303, 307, 308})
"""Statuses that name another address."""

_MAX_REDIRECTS = 5
# Until headers have come: what a status line, a hundred headers and a few interim responses take.
_HEAD_BYTES = 256 * 1024
_HEAD_S = 120.0
# Of no meaning once the body is at hand; httpx would undo an encoding, whatever it unpacks to.
_FRAMING = frozenset({"content-encoding", "content-length", "transfer-encoding"})


class TooManyRedirectsError(httpcore.ProtocolError):
    """A server sends us from address to address."""


def find_next_url(asked: httpx.URL, location: str) -> httpx.URL:
    """
    Return where a redirect leads.

    Raises:
        RefusedAddressError: From https to http, where anybody on the way may change what comes.
        httpx.InvalidURL: Nowhere.
    """
    with blame_location():
        target = asked.join(location).copy_with(fragment=None)
        host = target.host
    if asked.scheme == "https" and target.scheme == "http":
        raise RefusedAddressError(f"a redirect from https to http, to {host}, is not followed")
    return target


@contextmanager
def blame_location() -> Iterator[None]:
    """
    Turn what httpx lets through of an address that a server names into ``httpx.InvalidURL``.

    It reads the Location of a redirect even where it does not follow it, and passes on what
    ``urllib`` and ``idna`` say of hosts: ValueErrors.
    """
    try:
        yield
    except ValueError as error:
        raise httpx.InvalidURL(f"the address that a redirect names is none: {error}") from error


class GuardedClient:
    """
    GET and POST; a context manager.

    Keeps no cookies, reads no environment, uses a proxy only if given one.

    Args:
        user_agent: Sent with every request.
        timeout: For each connection and each wait for bytes.
        guard: The rules.
        proxy: Through which all goes; None for none.
        resolve: Name resolver; None for the system's.
        tls: Certificates to trust; None for certifi's list, as httpx does.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        timeout: httpx.Timeout,
        guard: AddressGuard,
        proxy: Proxy | None = None,
        resolve: Lookup | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._client = httpx.Client(
            transport=BlockingTransport(
                guard,
                tls or trust_public(http2=False),
                proxy=proxy,
                resolve=resolve,
            ),
            headers={"User-Agent": user_agent, "Accept-Encoding": "identity"},
            timeout=timeout,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            trust_env=False,
        )

    def __enter__(self) -> Self:
        self._client.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.__exit__(kind, error, trace)

    @contextmanager
    def get(self, url: str, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        """
        Ask for an address and follow redirects; the body is the caller's to read and to bound.

        Raises:
            One of ``NETWORK_ERRORS``.
        """
        target = httpx.URL(url)
        with metered(Meter(_HEAD_BYTES, _HEAD_S)) as meter:
            for _ in range(_MAX_REDIRECTS + 1):
                response = self._send(self._client.build_request("GET", target, headers=headers))
                try:
                    location = _find_redirect(response)
                    if not location:
                        meter.lift()
                        yield response
                        return
                    target = find_next_url(target, location)
                finally:
                    response.close()
        raise TooManyRedirectsError(
            f"more than {_MAX_REDIRECTS} redirects, the last to {target.host}"
        )

    def _send(self, request: httpx.Request) -> httpx.Response:
        with blame_location():
            return self._client.send(request, stream=True, follow_redirects=False)

    def post(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        max_bytes: int,
        total_s: float,
    ) -> httpx.Response:
        """
        Post and return the answer, read whole or cut at ``max_bytes``. A redirect is not followed.

        Raises:
            One of ``NETWORK_ERRORS``.
        """
        request = self._client.build_request(
            "POST",
            url,
            content=body,
            headers=headers,
        )
        with metered(Meter(_HEAD_BYTES + 2 * max_bytes, total_s)):
            response = self._send(request)
            try:
                body_read = bytearray()
                for piece in response.iter_raw():
                    body_read += piece
                    if len(body_read) > max_bytes:
                        break
            except MeterError:
                pass  # chatter: the status is known, and what was read so far is enough
            finally:
                response.close()
        kept = {name: value for name, value in response.headers.items() if name not in _FRAMING}
        return httpx.Response(
            response.status_code,
            headers=kept,
            content=bytes(body_read[:max_bytes]),
        )


def _find_redirect(response: httpx.Response) -> str:
    if response.status_code not in REDIRECTS:
        return ""
    return str(response.headers.get("location", ""))
