"""
Words of number in English, Kazakh and Russian, as far as they excuse digits in the other text. Data and its reading.

Generous on purpose: a word wrongly taken for a number lets one invented digit pass; a word not known rejects a good
translation.
"""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise
from typing import Final

__all__ = ["english_words", "local_words"]

_WORD = re.compile(r"[^\W\d_]+")
_TEN, _TWENTY, _HUNDRED = 10, 20, 100

_ENGLISH: Final[dict[str, str]] = {
    "0": "zero no",
    "0.5": "half",
    "1": "one first once single a an",
    "1.5": "half",
    "2": "two second twice double both pair couple doubled",
    "3": "three third triple tripled",
    "4": "four fourth quarter quarters",
    "5": "five fifth",
    "6": "six sixth",
    "7": "seven seventh",
    "8": "eight eighth",
    "9": "nine ninth",
    "10": "ten tenth",
    "11": "eleven eleventh",
    "12": "twelve twelfth dozen",
    "13": "thirteen thirteenth",
    "14": "fourteen fourteenth",
    "15": "fifteen fifteenth",
    "16": "sixteen sixteenth",
    "17": "seventeen seventeenth",
    "18": "eighteen eighteenth",
    "19": "nineteen nineteenth",
    "20": "twenty twentieth",
    "30": "thirty thirtieth",
    "40": "forty fortieth",
    "50": "fifty fiftieth",
    "60": "sixty sixtieth",
    "70": "seventy seventieth",
    "80": "eighty eightieth",
    "90": "ninety ninetieth",
    "100": "hundred hundredth century",
    "1000": "thousand",
    "1000000": "million",
    "1000000000": "billion",
}

# Stems that begin a word. The longest that fits counts, so that пятьдесят is not пять.
_RUSSIAN: Final[dict[str, str]] = {
    "1": "один одна одно одно- перв",
    "1.5": "полтор",
    "2": "два две двух двум двое втор вдвое дважды обе оба пара",
    "3": "три трёх трех трём трем трое трет втрое",
    "4": "четыр четвер четвёр",
    "5": "пять пяти пятый пятая пятое пятую пятом пятерo впятеро",
    "6": "шест",
    "7": "семь семи седьм",
    "8": "восем восьм",
    "9": "девять девяти девят",
    "10": "десят",
    "11": "одиннадцат",
    "12": "двенадцат",
    "13": "тринадцат",
    "14": "четырнадцат",
    "15": "пятнадцат",
    "16": "шестнадцат",
    "17": "семнадцат",
    "18": "восемнадцат",
    "19": "девятнадцат",
    "20": "двадцат",
    "30": "тридцат",
    "40": "сорок",
    "50": "пятьдесят пятидесят",
    "60": "шестьдесят шестидесят",
    "70": "семьдесят семидесят",
    "80": "восемьдесят восьмидесят",
    "90": "девяност",
    "100": "сто сотн сотый столет",
    "200": "двест двухсот",
    "300": "трист трёхсот трехсот",
    "400": "четырест четырёхсот четырехсот",
    "500": "пятьсот пятисот",
    "600": "шестьсот шестисот",
    "700": "семьсот семисот",
    "800": "восемьсот восьмисот",
    "900": "девятьсот девятисот",
    "1000": "тысяч",
    "1000000": "миллион",
    "1000000000": "миллиард",
}
# Words that begin like a number and are none.
_NOT_RUSSIAN = re.compile(
    "семина|семей|семья|семьи|семью|семье|семён|семип|стои|стор|стол(?!ет)|стоя|стом|стоп|парал|парам|парт"
)

_KAZAKH: Final[dict[str, str]] = {
    "0.5": "жарты",
    "1": "бір",
    "2": "екі қос қосар",
    "3": "үш",
    "4": "төрт ширек",
    "5": "бес",
    "6": "алты",
    "7": "жеті",
    "8": "сегіз",
    "9": "тоғыз",
    "10": "он",
    "20": "жиырма",
    "30": "отыз",
    "40": "қырық",
    "50": "елу",
    "60": "алпыс",
    "70": "жетпіс",
    "80": "сексен",
    "90": "тоқсан",
    "100": "жүз",
    "1000": "мың",
    "1000000": "миллион",
    "1000000000": "миллиард",
}
# Kazakh number words begin many others (үшін, алтын, бірақ), so a whole word is asked for: bare, ordinal, collective
# or in a case. ``он`` takes no case here: онда, оны, оған are pronouns.
_KAZAKH_WORD = re.compile(
    r"(?P<stem>бір|екі|үш|төрт|бес|алты|жеті|сегіз|тоғыз|жиырма|отыз|қырық|елу|алпыс|жетпіс|сексен|тоқсан|жүз|мың"
    r"|миллион|миллиард|жарты|қос|қосар|ширек)"
    r"(?:с?[іы]н[шc][іы]|н[шc][іы]|еу|ау|[гқк][еа]|ға|[дт][еа]н?|[дт][іы]|[дтн][іы]ң|н[ае]н|с[іы]|[мпб]ен|да[ғй]ан|деген)?"
    r"|(?P<ten>он)(?:ыншы|даған)?"
)

_ROMAN = re.compile(r"(?<!\w)[IVX]{1,6}(?!\w)")
_ROMAN_VALUES: Final = {"I": 1, "V": 5, "X": 10}


def english_words(text: str) -> frozenset[Decimal]:
    """Return all values that words of an English text may stand for."""
    known = {word: Decimal(value) for value, words in _ENGLISH.items() for word in words.split()}
    return _combined([known.get(word) for word in _WORD.findall(text.lower())])


def local_words(text: str) -> frozenset[Decimal]:
    """Return all values that words and Roman numerals of a Kazakh or Russian text may stand for."""
    words = _WORD.findall(text.lower())
    return (
        _combined([_russian(word) for word in words])
        | _combined([_kazakh(word) for word in words])
        | frozenset(Decimal(_roman(match[0])) for match in _ROMAN.finditer(text.replace("І", "I").replace("Х", "X")))
    )


def _russian(word: str) -> Decimal | None:
    if _NOT_RUSSIAN.match(word):
        return None
    fits = [(len(stem), value) for value, stems in _RUSSIAN.items() for stem in stems.split() if word.startswith(stem)]
    return Decimal(max(fits)[1]) if fits else None


def _kazakh(word: str) -> Decimal | None:
    match = _KAZAKH_WORD.fullmatch(word)
    if match is None:
        return None
    stem = match["stem"] or match["ten"]
    return next(Decimal(value) for value, stems in _KAZAKH.items() if stem in stems.split())


def _roman(numeral: str) -> int:
    values = [_ROMAN_VALUES[letter] for letter in numeral]
    signed = [-a if a < b else a for a, b in pairwise(values)]
    return sum(signed) + values[-1]


def _combined(values: list[Decimal | None]) -> frozenset[Decimal]:
    """Return values said alone or with the next word: ``сорок семь``, ``он екі``, ``two hundred``."""
    found = {value for value in values if value is not None}
    for a, b in pairwise(values):
        if a is None or b is None:
            continue
        if a >= _TEN and b < _TEN and a % _TEN == 0:
            found.add(a + b)
        if a < b and b >= _HUNDRED:
            found.add(a * b)
    return frozenset(found)
