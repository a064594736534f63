"""What is looked at when status, alerts' pages or metrics ask how things stand."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from aggregator.operations.snapshot import SnapshotScope, list_package_rows
from workers.app import QUEUES
from workers.links import look_at_broker

if TYPE_CHECKING:
    from aggregator.store.redis import Store
    from workers.services import Services

__all__ = ["list_worked_queues", "make_snapshot_scope"]


def list_worked_queues(services: Services) -> list[str]:
    """Return the queues that workers listen to: nobody need deliver where there is no channel."""
    return [queue for queue in QUEUES if queue != "deliver" or services.channels]


def make_snapshot_scope(services: Services, store: Store | None = None) -> SnapshotScope:
    """Return what a snapshot is taken of, by a store of the caller's or the services' own."""
    return SnapshotScope(
        store=store or services.store,
        sources=tuple(services.sources.values()),
        editions=services.editions,
        zone=str(services.zone),
        queues=(*list_worked_queues(services), "beat"),
        packages=list_package_rows(services.packages),
        articles_days=services.settings.retention.articles_days,
        wholes_a_day=services.settings.translate.whole_bounds().a_day,
        known=services.known,
        look_at_broker=partial(look_at_broker, services.settings),
    )
