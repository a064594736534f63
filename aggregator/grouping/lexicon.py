"""
Kinds of thing and places that a text names, by concept, in every language. Pure.

A word of the table is the beginning of what a text says (both Kazakh and Russian add their endings
behind), or with ``=`` the whole of it; words that belong together stand with ``_`` between them.
The longest beginning wins: what is a warehouse is no sheep (қойма, қой).
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from aggregator.grouping.words import STEM_CHARS, write_in_one_alphabet
from aggregator.languages import (
    ENGLISH,
    KAZAKH,
    KAZAKH_LATIN,
    RUSSIAN,
)
from aggregator.text.latin import to_cyrillic

if TYPE_CHECKING:
    from collections.abc import (
        Iterable,
        Iterator,
        Mapping,
        Sequence,
    )

__all__ = [
    "KINDS",
    "OUTCOMES",
    "PLACES",
    "are_apart",
    "find_concepts",
    "find_word_concepts",
    "is_kind",
    "load_parents",
]

# Families that say what became of something, not what it is.
OUTCOMES = frozenset(
    (
        "move",
        "verdict",
        "state",
        "vote",
        "post",
        "search",
        "life",
        "match",
        "stage",
    )
)

KINDS = "kinds.tsv"
PLACES = "places.tsv"
_TOKEN = re.compile(r"[^\W\d_]+")
_LANGUAGES = (KAZAKH, RUSSIAN, ENGLISH)
_WHOLE = "="
_KIND = ":"
_BENT_LETTERS = 5


@dataclass(frozen=True, slots=True)
class _Entry:
    """
    What a word that begins so stands for.

    Attributes:
        concept: ``family:kind``, a place, or nothing.
        length: Letters of the beginning.
        rest: How the words after it must begin.
    """

    concept: str
    length: int
    rest: tuple[str, ...] = ()


class _Words:
    """Concepts by the words that stand for them."""

    def __init__(self) -> None:
        self._entries: dict[str, list[_Entry]] = defaultdict(list)
        self._longest = 0
        self.look_up = lru_cache(maxsize=20_000)(self._look_up)

    def add(
        self,
        form: str,
        concept: str,
        *,
        as_written: bool = False,
    ) -> None:
        """
        Put a word in.

        Args:
            form: See the module.
            concept: What it stands for.
            as_written: Not in the one alphabet, which makes one letter of the end of "acquits".
        """
        whole = _WHOLE if form.endswith(_WHOLE) else ""
        first, *rest = _TOKEN.findall(form.casefold())
        if rest:
            whole = ""
        beginning = first if as_written else write_in_one_alphabet(first)
        is_bent = len(beginning) >= _BENT_LETTERS and first.endswith("й")
        if is_bent and not whole:
            beginning = beginning[:-1]  # Кордай, в Кордае
        length = len(beginning)
        further = [write_in_one_alphabet(word) for word in rest]
        entry = _Entry(concept, length, tuple(further))
        same = self._entries[beginning + whole]
        if entry not in same:  # one spelling of two languages
            same.append(entry)
        self._longest = max(self._longest, length)

    def _look_up(self, word: str) -> tuple[str, tuple[_Entry, ...]]:
        """Return a word in the one alphabet, and what it may be, the longest beginning first."""
        form = write_in_one_alphabet(word)
        entries: list[_Entry] = []
        for spelled in dict.fromkeys((form, word)):
            entries += self._entries.get(spelled + _WHOLE, ())
            longest = min(len(spelled), self._longest)
            for length in range(longest, 1, -1):
                beginning = spelled[:length]
                entries += self._entries.get(beginning, ())
        kept = _keep_longest(entries)
        return form, tuple(kept)

    def find(self, text: str) -> list[tuple[int, str]]:
        """Return the concepts that a text names, each with the place of its word."""
        words = _TOKEN.findall(text.casefold())
        looked = [self.look_up(word) for word in words]
        found = []
        nothing: set[int] = set()
        for place, (_, entries) in enumerate(looked):
            for entry in entries:
                if place in nothing or not _goes_on(looked, place + 1, entry.rest):
                    continue
                if entry.concept:
                    found.append((place, entry.concept))
                else:  # dollars of the United States are no place
                    end = place + 1 + len(entry.rest)
                    nothing.update(range(place, end))
        return found


def _keep_longest(entries: Iterable[_Entry]) -> Iterator[_Entry]:
    """Give what needs more words, and of the rest the longest beginning's places and kinds."""
    lengths: dict[bool, int] = {}
    for entry in entries:
        if entry.rest:
            yield entry
            continue
        sort = is_kind(entry.concept)
        longest = lengths.setdefault(sort, entry.length)
        if entry.length == longest:
            yield entry


def _goes_on(
    looked: Sequence[tuple[str, object]],
    place: int,
    beginnings: tuple[str, ...],
) -> bool:
    """Say whether the words from a place on begin so."""
    if not beginnings:
        return True
    count = len(beginnings)
    forms = [form for form, _ in looked[place : place + count]]
    if len(forms) != count:
        return False
    return all(map(str.startswith, forms, beginnings))


def _read_rows(name: str) -> Iterator[list[str]]:
    file = files("aggregator.grouping").joinpath(name)
    text = file.read_text("utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            yield line.split("\t")


@cache
def _load_words() -> Mapping[str, _Words]:
    """Return the words for kinds of thing and for places, by language; ``""`` for any other."""
    by_language = {language: _Words() for language in (*_LANGUAGES, "")}
    for place, _, forms in _read_rows(PLACES):
        for form in forms.split():
            for words in by_language.values():
                words.add(form, place)
    for family, kind, *columns in _read_rows(KINDS):
        concept = f"{family}{_KIND}{kind}"
        for language, column in zip(_LANGUAGES, columns, strict=True):
            words = by_language[language]
            as_written = language == ENGLISH
            for form in column.split():
                words.add(form, concept, as_written=as_written)
    return by_language


def _choose_words(text: str, language: str) -> tuple[_Words, str]:
    """Return the words of a language, and a text in the letters that they are written in."""
    by_language = _load_words()
    if language == KAZAKH_LATIN:
        return by_language[KAZAKH], to_cyrillic(text)
    words = by_language.get(language, by_language[""])
    return words, text


@cache
def load_parents() -> Mapping[str, frozenset[str]]:
    """Return of each place those it lies in."""
    direct = {}
    for place, within, _ in _read_rows(PLACES):
        parents = within.split("|")
        direct[place] = frozenset(parents) - {""}
    return direct


def find_concepts(text: str, language: str) -> list[tuple[int, str]]:
    """
    Return the kinds of thing and the places that a text names, in its order.

    Returns:
        The number of the word, from 0, and ``family:kind`` or the place's name; in an unknown
        language places alone.
    """
    words, text = _choose_words(text, language)
    return words.find(text)


def is_kind(concept: str) -> bool:
    """Say whether a concept is a kind of thing, not a place."""
    return _KIND in concept


def find_word_concepts(text: str, language: str) -> dict[str, frozenset[str]]:
    """Return what each word of a text stands for by itself, by stem; none that stand for none."""
    words, text = _choose_words(text, language)
    found: dict[str, frozenset[str]] = {}
    for word in _TOKEN.findall(text.casefold()):
        form, entries = words.look_up(word)
        if entries:
            stem = form[:STEM_CHARS]
            alone = [entry.concept for entry in entries if not entry.rest]
            found[stem] = frozenset(alone)
    return found


def are_apart(one: Iterable[str], other: Iterable[str]) -> bool:
    """Say whether no place of one is, holds or lies in a place of the other; both name some."""
    parents = load_parents()
    wide = [_widen(place, parents) for place in one]
    other_wide = [_widen(place, parents) for place in other]
    if not wide or not other_wide:
        return False
    here = {place for place, _ in wide}
    there = {place for place, _ in other_wide}
    if here & there:
        return False
    above = [parts for _, parts in wide]
    other_above = [parts for _, parts in other_wide]
    up = frozenset[str]().union(*above)
    other_up = frozenset[str]().union(*other_above)
    if up & there:
        return False
    return not other_up & here


def _widen(
    place: str,
    parents: Mapping[str, frozenset[str]],
) -> tuple[str, frozenset[str]]:
    direct = parents[place]
    further = [parents.get(parent, frozenset()) for parent in direct]
    return place, direct.union(*further)
