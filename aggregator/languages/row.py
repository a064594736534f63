"""What is known of a language: the form of a row of ``languages.LANGUAGES``."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Language", "LanguageRow", "Month", "WritingSystem"]


class Language(StrEnum):
    """BCP 47 tags of the languages we distinguish."""

    KAZAKH = "kk"
    KAZAKH_LATIN = "kk-Latn"
    RUSSIAN = "ru"
    ENGLISH = "en"
    UNKNOWN = "und"


class WritingSystem(StrEnum):
    """ISO 15924 codes."""

    CYRILLIC = "Cyrl"
    LATIN = "Latn"


@dataclass(frozen=True, slots=True)
class Month:
    """
    How a month is named; all in small letters.

    Attributes:
        stem: What its name begins with in any case; empty where other words begin so too.
        words: Abbreviations and names that are recognised only as whole words.
        in_date: Regular expression for its name beside a day, where the stem alone would mislead.
    """

    stem: str
    words: tuple[str, ...] = ()
    in_date: str = ""

    @property
    def pattern(self) -> str:
        """Regular expression for the beginning of its name beside a day of the month."""
        return self.in_date or self.stem


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageRow:
    """
    A language.

    Attributes:
        name: In English, for readers.
        iso_639_3: Code of three letters; the scripts of one language share it.
        letters: Its small letters, as they stand in a character class of a regular expression.
        months: The twelve, January first.
        weekdays: How the seven days' names begin, Monday first.
        number_words: Value -> words or stems, blanks between them; empty where ``read_as`` says
            whose count.
        never_last: Abbreviations that no sentence ends with, without their full stop, blanks
            between them.
        perhaps_last: Likewise those that may end one.
        sample: A line to try a translation package with.
        read_as: The language in whose letters models read it; None if they read it as it is
            written.
        has_glossary: The glossary has a column of its forms, in the order of the table.
    """

    code: Language
    name: str
    iso_639_3: str
    script: WritingSystem
    letters: str
    months: tuple[Month, ...]
    weekdays: tuple[str, ...]
    number_words: Mapping[str, str] = field(default_factory=dict)
    never_last: str = ""
    perhaps_last: str = ""
    sample: str = "Astana 2025"
    read_as: Language | None = None
    has_glossary: bool = False
