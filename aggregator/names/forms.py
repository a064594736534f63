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

__all__ = ["is_form", "split_words"]

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
    if word == name:
        return True
    if word.isupper() and len(word) > _SHORTEST_STEM:  # a headline in capitals
        word = word.lower()
        name = name.lower()
    elif word[:1].isupper() != name[:1].isupper():
        return False
    if name.isupper():  # ҰҚК, США: Kazakh adds endings behind a hyphen, Russian none
        return language == KAZAKH and last and word.partition("-")[0] == name
    if language == KAZAKH:
        return last and _is_kazakh_form(word, name)
    return _is_russian_form(word, name)


def _is_kazakh_form(word: str, name: str) -> bool:
    stems = [name]
    if voiced := _VOICED.get(name[-1]):
        stems.append(name[:-1] + voiced)
    return any(
        word.startswith(stem) and _KAZAKH_ENDING.fullmatch(word[len(stem) :].removeprefix("-"))
        for stem in stems
    )


def _is_russian_form(word: str, name: str) -> bool:
    stem = _RUSSIAN_STEM.sub("", name)
    if len(stem) < _SHORTEST_STEM:
        stem = name
    if len(stem) < _SHORTEST_STEM:
        return False
    return word.startswith(stem) and word[len(stem) :] in _RUSSIAN_ENDINGS
