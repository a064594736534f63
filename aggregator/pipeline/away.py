"""
AWAY: operators notified that the store is away, without it.

    looks -> away.note_looks -> known file -> send_parcels

The alerts, and who was told of them, stand in the file of what is known; the rules of sending are
those of all notices. When the store answers again, judging takes the alerts over
(``pipeline.alert``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aggregator.operations.away import note_looks
from aggregator.operations.known_outbox import KnownOutbox
from aggregator.pipeline.alert import RULES, address_notice
from aggregator.pipeline.send import send_parcels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aggregator.delivery.channel import AlertChannel
    from aggregator.models import Alert
    from aggregator.operations.away import Look
    from aggregator.operations.known import KnownFile
    from aggregator.ports import Clock

__all__ = ["AwayStep", "tell_away"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AwayStep:
    """
    What telling without a store works with.

    Attributes:
        channels: Those that want alerts; none where nobody does.
    """

    known: KnownFile
    channels: Sequence[AlertChannel]
    clock: Clock


def tell_away(step: AwayStep, looks: Sequence[Look]) -> list[Alert]:
    """
    Note what is away, and send what notices are due.

    Returns:
        The alerts about what is away, those raised before as they were then.
    """
    now = step.clock.now()
    wanted = bool(step.channels)
    known = step.known.change(lambda before: note_looks(before, looks, now, wanted=wanted))
    outbox = KnownOutbox(step.known)
    with step.known.hold_sending() as ours:
        if ours:
            for notice in outbox.list_due(now):
                parcels = address_notice(notice, step.channels)
                send_parcels(outbox, notice.id, parcels, RULES, token="", now=now)
    return list(known.away.values())
