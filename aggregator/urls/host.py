"""The host of an address; pure."""

from __future__ import annotations

from urllib.parse import urlsplit

from aggregator.urls.canonical import canonicalize_url

__all__ = ["find_canonical_host", "find_host"]


def find_host(url: str) -> str:
    """
    Return the host that an address is fetched from, with its port, without ``www.``.

    Empty if it is no address.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    host = parts.hostname or ""
    host = host.lower().removeprefix("www.")
    return f"{host}:{port}" if port and host else host


def find_canonical_host(url: str) -> str:
    """Return an address's host, the same for its mobile and AMP twins; empty if it has none."""
    return urlsplit(canonicalize_url(url)).netloc
