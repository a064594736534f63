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
    from collections.abc import (
        Collection,
        Iterable,
        Iterator,
        Sequence,
    )

__all__ = ["NameKeys", "NamePlace"]

_LEFT_OUT: Final = frozenset({"currency", "office"})
_PLACES: Final = frozenset({"city", "region", "place"})
_SHORTEST: Final = 3

# The words of a name, in small letters, and its key.
_EnglishName = tuple[tuple[str, ...], str]
_NamesByKey = dict[str, list[Name]]
_WordsByLanguage = dict[str, dict[str, None]]


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
        words = _merge_words(names)
        self._take(whole, words)

    def _take(
        self,
        whole: Sequence[Name],
        words: Sequence[Name],
    ) -> None:
        """Know these names of several words, and these words by their keys."""
        self._whole = Glossary(whole)
        self._words = Glossary(words)
        self._latin = _list_latin(words)
        self._english: dict[str, list[_EnglishName]] = defaultdict(list)
        for name in whole:
            words_of_name = _list_bare_words(name.english)
            parts = tuple(map(str.lower, words_of_name))
            if len(parts) > 1:
                key = _make_whole_key(name)
                of_first_word = self._english[parts[0]]
                of_first_word.append((parts, key))

    def narrow(self, keys: Collection[str]) -> NameKeys:
        """Return the names of some keys alone, which are found much sooner."""
        whole, words = self._by_key
        narrowed = copy(self)
        del vars(narrowed)["_by_key"]
        narrowed._take(  # noqa: SLF001  (another of this class)
            _pick_names(whole, keys),
            _pick_names(words, keys),
        )
        return narrowed

    @cached_property
    def _by_key(self) -> tuple[_NamesByKey, _NamesByKey]:
        """The names of several words, and the words, by their keys."""
        whole: _NamesByKey = defaultdict(list)
        words: _NamesByKey = defaultdict(list)
        for name in self._whole.names:
            key = _make_whole_key(name)
            whole[key].append(name)
        for word in self._words.names:
            words[word.english].append(word)
        return whole, words

    def find(
        self,
        text: str,
        language: str,
    ) -> list[NamePlace]:
        """
        Find the names that a text speaks of; places may overlap.

        Args:
            text: As it is printed: a name is known by its capitals.
            language: ``kk``, ``ru`` or ``en``; nothing is found in others.
        """
        has_names = self._whole.names or self._words.names
        if not has_names:
            return []
        if language == ENGLISH:
            whole_names = self._find_english(text)
            words = self._find_latin(text)
            return [*whole_names, *words]
        whole = self._whole.find(text, language)
        places = list(map(_make_whole_place, whole))
        # Once as it stands for Усть-Каменогорск, once in parts for Алматы-Атырау.
        for written in _list_writings(text):
            matches = self._words.find(written, language)
            places += [_make_place(match, written) for match in matches]
        return places

    def find_asked(self, text: str) -> list[NamePlace]:
        """Find the names in words that somebody typed, in any language and any case."""
        titled = _write_titled(text)
        low = text.lower()
        writings = dict.fromkeys((text, titled, low))
        languages = (*GLOSSARY_LANGUAGES, ENGLISH)
        places = []
        for written in writings:
            for language in languages:
                places += self.find(written, language)
        distinct = dict.fromkeys(places)
        return list(distinct)

    def _find_english(self, text: str) -> Iterator[NamePlace]:
        words = split_words(text)
        bare = [word.removesuffix("'s").removesuffix("’s") for word, _, _ in words]
        low = list(map(str.lower, bare))
        for number, word in enumerate(low):
            beginning_so = self._english.get(word, ())
            for name, key in beginning_so:
                end = number + len(name)
                words_here = tuple(low[number:end])
                if words_here != name:
                    continue
                _, start_char, _ = words[number]
                _, _, end_char = words[end - 1]
                yield NamePlace(
                    start_char,
                    end_char,
                    key,
                    whole=True,
                )

    def _find_latin(self, text: str) -> Iterator[NamePlace]:
        for written in _list_writings(text):
            for word, start, end in split_words(written):
                bare = word.removesuffix("'s").removesuffix("’s")
                is_capital = bare[0].isupper()
                if not is_capital or len(bare) < _SHORTEST:
                    continue
                spelling = fold_letters(bare)
                for key in self._latin.get(spelling, ()):
                    yield NamePlace(start, end, key)


def _pick_names(by_key: _NamesByKey, keys: Collection[str]) -> list[Name]:
    """Return the names of some keys."""
    picked: list[Name] = []
    for key in keys:
        names = by_key.get(key, ())
        picked += names
    return picked


def _write_titled(text: str) -> str:
    """Write a text with a capital at the beginning of each of its words."""
    words = []
    for word in text.split(" "):
        first = word[:1].upper()
        rest = word[1:]
        words.append(first + rest)
    return " ".join(words)


def _list_writings(text: str) -> list[str]:
    """Return a text as it stands, and with blanks for its hyphens if it has any."""
    apart = text.replace("-", " ")
    if apart == text:
        return [text]
    return [text, apart]


def _make_whole_place(match: NameMatch) -> NamePlace:
    key = _make_whole_key(match.name)
    return NamePlace(
        match.start,
        match.end,
        key,
        whole=True,
    )


def _make_place(match: NameMatch, text: str) -> NamePlace:
    name = match.name
    word = text[match.start : match.end]
    return NamePlace(
        match.start,
        match.end,
        name.english,
        settled=_is_settled(name, word),
    )


def _is_settled(name: Name, word: str) -> bool:
    """Say whether a word is a place's name, and no other word."""
    if name.kind != "city":
        return False
    if word in _list_forms(name):
        return True
    low = word.lower()
    return not is_usual(low)


def _list_forms(name: Name) -> list[str]:
    """Return a name's forms in all languages but English."""
    forms: list[str] = []
    for _, forms_of_language in name.forms:
        forms += forms_of_language
    return forms


def _list_bare_words(text: str) -> list[str]:
    """Return the words of a text without where they stand."""
    return [word for word, _, _ in split_words(text)]


def _count_words(name: Name) -> int:
    forms = [name.english, *_list_forms(name)]
    counts = [len(split_words(form)) for form in forms]
    return max(counts)


def _make_whole_key(name: Name) -> str:
    folded = fold_letters(name.english)
    return f"w{folded}"


def _merge_words(names: Iterable[Name]) -> list[Name]:
    """
    Return the single words that are names, by their keys.

    A ``Name`` of the result has its key as its English form.
    """
    forms: dict[tuple[str, str], _WordsByLanguage] = {}
    for name in names:
        kind = name.kind
        if kind in _PLACES:
            kind = "city"
        for key, language, word in _list_words(name):
            by_language = forms.setdefault((key, kind), {})
            words = by_language.setdefault(language, {})
            words[word] = None
    merged = []
    for (key, kind), by_language in forms.items():
        rows = by_language.items()
        texts = [(language, tuple(words)) for language, words in rows]
        name = Name(
            english=key,
            kind=kind,
            forms=tuple(texts),
        )
        merged.append(name)
    return merged


def _list_words(name: Name) -> Iterator[tuple[str, str, str]]:
    """Yield key, language and word of each word that stands for a name, or for a person's part."""
    english = _list_bare_words(name.english)
    for language, text in _list_texts(name):
        words = _list_bare_words(text)
        pairs = _pair_words(name.kind, english, words)
        for english_word, word in pairs:
            if len(word) < _SHORTEST:
                continue
            key = fold_letters(english_word)
            yield key, language, word


def _list_texts(name: Name) -> Iterator[tuple[str, str]]:
    """Yield each form of a name with its language, the English one first."""
    yield ENGLISH, name.english
    for language, texts in name.forms:
        for text in texts:
            yield language, text


def _pair_words(
    kind: str,
    english: list[str],
    words: list[str],
) -> Iterable[tuple[str, str]]:
    """Return the words of an English form beside those of another that say the same."""
    has_each_part = len(words) == len(english)
    if kind == "person" and has_each_part:
        return zip(english, words, strict=True)
    # Of Karaganda Region and Қарағанды облысы, what is not common to all regions.
    telling = _drop_generic(english)
    own = telling or english
    if kind in _PLACES and len(own) == 1:
        capitals = [word for word in words if word[0].isupper()]
        words = _drop_generic(capitals)
    if len(own) == len(words) == 1:
        pair = (own[0], words[0])
        return [pair]
    return []


def _drop_generic(words: Iterable[str]) -> list[str]:
    """Return the words that are not common to many names."""
    return [word for word in words if word.lower() not in GENERIC]


def _list_latin(words: Iterable[Name]) -> dict[str, tuple[str, ...]]:
    """Return the keys of folded spellings in Latin letters."""
    keys: dict[str, dict[str, None]] = defaultdict(dict)
    for word in words:
        key = word.english
        for spelling in _list_spellings(word):
            keys[spelling][key] = None
    return {spelling: tuple(found) for spelling, found in keys.items()}


def _list_spellings(word: Name) -> Iterator[str]:
    """Yield the folded spellings of a word in Latin letters, its key first."""
    yield word.english
    for language, texts in word.forms:
        for text in texts:
            latin = text
            if language != ENGLISH:
                latin = romanise(text, language)
            yield fold_letters(latin)
