"""
The tasks: thin, idempotent, one file a stage.

Every task goes through ``workers.tasks.step.run_step``: it looks for work in the store, takes a
batch under a lease and calls one function of ``aggregator.pipeline``. Running one twice, at once or
for nothing is harmless: an item has one lease, and a stage without work is left at once. A task's
arguments are plain JSON: the run it counts for and the editorial time.

A task is of its own application alone (``shared=False``): Celery would have every other one in the
process take it up, with the store of the first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workers.tasks import (
    alert,
    canary,
    compose,
    deliver,
    fetch,
    group,
    page,
    probe,
    text,
    tick,
    translate,
)

if TYPE_CHECKING:
    from celery import Celery

    from workers.services import Services

__all__ = ["register"]

_MODULES = (tick, fetch, page, text, group, translate, compose, deliver, alert, canary, probe)


def register(app: Celery, services: Services) -> None:
    """Give the application its tasks."""
    for module in _MODULES:
        module.register(app, services)
