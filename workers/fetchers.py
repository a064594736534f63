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
    from aggregator.net.host_limits import HostLimiter
    from aggregator.ports import Fetcher
    from workers.services import Services

__all__ = ["make_loopback_fetcher", "open_fetcher"]

# A worker that waits for a host's turn holds up what else it took; a gap or two is quicker than
# giving back and taking.
_PATIENCE = timedelta(seconds=2)
_PATIENCE_ALONE = timedelta(minutes=2)


@asynccontextmanager
async def open_fetcher(
    services: Services,
    *,
    alone: bool = False,
    limits: FetchLimits | None = None,
) -> AsyncIterator[Fetcher]:
    """
    Give a new way out that is polite to hosts.

    Workers share one limiter: who meets it gives a source back rather than wait long for its host's
    turn. A command that somebody watches is ``alone``: it needs no store, has a limiter of its own,
    and waits.

    Args:
        limits: What one fetch may cost; None for the settings'.
    """
    section = services.settings.fetch
    host_limits = section.host_limits()
    clock = services.clock
    limiter: HostLimiter = LocalHostLimiter(host_limits, clock)
    patience = _PATIENCE_ALONE
    if not alone:
        limiter = services.store.host_limits.make_limiter(host_limits)
        patience = _PATIENCE
    fetcher = HttpFetcher(
        limits=limits or section.limits(),
        user_agent=section.user_agent(__version__),
        allow_private=section.allow_private,
        clock=clock,
        proxy=section.parse_proxy(),
    )
    async with fetcher as inner:
        yield PoliteFetcher(
            inner,
            limiter,
            clock=clock,
            patience=patience,
        )


def make_loopback_fetcher(services: Services) -> HttpFetcher:
    """
    Return a way to this machine alone, which the canary goes.

    It has the limits of the way out, and follows no redirect.
    """
    return HttpFetcher(
        limits=replace(services.settings.fetch.limits(), max_redirects=0),
        user_agent=f"tilshi/{__version__} (canary)",
        allow_private=("127.0.0.1",),
        clock=services.clock,
        proxy=None,
    )
