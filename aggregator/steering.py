"""
What an operator does to a newsroom: sources fetched now, paused and resumed; dead letters tried again or forgotten.

Each is one step of the store, harmless when done twice, and says what it came to.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from aggregator.store.deliveries import DeliveryId, DeliveryState

if TYPE_CHECKING:
    from datetime import datetime

    from aggregator.store.redis import Store

__all__ = ["Steered", "discard_letter", "retry_delivery", "retry_letter"]


class Steered(StrEnum):
    """What came of it."""

    DONE = "done"
    UNKNOWN = "there is no such thing (any more)"
    GONE = "the article is past its retention; the letter is forgotten"
    CLOSED = "its digest is closed, so that a translation would not be read; discard the letter"


_RETRIED = {"again": Steered.DONE, "gone": Steered.GONE, "closed": Steered.CLOSED}


def _delivery(store: Store, letter_id: str) -> DeliveryId | None:
    """Return the dead delivery that a letter names; None if it names none."""
    if not letter_id.startswith("deliver:"):
        return None
    try:
        found = DeliveryId.read(letter_id.removeprefix("deliver:"))
    except ValueError:
        return None
    return found if store.deliveries.get(found).state is DeliveryState.DEAD else None


def retry_delivery(store: Store, text: str) -> Steered:
    """
    Take a delivery up again: what was sent stays sent, what is in doubt or was refused is sent.

    Args:
        store: See there.
        text: ``EDITION/DAY/CHANNEL``.
    """
    known = {str(found.id): found.id for found in store.deliveries.recent()}
    if text not in known:
        return Steered.UNKNOWN
    store.deliveries.again(known[text])
    return Steered.DONE


def retry_letter(store: Store, letter_id: str, now: datetime) -> Steered:
    """
    Put an article through its stage again, or take a delivery up again.

    Args:
        store: See there.
        letter_id: As ``standing.LetterRow`` names it.
        now: Real time.
    """
    if (delivery := _delivery(store, letter_id)) is not None:
        store.deliveries.again(delivery)
        return Steered.DONE
    letter = store.letters.get(letter_id)
    return Steered.UNKNOWN if letter is None else _RETRIED[store.letters.retry(letter, now)]


def discard_letter(store: Store, letter_id: str, now: datetime) -> Steered:
    """Forget a letter; the article or the delivery stays as it is. Arguments as for ``retry_letter``."""
    del now
    if (delivery := _delivery(store, letter_id)) is not None:
        store.deliveries.end(delivery, DeliveryState.DONE, "discarded by an operator")
        return Steered.DONE
    return Steered.DONE if store.letters.discard(letter_id) else Steered.UNKNOWN
