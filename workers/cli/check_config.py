"""``tilshi check-config``: are settings, sources and editions right."""

from __future__ import annotations

import typer

from workers.cli.config import load_for_command
from workers.cli.options import AsJson
from workers.cli.output import console, print_json, table

__all__ = ["check_config"]


def check_config(
    context: typer.Context,
    json: AsJson = False,
) -> None:
    """
    Check settings, sources and editions, and show what is in force.

    Starts nothing, fetches nothing. Every fault is listed with file, line, key, value and what was
    expected; the exit code is then 2.

    Example: `tilshi --config tilshi.toml check-config`
    """
    loaded = load_for_command(context)
    rows = loaded.settings.list_rows()
    warnings = loaded.settings.list_warnings()
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
    cells = [(row.key, row.value, row.origin) for row in rows]
    screen.print(table(("setting", "value", "from"), cells))
    catalog = loaded.catalog
    polled = sum(not source.paused for source in catalog.sources)
    screen.print(
        f"\n{len(catalog.outlets)} outlets, {len(catalog.sources)} sources ({polled} polled), "
        f"{len(loaded.editions)} editions: all right"
    )
    for warning in warnings:
        screen.print(f"warning: {warning}", markup=False)
