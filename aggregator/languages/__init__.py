"""
The languages, one row of one table each.

Whatever asks for a language by its code asks here: its name for readers, its letters, months, words
of number, abbreviations. To add one, write its row in a file of its own, name it in ``_ROWS``, and
give its tag a member of ``Language``. What was measured or learnt of a language (weights, letters
that tell it from its neighbours, a model of its runs of letters) stays with the code that uses it,
under the table's codes.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from aggregator.languages.english import ENGLISH_ROW
from aggregator.languages.kazakh import KAZAKH_ROW
from aggregator.languages.kazakh_latin import KAZAKH_LATIN_ROW
from aggregator.languages.row import Language, LanguageRow, Month, WritingSystem
from aggregator.languages.russian import RUSSIAN_ROW

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ENGLISH",
    "GLOSSARY_LANGUAGES",
    "KAZAKH",
    "KAZAKH_LATIN",
    "LANGUAGES",
    "RUSSIAN",
    "UNKNOWN",
    "Language",
    "LanguageRow",
    "Month",
    "WritingSystem",
    "name_in_sentence",
    "readers_name",
]

KAZAKH: Final = Language.KAZAKH
KAZAKH_LATIN: Final = Language.KAZAKH_LATIN
RUSSIAN: Final = Language.RUSSIAN
ENGLISH: Final = Language.ENGLISH
UNKNOWN: Final = Language.UNKNOWN

_ROWS: Final = (KAZAKH_ROW, KAZAKH_LATIN_ROW, RUSSIAN_ROW, ENGLISH_ROW)

LANGUAGES: Final[Mapping[str, LanguageRow]] = MappingProxyType({row.code: row for row in _ROWS})
"""Row by tag, in the order in which a tie between languages is broken."""

GLOSSARY_LANGUAGES: Final = tuple(row.code for row in _ROWS if row.has_glossary)
"""Languages whose forms the glossary holds, in the order of its columns."""


def readers_name(code: str) -> str:
    """Return a language's name in English; of a tag that the table does not hold, the tag."""
    if code == UNKNOWN:
        return "language not recognised"
    return LANGUAGES[code].name if code in LANGUAGES else code


def name_in_sentence(code: str) -> str:
    """Return a language's name as it stands behind ``in`` or ``for``."""
    name = readers_name(code)
    return f"a {name}" if code == UNKNOWN else name
