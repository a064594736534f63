"""
Dead letters: articles that ended their workers again and again and went on without a stage.

No article is lost by that: it is printed with its headline alone, or in the original. The dead
letter says so to the operator, who may have the stage tried again, or forget it. At most ``MOST``
are kept, the newest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aggregator.clock import to_millis
from aggregator.models import Stage
from aggregator.store.codec import decode, encode
from aggregator.store.query import Query, read_one

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aggregator.store.client import Connection
    from aggregator.store.keys import Keys

__all__ = ["MOST", "RETRIED", "DeadLetter", "DeadLetterStore", "make_dead_letter"]

MOST = 1000
"""Dead letters kept."""

RETRIED = {
    1: "again",
    0: "gone",
    -1: "closed",
}
"""What a retry came to: tried again; the article is past its retention; its digest is closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """
    An article that went on without a stage.

    Attributes:
        article_id: Of the article; of a whole article, its own id.
        stage: The stage it went on without.
        reason: In words.
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
    """Dead letters by id."""

    def __init__(self, connection: Connection, keys: Keys) -> None:
        self._connection = connection
        self._keys = keys

    def write(self, dead_letter: DeadLetter) -> None:
        """
        Keep a dead letter.

        A second one about the same article and stage takes the first one's place.
        """
        keys = [self._keys.dead_letters, self._keys.dead_letter_records]
        args: list[object] = [
            dead_letter.id,
            to_millis(dead_letter.at),
            encode(DeadLetter, dead_letter),
            MOST,
        ]
        self._connection.run_script("write_dead_letter", keys, args)

    def load_all(self) -> list[DeadLetter]:
        """Return all dead letters, the newest first."""
        return read_one(self._connection, self.query_all())

    def query_all(self) -> Query[list[DeadLetter]]:
        """Ask what ``load_all`` returns."""

        def ask(pipe: Any) -> None:
            pipe.zrange(self._keys.dead_letters, 0, -1, desc=True)
            pipe.hgetall(self._keys.dead_letter_records)

        def parse(answers: Sequence[Any]) -> list[DeadLetter]:
            names, records = answers
            dead_letters = []
            for name in names:
                if name in records:
                    dead_letter = self._read(records[name])
                    dead_letters.append(dead_letter)
            return dead_letters

        return Query(ask, parse)

    def get(self, dead_letter_id: str) -> DeadLetter | None:
        """Return a dead letter, None if there is none."""
        with self._connection.client() as client:
            value = client.hget(self._keys.dead_letter_records, dead_letter_id)
        return self._read(value) if value else None

    def _read(self, record: bytes) -> DeadLetter:
        dead_letter: DeadLetter = decode(DeadLetter, record, self._keys.dead_letter_records)
        return dead_letter

    def discard(self, dead_letter_id: str) -> bool:
        """Forget a dead letter; False if there was none."""
        with self._connection.client() as client:
            pipe = client.pipeline(transaction=True)
            pipe.zrem(self._keys.dead_letters, dead_letter_id)
            pipe.hdel(self._keys.dead_letter_records, dead_letter_id)
            removed, _ = pipe.execute()
        return bool(removed)

    def retry(self, dead_letter: DeadLetter, now: datetime) -> str:
        """
        Have the stage tried again, and forget the dead letter.

        Returns:
            ``again``; ``gone``: the article is past its retention; ``closed``: its digest is
            closed, so that no translation of it would be read. A text is read again even then, for
            whoever searches.
        """
        if dead_letter.stage is Stage.WHOLE:
            return self._retry_whole(dead_letter, now)
        keys = [
            self._keys.dead_letters,
            self._keys.dead_letter_records,
            self._keys.article(dead_letter.article_id),
            self._keys.open,
            self._keys.wait(Stage.TEXT),
            self._keys.wait(Stage.GROUP),
            self._keys.wait(Stage.TRANSLATE),
            self._keys.wait(Stage.COMPOSE),
            self._keys.lease(dead_letter.stage),
            self._keys.owner(dead_letter.stage),
            self._keys.tries(dead_letter.stage),
        ]
        args = [
            dead_letter.id,
            dead_letter.article_id,
            dead_letter.stage,
            to_millis(now),
        ]
        result = self._connection.run_script("retry_dead_letter", keys, args)
        return RETRIED[int(result)]

    def _retry_whole(self, dead_letter: DeadLetter, now: datetime) -> str:
        """Have the rest of a whole article tried again, whatever became of its digest."""
        keys = [
            self._keys.dead_letters,
            self._keys.dead_letter_records,
            self._keys.whole(dead_letter.article_id),
            self._keys.wholes,
            self._keys.wait(Stage.WHOLE),
        ]
        args = [dead_letter.id, dead_letter.article_id, to_millis(now)]
        return RETRIED[int(self._connection.run_script("retry_whole", keys, args))]


def make_dead_letter(
    article_id: str,
    stage: Stage,
    lost: int,
    now: datetime,
) -> DeadLetter:
    """Make the dead letter of an article whose worker died or hung so many times."""
    reason = f"ended or outlasted its worker {lost} times"
    return DeadLetter(
        article_id=article_id,
        stage=stage,
        reason=reason,
        at=now.astimezone(UTC),
    )
