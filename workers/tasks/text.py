"""``tilshi.text``: clean, tell the language, fingerprint and embed a batch of articles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.models import Stage
from aggregator.pipeline.reading import read_articles
from workers.tasks.batch import work_batch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from celery import Celery

    from aggregator.store.work import Taken
    from workers.wiring import Newsroom

__all__ = ["register"]


def register(app: Celery, room: Newsroom) -> None:
    """Add the task to the application."""

    def read(taken: Sequence[Taken], token: str) -> int:
        return read_articles(taken, room.reading_desk(), token=token, now=room.clock.now())

    @app.task(name="tilshi.text")
    def text() -> int:
        """
        Read a batch of articles; returns how many moved on.

        Twice is harmless: an article has one lease, and only its holder can move it on.
        """
        done = work_batch(room, Stage.TEXT, room.settings.text.batch, read)
        if done and not room.store.work.waiting()[Stage.TEXT].ready:
            # Planning looks at whole days: once, when the stage is empty, is enough and cheaper.
            room.hints.send("group")
        return done
