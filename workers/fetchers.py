"""The ways out: one to outlets, which is polite to hosts, and one to this machine."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from aggregator.feeds.fetch import HttpFetcher
from aggregator.net.host_limits import PoliteFetcher
from aggregator.net.local_host_limiter import LocalHostLimiter
from workers import __version__

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aggregator.feeds.limits import FetchLimits
    from aggregator.net.host_limits import HostLimiter, HostLimits
    from aggregator.ports import Clock, Fetcher
    from config.sections import FetchSection

__all__ = ["make_loopback_fetcher", "open_fetcher"]

# A worker that waits for a host's turn holds up what else it took; a gap or two is quicker than
# giving back and taking.
_PATIENCE = timedelta(seconds=2)
_PATIENCE_ALONE = timedelta(minutes=2)


@asynccontextmanager
async def open_fetcher(
    fetch: FetchSection,
    host_limits: HostLimits,
    shared: HostLimiter | None,
    clock: Clock,
) -> AsyncIterator[Fetcher]:
    """
    Give a new way out that is polite to hosts.

    Args:
        fetch: Settings of it.
        host_limits: What is polite.
        shared: The limiter of all workers: who meets it gives a source back rather than wait long
            for its host's turn. None for a command that somebody watches: it needs no store for
            it, has a limiter of its own, and waits.
        clock: Real time.
    """
    gate = shared or LocalHostLimiter(host_limits, clock)
    patience = _PATIENCE if shared else _PATIENCE_ALONE
    fetcher = HttpFetcher(
        limits=fetch.limits(),
        user_agent=fetch.user_agent(__version__),
        allow_private=fetch.allow_private,
        clock=clock,
        proxy=fetch.parse_proxy(),
    )
    async with fetcher as inner:
        yield PoliteFetcher(
            inner,
            gate,
            clock=clock,
            patience=patience,
        )


def make_loopback_fetcher(limits: FetchLimits, clock: Clock) -> HttpFetcher:
    """Return a way to this machine alone, with the limits of the way out and no redirects."""
    return HttpFetcher(
        limits=replace(limits, max_redirects=0),
        user_agent=f"tilshi/{__version__} (canary)",
        allow_private=("127.0.0.1",),
        clock=clock,
        proxy=None,
    )
