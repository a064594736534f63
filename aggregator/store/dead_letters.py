"""
Dead letters: articles that ended their workers again and again and went on without a stage.

No article is lost by that: it is told with its headline alone, or in the original. The letter says
so to the operator, who may have the stage tried again, or forget it. At most ``MOST`` are kept, the
newest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aggregator.clock import millis
from aggregator.models import Stage
from aggregator.store.codec import decode, encode
from aggregator.store.query import Query, read_one

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aggregator.store.client import Connection
    from aggregator.store.keys import Keys

__all__ = ["MOST", "RETRIED", "DeadLetter", "DeadLetterStore", "name_dead_letter"]

MOST = 1000
"""Letters kept."""

RETRIED = {
    1: "again",
    0: "gone",
    -1: "closed",
}
"""What a retry came to: tried again; the article is past its retention; its digest is closed."""


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class DeadLetter:
    """
    An article that went on without a stage.

    Attributes:
        article_id: Which.
        stage: The stage it went on without.
        reason: In words.
        at: When.
    """

    article_id: str
    stage: Stage
    reason: str
    at: datetime

    @property
    def id(self) -> str:
        """``STAGE:ARTICLE``."""
        return f"{self.stage}:{self.article_id}"


class DeadLetterStore:
    """Letters by id."""

    def __init__(self, connection: Connection, keys: Keys) -> None:
        self._connection = connection
        self._keys = keys

    def write(self, name_dead_letter: DeadLetter) -> None:
        """
        Keep a letter.

        A second one about the same article and stage takes the first one's place.
        """
        keys = [self._keys.letters, self._keys.letters_why]
        args: list[object] = [
            name_dead_letter.id,
            millis(name_dead_letter.at),
            encode(DeadLetter, name_dead_letter),
            MOST,
        ]
        self._connection.script("write_dead_letter", keys, args)

    def all(self) -> list[DeadLetter]:
        """Return all letters, the newest first."""
        return read_one(self._connection, self.query_all())

    def query_all(self) -> Query[list[DeadLetter]]:
        """Ask what ``all`` returns."""
        k = self._keys

        def ask(pipe: Any) -> None:
            pipe.zrange(k.letters, 0, -1, desc=True)
            pipe.hgetall(k.letters_why)

        def parse(answers: Sequence[Any]) -> list[DeadLetter]:
            names, values = answers
            return [
                decode(DeadLetter, values[name], k.letters_why) for name in names if name in values
            ]

        return Query(ask, parse)

    def get(self, letter_id: str) -> DeadLetter | None:
        """Return a letter, None if there is none."""
        with self._connection.client() as client:
            value = client.hget(self._keys.letters_why, letter_id)
        return decode(DeadLetter, value, self._keys.letters_why) if value else None

    def discard(self, letter_id: str) -> bool:
        """Forget a letter; False if there was none."""
        with self._connection.client() as client:
            pipe = client.pipeline(transaction=True)
            pipe.zrem(self._keys.letters, letter_id)
            pipe.hdel(self._keys.letters_why, letter_id)
            return bool(pipe.execute()[0])

    def retry(self, name_dead_letter: DeadLetter, now: datetime) -> str:
        """
        Have the stage tried again, and forget the letter.

        Args:
            letter: Which.
            now: Real time.

        Returns:
            ``again``; ``gone``: the article is past its retention; ``closed``: its digest is
            closed, so that no translation of it would be read. A text is read again even then, for
            whoever searches.
        """
        k = self._keys
        keys = [
            k.letters,
            k.letters_why,
            k.article(name_dead_letter.article_id),
            k.open,
            k.wait(Stage.TEXT),
            k.wait(Stage.GROUP),
            k.wait(Stage.TRANSLATE),
            k.wait(Stage.COMPOSE),
            k.lease(name_dead_letter.stage),
            k.owner(name_dead_letter.stage),
            k.tries(name_dead_letter.stage),
        ]
        args = [
            name_dead_letter.id,
            name_dead_letter.article_id,
            name_dead_letter.stage,
            millis(now),
        ]
        done = self._connection.script("retry_dead_letter", keys, args)
        return RETRIED[int(done)]


def name_dead_letter(
    article_id: str,
    stage: Stage,
    tries: int,
    now: datetime,
) -> DeadLetter:
    """Write of an article that was taken so many times and never moved on."""
    reason = f"ended or outlasted its worker {tries - 1} times"
    return DeadLetter(
        article_id=article_id,
        stage=stage,
        reason=reason,
        at=now.astimezone(UTC),
    )
