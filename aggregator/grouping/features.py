"""
What distinguishes articles beyond the meaning of their words: names, numbers, places, dates. Pure.

Everything here is read from one article alone, or from two: see ``rarity``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aggregator.grouping.dates import find_days
from aggregator.grouping.rarity import load_rarity
from aggregator.grouping.words import is_number, split_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aggregator.grouping.rarity import Rarity
    from aggregator.grouping.words import Word
    from aggregator.models import Article

__all__ = [
    "Marks",
    "contradict",
    "find_missing",
    "measure_overlap",
    "read_marks",
    "share_frame",
]

# The first screenful: after it comes background, which names everybody who was ever concerned.
_TEXT_CHARS = 600
# From this share of common words two headlines are one frame with other names in it.
_FRAME = 0.5


@dataclass(frozen=True, slots=True)
class Marks:
    """
    By what an article can be distinguished from others.

    Attributes:
        names: Names and numbers of headline, lead and the beginning of the text, as stems with
            their weights; the squares of the weights sum to 1.
        title_names: Those of the headline alone.
        title_words: Stems of the headline's other words.
        said: All stems of headline and beginning of the text.
        days: Of the year, named in headline and beginning of the text.
    """

    names: Mapping[str, float]
    title_names: frozenset[str]
    title_words: frozenset[str]
    said: frozenset[str]
    days: frozenset[int]


def read_marks(article: Article) -> Marks:
    """Return the marks of an article."""
    rarity = load_rarity()
    start = (article.text or article.lead)[:_TEXT_CHARS]
    title_said = list(split_words(article.title))
    text_said = list(split_words(start))
    title_names = _find_names(title_said, rarity)
    names = title_names | _find_names(text_said, rarity)
    weights = {name: rarity.weight(name) for name in sorted(names)}
    title_stems = {word.stem for word in title_said}
    text_stems = {word.stem for word in text_said}
    title_words = {stem for stem in title_stems if not is_number(stem)}
    return Marks(
        names=_scale_to_unit(weights),
        title_names=title_names,
        title_words=frozenset(title_words - title_names),
        said=frozenset(title_stems | text_stems),
        days=find_days(f"{article.title}. {start}"),
    )


def _find_names(
    said: Iterable[Word],
    rarity: Rarity,
) -> frozenset[str]:
    capitals = [word for word in said if word.capital]
    names = [word for word in capitals if not word.first or rarity.is_name(word.stem)]
    return frozenset(word.stem for word in names)


def _scale_to_unit(weights: dict[str, float]) -> dict[str, float]:
    # fsum is exact: sets of names have another order in each process, and sums must not.
    squares = [weight * weight for weight in weights.values()]
    length = math.sqrt(math.fsum(squares))
    return {name: weight / length for name, weight in weights.items()}


def measure_overlap(left: Marks, right: Marks) -> float:
    """Return the share of weighed names in common, 0 to 1: the cosine of the two."""
    shared = left.names.keys() & right.names.keys()
    products = [left.names[name] * right.names[name] for name in shared]
    return math.fsum(products)


def find_missing(left: Marks, right: Marks) -> frozenset[str]:
    """Return names and numbers of either headline of which the other's beginning does not speak."""
    missing_right = left.title_names - right.said
    missing_left = right.title_names - left.said
    return missing_right | missing_left


def contradict(left: Marks, right: Marks) -> bool:
    """
    Say whether both texts give numbers and agree on few.

    Few are under half of the numbers of the one that gives fewer.
    """
    ours = {name for name in left.names if is_number(name)}
    theirs = {name for name in right.names if is_number(name)}
    fewer = min(len(ours), len(theirs))
    return len(ours & theirs) < fewer / 2


def share_frame(left: Marks, right: Marks) -> bool:
    """
    Say whether two headlines are one frame with different names in it.

    "Fire in a warehouse in Pavlodar" and "... in Karaganda"; the dollar's rate on two days. Only
    for one language.
    """
    stems = left.title_words | right.title_words
    if not stems:
        return False
    common = left.title_words & right.title_words
    if len(common) / len(stems) < _FRAME:
        return False
    own_left = left.title_names - right.title_names
    own_right = right.title_names - left.title_names
    return bool(own_left) and bool(own_right)
