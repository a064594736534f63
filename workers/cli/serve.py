"""``tilshi serve``, ``worker``, ``beat``: the long-running form."""

from __future__ import annotations

import signal
import threading
from typing import Annotated

import typer

from workers.app import QUEUES
from workers.bootstrap import open_runtime, run_worker_processes
from workers.cli.config import find_config_file, load_for_command
from workers.cli.exits import Exit
from workers.cli.output import complain, console
from workers.run_worker import run_beat, run_worker

__all__ = ["beat", "serve", "worker"]


def serve(
    context: typer.Context,
    page: Annotated[
        bool, typer.Option("--page/--no-page", help="Serve the page too, as `tilshi web` does.")
    ] = True,
) -> None:
    """
    Run everything here until stopped: scheduler, workers, the page and, if no store is configured,
    a private server.

    A worker that dies is started again. Stop with Ctrl-C or SIGTERM; what was being worked on goes
    on next time.

    Example: `tilshi serve`
    """
    loaded = load_for_command(context, quiet=False)
    file = find_config_file(context)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    logs = loaded.settings.data.folder / "logs"
    at = (
        f"; the page is at http://{loaded.settings.web.host}:{loaded.settings.web.port}/"
        if page
        else ""
    )
    with (
        open_runtime(loaded) as runtime,
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
            f"serving {len(runtime.services.sources)} sources{at}; logs in {logs}; stop with "
            "Ctrl-C",
            soft_wrap=True,
        )
        stop.wait()


def _queues(value: str) -> str:
    for queue in value.split(","):
        if queue not in QUEUES:
            raise typer.BadParameter(
                f"{queue!r}: expected queues of {', '.join(QUEUES)}, joined by commas"
            )
    return value


def worker(
    context: typer.Context,
    queues: Annotated[
        str,
        typer.Argument(
            metavar="QUEUE[,QUEUE...]",
            callback=_queues,
            help=", ".join(QUEUES),
        ),
    ],
    concurrency: Annotated[int, typer.Option(min=1, help="Processes in the pool.")] = 1,
) -> None:
    """
    Run one worker for some queues until stopped.

    The model of a queue is loaded once in each of its processes; `translate` wants one process for
    each core that is to translate.

    Example: `tilshi worker translate --concurrency 2`
    """
    loaded = load_for_command(context, quiet=False)
    _need_store(loaded.settings.store.url)
    with open_runtime(loaded) as runtime:
        names = queues.split(",")
        run_worker(
            runtime.app,
            runtime.services,
            names,
            concurrency=concurrency,
            name="-".join(names),
        )


def beat(context: typer.Context) -> None:
    """
    Run a scheduler until stopped. Any number may run at once.

    Example: `tilshi beat`
    """
    loaded = load_for_command(context, quiet=False)
    _need_store(loaded.settings.store.url)
    with open_runtime(loaded) as runtime:
        run_beat(runtime.app, runtime.services)


def _need_store(url: str) -> None:
    if not url:
        complain(
            "store.url (TILSHI_STORE_URL): expected the address of a store, because `worker` and "
            "`beat` share one; "
            "`tilshi serve` runs everything with a private server"
        )
        raise typer.Exit(Exit.USAGE)
