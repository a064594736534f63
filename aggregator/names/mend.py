"""
Names in a translation: put right where the model spelt them its own way, missed where it lost them.

Pure.

What was tried. Names put into the source in English before the model sees it (``names.put``) and
mending afterwards; `./run bench names` compares them. Constrained decoding is not among them:
CTranslate2 can force the beginning of a translation, not a word within it.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from aggregator.names.articles import settle_article
from aggregator.names.countries import (
    has_country,
    is_listed,
    says_country,
    settle_spellings,
)
from aggregator.names.forms import split_words
from aggregator.names.likeness import keep_letters
from aggregator.names.offices import settle_offices
from aggregator.names.renderings import GENERIC, find_rendering
from aggregator.names.romanise import romanise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aggregator.names.glossary import Name
    from aggregator.names.renderings import Stretch

    _Found = tuple[Stretch, Name]  # where a name is likeliest to stand
    _Marks = dict[Name, str]

__all__ = [
    "find_doubled_names",
    "find_missing_names",
    "keep_names",
    "romanise_names",
]

# Names whose loss makes a sentence about something else. A country may become an adjective, a
# ministry "the ministry".
_MUST_STAY: Final = frozenset(
    {
        "person",
        "city",
        "region",
        "company",
        "country",
        "place",
    }
)
_SAID_ONCE: Final = _MUST_STAY - {"country"}
# What may stand as its adjective: Russian, Central Asian.
_MAY_BE_ADJECTIVE: Final = frozenset({"country", "region"})
_CYRILLIC_NAME = re.compile(
    "(?<![\u0400-\u04ff])[\u0400-\u042f\u04d8\u0492\u049a\u04a2\u04e8\u04b0\u04ae\u04ba][\u0430-\u04ff]+"
)
_JOINS = re.compile(r"[-'’]")
# A name that is right stands aside while the others are looked for: as one letter that no text has,
# from the private use area.
_FIRST_MARK: Final = 0xE000
_MOST_MARKS: Final = 6_400
# A name whose place another took looks for its next best this often.
_MOST_PASSES: Final = 3
# Between two of one name, where the model said it twice: Astana, Astana; Shymkent city of Shymkent.
_BETWEEN_DOUBLES: Final = r"(?:,? | city of )"


def keep_names(english: str, names: Iterable[Name]) -> str:
    """
    Return a translation with its names as the glossary has them.

    A name that is right stays where it is, one that came out otherwise is put right, and none is
    put in where nothing like it stands. What is said twice in a row is said once.

    Args:
        english: Of one segment.
        names: That the segment's original speaks of, each as often as it does.
    """
    counts = Counter(names)
    english = settle_offices(english, counts)
    countries = [name.english for name in counts if name.kind == "country"]
    english = settle_spellings(english, countries)
    english, marks = _set_all_aside(english, counts)
    english = _mend_all(english, marks)
    for name, mark in marks.items():
        english = _say_once(english, mark, counts[name])
        english = english.replace(mark, name.english)
    return english


def _set_all_aside(english: str, names: Iterable[Name]) -> tuple[str, _Marks]:
    """Return a text with a mark in place of each name that is right, and the marks of all names."""
    proper = [name for name in names if name.kind != "office"]
    # The longer first, so that Almaty Region is not taken for Almaty.
    ordered = sorted(proper, key=lambda name: -len(name.english))
    marks: _Marks = {}
    for code, name in enumerate(ordered[:_MOST_MARKS], _FIRST_MARK):
        marks[name] = chr(code)
    for name, mark in marks.items():
        english = _set_aside(english, name.english, mark)
    return english, marks


def _set_aside(english: str, official: str, mark: str) -> str:
    return _find_official(official).sub(mark, english)


@lru_cache(maxsize=4_000)
def _find_official(official: str) -> re.Pattern[str]:
    """Find a name's official form; of several words also in other letters: Almaty region."""
    flags = re.IGNORECASE if " " in official else 0
    letters = re.escape(official)
    return re.compile(rf"(?<!\w){letters}(?!\w)", flags)


def _mend_all(english: str, marks: _Marks) -> str:
    """Put a mark where each name that has none is likeliest to stand, the surest first."""
    for _ in range(_MOST_PASSES):
        found = list(_find_places(english, marks))
        if not found:
            break
        english = _put_marks(english, found, marks)
    return english


def _find_places(english: str, marks: _Marks) -> Iterator[_Found]:
    """Yield where each name that is missing is likeliest to stand."""
    for name, mark in marks.items():
        if _has_name(english, name, mark):
            continue
        place = find_rendering(english, name)
        if place is not None:
            yield place, name


def _put_marks(
    english: str,
    found: list[_Found],
    marks: _Marks,
) -> str:
    """Return a text with marks in place of stretches; of two that overlap the surer is put."""
    taken: list[_Found] = []
    surest_first = sorted(found, key=itemgetter(0), reverse=True)
    for place, name in surest_first:
        if any(_overlap(place, other) for other, _ in taken):
            continue
        taken.append((place, name))
    last_first = sorted(taken, key=lambda pair: -pair[0].start)
    for place, name in last_first:
        before = english[: place.start]
        after = english[place.end :]
        before = settle_article(before, name.english)
        english = before + marks[name] + after
    return english


def _overlap(one: Stretch, other: Stretch) -> bool:
    return one.start < other.end and other.start < one.end


def _has_name(english: str, name: Name, mark: str) -> bool:
    if mark in english:
        return True
    if name.kind not in _MAY_BE_ADJECTIVE:
        return False
    return has_country(english, name.english)


def _say_once(english: str, mark: str, times: int) -> str:
    """Return a text in which no name stands twice in a row more often than the original has it."""
    doubled = re.compile(f"{mark}{_BETWEEN_DOUBLES}{mark}")
    while english.count(mark) > times:
        found = doubled.search(english)
        if not found:
            break
        before = english[: found.start()]
        one_mark_on = english[found.end() - 1 :]
        english = before + one_mark_on
    return english


def romanise_names(english: str, language: str) -> str:
    """
    Return a translation with its capitalised Cyrillic words romanised.

    They are names that model and glossary do not know. A word of small letters stays: it is
    something left untranslated, which guards look for.
    """

    def spell(match: re.Match[str]) -> str:
        return romanise(match[0], language)

    return _CYRILLIC_NAME.sub(spell, english)


def find_missing_names(english: str, names: Iterable[Name]) -> list[Name]:
    """
    Return the names of the original that a translation does not speak of.

    A person is spoken of by any part of the name, a country by all that English calls it.
    """
    said = set(_list_said(english))
    missing = []
    for name in names:
        if name.kind not in _MUST_STAY:
            continue
        if not _is_said(english, name, said):
            missing.append(name)
    return missing


def _list_said(english: str) -> Iterator[str]:
    """Yield words and what hyphens and apostrophes join: Putin's, Almaty-based, Kassym-Jomart."""
    for word, _, _ in split_words(english):
        yield keep_letters(word)
        parts = _JOINS.split(word)
        yield from map(keep_letters, parts)


def find_doubled_names(english: str, names: Iterable[Name]) -> list[Name]:
    """
    Return the names that a translation speaks of more often than the original does.

    A model that has lost the thread says the name that it holds once more. Human English does so in
    7 of 2,082 headlines of the press; a country or a currency it repeats more freely.
    """
    counts = Counter(names)
    english, marks = _set_all_aside(english, counts)
    doubled = []
    for name, mark in marks.items():
        if name.kind not in _SAID_ONCE:
            continue
        if english.count(mark) > counts[name]:
            doubled.append(name)
    return doubled


def _is_said(english: str, name: Name, said: set[str]) -> bool:
    if name.kind == "country":
        return says_country(english, name.english)
    words = {keep_letters(word) for word, _, _ in split_words(name.english)}
    parts = words - GENERIC
    if not parts or parts & said:
        return True
    if not is_listed(name.english):
        return False
    return says_country(english, name.english)
