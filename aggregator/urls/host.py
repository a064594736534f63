"""The host of an address; pure."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from aggregator.urls.canonical import canonicalize_url

__all__ = ["find_canonical_host", "find_host", "is_same_server"]

# As long as names of hosts can be (RFC 1035, 2.3.4).
_HOST = re.compile(r"\S{1,253}")
_HTTP_PORT = 80
_HTTPS_PORT = 443


def find_host(url: str) -> str:
    """
    Return the host that an address is fetched from, with its port, without ``www.``.

    Empty if it is no address. A host is part of names of keys in the store, so one that no name
    server could know is none.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    host = parts.hostname or ""
    if not _HOST.fullmatch(host) or not host.isprintable():
        return ""
    host = host.lower().removeprefix("www.")
    return f"{host}:{port}" if port and host else host


def find_canonical_host(url: str) -> str:
    """Return an address's host, the same for its mobile and AMP twins; empty if it has none."""
    return urlsplit(canonicalize_url(url)).netloc


def is_same_server(old: str, new: str) -> bool:
    """
    Return whether what one address's server said of itself may be told to another's.

    Another port is another server; the step from http to https that sites make of their own
    addresses is none.
    """
    try:
        old_host, old_port = _find_server(old)
        new_host, new_port = _find_server(new)
    except ValueError:
        return False
    is_secured = (old_port, new_port) == (_HTTP_PORT, _HTTPS_PORT)
    return old_host == new_host and (old_port == new_port or is_secured)


def _find_server(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    default_port = _HTTPS_PORT if parts.scheme == "https" else _HTTP_PORT
    port = default_port if parts.port is None else parts.port
    return parts.hostname or "", port
