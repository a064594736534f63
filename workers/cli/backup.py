"""``tilshi backup``: the store in one file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from aggregator.store.backup import back_up
from workers.cli.config import load_for_command
from workers.cli.keeping import AsQuietJson, open_raw_store, show_progress
from workers.cli.output import print_json, say

__all__ = ["backup"]

_MB = 1e6


def backup(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A new file, e.g. tilshi-2026-08-20.backup.")
    ],
    stopped: Annotated[
        bool, typer.Option("--stopped", help="Do not hold back writers: none is at work.")
    ] = False,
    json: AsQuietJson = False,
) -> None:
    """
    Copy everything in the store into one file, also while everything runs.

    Writers wait while it is read, so that the copy is of one moment. Also copy your settings,
    `packages/` of the data folder if you installed any, and the files that secrets stand in.

    Example: `tilshi backup /var/backups/tilshi-$(date +%F).backup`
    """
    loaded = load_for_command(context)
    with (
        open_raw_store(loaded) as (connection, keys),
        show_progress("keys copied", wanted=not json) as report,
    ):
        head = back_up(
            connection,
            keys,
            file,
            now=datetime.now(UTC),
            pause=not stopped,
            progress=lambda done: report(done, None),
        )
    size = file.stat().st_size
    if json:
        print_json(
            {
                "file": str(file.resolve()),
                "keys": head.keys,
                "bytes": size,
                "schema": head.schema,
            }
        )
    else:
        say(f"{file}: {head.keys} keys of {head.server}, schema {head.schema}, {size / _MB:.1f} MB")
