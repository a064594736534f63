"""``tilshi worker``: one worker of the long-running form."""

from __future__ import annotations

from typing import Annotated

import typer

from workers.app import QUEUES
from workers.bootstrap import open_runtime
from workers.cli.config import keep_files_private, load_for_command, require_store
from workers.ending import run_until_stopped
from workers.run_worker import run_worker

__all__ = ["worker"]


def _check_queues(value: str) -> str:
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
            callback=_check_queues,
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
    require_store(loaded)
    keep_files_private(loaded)
    with run_until_stopped(), open_runtime(loaded, patient=True) as runtime:
        names = queues.split(",")
        run_worker(
            runtime.app,
            runtime.services,
            names,
            concurrency=concurrency,
            name="-".join(names),
        )
