"""``tilshi upgrade``: the store in the form of this version."""

from __future__ import annotations

import typer

from aggregator.store.keys import SCHEMA_VERSION
from aggregator.store.upgrade import read_stored_version
from aggregator.store.upgrade import upgrade as upgrade_store
from workers.cli.config import load_for_command
from workers.cli.keeping import AsQuietJson, open_raw_store, refuse_others_at_work, show_progress
from workers.cli.output import print_json, say
from workers.leases import make_token

__all__ = ["upgrade"]


def upgrade(context: typer.Context, json: AsQuietJson = False) -> None:
    """
    Bring what an older version stored into the form of this one. Nothing may be at work on it.

    Make a backup first: there is no way back. Killed, it goes on when it is run again.

    Example: `tilshi backup before.backup && tilshi upgrade`
    """
    loaded = load_for_command(context)
    with open_raw_store(loaded) as (connection, keys), show_progress("", wanted=not json) as report:
        refuse_others_at_work(loaded, connection, keys)
        before = read_stored_version(connection, keys)
        done = upgrade_store(
            connection,
            keys,
            token=make_token(),
            progress=lambda _what, moved, total: report(moved, total),
        )
    if json:
        print_json(
            {
                "before": before or None,
                "schema": SCHEMA_VERSION,
                "done": done,
            }
        )
        return
    if not done:
        why = f"schema {before} is current" if before else "the store is empty"
        say(f"nothing to do: {why}")
    for line in done:
        say(f"done: {line}")
