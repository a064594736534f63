"""Where readers are served: the archive kept up to date, and what pages are made with."""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import uvicorn

from aggregator.web.app import make_app
from aggregator.web.archive import Archive
from aggregator.web.asking import Asker
from aggregator.web.operator.app import OperatorContext, make_operator_app
from aggregator.web.operator.guard import OperatorGuard
from aggregator.web.probes import Probes, Scrapes, check_readiness
from aggregator.web.refresh import BesideDigests, Refresher
from workers.ending import is_end_asked
from workers.pages import make_page_renderer
from workers.snapshots import make_snapshot_scope

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from aggregator.store.redis import Store
    from aggregator.web.app import CachedApp
    from aggregator.web.renderer import PageRenderer
    from workers.services import Services

__all__ = ["LOOPBACK", "EndingServer", "WebServer", "describe_absence", "open_web_server"]

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""Names of this machine for itself."""


def describe_absence(reached: datetime | None, now: datetime, zone: str) -> str:
    """
    Say that the store is away, and since when.

    In whole minutes or hours, so that pages stay the same between.
    """
    if reached is None:
        return "The newsroom cannot be reached, and no digest is known here yet."
    gone = now - reached
    local = reached.astimezone(ZoneInfo(zone))
    age = (
        f"{gone // timedelta(hours=1)} h"
        if gone >= timedelta(hours=1)
        else f"{gone // timedelta(minutes=1)} min"
    )
    when = f"{local.day} {local:%B, %H:%M}"
    return (
        f"The newsroom cannot be reached. This is what was known {age} ago ({when}); it goes "
        "on when it is back."
    )


@dataclass(frozen=True, slots=True)
class WebServer:
    """
    Everything that is served, for as long as it is open.

    Attributes:
        app: The ASGI application.
        renderer: Makes the page of an address.
        refresher: Keeps the archive up to date.
        has_operator: The operator's page is served too.
    """

    app: CachedApp
    renderer: PageRenderer
    refresher: Refresher
    has_operator: bool


class EndingServer(uvicorn.Server):
    """
    Ends too where it was asked to before it listened for signals.

    What a signal raises may come in a callback of the event loop, which logs it and goes on.
    """

    async def on_tick(self, counter: int) -> bool:
        """Say whether to end; asked ten times a second."""
        return is_end_asked() or await super().on_tick(counter)


@contextmanager
def open_web_server(
    services: Services,
    path: Path,
    *,
    address: str,
    every_s: float,
    loopback: bool = True,
) -> Iterator[WebServer]:
    """
    Open what readers are served from.

    Args:
        services: Where digests come from.
        path: The archive's file.
        address: Where readers reach it, ending in ``/``.
        every_s: Seconds between two looks for what is new.
        loopback: It is served on loopback alone.

    Raises:
        ArchiveError: The archive cannot be opened.
        ConfigError: The operator's token is not where the settings say.
    """
    archive = Archive(path, services.glossary)
    asking = services.settings.web.whole_articles == "asked"
    renderer = make_page_renderer(services, archive, address=address, asking=asking)
    editions = [edition.id for edition in services.editions]

    # Readers go on without a store; so one that operators wait for must say soon that it is away.
    store = services.open_store(patient=False)
    # Not patient either: readers learn at once that the store is away, and it is asked again in
    # a moment.
    refresher = Refresher(
        store.digests,
        archive,
        editions,
        services.clock,
        every_s,
        beside=BesideDigests(wholes=store.wholes, pictures=store.pictures),
    )
    operator_pages = OperatorContext(
        scope=make_snapshot_scope(services, store),
        clock=services.clock,
        version=renderer.site.version,
        style=renderer.site.style,
        address=address,
        last_reached=archive.read_last_reached,
    )
    guard = _make_guard(services)
    operator = make_operator_app(operator_pages, guard) if guard else None

    probes = Probes(
        ready=lambda: check_readiness(archive, editions, lost=refresher.lost),
        scrapes=Scrapes(
            operator_pages.scope,
            services.clock,
            version=renderer.site.version,
            channels={plan.id: plan.kind for plan in services.channels},
        ),
        guard=guard,
        loopback=loopback and _is_loopback(address),
        open_metrics=services.settings.web.metrics == "open",
    )

    def state() -> tuple[int, str]:
        if not refresher.lost:
            return refresher.version, ""
        now = services.clock.now()
        return refresher.version, describe_absence(
            archive.read_last_reached(), now, str(services.zone)
        )

    asker = _make_asker(services, store, renderer, refresher) if asking else None
    with closing(store), refresher:
        app = make_app(
            renderer,
            state,
            operator=operator,
            probes=probes.list_routes(),
            asker=asker,
        )
        yield WebServer(app, renderer, refresher, has_operator=guard is not None)


def _make_asker(
    services: Services, store: Store, renderer: PageRenderer, refresher: Refresher
) -> Asker:
    bounds = services.settings.translate.whole_bounds()
    return Asker(
        archive=renderer.archive,
        site=renderer.site,
        wishes=store.wholes,
        chars=bounds.chars,
        most=bounds.waiting,
        is_away=lambda: refresher.lost,
        notice=refresher.notice_change,
    )


def _is_loopback(address: str) -> bool:
    """Say whether the address that readers have leads to this machine: nothing is before it."""
    return urlsplit(address).hostname in LOOPBACK


def _make_guard(services: Services) -> OperatorGuard | None:
    """Return what lets operators in; None without a token."""
    token = services.read_operator_token()
    return OperatorGuard(token, services.clock) if token else None
