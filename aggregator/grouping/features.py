"""
What two articles have in common beyond the meaning of their words: names, numbers, places. Pure.

Kazakh and Russian write the same names with letters of their own and decline them at the end, so words are compared by
their first five letters in one alphabet: Қостанайда and Костанае meet in ``коста``. Words count by how rare they are among
the articles at hand: a ministry that is in every second article says nothing.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aggregator.models import Article

__all__ = ["Marks", "marks", "overlap", "rarity", "same_frame"]

# Kazakh letters to the Russian ones that stand for them in names, and Russian letters that vary between spellings.
_ONE_ALPHABET = str.maketrans("ңқғүұөһіәёйэ", "нкгууохиаеие")
_STEM_CHARS = 5
_LEAST_CHARS = 3
# The first screenful: after it comes background, which names everybody who was ever concerned.
_TEXT_CHARS = 600
_TOKEN = re.compile(r"[^\W\d_]+|\d+(?:[.,]\d+)?")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n")
# From this share of common words two headlines are one frame with other names in it.
_FRAME = 0.5


@dataclass(frozen=True, slots=True)
class Marks:
    """
    By what an article can be told from others.

    Attributes:
        names: Names and numbers of headline, lead and the beginning of the text, as stems.
        title_names: Those of the headline alone.
        title_words: Stems of the headline's other words.
        numbers: Of headline and lead.
    """

    names: frozenset[str]
    title_names: frozenset[str]
    title_words: frozenset[str]
    numbers: frozenset[str]


def _stem(word: str) -> str:
    return word.casefold().translate(_ONE_ALPHABET)[:_STEM_CHARS]


def _number(text: str) -> str:
    return f"#{text.replace(',', '.')}"


def _names(text: str) -> set[str]:
    found = set()
    for sentence in _SENTENCE.split(text):
        for place, match in enumerate(_TOKEN.finditer(sentence)):
            word = match.group()
            if word[0].isdigit():
                found.add(_number(word))
            # A capital at the start of a sentence says nothing, unless the whole word is in capitals.
            elif len(word) >= _LEAST_CHARS and word[0].isupper() and (place or word.isupper()):
                found.add(_stem(word))
    return found


def marks(article: Article) -> Marks:
    """Return the marks of an article."""
    title_names = _names(article.title)
    words = {_stem(word) for word in _TOKEN.findall(article.title) if len(word) >= _LEAST_CHARS and word[0].isalpha()}
    start = f"{article.title}. {article.text or article.lead}"[: _TEXT_CHARS + len(article.title)]
    return Marks(
        names=frozenset(_names(start)),
        title_names=frozenset(title_names),
        title_words=frozenset(words - title_names),
        numbers=frozenset(name for name in _names(f"{article.title}. {article.lead}") if name[0] == "#"),
    )


def rarity(all_marks: Iterable[Marks]) -> Mapping[str, float]:
    """Return how much each name says: the logarithm of how rare it is among these articles."""
    counts: Counter[str] = Counter()
    total = 0
    for item in all_marks:
        counts.update(item.names)
        total += 1
    return {name: math.log(1 + total / (count + 0.5)) for name, count in counts.items()}


def overlap(a: Marks, b: Marks, rare: Mapping[str, float]) -> float:
    """Return the share of names in common, 0 to 1: the cosine of the two sets, each name by its rarity."""
    common = sum(rare[name] ** 2 for name in a.names & b.names)
    if not common:
        return 0.0
    length_a, length_b = (sum(rare[name] ** 2 for name in side.names) for side in (a, b))
    return common / math.sqrt(length_a * length_b)


def same_frame(a: Marks, b: Marks) -> bool:
    """
    Say whether two headlines are one frame with different names in it.

    "Fire in a warehouse in Pavlodar" and "... in Karaganda"; the dollar's rate on two days. Only for one language.
    """
    words = a.title_words | b.title_words
    alike = len(a.title_words & b.title_words) / len(words) if words else 0.0
    return alike >= _FRAME and bool(a.title_names - b.title_names) and bool(b.title_names - a.title_names)
