"""``tilshi check-config``: are settings, sources and editions right."""

from __future__ import annotations

from typing import Annotated

import typer

from workers.cli.config import load_for_command
from workers.cli.output import console, print_json, table

__all__ = ["check_config"]


def check_config(
    context: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """
    Check settings, sources and editions, and show what is in force. Starts nothing, fetches
    nothing.

    Every fault is listed with file, line, key, value and what was expected; the exit code is then
    2.

    Example: `tilshi --config tilshi.toml check-config`
    """
    loaded = load_for_command(context)
    rows = loaded.settings.as_table()
    warnings = loaded.settings.warnings()
    if json:
        settings = {row.key: {"value": row.value, "from": row.origin} for row in rows}
        print_json(
            {
                "settings": settings,
                "sources": len(loaded.catalog.sources),
                "warnings": list(warnings),
            }
        )
        return
    screen = console()
    screen.print(
        table(("setting", "value", "from"), [(row.key, row.value, row.origin) for row in rows])
    )
    polled = sum(not source.paused for source in loaded.catalog.sources)
    screen.print(
        f"\n{len(loaded.catalog.outlets)} outlets, {len(loaded.catalog.sources)} sources "
        f"({polled} polled), "
        f"{len(loaded.editions)} editions: all right"
    )
    for warning in warnings:
        screen.print(f"warning: {warning}", markup=False)
