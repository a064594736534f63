"""What an operator has decided about articles: these two are one story, these two are not. Pure."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["NONE", "Rulings", "pair_of"]

Pair = tuple[str, str]


def pair_of(one: str, other: str) -> Pair:
    """Return two article ids in order."""
    return (one, other) if one <= other else (other, one)


@dataclass(frozen=True, slots=True)
class Rulings:
    """
    Decisions by pair of article ids, in order; a pair stands in one of the two at most.

    Attributes:
        pinned: To be one story, whatever else speaks against it.
        split: To be two. Where pins would chain the two together all the same, the split wins.
    """

    pinned: frozenset[Pair] = frozenset()
    split: frozenset[Pair] = frozenset()


NONE = Rulings()
