"""
Cookies that a redirect sets, for the one fetch that it is part of; pure.

Some sites answer a first request with a cookie and a redirect to where one is already (guards
against simple robots, choices of language); who does not send it back goes in a circle. So a fetch
keeps what its own redirects set, and forgets it when it ends: a server learns nothing of the poll
before. Less than RFC 6265 is done, on the safe side: a cookie goes to the host that set it, and to
others under a domain that it names only if they are of one site; its path and Secure are heeded, of
its life only Max-Age of nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aggregator.urls.site import find_site

if TYPE_CHECKING:
    from collections.abc import Iterable

    import httpx

__all__ = ["FetchCookies"]

# Browsers take 50 of a site at least, of 4,096 bytes each (RFC 6265, 6.1); a redirect sets one.
_MOST = 20
_MOST_CHARS = 4096


@dataclass(frozen=True, slots=True)
class _Cookie:
    """
    One cookie.

    Attributes:
        domain: Hosts under it get it too; empty for the host alone.
    """

    name: str
    value: str
    host: str
    domain: str
    path: str
    secure: bool

    def is_for(self, url: httpx.URL) -> bool:
        """Say whether it goes with a request."""
        if self.secure and url.scheme != "https":
            return False
        is_host = url.host == self.host
        is_under = bool(self.domain) and f".{url.host}".endswith(f".{self.domain}")
        folder = self.path.rstrip("/")
        is_below = url.path == self.path or url.path.startswith(f"{folder}/")
        return (is_host or is_under) and is_below


class FetchCookies:
    """The cookies of one fetch."""

    def __init__(self) -> None:
        self._cookies: dict[tuple[str, str, str, str], _Cookie] = {}

    def take(self, url: httpx.URL, lines: Iterable[str]) -> None:
        """
        Keep what a response sets.

        Args:
            url: That was asked.
            lines: Values of its Set-Cookie headers; what cannot be read or sent is passed over.
        """
        for line in lines:
            cookie, is_over = _read_cookie(url, line)
            if cookie is None:
                continue
            key = (cookie.host, cookie.domain, cookie.path, cookie.name)
            self._cookies.pop(key, None)
            if not is_over and len(self._cookies) < _MOST:
                self._cookies[key] = cookie

    def write(self, url: httpx.URL) -> str:
        """Return the Cookie header of a request; empty for none."""
        fitting = [cookie for cookie in self._cookies.values() if cookie.is_for(url)]
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in fitting)


def _read_cookie(url: httpx.URL, line: str) -> tuple[_Cookie | None, bool]:
    """Return a cookie, None if it is none that can be sent, and whether it is over already."""
    pair, *rest = line.split(";")
    name, value = map(str.strip, pair.split("=", 1)) if "=" in pair else ("", "")
    if not name or not _can_be_sent(f"{name}={value}"):
        return None, False
    attributes = _read_attributes(rest)
    domain = attributes.get("domain", "").lstrip(".").lower()
    if domain and not _may_name(url.host, domain):
        return None, False
    path = attributes.get("path", "")
    if not path.startswith("/"):
        path = url.path.rpartition("/")[0] or "/"
    cookie = _Cookie(
        name=name,
        value=value,
        host=url.host,
        domain=domain,
        path=path,
        secure="secure" in attributes,
    )
    age = attributes.get("max-age", "")
    return cookie, age == "0" or age.startswith("-")


def _can_be_sent(pair: str) -> bool:
    return pair.isascii() and pair.isprintable() and len(pair) <= _MOST_CHARS


def _read_attributes(parts: Iterable[str]) -> dict[str, str]:
    attributes = {}
    for part in parts:
        key, _, value = part.partition("=")
        attributes[key.strip().lower()] = value.strip()
    return attributes


def _may_name(host: str, domain: str) -> bool:
    """Say whether a host may set cookies for a domain: its own, or one above it of its site."""
    if host == domain:
        return True
    return host.endswith(f".{domain}") and find_site(f"http://{domain}/") == find_site(
        f"http://{host}/"
    )
