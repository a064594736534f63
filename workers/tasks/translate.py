"""``tilshi.translate``: put headline and lead of a batch of articles into English."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from aggregator.models import Stage
from aggregator.pipeline.translating import translate_articles
from workers.leases import kept, new_token

if TYPE_CHECKING:
    from celery import Celery

    from workers.wiring import Newsroom

__all__ = ["register"]


def register(app: Celery, room: Newsroom) -> None:
    """Add the task to the application."""

    @app.task(name="tilshi.translate")
    def translate() -> int:
        """
        Translate a batch of articles; returns how many moved on.

        Twice is harmless: an article has one lease, and only its holder can move it on.
        """
        store, settings = room.store, room.settings
        room.hints.arrived("translate")
        token, lease = new_token(), timedelta(seconds=settings.schedule.lease_s)
        taken = store.work.take(Stage.TRANSLATE, limit=settings.translate.batch, token=token, lease=lease)
        if not taken:
            return 0
        if store.work.waiting()[Stage.TRANSLATE].ready:
            room.hints.send("translate")
        with kept(store.work, Stage.TRANSLATE, [item.id for item in taken], token=token, lease=lease):
            done = translate_articles(taken, room.translation_desk(), token=token, now=room.clock.now())
        store.work.prove_alive("translate", f"translated {done} articles")
        if store.work.waiting()[Stage.TRANSLATE].ready:
            room.hints.send("translate")
        return done
