"""
Is this word an inflected form of that name? Pure; Kazakh and Russian.

Dictionaries of all forms would be exact and would have to be made for every name an operator adds.
Endings are few: Russian changes the end of each word of a name, Kazakh adds to its last word. A
word that is the name's stem with one of the language's endings is taken for a form of it; the first
letter's case must agree, which keeps common words out.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from aggregator.languages import KAZAKH

__all__ = [
    "find_ending",
    "has_other_ending",
    "has_words",
    "is_adjective",
    "is_form",
    "split_words",
]

_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
# Case endings of nouns and adjectives, of family names in -ов, -ин and -ский, hard and soft.
_RUSSIAN_ENDINGS: Final = frozenset(
    [
        *(
            "",
            "а",
            "у",
            "ом",
            "е",
            "ы",
            "и",
            "ой",
            "ою",
            "ем",
            "ём",
            "ам",
            "ами",
            "ах",
            "ов",
            "ев",
            "ей",
            "ью",
            "я",
        ),
        *(
            "ю",
            "ям",
            "ями",
            "ях",
            "ого",
            "ому",
            "ым",
            "им",
            "ых",
            "их",
            "ыми",
            "ими",
            "ую",
            "юю",
            "ая",
            "яя",
            "ое",
        ),
        *(
            "ее",
            "ый",
            "ий",
            "ые",
            "ие",
            "его",
            "ему",
            "ь",
            "й",
            "ия",
            "ию",
            "ией",
            "ии",
            "ием",
            "иям",
            "иях",
            "ье",
        ),
    ]
)
_RUSSIAN_STEM = re.compile(r"(?:ый|ий|ой|ая|яя|ое|ее|ые|ие|ия|ие|[аяоеьйыиу])$")
_SHORTEST_STEM: Final = 3
# Plural, possession, case, and what turns a place into an adjective, in all harmonies, in any
# sequence of up to four.
_KAZAKH_ENDING = re.compile(
    r"(?:лар|лер|дар|дер|тар|тер|ының|інің|ның|нің|дың|дің|тың|тің|сының|сінің|ына|іне|сына|сіне|ға|ге|қа|ке|на|не"
    r"|ын|ін|сын|сін|ды|ді|ты|ті|ны|ні|ында|інде|сында|сінде|нда|нде|да|де|та|те|ынан|інен|сынан|сінен|дан|ден|тан|тен"
    r"|нан|нен|ымен|імен|мен|бен|пен|дағы|дегі|тағы|тегі|ындағы|індегі|ғы|гі|лық|лік|дық|дік|тық|тік|ша|ше|сы|сі|ы|і|а|е|н"
    r"|мыз|міз|ымыз|іміз|дікі|нікі){1,4}"
)
# Of cities: алматинский, шымкентский, костанайский; алматылық, шымкенттік. They begin small.
_RUSSIAN_ADJECTIVE = re.compile(
    r"(?:ин)?ск(?:ий|ая|ое|ие|ого|ой|ому|ую|им|ом|их|ими)|(?<=ск)(?:ий|ая|ое|ие|ого|ой|ому|ую|им|ом|их|ими)"
)
_KAZAKH_ADJECTIVE = re.compile(r"(?:лық|лік|дық|дік|тық|тік)(?:тар|тер)?")
_SHORTEST_ADJECTIVE_STEM: Final = 4
# Уральский is of the river and the mountains too, саранский of Saransk.
_AMBIGUOUS_ADJECTIVES: Final = frozenset({"Уральск", "Аральск", "Сарань"})
_VOICED: Final = {
    "п": "б",
    "к": "г",
    "қ": "ғ",
}


def split_words(text: str) -> list[tuple[str, int, int]]:
    """
    Return the words of a text with where they begin and end.

    A hyphen inside one does not part it.
    """
    return [(match[0], match.start(), match.end()) for match in _WORD.finditer(text)]


def has_words(text: str) -> bool:
    """Say whether a text has any word."""
    return _WORD.search(text) is not None


@lru_cache(maxsize=20_000)
def is_form(
    word: str,
    name: str,
    language: str,
    *,
    last: bool = True,
) -> bool:
    """
    Say whether a word is a form of one word of a name.

    Args:
        word: As it stands in a text.
        name: One word of the name, as the dictionary has it.
        language: ``kk`` or ``ru``.
        last: It is the name's last word, which alone takes endings in Kazakh.
    """
    word, name = _settle_case(word, name)
    if word == name:
        return True
    if word[:1].isupper() != name[:1].isupper():
        return False
    if name.isupper():  # ҰҚК, США: Kazakh adds endings behind a hyphen, Russian none
        return language == KAZAKH and last and word.partition("-")[0] == name
    if language == KAZAKH:
        return last and _is_kazakh_form(word, name)
    return _is_russian_form(word, name)


def has_other_ending(word: str, name: str) -> bool:
    """Say whether a word is a name with a Kazakh or Russian ending; both in small letters."""
    return _is_kazakh_form(word, name) or _is_russian_form(word, name)


def _settle_case(word: str, name: str) -> tuple[str, str]:
    """Return both small in a headline of capitals; область small at a sentence's beginning too."""
    if word.isupper() and len(word) > _SHORTEST_STEM:
        return word.lower(), name.lower()
    if name[:1].islower():
        return word[:1].lower() + word[1:], name
    return word, name


def is_adjective(word: str, name: str, language: str) -> bool:
    """
    Say whether a word is the adjective of a city.

    Args:
        word: As it stands in a text; only the first of a sentence begins with a capital.
        name: Of the city, one word, as the dictionary has it.
        language: ``kk`` or ``ru``.
    """
    if len(name) < _SHORTEST_ADJECTIVE_STEM or name in _AMBIGUOUS_ADJECTIVES:
        return False
    word = word.lower()
    name = name.lower()
    if language == KAZAKH:
        return word.startswith(name) and bool(_KAZAKH_ADJECTIVE.fullmatch(word, len(name)))
    for stem in (name, _RUSSIAN_STEM.sub("", name)):
        if word.startswith(stem) and _RUSSIAN_ADJECTIVE.fullmatch(word, len(stem)):
            return True
    return False


def find_ending(word: str, name: str) -> str | None:
    """
    Return what follows a name's last word in a Kazakh text, without a hyphen.

    None if the word does not begin with the name's, whose last letter may have become voiced.
    """
    word = word.lower()
    name = name.lower()
    for stem in (name, name[:-1] + _VOICED.get(name[-1], name[-1])):
        if word.startswith(stem):
            return word[len(stem) :].removeprefix("-")
    return None


def _is_kazakh_form(word: str, name: str) -> bool:
    ending = find_ending(word, name)
    return ending is not None and _KAZAKH_ENDING.fullmatch(ending) is not None


def _is_russian_form(word: str, name: str) -> bool:
    # Дания keeps its и in every case: Даны is a woman's, and Иордан a river.
    stem = name[:-1] if name.endswith("ия") else _RUSSIAN_STEM.sub("", name)
    if len(stem) < _SHORTEST_STEM:
        stem = name
    if len(stem) < _SHORTEST_STEM:
        return False
    return word.startswith(stem) and word[len(stem) :] in _RUSSIAN_ENDINGS
