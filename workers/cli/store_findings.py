"""What is to be said of a store before anything works with it: what it may lose, and has lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.operations.losses import remember_store
from aggregator.operations.risks import find_risks
from aggregator.operations.snapshot import view_store

if TYPE_CHECKING:
    from workers.services import Services

__all__ = ["find_store_findings"]


def find_store_findings(services: Services) -> list[str]:
    """
    Return what the store may lose, what it has lost, and what of that cannot be known; sentences.

    What is seen of it is remembered for later.

    Raises:
        StoreError: It is away.
    """
    now = services.clock.now()
    view = view_store(services.store, services.editions, str(services.zone), now)
    known = services.known.change(lambda before: remember_store(before, view, now))
    risks = find_risks(view.server, services.settings.alerts.bounds().memory)
    return [*(loss.text for loss in known.losses), *(risk.text for risk in risks)]
