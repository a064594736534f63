"""Worker and beat processes, started from settings."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

from aggregator.log_context import set_log_context
from workers.alive import note_start
from workers.app import TASK_QUEUES
from workers.ending import is_end_asked
from workers.garbage import keep_loaded
from workers.tasks import register

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from celery import Celery, Task

    from workers.services import Services

__all__ = ["run_beat", "run_worker"]

log = logging.getLogger(__name__)


def _set_context(task_id: str, task: Task, kwargs: Mapping[str, object], **_: object) -> None:
    """
    Say in every line of a task which it is.

    Celery's own lines about its end, or its failure, are among them.
    """
    fields = {
        "task": task.name,
        "task_id": task_id,
        "queue": TASK_QUEUES[task.name],
    }
    for name, field in (("run_id", "run"), ("round_id", "round")):
        if kwargs.get(name):
            fields[field] = str(kwargs[name])
    set_log_context(fields)


def _clear_context(**_: object) -> None:
    set_log_context({})


def run_worker(
    app: Celery,
    services: Services,
    queues: Sequence[str],
    *,
    concurrency: int,
    name: str,
) -> None:
    """
    Run a worker until it is stopped.

    Models load in the pool processes, right after the fork: before it, native threads would be lost
    in the child; at the first task, that task would wait for them.
    """
    # Loaded here alone: a command that only names what it would run has no need of it.
    from celery.signals import (  # noqa: PLC0415
        task_postrun,
        task_prerun,
        worker_process_init,
        worker_ready,
    )
    from celery.worker import state  # noqa: PLC0415

    from workers.lost_acks import watch_acks  # noqa: PLC0415

    # Before the fork, so that all processes of the pool share what tasks stand on.
    register(app, services, queues)
    watch_acks(app)

    def warm_up(**_: object) -> None:
        if "text" in queues:
            services.embedder.embed(["Астана"])
        if "translate" in queues:
            services.translator.warm()

    def end_if_asked(**_: object) -> None:
        # Before Celery's own handlers stood, and lost on the way.
        if is_end_asked():
            state.should_stop = os.EX_OK

    worker_process_init.connect(warm_up, weak=False)
    worker_ready.connect(end_if_asked, weak=False)
    task_prerun.connect(_set_context, weak=False)
    task_postrun.connect(_clear_context, weak=False)
    namespace = services.settings.store.namespace
    worker = app.Worker(
        queues=[f"{namespace}.{queue}" for queue in queues],
        concurrency=concurrency,
        pool="prefork",
        hostname=f"{name}@%h",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        loglevel=services.settings.log.level.upper(),
        quiet=True,
    )
    for queue in queues:
        note_start(queue)
    keep_loaded()
    worker.start()
    raise SystemExit(worker.exitcode or 0)


def run_beat(app: Celery, services: Services) -> None:
    """
    Run a scheduler until it is stopped.

    Its memory is the store's slots, so it keeps no file.
    """
    scheduler = app.Beat(
        scheduler="workers.beat:SteadyScheduler",
        loglevel=services.settings.log.level.upper(),
        quiet=True,
    )
    # Celery's own handlers only raise, and what is raised can be lost; ours stay, and the scheduler
    # looks at what they note.
    scheduler.install_sync_handler = lambda _service: None
    note_start("beat")
    scheduler.run()
