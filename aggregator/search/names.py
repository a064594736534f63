"""
Names of the glossary as keys that are the same in every script and language. Pure.

Қостанай, Костанай, Qostanai and Kostanay are one key, and so are Қарағанды and Караганда: the
English form's letters with what spellings differ by made one (``names.likeness``). A region has the
key of its city, since readers who ask for one want both. A person's given name and family name have
keys of their own, and a name of several words (a ministry) one for the whole.

What is common to all money and to all offices is no name here: тенге would find every price.
"""

from __future__ import annotations

from collections import defaultdict
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from aggregator.languages import ENGLISH, GLOSSARY_LANGUAGES
from aggregator.names.forms import split_words
from aggregator.names.glossary import Glossary, Name, NameMatch
from aggregator.names.likeness import fold_letters
from aggregator.names.renderings import GENERIC
from aggregator.names.romanise import romanise
from aggregator.text.capitals import is_usual

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

__all__ = ["NameKeys", "NamePlace"]

_LEFT_OUT: Final = frozenset({"currency", "office"})
_PLACES: Final = frozenset({"city", "region", "place"})
_SHORTEST: Final = 3


@dataclass(frozen=True, slots=True)
class NamePlace:
    """
    Where a text speaks of a name.

    Attributes:
        whole: The name has several words, of which the key stands for all.
        settled: A place's in Cyrillic letters, and no other word.
    """

    start: int
    end: int
    key: str
    whole: bool = False
    settled: bool = False


class NameKeys:
    """
    The keys of a glossary's names.

    Args:
        glossary: May be empty; then there are none.
    """

    def __init__(self, glossary: Glossary) -> None:
        names = [name for name in glossary.names if name.kind not in _LEFT_OUT]
        whole = [name for name in names if _count_words(name) > 1]
        self._take(whole, _merge_words(names))

    def _take(self, whole: Sequence[Name], words: Sequence[Name]) -> None:
        """Know these names of several words, and these words by their keys."""
        self._whole = Glossary(whole)
        self._words = Glossary(words)
        self._latin = _list_latin(words)
        self._english: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        for name in whole:
            parts = tuple(word.lower() for word, _, _ in split_words(name.english))
            if len(parts) > 1:
                self._english[parts[0]].append((parts, _make_whole_key(name)))

    def narrow(self, keys: Collection[str]) -> NameKeys:
        """Return the names of some keys alone, which are found much sooner."""
        whole, words = self._by_key
        narrowed = copy(self)
        del vars(narrowed)["_by_key"]
        narrowed._take(  # noqa: SLF001  (another of this class)
            [name for key in keys for name in whole.get(key, ())],
            [word for key in keys for word in words.get(key, ())],
        )
        return narrowed

    @cached_property
    def _by_key(self) -> tuple[dict[str, list[Name]], dict[str, list[Name]]]:
        """The names of several words, and the words, by their keys."""
        whole: dict[str, list[Name]] = defaultdict(list)
        words: dict[str, list[Name]] = defaultdict(list)
        for name in self._whole.names:
            whole[_make_whole_key(name)].append(name)
        for word in self._words.names:
            words[word.english].append(word)
        return whole, words

    def find(self, text: str, language: str) -> list[NamePlace]:
        """
        Find the names that a text speaks of; places may overlap.

        Args:
            text: As it is printed: a name is known by its capitals.
            language: ``kk``, ``ru`` or ``en``; nothing is found in others.
        """
        if not self._whole.names and not self._words.names:
            return []
        if language == ENGLISH:
            return [*self._find_english(text), *self._find_latin(text)]
        places = []
        for match in self._whole.find(text, language):
            key = _make_whole_key(match.name)
            places.append(NamePlace(match.start, match.end, key, whole=True))
        # Once as it stands for Усть-Каменогорск, once in parts for Алматы-Атырау.
        for written in dict.fromkeys((text, text.replace("-", " "))):
            places += [_make_place(match, written) for match in self._words.find(written, language)]
        return places

    def find_asked(self, text: str) -> list[NamePlace]:
        """Find the names in words that somebody typed, in any language and any case."""
        titled = " ".join(word[:1].upper() + word[1:] for word in text.split(" "))
        places = []
        for written in dict.fromkeys((text, titled, text.lower())):
            for language in (*GLOSSARY_LANGUAGES, ENGLISH):
                places += self.find(written, language)
        return list(dict.fromkeys(places))

    def _find_english(self, text: str) -> Iterator[NamePlace]:
        words = split_words(text)
        low = [word.removesuffix("'s").removesuffix("’s").lower() for word, _, _ in words]
        for number, word in enumerate(low):
            for name, key in self._english.get(word, ()):
                end = number + len(name)
                if tuple(low[number:end]) == name:
                    yield NamePlace(words[number][1], words[end - 1][2], key, whole=True)

    def _find_latin(self, text: str) -> Iterator[NamePlace]:
        for written in dict.fromkeys((text, text.replace("-", " "))):
            for word, start, end in split_words(written):
                bare = word.removesuffix("'s").removesuffix("’s")
                if bare[0].isupper() and len(bare) >= _SHORTEST:
                    for key in self._latin.get(fold_letters(bare), ()):
                        yield NamePlace(start, end, key)


def _make_place(match: NameMatch, text: str) -> NamePlace:
    name = match.name
    word = text[match.start : match.end]
    forms = [form for _, texts in name.forms for form in texts]
    return NamePlace(
        match.start,
        match.end,
        name.english,
        settled=name.kind == "city" and (word in forms or not is_usual(word.lower())),
    )


def _count_words(name: Name) -> int:
    forms = [form for _, texts in name.forms for form in texts]
    return max(len(split_words(form)) for form in (name.english, *forms))


def _make_whole_key(name: Name) -> str:
    return f"w{fold_letters(name.english)}"


def _merge_words(names: Iterable[Name]) -> list[Name]:
    """
    Return the single words that are names, by their keys.

    A ``Name`` of the result has its key as its English form.
    """
    forms: dict[tuple[str, str], dict[str, dict[str, None]]] = {}
    for name in names:
        kind = "city" if name.kind in _PLACES else name.kind
        for key, language, word in _list_words(name):
            by_language = forms.setdefault((key, kind), {})
            by_language.setdefault(language, {})[word] = None
    merged = []
    for (key, kind), by_language in forms.items():
        texts = tuple((language, tuple(words)) for language, words in by_language.items())
        merged.append(Name(english=key, kind=kind, forms=texts))
    return merged


def _list_words(name: Name) -> Iterator[tuple[str, str, str]]:
    """Yield key, language and word of each word that stands for a name, or for a person's part."""
    english = [word for word, _, _ in split_words(name.english)]
    for language, texts in ((ENGLISH, (name.english,)), *name.forms):
        for text in texts:
            words = [word for word, _, _ in split_words(text)]
            for key, word in _pair_words(name.kind, english, words):
                if len(word) >= _SHORTEST:
                    yield fold_letters(key), language, word


def _pair_words(kind: str, english: list[str], words: list[str]) -> Iterable[tuple[str, str]]:
    """Return the words of an English form beside those of another that say the same."""
    if kind == "person" and len(words) == len(english):
        return zip(english, words, strict=True)
    # Of Karaganda Region and Қарағанды облысы, what is not common to all regions.
    own = [word for word in english if word.lower() not in GENERIC] or english
    if kind in _PLACES and len(own) == 1:
        words = [word for word in words if word[0].isupper() and word.lower() not in GENERIC]
    if len(own) == len(words) == 1:
        return [(own[0], words[0])]
    return []


def _list_latin(words: Iterable[Name]) -> dict[str, tuple[str, ...]]:
    """Return the keys of folded spellings in Latin letters."""
    keys: dict[str, dict[str, None]] = defaultdict(dict)
    for word in words:
        keys[word.english][word.english] = None
        for language, texts in word.forms:
            for text in texts:
                latin = text if language == ENGLISH else romanise(text, language)
                keys[fold_letters(latin)][word.english] = None
    return {spelling: tuple(found) for spelling, found in keys.items()}
