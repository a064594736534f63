"""
Articles of closed days whose new words another day's digest gives.

Every method is one atomic step of the server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.clock import to_millis
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
    """Articles that were edited after their digest closed, by the day whose digest corrects it."""

    def __init__(
        self,
        connection: Connection,
        keys: Keys,
        retention: Retention,
    ) -> None:
        self._connection = connection
        self._keys = keys
        self._retention = retention

    def load_corrections(self, day: date) -> dict[str, tuple[PublishedArticle, ...]]:
        """
        Return what closed digests printed, by the id of the article.

        One for each edition that printed it.
        """
        key = self._keys.corrected(day)
        with self._connection.client() as client:
            row = client.hgetall(key)
        corrections = {}
        for article_id, value in row.items():
            printed = decode(tuple[PublishedArticle, ...], value, key)
            corrections[article_id.decode()] = printed
        return corrections

    def add_correction(
        self,
        article_id: str,
        rev: int,
        printed: Sequence[PublishedArticle],
        day: date,
        *,
        token: str,
        now: datetime,
    ) -> bool:
        """
        Note that a day's digest gives an article's new words, and send these to be translated.

        Args:
            article_id: Of an article that waits to be grouped.
            rev: Fence of the version that was compared.
            printed: What closed digests printed of it.
            day: Open, or not begun yet.
            token: Of the lock ``plan``.
            now: Real time.

        Returns:
            False if the article changed or the day closed meanwhile, or the lock was lost; then
            nothing changed.
        """
        keys = [
            self._keys.lock("plan"),
            self._keys.article(article_id),
            self._keys.wait(Stage.GROUP),
            self._keys.wait(Stage.TRANSLATE),
            self._keys.corrected(day),
            self._keys.open,
            self._keys.closed,
        ]
        args: list[object] = [
            token,
            article_id,
            rev,
            encode(tuple[PublishedArticle, ...], tuple(printed)),
            to_millis(now),
            day.isoformat(),
            day.toordinal(),
            self._retention.articles_s,
        ]
        done = self._connection.run_script("correct", keys, args)
        return int(done) == 1

    def carry_over(
        self,
        article_id: str,
        *,
        old: date,
        new: date,
    ) -> bool:
        """
        Have a later day give an article's new words.

        False if the old day was not to give them.
        """
        keys = [
            self._keys.corrected(old),
            self._keys.corrected(new),
            self._keys.open,
        ]
        args = [
            article_id,
            new.isoformat(),
            new.toordinal(),
            self._retention.articles_s,
        ]
        return bool(self._connection.run_script("carry", keys, args))
