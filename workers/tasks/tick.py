"""``tilshi.tick``: hand out what is due, hand out again what was lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workers.tick import tick as do_tick

if TYPE_CHECKING:
    from celery import Celery

    from workers.wiring import Newsroom

__all__ = ["register"]


def register(app: Celery, room: Newsroom) -> None:
    """Add the task to the application."""

    @app.task(name="tilshi.tick")
    def tick() -> list[str]:
        """
        Do what beat asks for; returns the hints sent.

        Twice is harmless, and so are two beats: a slot of time has one winner.
        """
        return do_tick(room)
