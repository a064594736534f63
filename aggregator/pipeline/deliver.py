"""
DELIVER: closed digests sent to their channels, each part once.

    store.digests -> channel.prepare -> send_parcels

Only closed digests go out: an open one may still change, and what was sent cannot. Which are due
depends on the store and the clock alone, so any number of workers may look, and a message lost
costs a tick.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from aggregator.digest.days import find_closing_time
from aggregator.pipeline.send import LEASE, Parcel, SendRules, send_parcels
from aggregator.store.deliveries import DeliveryId
from aggregator.store.outbox import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, time

    from aggregator.delivery.channel import Channel, Prepared
    from aggregator.models import Edition
    from aggregator.polling.schedule import Backoff
    from aggregator.store.deliveries import Delivery
    from aggregator.store.redis import Store

__all__ = ["DeliverStep", "Route", "deliver", "deliver_due", "due_deliveries", "goes_out"]


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class Route:
    """
    An edition on its way to a channel.

    Attributes:
        channel: Sends it.
        edition: Which.
        at: Local time of the day after; the edition's own unless the channel has another.
        repeat_in_doubt: Send again what may have been sent: readers may get it twice, and never not
            at all.
    """

    channel: Channel
    edition: Edition
    at: time
    repeat_in_doubt: bool = False


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class DeliverStep:
    """
    What delivering works with.

    Attributes:
        store: Digests and the ledger.
        routes: All of them.
        backoff: Waits after failures.
        attempts: Failures in a row after which an operator must look.
        fresh: A digest that should have gone out longer ago than this does not any more.
    """

    store: Store
    routes: Sequence[Route]
    backoff: Backoff
    attempts: int
    fresh: timedelta


def goes_out(day: date, route: Route) -> datetime:
    """Return the moment, in UTC, at which a day's digest goes out: at the wanted time, not before it closes."""
    wanted = datetime.combine(
        day + timedelta(days=1), route.at, tzinfo=ZoneInfo(route.edition.zone)
    )
    return max(wanted, find_closing_time(day, route.edition))


def due_deliveries(
    step: DeliverStep, *, now: datetime, real_now: datetime
) -> list[tuple[Route, DeliveryId]]:
    """
    Return what should be sent now, the oldest first.

    Args:
        step: See there.
        now: Editorial time: which days are over.
        real_now: For waits after failures.
    """
    found = []
    for route in step.routes:
        edition = route.edition.id
        for day in step.store.digests.days(edition):
            out = goes_out(day, route)
            if out + step.fresh < now:
                break
            known = step.store.deliveries.get(DeliveryId(edition, day, route.channel.id))
            waits = known.due is not None and known.due > real_now
            if out <= now and known.state is DeliveryState.WAITING and not waits:
                found.append((route, known.id))
    return sorted(found, key=lambda item: item[1].day)


def deliver_due(
    step: DeliverStep,
    *,
    token: str,
    now: datetime,
    real_now: datetime,
) -> list[Delivery]:
    """Send what is due; returns the ledger's lines of what was tried."""
    tried = []
    for route, delivery in due_deliveries(step, now=now, real_now=real_now):
        if found := deliver(
            step,
            route,
            delivery,
            token=token,
            now=real_now,
        ):
            tried.append(found)
    return tried


def deliver(
    step: DeliverStep,
    route: Route,
    delivery: DeliveryId,
    *,
    token: str,
    now: datetime,
) -> Delivery | None:
    """
    Go on with one delivery until it is done or something fails.

    Returns:
        The ledger's line; None if another sender is at it, or the digest is not closed.
    """
    work = step.store.queues
    outbox = step.store.deliveries
    digest = step.store.digests.digest(delivery.edition, delivery.day)
    if digest is None or not digest.closed:
        return None
    lock = outbox.name_lock(delivery)
    if not work.lock(lock, token=token, lease=LEASE):
        return None
    try:
        known = outbox.get(delivery)
        if known.state is DeliveryState.WAITING:
            _send(
                step,
                route,
                known,
                route.channel.prepare(digest),
                token=token,
                now=now,
            )
        return outbox.get(delivery)
    finally:
        work.unlock(lock, token=token)


def _send(
    step: DeliverStep,
    route: Route,
    known: Delivery,
    prepared: Prepared,
    *,
    token: str,
    now: datetime,
) -> None:
    outbox = step.store.deliveries
    if known.form and known.form != prepared.form and known.parts:
        error = (
            f"begun as {known.form}, now it would be {prepared.form}: the channel was changed "
            "meanwhile"
        )
        outbox.end(known.id, DeliveryState.DEAD, error)
        return
    outbox.open(known.id, prepared.form)
    parcels = [
        Parcel(
            key=part.key,
            channel=route.channel,
            part=part,
            repeat_in_doubt=route.repeat_in_doubt,
        )
        for part in prepared.parts
    ]
    rules = SendRules(
        backoff=step.backoff,
        attempts=step.attempts,
        in_order=True,
    )
    send_parcels(
        outbox,
        known.id,
        parcels,
        rules,
        token=token,
        now=now,
    )
