"""
How rare a stem is in the press at large, and whether it is a name.

Rarity comes from a fixed table that ships with the library and not from the articles at hand, so
that the score of two articles depends on those two alone: it is the same in whatever order articles
come, whoever computes it, and when an operator asks later. What that loses, a name that a single
day is full of, is little: of ten thousand articles it is still rare.

The table counts, in how many of some 90,000 texts (headlines and news sentences in Kazakh, Russian
and English; see ``foundry.stems``) a stem stands, and how often with a capital inside a sentence
less how often without.
"""

from __future__ import annotations

import lzma
import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from aggregator.grouping.words import is_number

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["TABLE", "Rarity", "load_rarity"]

TABLE = "stems.tsv.xz"
# A number is not in the table. It counts as one seen in one text of a thousand, as "2025" and "10"
# are, not as a name nobody ever met: two articles that both say "30" are not one event for it.
_NUMBER_SHARE = 1 / 1000


@dataclass(frozen=True, slots=True)
class Rarity:
    """
    The table.

    Attributes:
        texts: How many texts were counted.
        seen: By stem, in how many of them it stands, and its capitals less its small beginnings
            inside sentences.
    """

    texts: int
    seen: Mapping[str, tuple[int, int]]

    def weight(self, stem: str) -> float:
        """
        Return how much a stem says about a text.

        From 0 for what stands in every text to about 12 for what stands in none.
        """
        count: float
        if is_number(stem):
            count = self.texts * _NUMBER_SHARE
        else:
            count, _ = self.seen.get(stem, (0, 0))
        return math.log(1 + self.texts / (count + 0.5))

    def is_name(self, stem: str) -> bool:
        """Say whether a stem at the beginning of a sentence is to be taken for a name."""
        _, balance = self.seen.get(stem, (0, -1))
        return balance > 0


@cache
def load_rarity() -> Rarity:
    """Read the table that ships with the library."""
    packed = files("aggregator.grouping").joinpath(TABLE).read_bytes()
    text = lzma.decompress(packed).decode()
    head, *lines = text.splitlines()
    seen = {}
    for line in lines:
        stem, count, balance = line.split("\t")
        seen[stem] = (int(count), int(balance))
    return Rarity(texts=int(head), seen=seen)
