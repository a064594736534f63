"""
What an operator does: sources fetched now, paused and resumed; dead letters retried or discarded.

Each is one step of the store, harmless when done twice, and says what it came to.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from aggregator.errors import DeliveryBusyError
from aggregator.store.deliveries import DeliveryId
from aggregator.store.outbox import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from aggregator.models import Source
    from aggregator.store.redis import Store

__all__ = [
    "ActionResult",
    "discard_dead_letter",
    "fetch_now",
    "pause_source",
    "resume_source",
    "retry_dead_letter",
    "retry_delivery",
]


class ActionResult(StrEnum):
    """What came of an action, in words."""

    DONE = "done"
    UNKNOWN = "there is no such thing (any more)"
    GONE = "the article is past its retention; the letter is forgotten"
    PAUSED = "it is paused; resume it first"
    NOT_PAUSED = "no operator paused it"
    CATALOGUE = "it is paused in the catalogue, where paused = false starts it"
    REPLACED = "it was paused already; the reason is replaced"
    BUSY = "it is being sent just now; try again in three minutes at the latest"
    CLOSED = "its digest is closed, so that a translation would not be read; discard the letter"


_RETRIED = {
    "again": ActionResult.DONE,
    "gone": ActionResult.GONE,
    "closed": ActionResult.CLOSED,
}


def fetch_now(store: Store, sources: Sequence[Source], source_id: str) -> ActionResult:
    """Have a source of the catalogue polled at the next tick, due or not."""
    known = {source.id: source for source in sources}
    if source_id not in known:
        return ActionResult.UNKNOWN
    if known[source_id].paused:
        return ActionResult.CATALOGUE
    if source_id in store.queues.load_paused_sources():
        return ActionResult.PAUSED
    # One that was just added may not have been seen by any scheduler yet.
    store.queues.sync_sources(source.id for source in sources if not source.paused)
    store.queues.make_due([source_id])
    return ActionResult.DONE


def pause_source(
    store: Store,
    sources: Sequence[Source],
    source_id: str,
    reason: str,
) -> ActionResult:
    """Stop polling a source of the catalogue until it is resumed; the reason may be empty."""
    if source_id not in {source.id for source in sources}:
        return ActionResult.UNKNOWN
    paused = store.queues.pause_source(source_id, reason.strip())
    return ActionResult.DONE if paused else ActionResult.REPLACED


def resume_source(store: Store, sources: Sequence[Source], source_id: str) -> ActionResult:
    """Poll a source that an operator paused again, at once."""
    known = {source.id: source for source in sources}
    if source_id not in known:
        return ActionResult.UNKNOWN
    resumed = store.queues.resume_source(source_id)
    if known[source_id].paused:
        return ActionResult.CATALOGUE
    return ActionResult.DONE if resumed else ActionResult.NOT_PAUSED


def _find_dead_delivery(store: Store, letter_id: str) -> DeliveryId | None:
    """Return the dead delivery that an id names; None if it names none."""
    if not letter_id.startswith("deliver:"):
        return None
    try:
        delivery = DeliveryId.read(letter_id.removeprefix("deliver:"))
    except ValueError:
        return None
    state = store.deliveries.get(delivery).state
    return delivery if state is DeliveryState.DEAD else None


def retry_delivery(store: Store, text: str) -> ActionResult:
    """
    Take a delivery, ``EDITION/DAY/CHANNEL``, up again.

    What was sent stays sent; what is in doubt or was refused is sent.
    """
    known = {str(delivery.id): delivery.id for delivery in store.deliveries.load_recent()}
    if text not in known:
        return ActionResult.UNKNOWN
    return _reopen_delivery(store, known[text])


def _reopen_delivery(store: Store, delivery: DeliveryId) -> ActionResult:
    try:
        store.deliveries.reopen(delivery)
    except DeliveryBusyError:
        return ActionResult.BUSY
    return ActionResult.DONE


def retry_dead_letter(store: Store, letter_id: str, now: datetime) -> ActionResult:
    """
    Put an article through its stage again, or take a delivery up again.

    Its id is that of ``DeadLetterRow``.
    """
    delivery = _find_dead_delivery(store, letter_id)
    if delivery is not None:
        return _reopen_delivery(store, delivery)
    dead_letter = store.dead_letters.get(letter_id)
    if dead_letter is None:
        return ActionResult.UNKNOWN
    return _RETRIED[store.dead_letters.retry(dead_letter, now)]


def discard_dead_letter(store: Store, letter_id: str, now: datetime) -> ActionResult:
    """
    Forget a dead letter; the article or the delivery stays as it is.

    Called as ``retry_dead_letter`` is.
    """
    del now
    delivery = _find_dead_delivery(store, letter_id)
    if delivery is not None:
        store.deliveries.end(delivery, DeliveryState.DONE, "discarded by an operator")
        return ActionResult.DONE
    discarded = store.dead_letters.discard(letter_id)
    return ActionResult.DONE if discarded else ActionResult.UNKNOWN
