"""``tilshi serve``: the long-running form, all of it beside one command."""

from __future__ import annotations

import signal
import threading
from typing import Annotated

import typer

from workers.bootstrap import open_runtime, run_worker_processes
from workers.cli.config import find_config_file, load_for_command
from workers.cli.output import console

__all__ = ["serve"]


def serve(
    context: typer.Context,
    page: Annotated[
        bool, typer.Option("--page/--no-page", help="Serve the page too, as `tilshi web` does.")
    ] = True,
) -> None:
    """
    Run everything here until stopped: scheduler, workers, page, and a private store if need be.

    The private one is for where no store is configured. A worker that dies is started again. Stop
    with Ctrl-C or SIGTERM; what was being worked on goes on next time.

    Example: `tilshi serve`
    """
    loaded = load_for_command(context, quiet=False)
    file = find_config_file(context)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    logs = loaded.settings.data.folder / "logs"
    web = loaded.settings.web
    where = f"; the page is at http://{web.host}:{web.port}/" if page else ""
    with (
        open_runtime(loaded, patient=True) as runtime,
        run_worker_processes(
            runtime,
            file,
            beat=True,
            page=page,
            log_folder=logs,
        ),
    ):
        screen = console()
        screen.print(
            f"serving {len(runtime.services.sources)} sources{where}; logs in {logs}; stop with "
            "Ctrl-C",
            soft_wrap=True,
        )
        stop.wait()
