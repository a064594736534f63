"""
What two articles have in common beyond the meaning of their words: names, numbers, places. Pure.

Kazakh and Russian write the same names with letters of their own and decline them at the end, so words are compared by
their first five letters in one alphabet: Қостанайда and Костанае meet in ``коста``. Words count by how rare they are
among the articles at hand: a ministry that is in every second article says nothing.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aggregator.models import Article

__all__ = ["Marks", "contradict", "marks", "overlap", "same_frame", "weigh"]

# Kazakh letters to the Russian ones that stand for them in names, and letters that vary between spellings: Балқаш and
# Балхаш, Тоқаев and Токаев.
_ONE_ALPHABET = str.maketrans("ңқхғүұөһіәёйэ", "нккгууокиаеие")
_STEM_CHARS = 5
_LEAST_CHARS = 3
# The first screenful: after it comes background, which names everybody who was ever concerned.
_TEXT_CHARS = 600
_NUMBER_SIGN = "#"
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
    return f"{_NUMBER_SIGN}{text.replace(',', '.')}"


@dataclass(frozen=True, slots=True)
class _Word:
    """A word as it stands. ``first``: at the beginning of a sentence, where a capital says nothing."""

    stem: str
    capital: bool
    first: bool


def _words(text: str) -> Iterator[_Word]:
    for sentence in _SENTENCE.split(text):
        for place, match in enumerate(_TOKEN.finditer(sentence)):
            word = match.group()
            if word[0].isdigit():
                yield _Word(_number(word), capital=True, first=False)
            elif len(word) >= _LEAST_CHARS:
                yield _Word(_stem(word), capital=word[0].isupper(), first=not place and not word.isupper())


def marks(articles: Sequence[Article]) -> list[Marks]:
    """
    Return the marks of articles that are read together.

    Together, because a word at the beginning of a sentence is a name if it is written as one elsewhere: "Қарағанды
    облысында" opens many a lead, and without this it would say nothing of where.
    """
    read = [_read(article) for article in articles]
    elsewhere: Counter[str] = Counter()
    for parts in read:
        elsewhere.update({word.stem: 1 if word.capital else -1 for words in parts for word in words if not word.first})
    names = frozenset(stem for stem, balance in elsewhere.items() if balance > 0)
    return [_marks(parts, names) for parts in read]


def _read(article: Article) -> tuple[list[_Word], list[_Word], list[_Word]]:
    """Give the words of the headline, of the lead, and of the beginning of the text."""
    start = (article.text or article.lead)[:_TEXT_CHARS]
    return list(_words(article.title)), list(_words(article.lead)), list(_words(start))


def _marks(parts: tuple[list[_Word], list[_Word], list[_Word]], names: frozenset[str]) -> Marks:
    title, lead, text = (
        frozenset(word.stem for word in words if word.capital and (not word.first or word.stem in names))
        for words in parts
    )
    return Marks(
        names=title | text,
        title_names=title,
        title_words=frozenset(word.stem for word in parts[0] if word.stem[0] != _NUMBER_SIGN) - title,
        numbers=frozenset(name for name in title | lead if name[0] == _NUMBER_SIGN),
    )


def weigh(all_marks: Sequence[Marks]) -> list[dict[str, float]]:
    """
    Weigh each article's names by how rare they are among these articles.

    Returns:
        For each article its names with their weights: the logarithm of how rare, scaled so that the squares sum to 1.
    """
    counts: Counter[str] = Counter()
    for item in all_marks:
        counts.update(item.names)
    rare = {name: math.log(1 + len(all_marks) / (count + 0.5)) for name, count in counts.items()}
    return [_unit({name: rare[name] for name in item.names}) for item in all_marks]


def _unit(weights: dict[str, float]) -> dict[str, float]:
    # fsum is exact: sets of names have another order in each process, and sums must not.
    length = math.sqrt(math.fsum(weight * weight for weight in weights.values()))
    return {name: weight / length for name, weight in weights.items()}


def overlap(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    """Return the share of weighed names in common, 0 to 1: the cosine of the two."""
    return math.fsum(a[name] * b[name] for name in a.keys() & b.keys())


def contradict(a: Marks, b: Marks) -> bool:
    """Say whether both texts give numbers and agree on few: under half of the numbers of the one that gives fewer."""
    ours, theirs = ({name for name in side.names if name[0] == _NUMBER_SIGN} for side in (a, b))
    return len(ours & theirs) < min(len(ours), len(theirs)) / 2


def same_frame(a: Marks, b: Marks) -> bool:
    """
    Say whether two headlines are one frame with different names in it.

    "Fire in a warehouse in Pavlodar" and "... in Karaganda"; the dollar's rate on two days. Only for one language.
    """
    words = a.title_words | b.title_words
    alike = len(a.title_words & b.title_words) / len(words) if words else 0.0
    return alike >= _FRAME and bool(a.title_names - b.title_names) and bool(b.title_names - a.title_names)
