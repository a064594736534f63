"""
What an operator does to a newsroom: sources fetched now, paused and resumed; dead letters tried again or forgotten.

Each is one step of the store, harmless when done twice, and says what it came to.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from aggregator.store.deliveries import DeliveryId
from aggregator.store.outbox import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from aggregator.models import Source
    from aggregator.store.redis import Store

__all__ = [
    "Steered",
    "discard_letter",
    "fetch_now",
    "pause_source",
    "resume_source",
    "retry_delivery",
    "retry_letter",
]


class Steered(StrEnum):
    """What came of it."""

    DONE = "done"
    UNKNOWN = "there is no such thing (any more)"
    GONE = "the article is past its retention; the letter is forgotten"
    PAUSED = "it is paused; resume it first"
    NOT_PAUSED = "no operator paused it"
    CATALOGUE = "it is paused in the catalogue, where paused = false starts it"
    REPLACED = "it was paused already; the reason is replaced"
    CLOSED = "its digest is closed, so that a translation would not be read; discard the letter"


_RETRIED = {"again": Steered.DONE, "gone": Steered.GONE, "closed": Steered.CLOSED}


def fetch_now(store: Store, sources: Sequence[Source], source_id: str) -> Steered:
    """Have a source of the catalogue polled at the next tick, due or not."""
    known = {source.id: source for source in sources}
    if source_id not in known:
        return Steered.UNKNOWN
    if known[source_id].paused:
        return Steered.CATALOGUE
    if source_id in store.work.paused_sources():
        return Steered.PAUSED
    # One that was just added may not have been seen by any scheduler yet.
    store.work.sync_sources(source.id for source in sources if not source.paused)
    store.work.due_now([source_id])
    return Steered.DONE


def pause_source(store: Store, sources: Sequence[Source], source_id: str, reason: str) -> Steered:
    """Stop polling a source of the catalogue until it is resumed; the reason may be empty."""
    if source_id not in {source.id for source in sources}:
        return Steered.UNKNOWN
    return Steered.DONE if store.work.pause_source(source_id, reason.strip()) else Steered.REPLACED


def resume_source(store: Store, sources: Sequence[Source], source_id: str) -> Steered:
    """Poll a source that an operator paused again, at once."""
    known = {source.id: source for source in sources}
    if source_id not in known:
        return Steered.UNKNOWN
    resumed = store.work.resume_source(source_id)
    if known[source_id].paused:
        return Steered.CATALOGUE
    return Steered.DONE if resumed else Steered.NOT_PAUSED


def _find_dead_delivery(store: Store, letter_id: str) -> DeliveryId | None:
    """Return the dead delivery that a letter names; None if it names none."""
    if not letter_id.startswith("deliver:"):
        return None
    try:
        delivery = DeliveryId.read(letter_id.removeprefix("deliver:"))
    except ValueError:
        return None
    state = store.deliveries.get(delivery).state
    return delivery if state is DeliveryState.DEAD else None


def retry_delivery(store: Store, text: str) -> Steered:
    """
    Take a delivery, ``EDITION/DAY/CHANNEL``, up again.

    What was sent stays sent; what is in doubt or was refused is sent.
    """
    known = {str(delivery.id): delivery.id for delivery in store.deliveries.recent()}
    if text not in known:
        return Steered.UNKNOWN
    store.deliveries.reopen(known[text])
    return Steered.DONE


def retry_letter(store: Store, letter_id: str, now: datetime) -> Steered:
    """
    Put an article through its stage again, or take a delivery up again.

    The letter is named as ``LetterRow`` of the status has it.
    """
    delivery = _find_dead_delivery(store, letter_id)
    if delivery is not None:
        store.deliveries.reopen(delivery)
        return Steered.DONE
    letter = store.letters.get(letter_id)
    if letter is None:
        return Steered.UNKNOWN
    return _RETRIED[store.letters.retry(letter, now)]


def discard_letter(store: Store, letter_id: str, now: datetime) -> Steered:
    """Forget a letter; the article or the delivery stays as it is. Called as ``retry_letter`` is."""
    del now
    delivery = _find_dead_delivery(store, letter_id)
    if delivery is not None:
        store.deliveries.end(delivery, DeliveryState.DONE, "discarded by an operator")
        return Steered.DONE
    return Steered.DONE if store.letters.discard(letter_id) else Steered.UNKNOWN
