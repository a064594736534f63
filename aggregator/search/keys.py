"""
What a search compares: the keys of each word of a text, and of each word that is asked for. Pure.

Requirement. A reader who asks for a word gets the stories that have it, in whatever form; a story
that has another word is the worse error, since it looks like a fault. So words meet by stems
(``russian``, ``kazakh``, ``english``) and names by the glossary (``names``), never by letters that
they happen to share: снег does not find негізгі.

A text says which language it is in, and its words have that language's stems. A word that is asked
for does not: in Cyrillic letters it is looked for as Russian and as Kazakh; in Latin letters as
English, and as Kazakh if its marks say so, or if nothing else is found (``Asked.widen``). A word
that is a name of the glossary as the dictionary has it is looked for as that name alone, as семей
would else be families too.

Each key stands in a column of its own kind, so that stems of two languages never meet by chance.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from aggregator.languages import KAZAKH, KAZAKH_LATIN, RUSSIAN
from aggregator.search.english import stem_english
from aggregator.search.kazakh import list_kazakh_stems
from aggregator.search.russian import list_russian_stems
from aggregator.search.stop import STOP_WORDS
from aggregator.text.latin import list_readings, to_cyrillic
from aggregator.text.typography import tidy

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aggregator.search.names import NameKeys, NamePlace

__all__ = [
    "Asked",
    "AskedWord",
    "Column",
    "Key",
    "KeyedWord",
    "key_text",
    "read_asked",
]

_WORD = re.compile(r"[^\W_]+")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_KAZAKH_LETTERS = re.compile("[әғқңөұүһі]")
_RUSSIAN_LETTERS = re.compile("[ёщъ]")
# Letters that only Kazakh's Latin alphabets have, or a q that English would write with u.
_KAZAKH_LATIN = re.compile("[äğñöşūüáǵńóúýı]|q(?!u)", re.IGNORECASE)
_MOST_WORDS: Final = 12
_SHORTEST_LOAN: Final = 5


class Column(StrEnum):
    """Kinds of keys; ``FORM`` is the word itself, in small letters."""

    ENGLISH = "english"
    RUSSIAN = "russian"
    KAZAKH = "kazakh"
    NAME = "name"
    FORM = "form"


_CYRILLIC_STEMS: Final = (Column.KAZAKH, Column.RUSSIAN)


@dataclass(frozen=True, slots=True)
class Key:
    """
    What a word is found by.

    Attributes:
        text: One word of letters and digits.
    """

    column: Column
    text: str


@dataclass(frozen=True, slots=True)
class KeyedWord:
    """A word of a text: where it stands, and all it is found by."""

    start: int
    end: int
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class AskedWord:
    """
    A word that is asked for.

    Attributes:
        typed: As it was typed.
        keys: A text has the word if it has any of them.
        wider: Further ones for when nothing is found.
    """

    typed: str
    keys: tuple[Key, ...]
    wider: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """
    What is asked for.

    Attributes:
        words: A text that is found has all of them; none if nothing is asked.
        wholes: Names of several words: which of the words, from and to, and the name's key.
    """

    words: tuple[AskedWord, ...]
    wholes: tuple[tuple[int, int, Key], ...] = ()

    def widen(self) -> Asked:
        """Return the same with every word's further keys."""
        words = map(_widen_word, self.words)
        return replace(self, words=tuple(words))


def _widen_word(word: AskedWord) -> AskedWord:
    keys = (*word.keys, *word.wider)
    return replace(word, keys=keys, wider=())


def key_text(
    text: str,
    language: str,
    names: NameKeys,
) -> list[KeyedWord]:
    """
    Return the words of a text with their keys, in order.

    Args:
        text: As it is printed.
        language: BCP 47 tag.
    """
    matches = list(_WORD.finditer(text))
    read = text
    if _is_latin_kazakh(text, language):
        language = KAZAKH
        read = to_cyrillic(text)
    places = list(_WORD.finditer(read))
    if len(places) != len(matches):
        places = matches
        read = text
    found = names.find(read, language)
    words = []
    for match, place in zip(matches, places, strict=True):
        span = place.span()
        stems = _list_stems(place[0], language)
        named = _list_name_keys(found, span)
        keys = dict.fromkeys([*stems, *named])
        start, end = match.span()
        word = KeyedWord(start, end, tuple(keys))
        words.append(word)
    return words


def _is_latin_kazakh(text: str, language: str) -> bool:
    if language == KAZAKH_LATIN:
        return True
    # All of a text says which of the alphabets it is in.
    return language == KAZAKH and not _CYRILLIC.search(text)


@lru_cache(maxsize=50_000)
def _list_stems(word: str, language: str) -> tuple[Key, ...]:
    """Return the keys of a word of a text, its form first."""
    low = word.casefold()
    keys = [Key(Column.FORM, low)]
    if not _CYRILLIC.search(low):
        stem = stem_english(low)
        keys.append(Key(Column.ENGLISH, stem))
        return tuple(keys)
    if language != RUSSIAN:
        kazakh = list_kazakh_stems(low)
        keys += _make_keys(Column.KAZAKH, kazakh)
    if language != KAZAKH:
        russian = list_russian_stems(low)
        keys += _make_keys(Column.RUSSIAN, russian)
    return tuple(keys)


def _make_keys(column: Column, texts: Iterable[str]) -> list[Key]:
    return [Key(column, text) for text in texts]


def _list_name_keys(
    found: Iterable[NamePlace],
    span: tuple[int, int],
) -> list[Key]:
    start, end = span
    keys = []
    for name in found:
        if name.start <= start and end <= name.end:
            key = Key(Column.NAME, name.key)
            keys.append(key)
    return keys


def read_asked(text: str, names: NameKeys) -> Asked:
    """Return what somebody asks for who typed this; of more than twelve words, the first twelve."""
    text = tidy(text)  # as texts are: Kazakh is typed with Latin i by readers too
    by_word = {match[0]: match for match in _WORD.finditer(text)}
    matches = list(by_word.values())
    telling = list(filter(_is_telling, matches))
    matches = telling or matches
    matches = matches[:_MOST_WORDS]
    found = names.find_asked(text)
    words = [_ask_word(match, found) for match in matches]
    wholes = []
    for name in found:
        inside = [number for number, match in enumerate(matches) if _is_inside(match, name)]
        if name.whole and len(inside) > 1:
            first = inside[0]
            end = inside[-1] + 1
            key = Key(Column.NAME, name.key)
            wholes.append((first, end, key))
    distinct = dict.fromkeys(wholes)
    return Asked(tuple(words), tuple(distinct))


def _is_telling(match: re.Match[str]) -> bool:
    low = match[0].casefold()
    return low not in STOP_WORDS


def _is_inside(match: re.Match[str], name: NamePlace) -> bool:
    start, end = match.span()
    return name.start <= start and end <= name.end


def _ask_word(match: re.Match[str], found: Sequence[NamePlace]) -> AskedWord:
    typed = match[0]
    low = typed.casefold()
    own = [name for name in found if not name.whole and _is_inside(match, name)]
    keys = [Key(Column.NAME, name.key) for name in own]
    keys.append(Key(Column.FORM, low))
    if any(name.settled for name in own):
        return _make_asked_word(typed, keys)
    if _CYRILLIC.search(low):
        keys += _list_asked_stems(low)
        return _make_asked_word(typed, keys)
    stem = stem_english(low)
    keys.append(Key(Column.ENGLISH, stem))
    kazakh = _list_latin_stems(typed)
    if _KAZAKH_LATIN.search(typed):
        keys += kazakh
        return _make_asked_word(typed, keys)
    return _make_asked_word(typed, keys, kazakh)


def _make_asked_word(
    typed: str,
    keys: Iterable[Key],
    wider: Iterable[Key] = (),
) -> AskedWord:
    """Make a word with each of its keys once."""
    distinct = dict.fromkeys(keys)
    distinct_wider = dict.fromkeys(wider)
    return AskedWord(
        typed,
        tuple(distinct),
        tuple(distinct_wider),
    )


def _list_latin_stems(typed: str) -> list[Key]:
    """Return the keys of a word in Latin letters that is read as Kazakh."""
    keys = []
    for reading in list_readings(typed):
        low = reading.casefold()
        stems = list_kazakh_stems(low)
        keys += _make_keys(Column.KAZAKH, stems)
    return keys


def _list_asked_stems(low: str) -> list[Key]:
    keys = []
    if not _RUSSIAN_LETTERS.search(low):
        kazakh = list_kazakh_stems(low)
        keys += _make_keys(Column.KAZAKH, kazakh)
    if not _KAZAKH_LETTERS.search(low):
        russian = list_russian_stems(low)
        keys += _make_keys(Column.RUSSIAN, russian)
    # Депутаттар and депутаты are one word, lent to both languages; a short stem meets by chance.
    loans = [key.text for key in keys if len(key.text) >= _SHORTEST_LOAN]
    for loan in loans:
        keys += [Key(column, loan) for column in _CYRILLIC_STEMS]
    return keys
