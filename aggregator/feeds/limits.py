"""
What one fetch may cost.

Apart from the fetcher, so that settings can be read without an HTTP client.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FetchLimits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """
    What one fetch may cost.

    The largest of the real feeds at hand, 200 teasers, has 0.23 MB; the cap leaves full-text feeds
    thirty-five times that, and bounds what a hostile one may cost (``./run bench hostile``).

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
    max_bytes: int = 8 * 1024 * 1024
    max_redirects: int = 5
