"""
Dates in English: a day with its month, a month alone where it can be nothing else. Pure.

Kazakh months that are common words too (қазан a kettle, маусым a season, наурыз the feast) count
beside a day alone.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from aggregator.languages import ENGLISH, KAZAKH, LANGUAGES
from aggregator.translate.certain.pieces import Piece

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aggregator.translate.certain.pieces import Words

__all__ = ["list_dates"]

_MAY: Final = 5
_LAST_DAY: Final = 31
_ALSO_WORDS: Final = frozenset({3, 6, 10})
# «5 маусым қатарынан»: seasons in a row.
_NO_SEASON: Final = r"(?!\s(?:қатар|бойы|өткіз|ойна|ішінде|бұрын))"
_KAZAKH_CASES: Final = (
    "(?:да|де|та|те|ға|ге|қа|ке|дан|ден|тан|тен|нан|нен|дың|дің|тың|тің|ның|нің"
    "|дағы|дегі|тағы|тегі|ында|інде|ы|і)?"
)
_RUSSIAN_DAY: Final = "[ая]"
_RUSSIAN_MONTH: Final = "(?:е|ь|й|я|ю|у|ем|ём|ом|а)?"
_YEAR: Final = r"(?:\s(?P<year>(?:19|20)\d\d)(?=\s?(?:год|г\b|жыл)))?"


def list_dates(words: Words) -> Iterator[Piece]:
    """Give the dates of a text."""
    for number, days, alone in _load_months(words.language):
        for match in days.finditer(words.text):
            if int(match["last"]) <= _LAST_DAY:
                yield Piece(match.start(), match.end(), _write_day(match, number))
        for match in alone.finditer(words.text):
            yield Piece(match.start("month"), match.end("month"), _name_month(number))


def _write_day(match: re.Match[str], number: int) -> str:
    day = match["last"].lstrip("0")
    if match["first"]:
        day = f"{match['first'].lstrip('0')}–{day}"
    parts = (day, _name_month(number), match["year"])
    return " ".join(filter(None, parts))


def _name_month(number: int) -> str:
    month = LANGUAGES[ENGLISH].months[number - 1]
    return (month.stem or month.words[0]).capitalize()


@cache
def _load_months(language: str) -> tuple[tuple[int, re.Pattern[str], re.Pattern[str]], ...]:
    """Return of each month its number, its name beside a day, and alone if it can stand so."""
    made = []
    for number, month in enumerate(LANGUAGES[language].months, 1):
        kazakh = language == KAZAKH
        stem = month.stem or ("ма" if number == _MAY else "")
        beside = f"{stem}{_KAZAKH_CASES if kazakh else _RUSSIAN_DAY}"
        season = _NO_SEASON if kazakh and number in _ALSO_WORDS else ""
        days = re.compile(
            rf"(?<![\d.,:№])(?:с )?(?:(?P<first>\d{{1,2}})\s?(?:[–-]|по)\s?)?"
            rf"(?P<last>\d{{1,2}})\s{beside}(?!\w){season}{_YEAR}",
            re.IGNORECASE,
        )
        made.append((number, days, _compile_alone(stem, number, kazakh=kazakh)))
    return tuple(made)


def _compile_alone(stem: str, number: int, *, kazakh: bool) -> re.Pattern[str]:
    if kazakh:
        own = "" if number in _ALSO_WORDS else rf"|{stem}(?:да|де|та|те)"
        return re.compile(rf"(?<![\w–—-])(?P<month>{stem}(?=\sай[ыдғ]){own})(?!\w)", re.IGNORECASE)
    return re.compile(
        rf"(?<!\w)(?:в|к|до|с|на|за|весь|конце|начале)\s"
        rf"(?P<month>{stem}{_RUSSIAN_MONTH})(?!\w|\s?[–—-])",
        re.IGNORECASE,
    )
