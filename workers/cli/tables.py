"""Tables that ``status`` shows beside others, and a command of their own alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.clock import format_age
from workers.cli.output import table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from rich.table import Table

    from aggregator.models import Alert
    from aggregator.operations.status import DeadLetterRow

__all__ = ["pick_fields", "tabulate_alerts", "tabulate_dead_letters"]


def pick_fields(value: object, names: Sequence[str]) -> dict[str, object]:
    """Return some attributes of a value by their names."""
    return {name: getattr(value, name) for name in names}


def tabulate_alerts(alerts: Sequence[Alert], now: datetime) -> Table:
    """Return the table of alerts that are raised."""
    cells = [(alert.kind, format_age(alert.raised, now), alert.text) for alert in alerts]
    return table(("alert", "raised", "what is wrong"), cells)


def tabulate_dead_letters(rows: Sequence[DeadLetterRow], now: datetime) -> Table:
    """Return the table of dead letters."""
    cells = [(row.id, format_age(row.at, now), row.reason) for row in rows]
    return table(("dead letter", "since", "why"), cells)
