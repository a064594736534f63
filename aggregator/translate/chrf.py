"""
chrF: how much of a text's runs of letters another has. Pure.

Popović (2015), as sacrebleu has it by default (``chrF2``, runs of 1 to 6 letters, spaces left out,
all sentences counted together): the same figure without a dependency at run time, held to that by a
test.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["score_chrf"]

_ORDERS: Final = range(1, 7)
# Recall counts for so many times as much as precision, squared.
_WEIGHT: Final = 4


def score_chrf(made: Sequence[str], wanted: Sequence[str]) -> float:
    """
    Score texts against references, one each.

    Returns:
        0 to 100; 0 where nothing is long enough to be compared.
    """
    precisions: list[float] = []
    recalls: list[float] = []
    for order in _ORDERS:
        ours = theirs = shared = 0
        for text, reference in zip(made, wanted, strict=True):
            found = _count_runs(text, order)
            expected = _count_runs(reference, order)
            ours += found.total() if expected else 0
            theirs += expected.total()
            shared += (found & expected).total()
        if ours and theirs:
            precisions.append(shared / ours)
            recalls.append(shared / theirs)
    if not any(precisions):
        return 0.0
    precision = sum(precisions) / len(precisions)
    recall = sum(recalls) / len(recalls)
    return 100 * (1 + _WEIGHT) * precision * recall / (_WEIGHT * precision + recall)


def _count_runs(text: str, order: int) -> Counter[str]:
    letters = "".join(text.split())
    starts = range(len(letters) - order + 1)
    return Counter(letters[start : start + order] for start in starts)
