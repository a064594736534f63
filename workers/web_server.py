"""Where readers are served: the archive kept up to date, and what pages are made with."""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from aggregator.web.app import make_app
from aggregator.web.archive import Archive
from aggregator.web.operator import OperatorDesk, operator_app
from aggregator.web.probes import Probes, Scrapes, check_readiness
from aggregator.web.refresh import Refresher

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from aggregator.web.app import Remembered
    from aggregator.web.renderer import PageRenderer
    from workers.services import Services

__all__ = ["WebServer", "notice_of", "open_web_server"]


def notice_of(reached: datetime | None, now: datetime, zone: str) -> str:
    """
    Say that the newsroom is away, and since when.

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
    A room that is open.

    Attributes:
        app: The ASGI application.
        renderer: Answers addresses.
        refresher: Keeps the archive up to date.
    """

    app: Remembered
    renderer: PageRenderer
    refresher: Refresher


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
    Open a reading room.

    Args:
        services: Where digests come from.
        path: Of the archive.
        address: Where readers reach it, ending in ``/``.
        every_s: Seconds between two looks for what is new.
        loopback: It is served on loopback alone.

    Raises:
        ArchiveError: The archive cannot be opened.
        ConfigError: The operator's token is not where the settings say.
    """
    archive = Archive(path)
    renderer = services.page_renderer(archive, address=address)
    editions = [edition.id for edition in services.editions]

    # Readers go on without a store; so one that operators wait for must say soon that it is away.
    store = services.open_store(patient=False)
    # Not patient either: readers are told at once that the store is away, and it is asked again in
    # a moment.
    refresher = Refresher(store.digests, archive, editions, services.clock, every_s)
    behind = OperatorDesk(
        scope=services.make_snapshot_scope(store),
        clock=services.clock,
        version=renderer.site.version,
        style=renderer.site.style,
        address=address,
    )
    operator = operator_app(behind, services.guard) if services.guard else None

    probes = Probes(
        ready=lambda: check_readiness(archive, editions, lost=refresher.lost),
        scrapes=Scrapes(
            behind.scope,
            services.clock,
            version=renderer.site.version,
            channels={plan.id: plan.kind for plan in services.channels},
        ),
        guard=services.guard,
        loopback=loopback,
    )

    def state() -> tuple[int, str]:
        away = refresher.lost
        return refresher.version, notice_of(
            archive.reached(), services.clock.now(), str(services.zone)
        ) if away else ""

    with closing(store), refresher:
        app = make_app(
            renderer,
            state,
            operator=operator,
            probes=probes.routes(),
        )
        yield WebServer(app, renderer, refresher)
