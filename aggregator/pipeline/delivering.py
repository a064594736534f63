"""
DELIVER: closed digests sent to their channels, each part once.

    store.digests -> channel.prepare -> ledger: begin -> channel.send -> ledger: sent

Only closed digests go out: an open one may still change, and what was sent cannot. Which are due depends on the store
and the clock alone, so any number of workers may look, and a message lost costs a tick.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from aggregator.digest.days import closing_time
from aggregator.errors import InDoubtError, NotSentError, RefusedError
from aggregator.store.deliveries import DeliveryId, DeliveryState, PartState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, time

    from aggregator.delivery.channel import Channel, Part, Prepared
    from aggregator.models import Edition
    from aggregator.schedule import Backoff
    from aggregator.store.deliveries import Delivery
    from aggregator.store.redis import Store

__all__ = ["DeliveryDesk", "Route", "deliver", "deliver_due", "due_deliveries", "goes_out"]

log = logging.getLogger(__name__)

# A part takes seconds; whoever holds the lock renews it with each. Longer than the longest time-out of a channel.
_LEASE = timedelta(minutes=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """
    An edition on its way to a channel.

    Attributes:
        channel: Sends it.
        edition: Which.
        at: Local time of the day after; the edition's own unless the channel has another.
        repeat_in_doubt: Send again what may have been sent: readers may get it twice, and never not at all.
    """

    channel: Channel
    edition: Edition
    at: time
    repeat_in_doubt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryDesk:
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
    wanted = datetime.combine(day + timedelta(days=1), route.at, tzinfo=ZoneInfo(route.edition.zone))
    return max(wanted, closing_time(day, route.edition))


def due_deliveries(desk: DeliveryDesk, *, now: datetime, real_now: datetime) -> list[tuple[Route, DeliveryId]]:
    """
    Return what should be sent now, the oldest first.

    Args:
        desk: See there.
        now: Editorial time: which days are over.
        real_now: For waits after failures.
    """
    found = []
    for route in desk.routes:
        edition = route.edition.id
        for day in desk.store.digests.days(edition):
            out = goes_out(day, route)
            if out + desk.fresh < now:
                break
            known = desk.store.deliveries.get(DeliveryId(edition, day, route.channel.id))
            waits = known.due is not None and known.due > real_now
            if out <= now and known.state is DeliveryState.WAITING and not waits:
                found.append((route, known.id))
    return sorted(found, key=lambda item: item[1].day)


def deliver_due(desk: DeliveryDesk, *, token: str, now: datetime, real_now: datetime) -> list[Delivery]:
    """Send what is due; returns the ledger's lines of what was tried."""
    tried = []
    for route, delivery in due_deliveries(desk, now=now, real_now=real_now):
        if found := deliver(desk, route, delivery, token=token, now=real_now):
            tried.append(found)
    return tried


def deliver(desk: DeliveryDesk, route: Route, delivery: DeliveryId, *, token: str, now: datetime) -> Delivery | None:
    """
    Go on with one delivery until it is done or something fails.

    Returns:
        The ledger's line; None if another sender is at it, or the digest is not closed.
    """
    work, ledger = desk.store.work, desk.store.deliveries
    lock = f"deliver:{delivery}"
    digest = desk.store.digests.digest(delivery.edition, delivery.day)
    if digest is None or not digest.closed or not work.lock(lock, token=token, lease=_LEASE):
        return None
    try:
        if ledger.get(delivery).state is DeliveryState.WAITING:
            _go_on(desk, route, delivery, route.channel.prepare(digest), token=token, now=now)
        return ledger.get(delivery)
    finally:
        work.unlock(lock, token=token)


def _go_on(
    desk: DeliveryDesk, route: Route, delivery: DeliveryId, prepared: Prepared, *, token: str, now: datetime
) -> None:
    ledger = desk.store.deliveries
    known = ledger.get(delivery)
    if known.form and known.form != prepared.form and known.parts:
        error = f"begun as {known.form}, now it would be {prepared.form}: the channel was changed meanwhile"
        ledger.end(delivery, DeliveryState.DEAD, error)
        return
    ledger.open(delivery, prepared.form)
    try:
        for part in prepared.parts:
            if not _one(desk, route, delivery, part, token):
                return
    except NotSentError as error:
        _later(desk, known, str(error), error.retry_after_s, now)
        return
    found = ledger.get(delivery)
    refused = found.count(PartState.SKIPPED)
    if refused == len(prepared.parts):
        note = next(note for state, note in found.parts.values() if state is PartState.SKIPPED)
        ledger.end(delivery, DeliveryState.DEAD, note)
        return
    ledger.end(delivery, DeliveryState.DONE, f"{refused} of {len(prepared.parts)} refused" if refused else "")


def _one(desk: DeliveryDesk, route: Route, delivery: DeliveryId, part: Part, token: str) -> bool:
    """Send a part unless it was; returns False if the lock was lost."""
    ledger = desk.store.deliveries
    noted = ledger.get(delivery).parts.get(part.key)
    if noted is not None and not _settled(desk, route, delivery, part, noted[0]):
        return True
    begun = ledger.begin(delivery, part.key, token=token, lease=_LEASE)
    if begun <= 0:
        return begun == 0
    try:
        receipt = route.channel.send(part)
    except NotSentError:
        ledger.forget_part(delivery, part.key)
        raise
    except InDoubtError as error:
        log.warning("a part may have been sent", extra={"delivery": str(delivery), "error": str(error)})
        ledger.note_part(delivery, part.key, PartState.DOUBT, error.detail)
        if route.repeat_in_doubt:
            raise NotSentError(error.channel, error.detail) from error
    except RefusedError as error:
        log.warning("a part was refused", extra={"delivery": str(delivery), "error": str(error)})
        ledger.note_part(delivery, part.key, PartState.SKIPPED, str(error))
    else:
        ledger.note_part(delivery, part.key, PartState.SENT, receipt)
    return True


def _settled(desk: DeliveryDesk, route: Route, delivery: DeliveryId, part: Part, state: PartState) -> bool:
    """Decide about a part of which something is noted; returns whether it is to be sent."""
    ledger = desk.store.deliveries
    if state not in (PartState.BEGUN, PartState.DOUBT):
        return False
    if route.repeat_in_doubt:
        ledger.forget_part(delivery, part.key)
        return True
    if state is PartState.BEGUN:
        # We hold the lock, so whoever began it died or froze while at it.
        ledger.note_part(delivery, part.key, PartState.DOUBT, "its sender ended before the answer came")
    return False


def _later(desk: DeliveryDesk, known: Delivery, error: str, wanted_s: float | None, now: datetime) -> None:
    ledger, tries = desk.store.deliveries, known.tries + 1
    if tries >= desk.attempts:
        ledger.failed(known.id, error, tries=tries, due=now)
        ledger.end(known.id, DeliveryState.DEAD, f"given up after {tries} tries: {error}")
        return
    wait = desk.backoff.wait(tries)
    if wanted_s is not None:
        wait = max(wait, timedelta(seconds=wanted_s))
    ledger.failed(known.id, error, tries=tries, due=now + wait)
