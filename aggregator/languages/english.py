"""English: the language of the digest."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from aggregator.languages.row import Language, LanguageRow, Month, WritingSystem

__all__ = ["ENGLISH_ROW"]

_MONTHS: Final = (
    Month("january", ("jan",)),
    Month("february", ("feb",)),
    Month("march", ("mar",)),
    Month("april", ("apr",)),
    Month("", ("may",), in_date=r"may\b"),
    Month("june", ("jun",)),
    Month("july", ("jul",)),
    Month("august", ("aug",)),
    Month("september", ("sep", "sept")),
    Month("october", ("oct",)),
    Month("november", ("nov",)),
    Month("december", ("dec",)),
)

# Generous on purpose: a word wrongly taken for a number lets one invented digit pass.
_NUMBER_WORDS: Final = {
    "0": "zero no",
    "0.5": "half",
    "1": "one first once single a an",
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
    "12": "twelve twelfth",
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
    "1000000000000": "trillion",
}

ENGLISH_ROW: Final = LanguageRow(
    code=Language.ENGLISH,
    name="English",
    iso_639_3="eng",
    script=WritingSystem.LATIN,
    letters="a-z",
    months=_MONTHS,
    weekdays=("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    number_words=MappingProxyType(_NUMBER_WORDS),
    never_last="mr mrs ms dr prof st no vs e.g i.e gen col lt sen rep gov",
    perhaps_last=(
        "inc ltd co corp jan feb mar apr jun jul aug sep sept oct nov dec a.m p.m u.s u.k"
    ),
)
