"""``tilshi restore``: the store back from a file."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from aggregator.store.backup import read_backup
from aggregator.store.keys import SCHEMA_VERSION
from aggregator.store.restore import restore as restore_backup
from workers.cli.config import load_for_command
from workers.cli.keeping import AsQuietJson, open_raw_store, refuse_others_at_work, show_progress
from workers.cli.output import print_json, say

__all__ = ["restore"]


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Made by `tilshi backup`.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Lose what is in the store now.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only say whether the file is whole.")
    ] = False,
    json: AsQuietJson = False,
) -> None:
    """
    Put a backup into the store, wholly or not at all. Nothing may be at work on it.

    The file is checked to its end first. What was delivered after it was made may be delivered
    again; see docs/operations.md. With `--replace`, a private server's broken file is set aside.

    Example: `tilshi restore tilshi-2026-08-20.backup`
    """
    loaded = load_for_command(context)
    if check:
        head, _ = read_backup(file)
    else:
        with (
            open_raw_store(
                loaded,
                # Only for a backup that is whole.
                before_set_aside=partial(read_backup, file) if replace else None,
            ) as (connection, keys),
            show_progress("keys put back", wanted=not json) as report,
        ):
            refuse_others_at_work(loaded, connection, keys)
            head = restore_backup(
                connection,
                keys,
                file,
                replace=replace,
                progress=report,
            )
    old = head.schema != str(SCHEMA_VERSION)
    if json:
        print_json(
            {
                "file": str(file.resolve()),
                "keys": head.keys,
                "schema": head.schema,
                "made": head.made,
            }
        )
        return
    whole = "whole, " if check else ""
    say(f"{file}: {whole}{head.keys} keys of {head.made}, schema {head.schema}")
    if old and not check:
        say("it was made by an older version: run `tilshi upgrade`")
