"""``tilshi beat``: a scheduler of the long-running form."""

from __future__ import annotations

import typer

from workers.bootstrap import open_runtime
from workers.cli.config import load_for_command, require_store
from workers.ending import run_until_stopped
from workers.run_worker import run_beat

__all__ = ["beat"]


def beat(context: typer.Context) -> None:
    """
    Run a scheduler until stopped. Any number may run at once.

    Example: `tilshi beat`
    """
    loaded = load_for_command(context, quiet=False)
    require_store(loaded)
    with run_until_stopped(), open_runtime(loaded, patient=True) as runtime:
        run_beat(runtime.app, runtime.services)
