"""
The tasks: thin, idempotent, one a stage.

Every task looks for work in the store, takes a batch under a lease and calls one function of ``aggregator.pipeline``.
Running one twice, at once or for nothing is harmless: an item has one lease, and a stage without work is left at once.
A task's arguments are plain JSON: the run it counts for and the editorial time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workers.tasks import canary, compose, deliver, fetch, rounds, text, tick, translate, watch

if TYPE_CHECKING:
    from celery import Celery

    from workers.wiring import Newsroom

__all__ = ["register"]


def register(app: Celery, room: Newsroom) -> None:
    """Give the application its tasks."""
    for module in (tick, fetch, text, translate, compose, deliver, canary, rounds, watch):
        module.register(app, room)
