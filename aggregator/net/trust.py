"""Whose certificates are trusted, unless told otherwise."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    import ssl

__all__ = ["trust_public"]


@cache
def trust_public(*, http2: bool) -> ssl.SSLContext:
    """
    Return the list of certificates that the environment names (``SSL_CERT_FILE``), or certifi's.

    It is read once a process for each kind of client: that takes 20 to 30 ms, more than all else
    that a batch of sixteen unchanged feeds takes.

    Args:
        http2: Whether the client speaks it. What it speaks stands in the list, where httpcore puts
            it at each connection, so that clients which differ in it cannot share one.
    """
    trusted = httpx.create_ssl_context()
    trusted.set_alpn_protocols(["http/1.1", "h2"] if http2 else ["http/1.1"])
    return trusted
