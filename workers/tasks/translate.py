"""``tilshi.translate``: put headline and lead of a batch of articles into English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.models import Stage
from aggregator.pipeline.translating import translate_articles
from workers.tasks.batch import work_batch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from celery import Celery

    from aggregator.store.work import Taken
    from workers.wiring import Newsroom

__all__ = ["register"]


def register(app: Celery, room: Newsroom) -> None:
    """Add the task to the application."""

    def put_into_english(taken: Sequence[Taken], token: str) -> int:
        return translate_articles(taken, room.translation_desk(), token=token, now=room.clock.now())

    @app.task(name="tilshi.translate")
    def translate() -> int:
        """
        Translate a batch of articles; returns how many moved on.

        Twice is harmless: an article has one lease, and only its holder can move it on.
        """
        done = work_batch(room, Stage.TRANSLATE, room.settings.translate.batch, put_into_english)
        if done and room.store.work.waiting()[Stage.GROUP].ready:
            # Stories whose headline has no English that can be shown: another article may tell them.
            room.hints.send("group")
        return done
