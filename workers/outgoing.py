"""What goes out to readers and operators: channels made, and what delivering and watching work with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.delivery.channel import Teller
from aggregator.delivery.kind import Surroundings
from aggregator.pipeline.delivering import DeliveryDesk, Route
from aggregator.pipeline.watching import WatchDesk
from aggregator.web.links import Links, make_absolute

if TYPE_CHECKING:
    from aggregator.delivery.channel import Channel
    from aggregator.delivery.channels import ChannelPlan
    from workers.wiring import Newsroom

__all__ = ["make_alert_step", "make_deliver_step"]


def make_deliver_step(room: Newsroom) -> DeliveryDesk:
    """
    Return what delivering works with.

    Raises:
        ConfigError: A secret is not where a channel says.
    """
    deliver = room.settings.deliver
    return DeliveryDesk(
        store=room.store,
        routes=[_make_route(room, plan) for plan in room.channels],
        backoff=deliver.backoff(),
        attempts=deliver.attempts,
        fresh=deliver.fresh(),
    )


def make_alert_step(room: Newsroom, *, telling: bool) -> WatchDesk:
    """
    Return what watching works with.

    Args:
        room: Whose sources, editions and channels.
        telling: Make the channels that want alerts too, which takes their secrets.

    Raises:
        ConfigError: A secret is not where a channel says.
    """
    wanting = [plan for plan in room.channels if plan.alerts]
    channels = [_make_channel(room, plan) for plan in wanting] if telling else []
    return WatchDesk(
        store=room.store,
        sources=tuple(room.sources.values()),
        # In a replay, which digest should be closed is no matter of the clock.
        editions=() if room.as_of else room.editions,
        zone=str(room.zone),
        bounds=room.settings.alerts.bounds(),
        tellers=tuple(channel for channel in channels if isinstance(channel, Teller)),
        wanted=bool(wanting),
    )


def _make_route(room: Newsroom, plan: ChannelPlan) -> Route:
    edition = next(edition for edition in room.editions if edition.id == plan.edition)
    return Route(
        channel=_make_channel(room, plan),
        edition=edition,
        at=plan.at or edition.at,
        repeat_in_doubt=plan.repeat_in_doubt,
    )


def _make_channel(room: Newsroom, plan: ChannelPlan) -> Channel:
    address = room.settings.web.address
    root = f"{address.rstrip('/')}/"

    def newest(edition: str) -> str:
        return make_absolute(root, Links().newest(edition)) if address else ""

    around = Surroundings(
        secret=room.secret,
        clock=room.clock,
        address=newest,
        write_site=room.write_site,
        proxy=room.settings.deliver.parse_proxy(),
    )
    return plan.make(around)
