"""``tilshi.text``: clean, tell the language, fingerprint and embed a batch of articles."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from aggregator.models import Stage
from aggregator.pipeline.reading import read_articles
from workers.leases import kept, new_token

if TYPE_CHECKING:
    from celery import Celery

    from workers.wiring import Newsroom

__all__ = ["register"]


def register(app: Celery, room: Newsroom) -> None:
    """Add the task to the application."""

    @app.task(name="tilshi.text")
    def text() -> int:
        """
        Read a batch of articles; returns how many moved on.

        Twice is harmless: an article has one lease, and only its holder can move it on.
        """
        store, settings = room.store, room.settings
        room.hints.arrived("text")
        token, lease = new_token(), timedelta(seconds=settings.schedule.lease_s)
        taken = store.work.take(Stage.TEXT, limit=settings.text.batch, token=token, lease=lease)
        if not taken:
            return 0
        if store.work.waiting()[Stage.TEXT].ready:
            room.hints.send("text")
        with kept(store.work, Stage.TEXT, [item.id for item in taken], token=token, lease=lease):
            done = read_articles(taken, room.reading_desk(), token=token, now=room.clock.now())
        store.work.prove_alive("text", f"read {done} articles")
        if store.work.waiting()[Stage.TEXT].ready:
            room.hints.send("text")
        else:
            # Planning looks at whole days: once a stage is empty is enough, and cheaper.
            room.hints.send("group")
        return done
