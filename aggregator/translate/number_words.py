"""
Words of number in English, Kazakh and Russian, as far as they excuse digits in the other text.

Which words there are says ``languages``; here is how a text's words are known to be one of them.

Generous on purpose: a word wrongly taken for a number lets one invented digit pass; a word not
known rejects a good translation.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Final

from aggregator.languages import ENGLISH, KAZAKH, LANGUAGES, RUSSIAN

__all__ = ["read_english_numbers", "read_local_numbers", "read_local_words"]

_WORD = re.compile(r"[^\W\d_]+")
_TEN = 10
_TWENTY = 20
_HUNDRED = 100

# Words that begin like a number and are none.
_NOT_RUSSIAN = re.compile(
    "семина|семей|семья|семьи|семью|семье|семён|семип|стои|стор|стол(?!ет)|стоя|стом|стоп|парал|парам|парт"
)

# Kazakh number words begin many others (үшін, алтын, бірақ), so a whole word is asked for: bare,
# ordinal, collective or in a case. ``он`` takes no case here: онда, оны, оған are pronouns.
_KAZAKH_WORD = re.compile(
    r"(?P<stem>бір|екі|үш|төрт|бес|алты|жеті|сегіз|тоғыз|жиырма|отыз|қырық|елу|алпыс|жетпіс|сексен|тоқсан|жүз|мың"
    r"|миллион|миллиард|жарты|қос|қосар|ширек)"
    r"(?:с?[іы]н[шc][іы]|н[шc][іы]|еу|ау|[гқк][еа]|ға|[дт][еа]н?|[дт][іы]|[дтн][іы]ң|н[ае]н|с[іы]|[мпб]ен|да[ғй]ан|деген)?"
    r"|(?P<ten>он)(?:ыншы|даған)?"
)

_ROMAN = re.compile(r"(?<!\w)[IVX]{1,6}(?!\w)")
_ROMAN_VALUES: Final = {
    "I": 1,
    "V": 5,
    "X": 10,
}


def read_english_numbers(text: str) -> frozenset[Decimal]:
    """Return all values that words of an English text may stand for."""
    values = _load_values(ENGLISH)
    return _combine([values.get(word) for word in _WORD.findall(text.lower())])


def read_local_words(text: str) -> frozenset[Decimal]:
    """Return all values that words of a Kazakh or Russian text may stand for."""
    words = _WORD.findall(text.lower())
    russian = _combine([_read_russian(word) for word in words])
    kazakh = _combine([_read_kazakh(word) for word in words])
    return russian | kazakh


def read_local_numbers(text: str) -> frozenset[Decimal]:
    """Return the same with Roman numerals."""
    # Typed with Cyrillic letters more often than not.
    latin = text.replace("І", "I").replace("Х", "X")
    roman = {Decimal(_read_roman(numeral)) for numeral in _ROMAN.findall(latin)}
    return read_local_words(text) | roman


@cache
def _load_values(language: str) -> dict[str, Decimal]:
    """Return the value of each word or stem of a language; of one that has two, the last."""
    values: dict[str, Decimal] = {}
    for value, words in LANGUAGES[language].number_words.items():
        for word in words.split():
            values[word] = Decimal(value)
    return values


def _read_russian(word: str) -> Decimal | None:
    if _NOT_RUSSIAN.match(word):
        return None
    stems = _load_values(RUSSIAN)
    longest = max(
        (stem for stem in stems if word.startswith(stem)),
        key=len,
        default=None,
    )
    return None if longest is None else stems[longest]


def _read_kazakh(word: str) -> Decimal | None:
    match = _KAZAKH_WORD.fullmatch(word)
    if match is None:
        return None
    return _load_values(KAZAKH)[match["stem"] or match["ten"]]


def _read_roman(numeral: str) -> int:
    values = [_ROMAN_VALUES[letter] for letter in numeral]
    total = values[-1]
    for value, after in pairwise(values):
        total += -value if value < after else value
    return total


def _combine(values: list[Decimal | None]) -> frozenset[Decimal]:
    """Return values said alone or with the next word: ``сорок семь``, ``two hundred``."""
    known = {value for value in values if value is not None}
    for one, other in pairwise(values):
        if one is not None and other is not None:
            known |= _add_or_multiply(one, other)
    return frozenset(known)


def _add_or_multiply(one: Decimal, other: Decimal) -> set[Decimal]:
    """Return what two words say together, if one number: ``forty seven``, ``two hundred``."""
    if other < _TEN <= one and one % _TEN == 0:
        return {one + other}
    if one < other and other >= _HUNDRED:
        return {one * other}
    return set()
