"""
Judging and telling from here, without any worker: for ``alerts --send`` and ``serve``.

With a store that answers, as workers do it; without one, from the file of what is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.operations.away import Link
from aggregator.pipeline.alert import judge_alerts, send_notices
from aggregator.pipeline.away import AwayStep, tell_away
from workers.leases import make_token
from workers.outgoing import make_alert_channels, make_alert_step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aggregator.models import Alert
    from aggregator.operations.away import Look
    from aggregator.store.redis import Store
    from workers.services import Services

__all__ = ["find_look", "judge_from_here", "tell_from_file"]


def find_look(looks: Sequence[Look], link: Link) -> Look | None:
    """Return the look at store or broker; None if it was not looked at by itself."""
    return next((look for look in looks if look.link is link), None)


def tell_from_file(services: Services, looks: Sequence[Look]) -> list[Alert]:
    """
    Tell what is away, without the store; returns the alerts.

    Raises:
        ConfigError: A secret is not where a channel says.
    """
    step = AwayStep(
        known=services.known,
        channels=make_alert_channels(services),
        clock=services.clock,
    )
    return tell_away(step, looks)


def judge_from_here(
    services: Services,
    looks: Sequence[Look],
    store: Store | None = None,
) -> None:
    """
    Judge how things stand and tell operators, by way of a store that answers.

    Args:
        services: Whose sources, editions and channels.
        looks: At the broker, and whatever else.
        store: Which connection; None for the services' own.

    Raises:
        StoreError: The store is away after all.
        ConfigError: A secret is not where a channel says.
    """
    broker = find_look(looks, Link.BROKER)
    step = make_alert_step(services, with_channels=True, store=store, broker=broker)
    judge_alerts(step, token=make_token(), now=services.clock.now())
    send_notices(step, token=make_token(), now=services.clock.now())
