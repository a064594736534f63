"""
Where in a translation a name stands that came out otherwise. Pure.

Two mistakes are possible, and the second is worse: a name left as the model wrote it, and right
words overwritten by a name that belongs elsewhere. So a place is taken for the name's only if its
letters or its words are much like the name's; a name without such a place is lost, which readers
are told (``find_missing_names``).

Alike by letters: the name's spellings, official or romanised, beside each run of words that has its
capitals. A person's given name or family name alone will do, with initials before it. Alike by
words: «Finance Ministry», «Ministry of Finances» beside «Ministry of Finance», in any order, since
bodies are translated, not spelt. A word that says what a place is (region, oblast) belongs to the
name if the official form has one.

Known words are nobody's slip. What means a country (Belgian, Iceland) is not another's misspelling,
nor who holds an office (Finance Minister, Senator) that of the body. An abbreviation is a name's
only letter by letter: three letters are like too many words (АНК, Bank).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from aggregator.names.countries import names_country
from aggregator.names.forms import split_words
from aggregator.names.likeness import fold_letters, keep_letters, measure_likeness
from aggregator.names.romanise import romanise

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aggregator.names.glossary import Name

__all__ = ["GENERIC", "Stretch", "find_rendering", "list_content_words"]

# "Almaty Region", "Irtysh River": what is not the name itself but says what it is.
GENERIC: Final = frozenset(
    {
        "region",
        "river",
        "district",
        "lake",
        "city",
        "bank",
        "airport",
        "mountains",
        "port",
        "of",
        "the",
        "and",
        "jsc",
    }
)
_SETTLED_KINDS: Final = {
    "region": (
        "region",
        "district",
        "oblast",
        "province",
        "area",
        "raion",
    ),
    "district": (
        "district",
        "region",
        "raion",
        "area",
    ),
}
# What a model takes a region for whose name a city has too: the city of Atyrau.
_TOWNS: Final = ("city", "town", "village")
# Two spellings of one name share so much (Tokaev, Tokayev: 1.0 folded), two names of one length
# less (Almaty, Atyrau: 0.5).
_ALIKE: Final = 0.8
_PART_ALIKE: Final = 0.85
# A part of a name counts less than the whole.
_PART: Final = 0.9
_SHORTEST: Final = 4
_WORDS_ALIKE: Final = 0.75
_FEWEST_WORDS: Final = 2
_WORD_ALIKE: Final = 0.8
_SHORTEST_PREFIX: Final = 5
_FUNCTION_WORDS: Final = frozenset(
    {
        "of",
        "the",
        "and",
        "for",
        "on",
        "in",
        "to",
    }
)
# Who belongs to a body, in words that begin as the body's does.
_HOLDERS: Final = frozenset(
    {
        "minister",
        "ministerial",
        "senator",
        "commissioner",
        "parliamentarian",
        "congressman",
        "congressmen",
        "congresswoman",
        "congresswomen",
        "guardsman",
        "guardsmen",
        "councillor",
        "councilor",
        "officer",
        "official",
    }
)
# Words of a body without which its other words are somebody else's: Prosecutor General, National
# Security Adviser.
_KINDS_OF_BODY: Final = ("ministry", "office", "committee", "agency")
# A country of few letters is like too many words (Oman, Woman; Spain, Spin) for a slip to be told.
_SHORTEST_SLIP: Final = 6
_INITIALS = re.compile(r"(?:\b[A-Z][a-z]?\. ?){1,2}$")
_POSSESSIVE = re.compile(r"['’]s?$")
# Marks of other names, and what parts sentences and their parts.
_PART_ENDS = re.compile('[\ue000-\uf8ff.;:!?"]')
_MOST_EXTRA_WORDS: Final = 1


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """Part of a translation: how likely it is a name's (0 to 1), where it begins and ends."""

    score: float
    start: int
    end: int


def find_rendering(english: str, name: Name) -> Stretch | None:
    """
    Return the stretch of a translation that is a name's; None if there is none.

    Args:
        english: Other names in it are marks that belong to no word.
        name: Whose official form is not in it.
    """
    by_letters = _find_by_letters(english, name)
    by_words = _find_by_words(english, name)
    return max([*by_letters, *by_words], default=None)


def list_content_words(name: Name) -> list[str]:
    """Return the words of the official form that name, small; all of them if none is left."""
    words = [keep_letters(word) for word, _, _ in split_words(name.english)]
    telling = [word for word in words if word not in GENERIC]
    return telling or words


def _find_by_letters(english: str, name: Name) -> Iterator[Stretch]:
    spellings = _list_spellings(name)
    longest = max(len(split_words(text)) for text in spellings)
    most_words = longest + _MOST_EXTRA_WORDS
    folded = sorted(set(map(fold_letters, spellings)))
    parts = _list_parts(name)
    abbreviations = _list_abbreviations(name)
    for start, end, words in _list_spans(english, most_words):
        span = english[start:end]
        if len(span) < _SHORTEST or not _may_be_spelling(span, name):
            continue
        letters = fold_letters(span)
        spelt_out = letters in abbreviations and _is_abbreviation(span)
        score = 1.0 if spelt_out else _measure_best(letters, folded)
        if score >= _find_least(letters, name):
            place = Stretch(score, start, end)
            yield _widen(english, place, name)
            continue
        if words != 1:
            continue
        part_score = _measure_best(letters, parts)
        if part_score >= _PART_ALIKE:
            place = Stretch(part_score * _PART, start, end)
            yield _widen(english, place, name)


def _may_be_spelling(span: str, name: Name) -> bool:
    """Say whether a stretch may be a name spelt otherwise: it has its case, and no known word."""
    if not _has_case_of(span, name.english):
        return False
    return not _is_known(span, name)


def _find_least(letters: str, name: Name) -> float:
    """Return the likeness that folded letters must have to be a name's."""
    if name.kind == "country" and len(letters) < _SHORTEST_SLIP:
        return 1.0
    return _ALIKE


def _is_of_another_kind(span: str, name: Name) -> bool:
    """Say whether a stretch has a body's words but not the one that says what it is."""
    wanted = _list_key_words(name.english)
    words = _list_key_words(span)
    speaks_of_holder = any(map(_is_holder, words))
    if speaks_of_holder and not any(map(_is_holder, wanted)):
        return True
    shared = set(words) & set(wanted)
    if not shared:
        return False
    kinds = [word for word in wanted if word in _KINDS_OF_BODY]
    return not all(_has_kind(words, kind) for kind in kinds)


def _has_kind(words: Sequence[str], kind: str) -> bool:
    return any(measure_likeness(word, kind) >= _WORD_ALIKE for word in words)


def _is_holder(word: str) -> bool:
    return word.removesuffix("s") in _HOLDERS


def _has_case_of(span: str, official: str) -> bool:
    """Say whether first and last word begin with a capital where the official form's do."""
    return _find_capitals(span) == _find_capitals(official)


@lru_cache(maxsize=20_000)
def _find_capitals(text: str) -> tuple[bool, bool]:
    words = split_words(text)
    first, _, _ = words[0]
    last, _, _ = words[-1]
    return first[0].isupper(), last[0].isupper()


def _list_spellings(name: Name) -> set[str]:
    """Return how a name may be spelt in Latin letters; its abbreviations aside."""
    spellings = {name.english}
    for code, forms in name.forms:
        for form in forms:
            if not form.isupper():
                spellings.add(romanise(form, code))
    return spellings


def _list_abbreviations(name: Name) -> set[str]:
    """Return what is written in capitals alone, folded, letter by letter in Latin: MAGATE."""
    abbreviations: set[str] = set()
    for code, forms in name.forms:
        for form in forms:
            if form.isupper():
                latin = romanise(form, code)
                abbreviations.add(fold_letters(latin))
    return abbreviations


def _is_abbreviation(span: str) -> bool:
    """Say whether most letters are capitals: MAGATE, KTZh."""
    capitals = sum(map(str.isupper, span))
    return 2 * capitals > len(span)


def _list_parts(name: Name) -> list[str]:
    """Return the folded words of a person's name, or of a place's without what it is."""
    if name.kind not in {"person", "region"}:
        return []
    if len(split_words(name.english)) <= 1:
        return []
    words = list_content_words(name)
    return [fold_letters(word) for word in words if len(word) >= _SHORTEST]


def _measure_best(letters: str, spellings: list[str]) -> float:
    """Return the likeness to the likest; 0 if lengths alone say that none is alike enough."""
    near = [spelling for spelling in spellings if _has_length_of(letters, spelling)]
    likeness = [measure_likeness(letters, spelling) for spelling in near]
    return max(likeness, default=0.0)


def _has_length_of(one: str, other: str) -> bool:
    # The most that two texts of these lengths can share.
    shared = 2 * min(len(one), len(other))
    return shared >= _ALIKE * (len(one) + len(other))


@lru_cache(maxsize=64)
def _list_spans(text: str, most_words: int) -> tuple[tuple[int, int, int], ...]:
    """Return where each run of so many words at most begins and ends, and how many words it has."""
    words = []
    spans = []
    for word, start, end in split_words(text):
        own = _POSSESSIVE.search(word)
        own_letters = len(own[0]) if own else 0
        words.append((start, end - own_letters))
    for number, (start, _) in enumerate(words):
        run = words[number : number + most_words]
        for count, (_, end) in enumerate(run, 1):
            if not _PART_ENDS.search(text, start, end):
                spans.append((start, end, count))
    return tuple(spans)


def _widen(english: str, place: Stretch, name: Name) -> Stretch:
    """
    Take in what belongs to the name beside the words that were found.

    Initials before a person, and the word that says what a place is if the official form has one.
    """
    start = place.start
    end = place.end
    if name.kind == "person":
        if initials := _INITIALS.search(english, 0, start):
            start = initials.start()
        return Stretch(place.score, start, end)
    last, _, _ = split_words(name.english)[-1]
    settled = _SETTLED_KINDS.get(last.lower(), ())
    if not settled:
        return place
    kinds = "|".join(settled)
    kinds_or_towns = "|".join((*settled, *_TOWNS))
    after = re.compile(rf" (?:{kinds})\b", re.IGNORECASE)
    before = re.compile(rf"\b(?:{kinds_or_towns}) of $", re.IGNORECASE)
    if found := after.match(english, end):
        end = found.end()
    elif found := before.search(english, 0, start):
        start = found.start()
    return Stretch(place.score, start, end)


def _find_by_words(english: str, name: Name) -> Iterator[Stretch]:
    """Yield stretches that have the words of a body's name, in any order."""
    wanted = _list_key_words(name.english)
    if name.kind in {"person", "city"} or len(wanted) < _FEWEST_WORDS:
        return
    most_words = 2 * len(wanted) + _MOST_EXTRA_WORDS
    for start, end, _ in _list_spans(english, most_words):
        span = english[start:end]
        words = _list_key_words(span)
        if not words or not span[:1].isupper():
            continue
        if _has_loose_ends(span):
            continue
        if _is_known(span, name):
            continue
        score = _share_words(wanted, words)
        if score >= _WORDS_ALIKE:
            yield Stretch(score * _PART, start, end)


def _is_known(span: str, name: Name) -> bool:
    """Say whether a stretch means something else: another country, who holds a body's office."""
    if name.kind == "country":
        return names_country(span)
    return name.kind == "body" and _is_of_another_kind(span, name)


def _has_loose_ends(span: str) -> bool:
    """Say whether a stretch begins or ends with a word such as the or of."""
    low = span.lower()
    first = low.split(maxsplit=1)[0]
    if first in _FUNCTION_WORDS:
        return True
    last = low.rsplit(maxsplit=1)[-1]
    return last in _FUNCTION_WORDS


@lru_cache(maxsize=20_000)
def _list_key_words(text: str) -> tuple[str, ...]:
    key_words = []
    for word, _, _ in split_words(text):
        bare = _POSSESSIVE.sub("", word)
        letters = keep_letters(bare)
        if letters not in _FUNCTION_WORDS:
            key_words.append(letters)
    return tuple(key_words)


def _share_words(wanted: Sequence[str], words: Sequence[str]) -> float:
    """Return twice the words in common by all words: 0 to 1."""
    left = list(words)
    common = 0
    for word in wanted:
        for other in left:
            if _is_same_word(word, other):
                left.remove(other)
                common += 1
                break
    both = len(wanted) + len(words)
    return 2 * common / both


def _is_same_word(one: str, other: str) -> bool:
    """Say whether words are one word or of one root: health, healthcare; finance, finances."""
    if one == other:
        return True
    if _is_holder(one) != _is_holder(other):
        return False
    prefix = one[:_SHORTEST_PREFIX]
    if len(prefix) == _SHORTEST_PREFIX and other.startswith(prefix):
        return True
    return measure_likeness(one, other) >= _WORD_ALIKE
