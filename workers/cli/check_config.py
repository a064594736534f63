"""``tilshi check-config``: are settings, sources and editions right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from workers.cli.config import load_for_command
from workers.cli.exits import Exit
from workers.cli.options import AsJson
from workers.cli.output import complain, console, print_json, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workers.loaded_config import LoadedConfig

__all__ = ["check_config"]


def check_config(
    context: typer.Context,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict",
            help="Exit code 1 if the store may lose something, has lost something, or is away.",
        ),
    ] = False,
    json: AsJson = False,
) -> None:
    """
    Check settings, sources and editions, and show what is in force.

    Starts nothing, fetches nothing; a store that is configured is asked how it keeps what it is
    given. Every fault is listed with file, line, key, value and what was
    expected; the exit code is then 2.

    Example: `tilshi --config tilshi.toml check-config`
    """
    loaded = load_for_command(context)
    findings = _ask_store(loaded)
    warnings = (*loaded.settings.list_warnings(), *loaded.list_open_secrets(), *findings)
    _show(loaded, warnings, json=json)
    if findings and strict:
        complain("the store is not to be relied on, and --strict was asked for")
        raise typer.Exit(Exit.FAILED)


def _ask_store(loaded: LoadedConfig) -> list[str]:
    """Return what is to be said of a configured store; our own private server is made safe."""
    if not loaded.settings.store.url:
        return []
    # A client of the store, for where one is configured.
    from aggregator.errors import StoreError  # noqa: PLC0415
    from workers.bootstrap import open_runtime  # noqa: PLC0415
    from workers.cli.store_findings import find_store_findings  # noqa: PLC0415

    try:
        with open_runtime(loaded) as runtime:
            return find_store_findings(runtime.services)
    except StoreError as error:
        text = str(error).replace("\n", "; ")
        return [f"whether the store may lose something cannot be known: {text}"]


def _show(loaded: LoadedConfig, warnings: Sequence[str], *, json: bool) -> None:
    rows = loaded.settings.list_rows()
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
