"""Clauses of one length read together: nothing is padded, so none hangs on its company. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aggregator.translate.model import Clause

__all__ = ["cut_batches"]


def cut_batches(tokens: Mapping[Clause, list[str]], most_tokens: int) -> Iterator[list[Clause]]:
    """
    Yield clauses of one length in tokens at a time.

    The long ones go first, so that threads end together.

    Args:
        tokens: Of each clause.
        most_tokens: In one batch, unless a single clause has more.
    """
    by_length: dict[int, list[Clause]] = defaultdict(list)
    for clause, pieces in tokens.items():
        by_length[len(pieces)].append(clause)
    for length in sorted(by_length, reverse=True):
        size = max(1, most_tokens // max(1, length))
        clauses = by_length[length]
        for start in range(0, len(clauses), size):
            yield clauses[start : start + size]
