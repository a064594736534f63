"""
A line of what is certain of a text whose translation is withheld. Pure.

«Су қоймасына 38 миллион текше метр су жиналды»: a reader without Kazakh learns nothing of it, and
of a translation that the guards withhold something wrong. That it speaks of a reservoir and of 38
million cubic metres is certain without any model: names out of the glossary, numbers with nouns
that a table knows, dates, nouns with one meaning. They stand in the order of the original with dots
between, since what they do to each other nobody here knows.

A wrong word is worse than a missing one, so what could be otherwise is passed over, and a line that
would tell a reader nothing (a country, a year) is empty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aggregator.languages import KAZAKH, KAZAKH_LATIN, RUSSIAN
from aggregator.models.digest import CERTAIN_SEPARATOR
from aggregator.text.latin import to_cyrillic
from aggregator.translate.certain.dates import list_dates
from aggregator.translate.certain.names import list_names
from aggregator.translate.certain.nouns import list_nouns
from aggregator.translate.certain.numbers import list_numbers
from aggregator.translate.certain.pieces import Words, choose_pieces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aggregator.names.glossary import Glossary

__all__ = ["SEPARATOR", "list_certain"]

SEPARATOR: Final = CERTAIN_SEPARATOR
_MOST_PIECES: Final = 7
_TELL_NOTHING: Final = frozenset({"Kazakhstan", "Republic of Kazakhstan", "Tenge", "Russia"})


def list_certain(text: str, language: str, glossary: Glossary) -> str:
    """
    Return what of a text is certain, in English, parted by ``SEPARATOR``; empty if nothing is.

    It begins with a capital, as a headline does.

    Args:
        text: Of one segment.
        language: Its tag; of others than Kazakh and Russian nothing is certain.
        glossary: Names whose English is settled.
    """
    line = " ".join(text.split())
    if language == KAZAKH_LATIN:
        line, language = to_cyrillic(line), KAZAKH
    if language not in {KAZAKH, RUSSIAN}:
        return ""
    words = Words(line, language)
    pieces = choose_pieces(
        [
            *list_names(words, glossary.find(line, language)),
            *list_dates(words),
            *list_numbers(words),
            *list_nouns(words),
        ]
    )
    told = _drop_repeated([piece.english for piece in pieces])
    if all(part in _TELL_NOTHING or part.isdigit() for part in told):
        return ""
    said = SEPARATOR.join(told[:_MOST_PIECES])
    return said[:1].upper() + said[1:]


def _drop_repeated(told: Sequence[str]) -> list[str]:
    """Return parts without those that another says too: a school beside five schools."""
    kept: list[str] = []
    for number, part in enumerate(told):
        others = [*kept, *told[number + 1 :]]
        if part not in kept and not any(_says_more(other, part) for other in others):
            kept.append(part)
    return kept


def _says_more(other: str, part: str) -> bool:
    return other != part and f" {part}" in f" {other}" and other[:1].isdigit()
