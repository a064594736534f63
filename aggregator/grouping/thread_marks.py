"""
What of a report tells whether another day's report goes on with it. Pure.

A report of a follow-up says what happened before in its later paragraphs, so of a new report all
the text is read; of one that was told, its headline and beginning are kept.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from itertools import filterfalse, islice
from typing import TYPE_CHECKING

from aggregator.embedding.vectors import unpack_vectors
from aggregator.grouping.bridges import load_bridges
from aggregator.grouping.dates import find_days
from aggregator.grouping.lexicon import find_concepts, find_word_concepts, is_kind
from aggregator.grouping.rarity import load_rarity
from aggregator.grouping.thread_cues import (
    begins,
    goes_on,
    read_measures,
    recalls,
)
from aggregator.grouping.words import drop_script, is_number, split_words
from aggregator.languages import KAZAKH_LATIN
from aggregator.models import ThreadText
from aggregator.text.latin import to_cyrillic

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from aggregator.grouping.words import Word
    from aggregator.models import Article

__all__ = [
    "NEW_CHARS",
    "TOLD_CHARS",
    "ThreadMarks",
    "cut_text",
    "read_thread_marks",
]

TOLD_CHARS = 600
"""Of a report that was told: the first screenful, as grouping looks at it."""

NEW_CHARS = 4_000
"""Of a new report: with the paragraphs that say what happened before."""

# A place further down is one where something else happened once.
_PLACE_WORDS = 45
_NAME_LETTERS = 3
# Words in more than one text of fifty say nothing of what a headline is about.
_LEAST_WEIGHT = 4.0
_UNIT = "unit"
_LEAD_STEMS = 40
# Kinds that come again and again by themselves.
_IN_ROWS = frozenset(
    (
        "disaster:storm",
        "disaster:quake",
        "disaster:heat",
        "disaster:frost",
        "topic:inflation",
    )
)
_MISHAPS = frozenset(("disaster", "crime"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadMarks:
    """
    A report, read once for all comparisons.

    Attributes:
        language: Without its script.
        title: Stems of the headline that say what it is about, with their weights.
        title_names: Those of them that are names.
        names: Names of headline and beginning that are no places of the lexicon, with their
            weights.
        towns: Those that are, by stem, with their weights.
        numbers: Of the same, but for years and small ones.
        measures: What it gives of some measures, by measure.
        days: Of the year, named in headline and beginning.
        said: All stems of the text that was read.
        beginnings: The first letters of each.
        concepts: Kinds and places of the whole text that was read.
        stem_concepts: What stems of headline and beginning stand for.
        title_kinds: Kinds that the headline names, by family.
        places: Of the headline, else of the first sentences.
        lead: Stems of headline and first sentences that tell something, with their weights.
        begins: The headline says that something happens or begins.
        goes_on: The headline says that something goes on, ends, or has its price.
        recalls: It says that it tells something told before.
        row: Its vector, of unit length; zeros if there is none.
    """

    language: str
    title: Mapping[str, float]
    title_names: frozenset[str]
    names: Mapping[str, float]
    towns: Mapping[str, float]
    numbers: frozenset[str]
    measures: Mapping[str, frozenset[str]]
    days: frozenset[int]
    said: frozenset[str]
    beginnings: frozenset[str]
    concepts: frozenset[str]
    stem_concepts: Mapping[str, frozenset[str]]
    title_kinds: Mapping[str, frozenset[str]]
    places: frozenset[str]
    lead: Mapping[str, float]
    begins: bool
    goes_on: bool
    recalls: bool
    row: NDArray[np.float32]

    @property
    def rows(self) -> frozenset[str]:
        """What of the headline comes again and again by itself."""
        kinds = frozenset[str]().union(*self.title_kinds.values())
        rows = kinds & _IN_ROWS
        if "money" in self.title_kinds:
            rows |= {"money"}
        if "move" in self.title_kinds and self.measures:
            rows |= {"move"}
        return rows

    @property
    def mishaps(self) -> frozenset[str]:
        """Disasters and crimes that the headline names."""
        families = _MISHAPS & self.title_kinds.keys()
        kinds = [self.title_kinds[family] for family in families]
        return frozenset[str]().union(*kinds)

    def says(self, stem: str, other: ThreadMarks) -> bool:
        """Say whether this report says a word of another's headline, in its own language."""
        if stem in self.said:
            return True
        if stem in other.names and stem[:_NAME_LETTERS] in self.beginnings:
            return other.language != self.language
        concepts = other.stem_concepts.get(stem, frozenset())
        if not concepts.isdisjoint(self.concepts):
            return True
        bridges = load_bridges()
        if other.language == self.language:
            meant = bridges.find_synonyms(other.language, stem)
        else:
            meant = bridges.find_translations(other.language, self.language, stem)
        return not self.said.isdisjoint(meant)


def cut_text(article: Article, chars: int) -> ThreadText:
    """Return what threads look at of an article: so many characters of its text."""
    whole = article.text or article.lead
    return ThreadText(
        language=article.language,
        title=article.title,
        text=whole[:chars],
        vector=article.vector,
    )


# Those of a digest and of the days that it looks back on; one may take 0.1 MB.
@lru_cache(maxsize=600)
def read_thread_marks(text: ThreadText) -> ThreadMarks:
    """Return the marks of a report."""
    language = text.language
    title = text.title
    start = text.text[:TOLD_CHARS]
    rest = text.text[TOLD_CHARS:]
    title_said = list(split_words(title))
    start_said = list(split_words(start))
    begun_said = (*title_said, *start_said)
    said = _list_stems((*begun_said, *split_words(rest)))
    title_names = _find_names(title_said)
    title_weights = _weigh(_list_stems(title_said))
    names = title_names | _find_names(start_said)
    title_found = find_concepts(title, language)
    in_title = [concept for _, concept in title_found]
    in_text = find_concepts(text.text, language)
    text_concepts = [concept for _, concept in in_text]
    # Words of cues are those of the Cyrillic alphabet, and of English.
    headline = _write_in_cyrillic(title, language)
    whole = _write_in_cyrillic(text.text, language)
    begun = f"{title} {start}"
    stem_concepts = find_word_concepts(begun, language)
    towns = _find_towns(names, stem_concepts)
    beginnings = {stem[:_NAME_LETTERS] for stem in said}
    [row] = unpack_vectors([text.vector])
    return ThreadMarks(
        language=drop_script(language),
        title=_keep_telling(title_weights, title_names),
        title_names=title_names,
        names=_weigh(names - towns),
        towns=_weigh(towns),
        numbers=_find_numbers(begun_said),
        measures=read_measures(begun),
        days=find_days(f"{title}. {start}"),
        said=said,
        beginnings=frozenset(beginnings),
        concepts=frozenset(in_title).union(text_concepts),
        stem_concepts=stem_concepts,
        title_kinds=_sort_kinds(in_title),
        places=_choose_places(in_title, in_text),
        lead=_choose_lead(begun_said, names),
        begins=begins(headline),
        goes_on=goes_on(headline),
        recalls=recalls(whole),
        row=row,
    )


def _list_stems(said: Iterable[Word]) -> frozenset[str]:
    return frozenset(word.stem for word in said)


def _weigh(stems: Iterable[str]) -> dict[str, float]:
    rarity = load_rarity()
    return {stem: rarity.weight(stem) for stem in sorted(stems)}


def _write_in_cyrillic(text: str, language: str) -> str:
    return to_cyrillic(text) if language == KAZAKH_LATIN else text


def _choose_places(
    in_title: Iterable[str],
    in_text: Iterable[tuple[int, str]],
) -> frozenset[str]:
    """Return the places of a headline, else of the first sentences."""
    title_places = frozenset(filterfalse(is_kind, in_title))
    if title_places:
        return title_places
    near = [concept for place, concept in in_text if place < _PLACE_WORDS]
    return frozenset(filterfalse(is_kind, near))


def _choose_lead(
    said: Iterable[Word],
    names: frozenset[str],
) -> dict[str, float]:
    rarity = load_rarity()
    weights = {}
    for word in said:
        stem = word.stem
        if not is_number(stem):
            weights[stem] = rarity.weight(stem)
    first = islice(weights.items(), _LEAD_STEMS)
    return {stem: weight for stem, weight in first if stem in names or weight > _LEAST_WEIGHT}


def _find_towns(
    names: Iterable[str],
    stem_concepts: Mapping[str, frozenset[str]],
) -> frozenset[str]:
    """Return the names that are places of the lexicon."""
    towns = set()
    for stem in names:
        concepts = stem_concepts.get(stem, ())
        if not all(map(is_kind, concepts)):
            towns.add(stem)
    return frozenset(towns)


def _keep_telling(
    title: dict[str, float],
    names: frozenset[str],
) -> dict[str, float]:
    telling = {}
    for stem in sorted(title):
        if is_number(stem):
            continue
        weight = title[stem]
        if stem in names or weight > _LEAST_WEIGHT:
            telling[stem] = weight
    return telling


def _find_names(said: Iterable[Word]) -> frozenset[str]:
    rarity = load_rarity()
    capitals = [word for word in said if word.capital and not is_number(word.stem)]
    names = [word for word in capitals if not word.first or rarity.is_name(word.stem)]
    return frozenset(word.stem for word in names)


def _find_numbers(said: Iterable[Word]) -> frozenset[str]:
    """Return the numbers that say something: no years, and none under 10 that is whole."""
    stems = {word.stem for word in said}
    numbers = filter(is_number, stems)
    return frozenset(filterfalse(_is_common, numbers))


def _is_common(stem: str) -> bool:
    """Say whether a number is a year, or whole and under 10."""
    number = stem.lstrip("#")
    if not number.isdigit():
        return False
    is_small = len(number) == 1
    is_year = number[:2] in {"19", "20"}
    return is_small or is_year


def _sort_kinds(concepts: Iterable[str]) -> dict[str, frozenset[str]]:
    families: dict[str, set[str]] = defaultdict(set)
    for kind in filter(is_kind, concepts):
        family = kind.partition(":")[0]
        if family != _UNIT:
            families[family].add(kind)
    return {family: frozenset(kinds) for family, kinds in families.items()}
