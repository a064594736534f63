"""
What tells articles apart beyond the meaning of their words: names, numbers, places, dates. Pure.

Everything here is read from one article alone, or from two: see ``rarity``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aggregator.grouping.dates import days_named
from aggregator.grouping.rarity import load_rarity
from aggregator.grouping.words import is_number, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aggregator.grouping.rarity import Rarity
    from aggregator.grouping.words import Word
    from aggregator.models import Article

__all__ = ["Marks", "contradict", "marks", "missing", "overlap", "same_frame"]

# The first screenful: after it comes background, which names everybody who was ever concerned.
_TEXT_CHARS = 600
# From this share of common words two headlines are one frame with other names in it.
_FRAME = 0.5


@dataclass(frozen=True, slots=True)
class Marks:
    """
    By what an article can be told from others.

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


def marks(article: Article) -> Marks:
    """Return the marks of an article."""
    rarity = load_rarity()
    start = (article.text or article.lead)[:_TEXT_CHARS]
    title_said = list(words(article.title))
    text_said = list(words(start))
    title = _names(title_said, rarity)
    in_title = {word.stem for word in title_said}
    names = title | _names(text_said, rarity)
    return Marks(
        names=_unit({name: rarity.weight(name) for name in sorted(names)}),
        title_names=title,
        title_words=frozenset(stem for stem in in_title if not is_number(stem)) - title,
        said=frozenset(in_title | {word.stem for word in text_said}),
        days=days_named(f"{article.title}. {start}"),
    )


def _names(said: Iterable[Word], rarity: Rarity) -> frozenset[str]:
    return frozenset(
        word.stem for word in said if word.capital and (not word.first or rarity.is_name(word.stem))
    )


def _unit(weights: dict[str, float]) -> dict[str, float]:
    # fsum is exact: sets of names have another order in each process, and sums must not.
    length = math.sqrt(math.fsum(weight * weight for weight in weights.values()))
    return {name: weight / length for name, weight in weights.items()}


def overlap(a: Marks, b: Marks) -> float:
    """Return the share of weighed names in common, 0 to 1: the cosine of the two."""
    return math.fsum(a.names[name] * b.names[name] for name in a.names.keys() & b.names.keys())


def missing(a: Marks, b: Marks) -> frozenset[str]:
    """Return the names and numbers of either headline of which the other article's beginning does not speak."""
    return (a.title_names - b.said) | (b.title_names - a.said)


def contradict(a: Marks, b: Marks) -> bool:
    """Say whether both texts give numbers and agree on few: under half of the numbers of the one that gives fewer."""
    ours, theirs = ({name for name in side.names if is_number(name)} for side in (a, b))
    return len(ours & theirs) < min(len(ours), len(theirs)) / 2


def same_frame(a: Marks, b: Marks) -> bool:
    """
    Say whether two headlines are one frame with different names in it.

    "Fire in a warehouse in Pavlodar" and "... in Karaganda"; the dollar's rate on two days. Only
    for one language.
    """
    stems = a.title_words | b.title_words
    alike = len(a.title_words & b.title_words) / len(stems) if stems else 0.0
    return (
        alike >= _FRAME
        and bool(a.title_names - b.title_names)
        and bool(b.title_names - a.title_names)
    )
