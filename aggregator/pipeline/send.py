"""
SEND: the parts of one item of an outbox to their channels, each once.

Digests and notices are sent by these rules.

    outbox: begin_part -> channel.send -> outbox: note_part

A part is noted before it is sent and again after. What may have been sent is in doubt, and is sent
again only where the channel says so. What was refused is not sent again. What was surely not sent
is tried again later: after a wait that grows with each failure, or as long as the service asks, and
as many times in a row as the rules allow. As long as something is sent, nothing is given up.

Whoever sends has a turn, which may end between two parts; what is left goes out in the next one.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol, TypeVar

from aggregator.errors import InDoubtError, NotSentError, RefusedError
from aggregator.store.outbox import DeliveryState, PartState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from aggregator.delivery.channel import Part
    from aggregator.polling.schedule import Backoff
    from aggregator.store.outbox import Outgoing

__all__ = ["LEASE", "Parcel", "SendRules", "is_never_over", "send_parcels"]

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


def is_never_over() -> bool:
    """Say that a turn goes on: nothing ends what this one sends."""
    return False


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
        attempts: Failures in a row, with nothing sent in between, after which an operator must
            look; None: it is tried as long as it is kept.
        in_order: A part goes out only after those before it; else each goes its own way.
        is_over: Asked before each part that is left but the first: the turn ends, and the item
            waits for the next.
    """

    backoff: Backoff
    attempts: int | None
    in_order: bool
    is_over: Callable[[], bool] = is_never_over


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
    known = outbox.get(item)
    left = [parcel for parcel in parcels if not _is_settled(known, parcel)]
    ordered = _choose_order(left, rules, known.tries)
    pass_ = _send_left(outbox, known, ordered, rules, token)
    if pass_.is_lost:
        return pass_.sent
    if pass_.failures:
        _put_off_item(outbox, item, pass_, rules, now, tries=known.tries)
    elif pass_.is_cut:
        outbox.put_off(item, "", tries=0 if pass_.sent else known.tries, due=now)
    else:
        _end_item(outbox, item, len(parcels))
    return pass_.sent


@dataclass(slots=True)
class _Pass:
    """
    What came of the parts of an item in one turn.

    Attributes:
        sent: How many were sent.
        failures: Of those that will be tried again.
        away: Ids of channels by which nothing goes out now.
        is_cut: The turn ended before the last part.
        is_lost: The lock is somebody else's, and so is the item.
    """

    sent: int = 0
    failures: list[NotSentError] = field(default_factory=list)
    away: set[str] = field(default_factory=set)
    is_cut: bool = False
    is_lost: bool = False

    def note_result(self, parcel: Parcel, result: PartState | NotSentError) -> None:
        """Note what came of a part."""
        self.sent += result is PartState.SENT
        if isinstance(result, NotSentError):
            self.failures.append(result)
            if result.for_all:
                self.away.add(parcel.channel.id)


def _is_settled(known: Outgoing[Item], parcel: Parcel) -> bool:
    """Say whether a part was sent or refused, so that nothing is left to do about it."""
    state, _ = known.parts.get(parcel.key, (None, ""))
    return state in (PartState.SENT, PartState.SKIPPED)


def _choose_order(
    parcels: Sequence[Parcel],
    rules: SendRules,
    tries: int,
) -> Sequence[Parcel]:
    """
    Return parts as they are gone through.

    Where each goes its own way, each try in a row begins further on, so that parts that fail slowly
    do not take every turn before the others come to theirs.
    """
    if rules.in_order or rules.attempts is None:
        return parcels
    first = len(parcels) * tries // rules.attempts
    return [*parcels[first:], *parcels[:first]]


def _send_left(
    outbox: _PartLedger[Item],
    known: Outgoing[Item],
    left: Sequence[Parcel],
    rules: SendRules,
    token: str,
) -> _Pass:
    """Send what is left of an item, as far as it goes."""
    pass_ = _Pass()
    for at, parcel in enumerate(left):
        if at and rules.is_over():
            pass_.is_cut = True
            break
        if parcel.channel.id in pass_.away:
            continue
        is_noted = parcel.key in known.parts
        result = _send_parcel(outbox, known.id, parcel, token, is_noted=is_noted)
        if result is None:
            pass_.is_lost = True
            break
        pass_.note_result(parcel, result)
        if pass_.failures and rules.in_order:
            break
    return pass_


def _send_parcel(
    outbox: _PartLedger[Item],
    item: Item,
    parcel: Parcel,
    token: str,
    *,
    is_noted: bool,
) -> PartState | NotSentError | None:
    """
    Send a part unless it was.

    Returns what became of it now, SKIPPED if nothing did, None if the lock was lost.
    """
    # Of a part in doubt whoever began it may have noted something since; of the others, beginning
    # finds that.
    noted = outbox.get(item).parts.get(parcel.key) if is_noted else None
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
    pass_: _Pass,
    rules: SendRules,
    now: datetime,
    *,
    tries: int,
) -> None:
    """Note the failures of a turn, before which there were so many ``tries`` in a row."""
    error = str(pass_.failures[0])
    tries = 1 if pass_.sent else tries + 1
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
    requested = min(timedelta(seconds=failure.retry_after_s or 0) for failure in pass_.failures)
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
