"""
What speaks against two articles being of one event, in whatever languages. Pure.

Requirement. Two fires in two towns, onions dearer and potatoes cheaper, two matches of one round
are alike in meaning, often more than two reports of one fire. What tells them apart is said in a
few words, and in another language by other words.

Theory. Four things are looked at, each of the headlines, and each refuted by what the other article
says anywhere in its beginning (a report that names both towns contradicts neither):

- places: none of one is, holds or lies in a place of the other (``lexicon``);
- kinds of thing, and outcomes: of one family (vegetables, vehicles, verdicts) each headline names
  another member. A headline whose member the other article does mention counts by half;
- numbers: with one noun ("12 years", "7 жыл") they differ, and no number is shared;
- words and names of a headline that the other article does not say. Across languages a word is said
  if one of its translations is (``bridges``), a name if a word begins like it.

Only bare texts are judged by numbers and words: reports of one event that give a paragraph each
choose other details, and a toll grows; headlines alone say little else than what they are about.

Known exceptions. What the tables do not know is caught by words alone, so only in bare texts. A
place of two regions (Аксу) lies in both. One event told by its two sides ("Kairat beat Tobol",
"Tobol lost") counts as two outcomes, though by less than the names make up for.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from itertools import filterfalse, product
from typing import TYPE_CHECKING

from aggregator.grouping.bridges import load_bridges
from aggregator.grouping.lexicon import (
    OUTCOMES,
    are_apart,
    find_concepts,
    find_word_concepts,
    is_kind,
)
from aggregator.grouping.rarity import load_rarity
from aggregator.grouping.words import drop_script, is_number, split_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aggregator.grouping.features import Marks
    from aggregator.models import Article

__all__ = [
    "Claims",
    "Contradictions",
    "describe_contradictions",
    "find_contradictions",
    "read_claims",
]

_TEXT_CHARS = 600
# A place further down is one where something else happened once.
_PLACE_WORDS = 45
# Words that stand in more than one text of fifty say nothing of what a headline is about.
_LEAST_WEIGHT = 4.0
_NAME_LETTERS = 3
# From so many stems a text is more than a headline with a short lead; to so few it is bare.
_FULL_STEMS = 30
_BARE_STEMS = 12
_DIGIT = re.compile(r"\d")
_SCALE = 10.0  # as ``missing``
# What is counted: many of these go together.
_UNITS = "unit"


@dataclass(frozen=True, slots=True)
class _Said:
    """A word of a headline: its stem, how rare it is, what it stands for."""

    stem: str
    weight: float
    concepts: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """
    What an article says that another may contradict.

    Attributes:
        language: Without its script.
        words: Of the headline, that are no names.
        names: Of the headline.
        numbers: Of the headline, by unit or by the stem of the word behind them, ``""`` for none.
        said: Stems of headline and beginning.
        beginnings: The first letters of each.
        title_kinds: Kinds that the headline names, by family.
        concepts: Kinds and places of headline and beginning.
        title_places: Of the headline.
        main_places: Those, else those of the first sentences.
        places: Of both.
    """

    language: str
    words: tuple[_Said, ...]
    names: tuple[_Said, ...]
    numbers: Mapping[str, frozenset[str]]
    said: frozenset[str]
    beginnings: frozenset[str]
    title_kinds: Mapping[str, frozenset[str]]
    concepts: frozenset[str]
    title_places: frozenset[str]
    main_places: frozenset[str]
    places: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradictions:
    """
    What of two articles does not go together.

    Attributes:
        places: 1 if the places of the two shut each other out, else 0; if neither headline names
            one, as much as ``bare``: a longer text may name where somebody speaks from.
        kinds: Families of which the headlines name other members; one that the other article
            mentions makes a half.
        outcomes: The same of what became of something, without halves.
        bare: How bare the barer of the two texts is, 0 to 1.
        numbers: Whether numbers of one noun differ, times ``bare``.
        unsaid: Share of the headlines' weighed words that the other does not say, times ``bare``.
        strangers: Weight of the names that the other does not say, of the headline that has less
            of them, in tens; 0 unless one text is wholly bare: a report of a paragraph names
            whom it likes.
    """

    places: float
    kinds: float
    outcomes: float
    bare: float
    numbers: float
    unsaid: float
    strangers: float


def read_claims(article: Article, marks: Marks) -> Claims:
    """Return what an article says that another may contradict."""
    whole = article.text or article.lead
    start = whole[:_TEXT_CHARS]
    language = article.language
    title_found = find_concepts(article.title, language)
    in_title = [concept for _, concept in title_found]
    in_text = find_concepts(start, language)
    text_concepts = [concept for _, concept in in_text]
    families: dict[str, set[str]] = defaultdict(set)
    for kind in filter(is_kind, in_title):
        family = kind.partition(":")[0]
        if family != _UNITS:
            families[family].add(kind)
    title_places = frozenset(filterfalse(is_kind, in_title))
    near = [concept for place, concept in in_text if place < _PLACE_WORDS]
    first_places = frozenset(filterfalse(is_kind, near))
    words, names = _read_title(article, marks)
    beginnings = {stem[:_NAME_LETTERS] for stem in marks.said}
    return Claims(
        language=drop_script(language),
        words=words,
        names=names,
        numbers=_read_numbers(article.title, language),
        said=marks.said,
        beginnings=frozenset(beginnings),
        title_kinds={family: frozenset(kinds) for family, kinds in families.items()},
        concepts=frozenset(in_title).union(text_concepts),
        title_places=title_places,
        main_places=title_places or first_places,
        places=title_places | first_places,
    )


@lru_cache(maxsize=20_000)
def _weigh(stem: str) -> float:
    rarity = load_rarity()
    return rarity.weight(stem)


def _read_title(
    article: Article,
    marks: Marks,
) -> tuple[tuple[_Said, ...], tuple[_Said, ...]]:
    """Return the words and the names of a headline."""
    concepts = find_word_concepts(article.title, article.language)
    words = []
    names = []
    stems = marks.title_words | marks.title_names
    for stem in sorted(stems):
        if is_number(stem):
            continue
        weight = _weigh(stem)
        meant = concepts.get(stem, frozenset())
        said = _Said(stem, weight, meant)
        if stem in marks.title_names:
            names.append(said)
        elif weight > _LEAST_WEIGHT:
            words.append(said)
    return tuple(words), tuple(names)


def _read_numbers(title: str, language: str) -> Mapping[str, frozenset[str]]:
    """Return the numbers of a headline, by unit, else by the stem behind them."""
    if not _DIGIT.search(title):
        return {}
    numbers: dict[str, set[str]] = defaultdict(set)
    concepts = find_word_concepts(title, language)
    before = ""
    for word in split_words(title):
        stem = word.stem
        is_count = is_number(stem)
        if before:
            noun = "" if is_count else _find_noun(stem, concepts)
            numbers[noun].add(before)
        before = stem if is_count else ""
    if before:
        numbers[""].add(before)
    return {noun: frozenset(values) for noun, values in numbers.items()}


def _find_noun(stem: str, concepts: Mapping[str, frozenset[str]]) -> str:
    """Return the unit that a stem stands for, the first by name of several, else the stem."""
    meant = concepts.get(stem, ())
    units = [concept for concept in meant if concept.startswith(_UNITS)]
    return min(units, default=stem)


def find_contradictions(left: Claims, right: Claims) -> Contradictions:
    """Return what of two articles does not go together; the same both ways."""
    kinds, outcomes = _compare_kinds(left, right)
    bare = _measure_bareness(left, right)
    numbers = unsaid = strangers = 0.0
    if bare:
        numbers = float(_differ_in_numbers(left, right))
        unsaid, strangers = _weigh_unsaid(left, right)
    return Contradictions(
        places=_compare_places(left, right, bare),
        kinds=kinds,
        outcomes=outcomes,
        bare=bare,
        numbers=bare * numbers,
        unsaid=bare * unsaid,
        strangers=strangers if bare >= 1.0 else 0.0,
    )


def describe_contradictions(
    left: Claims,
    right: Claims,
    spelt: Mapping[str, str],
) -> dict[str, str]:
    """
    Return in words what of two articles does not go together, by name of the contradiction.

    Args:
        left: Of one article.
        right: Of the other.
        spelt: The stems of either's text, with the word that stands there.
    """
    words = _list_unsaid_words(left, right)
    ours = _list_unsaid(left.names, left, right)
    theirs = _list_unsaid(right.names, right, left)
    other_kinds = _list_other_kinds(left, right)
    kinds = [text for family, text in other_kinds if family not in OUTCOMES]
    outcomes = [text for family, text in other_kinds if family in OUTCOMES]
    our_numbers = _list_numbers(left)
    their_numbers = _list_numbers(right)
    unsaid = [spelt[said.stem] for said in words]
    our_strangers = [spelt[said.stem] for said in ours]
    their_strangers = [spelt[said.stem] for said in theirs]
    return {
        "places": _write_sides(left.main_places, right.main_places),
        "kinds": ", ".join(kinds),
        "outcomes": ", ".join(outcomes),
        "numbers": _write_sides(our_numbers, their_numbers),
        "unsaid": ", ".join(unsaid),
        "strangers": _write_sides(our_strangers, their_strangers),
    }


def _list_other_kinds(left: Claims, right: Claims) -> list[tuple[str, str]]:
    """Return the families of which two headlines name other members, and which in words."""
    found = []
    families = left.title_kinds.keys() & right.title_kinds.keys()
    for family in sorted(families):
        ours = left.title_kinds[family]
        theirs = right.title_kinds[family]
        if ours.isdisjoint(theirs):
            our_members = _drop_family(ours)
            their_members = _drop_family(theirs)
            found.append((family, _write_sides(our_members, their_members)))
    return found


def _drop_family(kinds: Iterable[str]) -> set[str]:
    """Return kinds without the family that each is of."""
    return {kind.partition(":")[2] for kind in kinds}


def _list_numbers(claims: Claims) -> list[str]:
    numbers = frozenset[str]().union(*claims.numbers.values())
    return [number.lstrip("#") for number in numbers]


def _write_sides(ours: Iterable[str], theirs: Iterable[str]) -> str:
    our_side = ", ".join(sorted(ours))
    their_side = ", ".join(sorted(theirs))
    return f"{our_side} / {their_side}"


def _compare_places(
    left: Claims,
    right: Claims,
    bare: float,
) -> float:
    if not are_apart(left.main_places, right.places):
        return 0.0
    if not are_apart(right.main_places, left.places):
        return 0.0
    if left.title_places or right.title_places:
        return 1.0
    return bare


def _compare_kinds(left: Claims, right: Claims) -> tuple[float, float]:
    kinds = outcomes = 0.0
    families = left.title_kinds.keys() & right.title_kinds.keys()
    for family in families:
        ours = left.title_kinds[family]
        theirs = right.title_kinds[family]
        if ours & theirs:
            continue
        ours_unsaid = ours.isdisjoint(right.concepts)
        theirs_unsaid = theirs.isdisjoint(left.concepts)
        sides = ours_unsaid + theirs_unsaid
        if family not in OUTCOMES:
            kinds += sides / 2
        elif sides > 1:
            outcomes += 1
    return kinds, outcomes


def _measure_bareness(left: Claims, right: Claims) -> float:
    stems = min(len(left.said), len(right.said))
    share = (_FULL_STEMS - stems) / (_FULL_STEMS - _BARE_STEMS)
    return min(1.0, max(0.0, share))


def _differ_in_numbers(left: Claims, right: Claims) -> bool:
    """Say whether the headlines give other numbers of one thing, and share none."""
    ours = frozenset[str]().union(*left.numbers.values())
    theirs = frozenset[str]().union(*right.numbers.values())
    if not ours.isdisjoint(right.said):
        return False
    if not theirs.isdisjoint(left.said):
        return False
    nouns = product(left.numbers, right.numbers)
    return any(_mean_one(noun, left.language, other, right.language) for noun, other in nouns)


def _mean_one(
    stem: str,
    language: str,
    other: str,
    other_language: str,
) -> bool:
    if stem == other:
        return True
    bridges = load_bridges()
    translations = bridges.find_translations(language, other_language, stem)
    return other in translations


def _weigh_unsaid(left: Claims, right: Claims) -> tuple[float, float]:
    """Return the share of the words unsaid, and the weight of the names."""
    unsaid_words = _list_unsaid_words(left, right)
    total = math.fsum(said.weight for said in (*left.words, *right.words))
    unsaid = math.fsum(said.weight for said in unsaid_words)
    share = unsaid / total if total else 0.5
    our_names = _list_unsaid(left.names, left, right)
    their_names = _list_unsaid(right.names, right, left)
    ours = math.fsum(said.weight for said in our_names)
    theirs = math.fsum(said.weight for said in their_names)
    return share, min(ours, theirs) / _SCALE


def _list_unsaid_words(left: Claims, right: Claims) -> list[_Said]:
    ours = _list_unsaid(left.words, left, right)
    theirs = _list_unsaid(right.words, right, left)
    return [*ours, *theirs]


def _list_unsaid(
    saids: Iterable[_Said],
    one: Claims,
    other: Claims,
) -> list[_Said]:
    """Return what of an article's words the other does not say."""
    return [said for said in saids if not _is_said(said, one, other)]


def _is_name_said(said: _Said, other: Claims) -> bool:
    """Say whether a name is spelled otherwise, or a place said by one that holds it."""
    if said.stem[:_NAME_LETTERS] in other.beginnings:
        return True
    places = frozenset(filterfalse(is_kind, said.concepts))
    if not places or not other.places:
        return False
    return not are_apart(places, other.places)


def _is_said(
    said: _Said,
    one: Claims,
    other: Claims,
) -> bool:
    if said.stem in other.said:
        return True
    if not said.concepts.isdisjoint(other.concepts):
        return True
    if said in one.names and _is_name_said(said, other):
        return True
    bridges = load_bridges()
    if one.language == other.language:
        meant = bridges.find_synonyms(one.language, said.stem)
    else:
        meant = bridges.find_translations(one.language, other.language, said.stem)
    return not other.said.isdisjoint(meant)
