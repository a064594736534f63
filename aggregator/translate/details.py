"""
Is a small word lost or exchanged that turns what is said: percent, part of, the time of day? Pure.

"47 kilos" that come out as 47%, a town without light of which it was a part, an accident of the
morning at lunchtime: the numbers are right, the names are, and a reader is misled. Only what is
precise is looked for, with all that translators put in place of it; how many human translations
are stopped stands in the benchmarks.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from aggregator.languages import ENGLISH, KAZAKH, RUSSIAN
from aggregator.translate.number_words import read_local_words

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["loses_part", "swaps_daytime", "swaps_percent", "swaps_times"]

_PERCENT: Final = re.compile(r"%|процент|пайыз|п\.\s?п\.", re.IGNORECASE)
_ENGLISH_PERCENT: Final = re.compile(r"\d\s?(?:%|per ?cent\b|pct\b)", re.IGNORECASE)
_MAY_BE_PERCENT: Final = re.compile(
    r"%|per ?cent|pct|points?\b|share|rate|half|third|quarter|fifth|tenth|fold\b|\btimes\b",
    re.IGNORECASE,
)
# What English may say in percent although the original does not.
_SHARES: Final = re.compile(
    r"полов|полтор|вдвое|трет[ьи]|четверт|жарт|ширек|үштен|бестен", re.IGNORECASE
)
_OF_HUNDRED: Final = re.compile(
    r"(?<![\d.,])(\d++(?:[.,]\d++)?)(?:-\w++)?\s?(?:%|процент|пайыз)", re.IGNORECASE
)
_NUMBER: Final = re.compile(r"\d[\d.,]*+")

_ENGLISH_TIMES: Final = re.compile(
    r"(?<![\d.,])(\d{1,3}(?:\.\d++)?)(?: times(?! (?:zones?|slots?)\b)|-?fold\b)", re.IGNORECASE
)
# How often, how many times as much, champion of so many years; before it a number or a word.
_TIMES: Final = re.compile(
    r"(?:(?<![\d.,])(\d++(?:[.,]\d++)?)[ \u00a0-]?(?:ти|ға)?|(?<!\w)([^\W\d_]{2,6})[ -])?"
    r"(?:(?<!\w)раз(?:а|ов)?(?!\w)|кратн|дважды|трижды|(?<!\w)есе|еселе|(?<!\w)рет(?!к)|мәрте"
    r"|дүркін|қайтара)",
    re.IGNORECASE,
)
_PART: Final[Mapping[str, re.Pattern[str]]] = {
    RUSSIAN: re.compile(r"^(?:(?:Больш|Значительн|Основн)ая ч|Ч)асть\s(?!речи)"),
    KAZAKH: re.compile(r"(?<!\w)бір бөлігі(?!\w)", re.IGNORECASE),
}
_ENGLISH_PART: Final = re.compile(
    r"\b(?:parts?|part(?:ly|ially)|some|sections?|portions?|half|several|many|most(?:ly)?|much|areas?"
    r"|shares?|majority|number|among|pieces?|fraction|certain|sectors?|districts?|bulk|percent"
    r"|stretch(?:es)?|neighbou?rhoods?|thousands?|hundreds?|leg|segment|batch|few)\b",
    re.IGNORECASE,
)

_MORNING: Final = "morning"
_MIDDAY: Final = "midday"
_LATE: Final = "late"
_DAYTIMES: Final[Mapping[str, Mapping[str, re.Pattern[str]]]] = {
    RUSSIAN: {
        # Three of the night is three in the morning.
        _MORNING: re.compile(
            r"(?<!\w)(?:утр(?:о|а|у|ом|е|ам)(?!\w)|утренн|рассвет|час(?:а|ов|у)? ночи)"
        ),
        _MIDDAY: re.compile(r"(?<!\w)(?:дн[её]м(?!\w)|полд[не]|полудн|обед)"),
        _LATE: re.compile(r"(?<!\w)(?:вечер|ноч|полноч|полуноч)"),
    },
    KAZAKH: {
        _MORNING: re.compile(r"(?<!\w)таң(?!\w|б|д[ау]й)|(?<!\w)таң(?:ерте|ғы|мен|ға|да)"),
        _MIDDAY: re.compile(r"(?<!\w)(?:түс(?:те|ке|тен)(?!\w)|түскі|күндіз)"),
        _LATE: re.compile(r"(?<!\w)(?:кеш(?!\w)|кеш(?:ке|кі|те|інде|кісін)|түн)"),
    },
    ENGLISH: {
        _MORNING: re.compile(r"\b(?:mornings?|dawn)\b"),
        _MIDDAY: re.compile(r"\b(?:afternoons?|noon|midday|lunchtime)\b"),
        _LATE: re.compile(r"\b(?:evenings?|nights?|overnight|tonight|midnight)\b"),
    },
}
# "In the early hours of the morning" is the night of the original.
_EARLY: Final = re.compile(r"\bearl(?:y|ier)\b|\bhours\b")


def swaps_percent(source: str, english: str) -> bool:
    """Say whether what is percent in one text is a plain number in the other."""
    if not _PERCENT.search(source):
        return bool(_ENGLISH_PERCENT.search(english)) and not _SHARES.search(source)
    if _MAY_BE_PERCENT.search(english):
        return False
    numbers = {number.replace(",", ".") for number in _OF_HUNDRED.findall(source)}
    here = {number.rstrip(".").replace(",", ".") for number in _NUMBER.findall(english)}
    return not numbers.isdisjoint(here)


def swaps_times(source: str, english: str) -> bool:
    """
    Say whether the English says "5 times" where the original does not.

    A word before it that is no number («несколько раз») may stand for any.
    """
    here = {Decimal(number) for number in _ENGLISH_TIMES.findall(english)}
    if not here:
        return False
    there = [_read_times(number, word) for number, word in _TIMES.findall(source)]
    return all(numbers and here.isdisjoint(numbers) for numbers in there)


def _read_times(number: str, word: str) -> frozenset[Decimal]:
    """
    Return what a number, or the word in its place, may stand for; nothing if it is none.

    Of «бір жарым есе» the half alone stands before the times, so a fraction in words is none.
    """
    if number:
        return frozenset({Decimal(number.replace(",", "."))})
    return frozenset(value for value in read_local_words(word) if value % 1 == 0)


def loses_part(source: str, english: str, language: str) -> bool:
    """Say whether the English says of the whole what the original says of a part."""
    told = _PART.get(language)
    if told is None or not told.search(source):
        return False
    return not _ENGLISH_PART.search(english)


def swaps_daytime(source: str, english: str, language: str) -> bool:
    """Say whether the English names another time of day than the original."""
    if language not in _DAYTIMES or language == ENGLISH or _EARLY.search(english.lower()):
        return False
    there = _find_daytimes(source, language)
    here = _find_daytimes(english, ENGLISH)
    return bool(there) and bool(here) and there.isdisjoint(here)


def _find_daytimes(text: str, language: str) -> set[str]:
    said = text.lower()
    return {time for time, pattern in _DAYTIMES[language].items() if pattern.search(said)}
