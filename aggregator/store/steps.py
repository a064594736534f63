"""
The steps from one stored form to the next; ``store.upgrade`` walks them.

    1 to 2   articles say whether the English of their headline can be shown (``tr_ok``). Before, a story whose best
             article had none stood in the original although another article could tell it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from aggregator.store.articles import Passages
from aggregator.store.backup import namespaced
from aggregator.store.codec import decode

if TYPE_CHECKING:
    from collections.abc import Callable

    from aggregator.store.keys import Keys

__all__ = ["STEPS", "Step"]

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Step:
    """
    From one version to the next.

    Attributes:
        version: It starts from.
        what: It does, in words.
        alter: Does it, given the client, the keys and what is to be told how much is done, and of
            how much. It may be killed anywhere and is then done again from its start, so doing it
            twice must be as doing it once.
    """

    version: int
    what: str
    alter: Callable[[Any, Keys, Callable[[int, int], None]], None]


def _say_what_can_be_shown(client: Any, keys: Keys, progress: Callable[[int, int], None]) -> None:
    begins = keys.article("").encode()
    names = [name for name in dict.fromkeys(namespaced(client, keys)) if name.startswith(begins)]
    left = iter(names)
    done = 0
    while batch := list(islice(left, _BATCH)):
        _say_of_batch(client, batch)
        done += len(batch)
        progress(done, len(names))


def _say_of_batch(client: Any, names: list[bytes]) -> None:
    pipe = client.pipeline(transaction=False)
    for name in names:
        pipe.hmget(name, "tr", "tr_ok")
    rows = pipe.execute()
    for name, (passages, known) in zip(names, rows, strict=True):
        if passages is not None and known is None:
            headline, _lead = decode(Passages, passages, name.decode())
            pipe.hsetnx(name, "tr_ok", b"1" if headline.translated else b"0")
    pipe.execute()


STEPS: tuple[Step, ...] = (
    Step(
        1, "articles say whether the English of their headline can be shown", _say_what_can_be_shown
    ),
)
"""In order; the last one ends at ``keys.SCHEMA_VERSION``."""
