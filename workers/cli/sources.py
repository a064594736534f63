"""``tilshi sources``: the sources, and what came of their last poll."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from aggregator.clock import format_age
from aggregator.sources.entries import write_span
from workers.bootstrap import open_runtime
from workers.cli.config import load_for_command
from workers.cli.options import AsJson
from workers.cli.output import console, print_json, table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from aggregator.models import Source
    from workers.services import Services

__all__ = ["sources"]


def _list_rows(services: Services) -> list[dict[str, Any]]:
    states = services.store.queues.load_source_states(list(services.sources))
    due = services.store.queues.load_due_times()
    pauses = services.store.queues.load_paused_sources()
    rows = []
    for source in services.sources.values():
        row = {
            "id": source.id,
            "outlet": source.outlet.name,
            "languages": list(source.languages),
            "url": source.url,
            "official": source.outlet.official,
            "pictures": source.outlet.pictures,
            "paused": source.paused or source.id in pauses,
            "pause": pauses.get(source.id),
            "every": _describe_pace(source),
            "due": due.get(source.id),
            **asdict(states[source.id]),
        }
        rows.append(row)
    return rows


def _describe_pace(source: Source) -> str:
    if source.cron:
        return f"cron {source.cron}"
    return "auto" if source.adaptive else write_span(source.every)


def _describe_outcome(row: Mapping[str, Any]) -> str:
    if row["pause"]:
        return f"paused: {row['pause'].reason}" if row["pause"].reason else "paused by an operator"
    if row["paused"]:
        return "paused in the catalogue"
    moved = row["asking"]["learnt"]
    outcome = row["outcome"] or "not polled yet"
    return f"{outcome}; moved for good to {moved}" if moved else str(outcome)


def sources(context: typer.Context, json: AsJson = False) -> None:
    """
    List the sources and what came of their last poll.

    Example: `tilshi sources --json`
    """
    with open_runtime(load_for_command(context)) as runtime:
        rows = _list_rows(runtime.services)
        now = runtime.services.clock.now()
    if json:
        for row in rows:
            row["pause"] = asdict(row["pause"]) if row["pause"] else None
        print_json(rows)
        return
    cells = [_list_cells(row, now) for row in rows]
    columns = ("source", "outlet", "languages", "last outcome", "last good", "every", "due")
    console().print(table(columns, cells))


def _list_cells(row: Mapping[str, Any], now: datetime) -> tuple[object, ...]:
    due = format_age(row["due"], now) if row["due"] else "at once"
    return (
        row["id"],
        row["outlet"],
        " ".join(row["languages"]),
        _describe_outcome(row),
        format_age(row["succeeded"], now),
        row["every"],
        "" if row["paused"] else due,
    )
