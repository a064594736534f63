"""Deliveries as a table or as JSON, for ``deliver`` and ``deliveries``."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

from aggregator.store.outbox import DeliveryState, PartState
from workers.cli.output import console, print_json, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aggregator.store.deliveries import Delivery

__all__ = ["print_deliveries"]

_COLUMNS = {
    "id": "delivery",
    "state": "state",
    "sent": "sent",
    "in_doubt": "in doubt",
    "refused": "refused",
    "next": "next try",
    "error": "what happened",
}
_NUMBERS = ("sent", "in doubt", "refused")


def print_deliveries(deliveries: Sequence[Delivery], *, json: bool, nothing: str) -> None:
    """Print what became of deliveries, or for people the words for nothing."""
    rows = [_write_delivery(delivery) for delivery in deliveries]
    if json:
        print_json({"format": "tilshi.deliveries/1", "deliveries": rows})
        return
    if not rows:
        console().print(nothing)
        return
    pick_cells = itemgetter(*_COLUMNS)
    cells = [pick_cells(row) for row in rows]
    console().print(table(tuple(_COLUMNS.values()), cells, right=_NUMBERS))


def _write_delivery(delivery: Delivery) -> dict[str, Any]:
    due = delivery.due if delivery.state is DeliveryState.WAITING else None
    parts = {
        key: {"state": state.value, "note": note} for key, (state, note) in delivery.parts.items()
    }
    return {
        "id": str(delivery.id),
        "state": delivery.state.value,
        "sent": delivery.count(PartState.SENT),
        "in_doubt": delivery.count(PartState.DOUBT) + delivery.count(PartState.BEGUN),
        "refused": delivery.count(PartState.SKIPPED),
        "tries": delivery.tries,
        "next": due.isoformat(timespec="seconds") if due else None,
        "error": delivery.error,
        "parts": parts,
    }
