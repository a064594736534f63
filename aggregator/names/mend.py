"""
Names in a translation: put right where the model spelt them its own way, missed where it lost them.

Pure.

What was tried. Names replaced in the source by their English before the model sees it (placeholders
that mean something), and mending afterwards; `./run bench names` compares them. Constrained
decoding is not among them: CTranslate2 can force the beginning of a translation, not a word within
it.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

from aggregator.names.forms import split_words
from aggregator.names.romanise import romanise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aggregator.names.glossary import Name

__all__ = ["find_missing_names", "keep_names", "romanise_names"]

# Two spellings of one name share so much (Tokaev, Tokayev: 0.92), two names of one length less
# (Almaty, Atyrau: 0.5).
_ALIKE: Final = 0.8
_SHORTEST: Final = 4
# Names whose loss makes a sentence about something else. A country may become an adjective, a
# ministry "the ministry".
_MUST_STAY: Final = frozenset({"person", "city", "region", "company", "country", "place"})
# "Almaty Region", "Irtysh River": the word that names, without the one that says what it is.
_GENERIC: Final = frozenset(
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
_ADJECTIVE_LETTERS: Final = 4
_CYRILLIC_NAME = re.compile(
    "(?<![\u0400-\u04ff])[\u0400-\u042f\u04d8\u0492\u049a\u04a2\u04e8\u04b0\u04ae\u04ba][\u0430-\u04ff]+"
)
_NOT_LETTERS = re.compile(r"[\W_]+")


def keep_names(english: str, names: Iterable[Name]) -> str:
    """
    Return a translation with its names as the glossary has them.

    Args:
        english: Of one segment.
        names: That the segment's original speaks of.
    """
    for name in names:
        if name.english not in english:
            english = _mend_name(english, name)
    return english


def _mend_name(english: str, name: Name) -> str:
    """Put the official form where the model wrote something much like it."""
    spellings = _list_spellings(name)
    best_score = 0.0
    best_start = best_end = 0
    most_words = len(split_words(name.english)) + 1
    for start, end in _list_spans(english, most_words):
        span = english[start:end]
        if span[:1].isupper() != name.english[:1].isupper() or len(span) < _SHORTEST:
            continue
        letters = _keep_letters(span)
        score = max(_measure_likeness(letters, spelling) for spelling in spellings)
        if score > best_score:
            best_score = score
            best_start = start
            best_end = end
    if best_score < _ALIKE:
        return english
    return english[:best_start] + name.english + english[best_end:]


def _list_spellings(name: Name) -> set[str]:
    """Return how a name may be spelt in Latin letters."""
    spellings = {_keep_letters(name.english)}
    for code, forms in name.forms:
        spellings.update(_keep_letters(romanise(form, code)) for form in forms)
    return spellings


def _list_spans(text: str, most_words: int) -> Iterator[tuple[int, int]]:
    """Yield where each run of so many words at most begins and ends."""
    words = split_words(text)
    for number, (_, start, _) in enumerate(words):
        for _, _, end in words[number : number + most_words]:
            yield start, end


def _measure_likeness(one: str, other: str) -> float:
    # The first letter is what spellings differ in least: Zh and J, Ye and E are recognised by the
    # rest of the word.
    return SequenceMatcher(
        None,
        one,
        other,
        autojunk=False,
    ).ratio()


def _keep_letters(text: str) -> str:
    return _NOT_LETTERS.sub("", text).lower()


def romanise_names(english: str, language: str) -> str:
    """
    Return a translation with its capitalised Cyrillic words romanised.

    They are names that model and glossary do not know. A word of small letters stays: it is
    something left untranslated, which guards look for.
    """
    return _CYRILLIC_NAME.sub(lambda match: romanise(match[0], language), english)


def find_missing_names(english: str, names: Iterable[Name]) -> list[Name]:
    """
    Return the names of the original that a translation does not speak of.

    A person is spoken of by any part of the name, a country by its adjective too.
    """
    said = {_keep_letters(word) for word, _, _ in split_words(english)}
    return [name for name in names if name.kind in _MUST_STAY and not _is_said(name, said)]


def _is_said(name: Name, said: set[str]) -> bool:
    parts = {_keep_letters(word) for word, _, _ in split_words(name.english)} - _GENERIC
    if not parts or parts & said:
        return True
    if name.kind != "country":
        return False
    stems = tuple(part[:_ADJECTIVE_LETTERS] for part in parts)
    return any(word.startswith(stems) for word in said)
