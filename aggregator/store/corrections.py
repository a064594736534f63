"""
Articles of closed days whose new words another day's digest tells.

Every method is one atomic step of the server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.clock import millis
from aggregator.models import PublishedArticle, Stage
from aggregator.store.codec import decode, encode

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from aggregator.store.client import Connection
    from aggregator.store.keys import Keys
    from aggregator.store.retention import Retention

__all__ = ["CorrectionStore"]


class CorrectionStore:
    """What was told of articles that were edited since, by the day whose digest tells of it."""

    def __init__(
        self,
        connection: Connection,
        keys: Keys,
        retention: Retention,
    ) -> None:
        self._connection = connection
        self._keys = keys
        self._retention = retention

    def of(self, day: date) -> dict[str, tuple[PublishedArticle, ...]]:
        """
        Return what closed digests told, by the id of the article.

        One for each edition that told it.
        """
        key = self._keys.corrected(day)
        with self._connection.client() as client:
            found = client.hgetall(key)
        return {
            field.decode(): decode(tuple[PublishedArticle, ...], value, key)
            for field, value in found.items()
        }

    def add(
        self,
        article_id: str,
        rev: int,
        told: Sequence[PublishedArticle],
        day: date,
        *,
        token: str,
        now: datetime,
    ) -> bool:
        """
        Note that a day's digest tells of an article's new words, and send these to be translated.

        Args:
            article_id: Of an article that waits to be grouped.
            rev: Fence of the version that was looked at.
            told: What closed digests told of it.
            day: Open, or not begun yet.
            token: Of the lock ``plan``.
            now: Real time.

        Returns:
            False if the article changed or the day closed meanwhile, or the lock was lost; then
            nothing changed.
        """
        k = self._keys
        keys = [k.lock("plan"), k.article(article_id), k.wait(Stage.GROUP), k.wait(Stage.TRANSLATE)]
        args: list[object] = [
            token,
            article_id,
            rev,
            encode(tuple[PublishedArticle, ...], tuple(told)),
            millis(now),
        ]
        args += [day.isoformat(), day.toordinal(), self._retention.articles_s]
        return (
            int(
                self._connection.script(
                    "correct", [*keys, k.corrected(day), k.open, k.closed], args
                )
            )
            == 1
        )

    def carry(
        self,
        article_id: str,
        *,
        old: date,
        new: date,
    ) -> bool:
        """
        Have a later day tell of an article's new words.

        False if the old day did not tell of them.
        """
        k = self._keys
        keys = [k.corrected(old), k.corrected(new), k.open]
        args = [article_id, new.isoformat(), new.toordinal(), self._retention.articles_s]
        return bool(self._connection.script("carry", keys, args))
