"""
DELIVER: closed digests sent to their channels, each part once.

    store.digests -> channel.prepare -> send_parcels

Only closed digests go out: an open one may still change, and what was sent cannot. Which are due
depends on the store and the clock alone, so any number of workers may look, and a message lost
costs a tick. A turn that its worker ends between two parts is gone on with at the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from aggregator.digest.days import find_last_closing_time
from aggregator.pipeline.send import LEASE, Parcel, SendRules, is_never_over, send_parcels
from aggregator.store.deliveries import DeliveryId
from aggregator.store.outbox import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, time

    from aggregator.delivery.channel import Channel, Prepared
    from aggregator.models import Edition
    from aggregator.polling.schedule import Backoff
    from aggregator.store.deliveries import Delivery
    from aggregator.store.redis import Store

__all__ = [
    "DeliverStep",
    "Route",
    "deliver",
    "deliver_due",
    "find_due_deliveries",
    "find_sending_time",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """
    An edition on its way to a channel.

    Attributes:
        at: Local time of the day after; the edition's own unless the channel has another.
        repeat_in_doubt: Send again what may have been sent: readers may get it twice, and never not
            at all.
    """

    channel: Channel
    edition: Edition
    at: time
    repeat_in_doubt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverStep:
    """
    What delivering works with.

    Attributes:
        store: Digests and the ledger.
        backoff: Waits after failures.
        attempts: Failures in a row after which an operator must look.
        fresh: A digest that should have gone out longer ago than this does not any more.
        editions: All that there are, as they close together; empty for the routes' own.
        is_over: Asked between two parts: what is not sent by then waits for the next turn.
    """

    store: Store
    routes: Sequence[Route]
    backoff: Backoff
    attempts: int
    fresh: timedelta
    editions: Sequence[Edition] = ()
    is_over: Callable[[], bool] = is_never_over


def find_sending_time(day: date, route: Route, editions: Sequence[Edition] = ()) -> datetime:
    """
    Return when a day's digest goes out, in UTC: at the wanted time, not before it closes.

    Args:
        editions: That close together with the route's.
    """
    zone = ZoneInfo(route.edition.zone)
    wanted = datetime.combine(day + timedelta(days=1), route.at, tzinfo=zone)
    return max(wanted, find_last_closing_time(day, [route.edition, *editions]))


def find_due_deliveries(
    step: DeliverStep, *, now: datetime, real_now: datetime
) -> list[tuple[Route, DeliveryId]]:
    """
    Return what should be sent now, the oldest first.

    Args:
        now: Editorial time: which days are over.
        real_now: For waits after failures.
    """
    due: list[tuple[Route, DeliveryId]] = []
    editions = step.editions or [route.edition for route in step.routes]
    for route in step.routes:
        edition = route.edition.id
        for day in step.store.digests.list_days(edition):
            sending_time = find_sending_time(day, route, editions)
            if sending_time + step.fresh < now:
                break
            known = step.store.deliveries.get(DeliveryId(edition, day, route.channel.id))
            if sending_time <= now and known.may_be_tried(real_now):
                due.append((route, known.id))
    return sorted(due, key=lambda item: item[1].day)


def deliver_due(
    step: DeliverStep,
    *,
    token: str,
    now: datetime,
    real_now: datetime,
) -> list[Delivery]:
    """Send what is due until the turn is over; returns the ledger's lines of what was tried."""
    tried = []
    for route, delivery in find_due_deliveries(step, now=now, real_now=real_now):
        if step.is_over():
            break
        line = deliver(
            step,
            route,
            delivery,
            token=token,
            now=real_now,
        )
        if line is not None:
            tried.append(line)
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
    Go on with one delivery until it is done, something fails, or the turn is over.

    Returns:
        The ledger's line; None if another sender is at it, or the digest is not closed.
    """
    work = step.store.queues
    outbox = step.store.deliveries
    digest = step.store.digests.load_digest(delivery.edition, delivery.day)
    if digest is None or not digest.closed:
        return None
    lock = outbox.name_lock(delivery)
    if not work.lock(lock, token=token, lease=LEASE):
        return None
    try:
        known = outbox.get(delivery)
        if known.state is DeliveryState.WAITING:
            _send_prepared(
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


def _send_prepared(
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
        in_order=prepared.in_order,
        is_over=step.is_over,
    )
    send_parcels(
        outbox,
        known.id,
        parcels,
        rules,
        token=token,
        now=now,
    )
