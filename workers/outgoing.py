"""What goes out to readers and operators: channels, and the steps that send by them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from aggregator.delivery.channel import AlertChannel
from aggregator.delivery.kind import ChannelContext
from aggregator.pipeline.alert import AlertStep
from aggregator.pipeline.deliver import DeliverStep, Route
from aggregator.web.links import Links, make_absolute

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from aggregator.delivery.channel import Channel
    from aggregator.delivery.channels import ChannelPlan
    from aggregator.operations.away import Look
    from aggregator.store.redis import Store
    from workers.services import Services

__all__ = ["make_alert_channels", "make_alert_step", "make_deliver_step"]


def make_deliver_step(services: Services) -> DeliverStep:
    """
    Return what delivering works with.

    Raises:
        ConfigError: A secret is not where a channel says.
    """
    deliver = services.settings.deliver
    return DeliverStep(
        store=services.store,
        routes=[_make_route(services, plan) for plan in services.channels],
        backoff=deliver.backoff(),
        attempts=deliver.attempts,
        fresh=deliver.fresh(),
        editions=services.editions,
    )


def make_alert_channels(services: Services) -> list[AlertChannel]:
    """
    Return the channels that want alerts.

    Raises:
        ConfigError: A secret is not where a channel says.
    """
    made = [_make_channel(services, plan) for plan in services.channels if plan.alerts]
    return [channel for channel in made if isinstance(channel, AlertChannel)]


def make_alert_step(
    services: Services,
    *,
    with_channels: bool,
    store: Store | None = None,
    broker: Look | None = None,
) -> AlertStep:
    """
    Return what watching works with.

    Args:
        services: Whose sources, editions and channels.
        with_channels: Make the channels that want alerts too, which takes their secrets.
        store: Which connection; None for the services' own.
        broker: Whether the broker answers; None for whoever was woken by it.

    Raises:
        ConfigError: A secret is not where a channel says.
    """
    return AlertStep(
        store=store or services.store,
        sources=tuple(services.sources.values()),
        # In a replay, which digest should be closed is no matter of the clock.
        editions=() if services.as_of else services.editions,
        zone=str(services.zone),
        bounds=services.settings.alerts.bounds(),
        channels=make_alert_channels(services) if with_channels else (),
        wanted=any(plan.alerts for plan in services.channels),
        known=services.known,
        broker=broker,
    )


def _make_route(services: Services, plan: ChannelPlan) -> Route:
    editions = {edition.id: edition for edition in services.editions}
    edition = editions[plan.edition]
    return Route(
        channel=_make_channel(services, plan),
        edition=edition,
        at=plan.at or edition.at,
        repeat_in_doubt=plan.repeat_in_doubt,
    )


def _make_channel(services: Services, plan: ChannelPlan) -> Channel:
    address = services.settings.web.address
    root = f"{address.rstrip('/')}/"

    def newest(edition: str) -> str:
        return make_absolute(root, Links().newest(edition)) if address else ""

    def story_page(edition: str, day: date, story: str) -> str:
        return make_absolute(root, Links().story(edition, day, story)) if address else ""

    context = ChannelContext(
        secret=services.secret,
        clock=services.clock,
        address=newest,
        story_page=story_page,
        write_site=partial(_write_site, services),
        proxy=services.settings.deliver.parse_proxy(),
    )
    return plan.make(context)


def _write_site(services: Services, folder: Path) -> int:
    # Imported here, as pages are written by one kind of channel alone.
    from workers.pages import write_whole_site  # noqa: PLC0415

    return write_whole_site(services, folder)
