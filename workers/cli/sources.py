"""``tilshi sources``: the sources, and what came of their last poll."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregator.clock import ago
from aggregator.sources.entries import write_span
from workers.bootstrap import open_runtime
from workers.cli.config import load_for_command
from workers.cli.output import console, print_json, table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aggregator.models import Source
    from workers.services import Services

__all__ = ["sources"]

_AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _source_rows(services: Services) -> list[dict[str, Any]]:
    states = services.store.queues.source_states(list(services.sources))
    due = services.store.queues.due_times()
    pauses = services.store.queues.paused_sources()
    return [
        {
            "id": source.id,
            "outlet": source.outlet.name,
            "languages": list(source.languages),
            "url": source.url,
            "official": source.outlet.official,
            "paused": source.paused or source.id in pauses,
            "pause": pauses.get(source.id),
            "every": _every(source),
            "due": due.get(source.id),
            **asdict(states[source.id]),
        }
        for source in services.sources.values()
    ]


def _every(source: Source) -> str:
    return (
        f"cron {source.cron}"
        if source.cron
        else "auto"
        if source.adaptive
        else write_span(source.every)
    )


def _standing(row: Mapping[str, Any]) -> str:
    if row["pause"]:
        return f"paused: {row['pause'].reason}" if row["pause"].reason else "paused by an operator"
    if row["paused"]:
        return "paused in the catalogue"
    moved = row["asking"]["learnt"]
    outcome = row["outcome"] or "not polled yet"
    return f"{outcome}; moved for good to {moved}" if moved else str(outcome)


def sources(context: typer.Context, json: _AsJson = False) -> None:
    """
    List the sources and what came of their last poll.

    Example: `tilshi sources --json`
    """
    with open_runtime(load_for_command(context)) as runtime:
        rows = _source_rows(runtime.services)
        now = runtime.services.clock.now()
    if json:
        print_json(
            [row | {"pause": asdict(row["pause"]) if row["pause"] else None} for row in rows]
        )
        return
    cells = [
        (
            row["id"],
            row["outlet"],
            " ".join(row["languages"]),
            _standing(row),
            ago(row["succeeded"], now),
            row["every"],
            "" if row["paused"] else ago(row["due"], now) if row["due"] else "at once",
        )
        for row in rows
    ]
    console().print(
        table(("source", "outlet", "languages", "last outcome", "last good", "every", "due"), cells)
    )
