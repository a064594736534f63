"""
SEND: the parts of one item of an outbox to their channels, each once.

Digests and notices are sent by these rules.

    outbox: begin_part -> channel.send -> outbox: note_part

A part is noted before it is sent and again after. What may have been sent is in doubt, and is sent
again only where the channel says so. What was refused is not sent again. What was surely not sent
is tried again later: after a wait that grows with each failure, or as long as the service asks, and
as many times as the rules allow.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol, TypeVar

from aggregator.errors import InDoubtError, NotSentError, RefusedError
from aggregator.store.outbox import DeliveryState, PartState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from aggregator.delivery.channel import Part
    from aggregator.polling.schedule import Backoff
    from aggregator.store.outbox import Outgoing

__all__ = ["LEASE", "Parcel", "SendRules", "send_parcels"]

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=3)
"""
Of an item's lock.

A part takes seconds; each prolongs it. Longer than the longest time-out of a channel.
"""

Item = TypeVar("Item")


class _PartLedger(Protocol[Item]):
    """Where it is noted what became of each part; see ``store.outbox.Outbox``."""

    def get(self, item: Item) -> Outgoing[Item]: ...

    def begin_part(self, item: Item, part: str, *, token: str, lease: timedelta) -> int: ...

    def note_part(self, item: Item, part: str, state: PartState, note: str = "") -> None: ...

    def forget_part(self, item: Item, part: str) -> None: ...

    def put_off(self, item: Item, error: str, *, tries: int, due: datetime) -> None: ...

    def end(self, item: Item, state: DeliveryState, error: str = "") -> None: ...


class _Sender(Protocol):
    """What of a channel is needed here; see ``delivery.channel``."""

    @property
    def id(self) -> str: ...

    def send(self, part: Part) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """
    A part with its address.

    Attributes:
        key: Names the part in the outbox.
        repeat_in_doubt: Send again what may have been sent.
    """

    key: str
    channel: _Sender
    part: Part
    repeat_in_doubt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SendRules:
    """
    What is done about parts that could not be sent.

    Attributes:
        backoff: Waits after failures.
        attempts: Failures in a row after which an operator must look; None: it is tried as long as
            it is kept.
        in_order: A part goes out only after those before it; else each goes its own way.
    """

    backoff: Backoff
    attempts: int | None
    in_order: bool


def send_parcels(
    outbox: _PartLedger[Item],
    item: Item,
    parcels: Sequence[Parcel],
    rules: SendRules,
    *,
    token: str,
    now: datetime,
) -> int:
    """
    Go on with one item until it is done or something fails, and note how that left it.

    Args:
        outbox: That has the item.
        item: Whose lock the caller holds.
        parcels: All of its parts, those that were sent too.
        token: Of the lock.
        now: Real time, in UTC.

    Returns:
        How many parts were sent this time.
    """
    sent = 0
    failures = []
    for parcel in parcels:
        result = _send_parcel(outbox, item, parcel, token)
        if result is None:
            return sent
        if isinstance(result, NotSentError):
            failures.append(result)
            if rules.in_order:
                break
        sent += result is PartState.SENT
    if failures:
        _put_off_item(outbox, item, failures, rules, now)
    else:
        _end_item(outbox, item, len(parcels))
    return sent


def _send_parcel(
    outbox: _PartLedger[Item],
    item: Item,
    parcel: Parcel,
    token: str,
) -> PartState | NotSentError | None:
    """
    Send a part unless it was.

    Returns what became of it now, SKIPPED if nothing did, None if the lock was lost.
    """
    noted = outbox.get(item).parts.get(parcel.key)
    if noted is not None and not _may_resend(outbox, item, parcel, noted[0]):
        return PartState.SKIPPED
    begun = outbox.begin_part(
        item,
        parcel.key,
        token=token,
        lease=LEASE,
    )
    if begun <= 0:
        return PartState.SKIPPED if begun == 0 else None
    return _send_begun(outbox, item, parcel)


def _send_begun(
    outbox: _PartLedger[Item],
    item: Item,
    parcel: Parcel,
) -> PartState | NotSentError:
    """Send a part that was noted as begun, and note what became of it."""
    about = {"channel": parcel.channel.id, "item": str(item)}
    try:
        receipt = parcel.channel.send(parcel.part)
    except NotSentError as error:
        log.warning("a part was not sent", extra={**about, "error": str(error)})
        outbox.forget_part(item, parcel.key)
        return error
    except InDoubtError as error:
        log.warning("a part may have been sent", extra={**about, "error": str(error)})
        outbox.note_part(item, parcel.key, PartState.DOUBT, error.detail)
        if parcel.repeat_in_doubt:
            return NotSentError(error.channel, error.detail)
        return PartState.DOUBT
    except RefusedError as error:
        log.warning("a part was refused", extra={**about, "error": str(error)})
        outbox.note_part(item, parcel.key, PartState.SKIPPED, str(error))
        return PartState.SKIPPED
    outbox.note_part(item, parcel.key, PartState.SENT, receipt)
    return PartState.SENT


def _may_resend(
    outbox: _PartLedger[Item],
    item: Item,
    parcel: Parcel,
    state: PartState,
) -> bool:
    """Decide about a part of which something is noted."""
    if state not in (PartState.BEGUN, PartState.DOUBT):
        return False
    if parcel.repeat_in_doubt:
        outbox.forget_part(item, parcel.key)
        return True
    if state is PartState.BEGUN:
        # The lock is ours, so whoever began it died or froze while at it.
        note = "its sender ended before the answer came"
        outbox.note_part(item, parcel.key, PartState.DOUBT, note)
    return False


def _put_off_item(
    outbox: _PartLedger[Item],
    item: Item,
    failures: Sequence[NotSentError],
    rules: SendRules,
    now: datetime,
) -> None:
    error = str(failures[0])
    tries = outbox.get(item).tries + 1
    if rules.attempts is not None and tries >= rules.attempts:
        outbox.put_off(
            item,
            error,
            tries=tries,
            due=now,
        )
        outbox.end(item, DeliveryState.DEAD, f"given up after {tries} tries: {error}")
        return
    wait = rules.backoff.wait(tries)
    # Where several channels failed, none waits for the one that asks for more time than the others.
    requested = min(timedelta(seconds=failure.retry_after_s or 0) for failure in failures)
    outbox.put_off(
        item,
        error,
        tries=tries,
        due=now + max(wait, requested),
    )


def _end_item(outbox: _PartLedger[Item], item: Item, number: int) -> None:
    """Note that of an item's parts, so many, none is left to send."""
    notes = outbox.get(item).parts.values()
    refusals = [note for state, note in notes if state is PartState.SKIPPED]
    if refusals and len(refusals) == number:
        outbox.end(item, DeliveryState.DEAD, refusals[0])
        return
    note = f"{len(refusals)} of {number} refused" if refusals else ""
    outbox.end(item, DeliveryState.DONE, note)
