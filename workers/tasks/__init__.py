"""
The tasks: thin, idempotent, one file a stage.

Every task goes through ``workers.tasks.step.run_step``: it looks for work in the store, takes a
batch under a lease and calls one function of ``aggregator.pipeline``. Running one twice, at once or
for nothing is harmless: an item has one lease, and a stage without work is left at once. A task's
arguments are plain JSON: the run it counts for and the editorial time.

A task is of its own application alone (``shared=False``): Celery would have every other one in the
process take it up, with the store of the first.

A module of tasks is imported for the queues that it works for: a worker that translates has no need
of what fetches, and what only sends messages needs none of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from workers.app import QUEUES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from celery import Celery

    from workers.services import Services

__all__ = ["register"]

_MODULES: Mapping[str, frozenset[str]] = {
    "tick": frozenset({"compose"}),
    "fetch": frozenset({"fetch"}),
    "page": frozenset({"fetch"}),
    "text": frozenset({"text"}),
    "group": frozenset({"compose"}),
    "translate": frozenset({"translate"}),
    "whole": frozenset({"translate"}),
    "picture": frozenset({"fetch"}),
    "compose": frozenset({"compose"}),
    "deliver": frozenset({"deliver"}),
    "alert": frozenset({"compose", "deliver"}),
    "canary": frozenset(QUEUES),
    "probe": frozenset({"fetch", "text", "translate", "compose"}),
}
"""Modules of tasks, and the queues that their tasks run in."""


def register(app: Celery, services: Services, queues: Iterable[str] = QUEUES) -> None:
    """Give the application the tasks of a worker's queues."""
    wanted = frozenset(queues)
    for name, served in _MODULES.items():
        if wanted & served:
            import_module(f"workers.tasks.{name}").register(app, services)
