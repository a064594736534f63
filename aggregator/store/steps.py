"""
The steps from one stored form to the next; ``store.upgrade`` walks them.

    1 to 2   articles say whether the English of their headline can be shown (``tr_ok``). Before, a
             story whose best article had none stood in the original although another article could
             lead it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from aggregator.store.article_records import Passages
from aggregator.store.backup import scan_keys
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
        version: The one it starts from.
        what: What it does, in words.
        alter: Does it, given the client, the keys and a function to call with how much is done, and
            of how much. It may be killed anywhere and is then done again from its start, so doing
            it twice must be as doing it once.
    """

    version: int
    what: str
    alter: Callable[[Any, Keys, Callable[[int, int], None]], None]


def _note_what_can_be_shown(
    client: Any,
    keys: Keys,
    progress: Callable[[int, int], None],
) -> None:
    beginning = keys.article("").encode()
    all_names = dict.fromkeys(scan_keys(client, keys))
    names = [name for name in all_names if name.startswith(beginning)]
    left = iter(names)
    done = 0
    while batch := list(islice(left, _BATCH)):
        _note_of_batch(client, batch)
        done += len(batch)
        progress(done, len(names))


def _note_of_batch(client: Any, names: list[bytes]) -> None:
    pipe = client.pipeline(transaction=False)
    for name in names:
        pipe.hmget(name, "tr", "tr_ok")
    rows = pipe.execute()
    for name, (passages, noted) in zip(names, rows, strict=True):
        if passages is None or noted is not None:
            continue
        headline, _lead = decode(Passages, passages, name.decode())
        value = b"1" if headline.translated else b"0"
        pipe.hsetnx(name, "tr_ok", value)
    pipe.execute()


STEPS: tuple[Step, ...] = (
    Step(
        version=1,
        what="articles say whether the English of their headline can be shown",
        alter=_note_what_can_be_shown,
    ),
)
"""In order; the last one ends at ``keys.SCHEMA_VERSION``."""
