"""
Why a text is not what a reader would expect: a reason, with the language or the detail it is about.

A flag is stored and shown as one line of English. ``Flag.parse`` reads such a line back, and a line
that it does not know (from another version) is kept as it stands, so that whatever was stored is
stored again with the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

__all__ = ["Flag", "Reason"]


class Reason(StrEnum):
    """What is the matter, in the words that readers see."""

    # Of a translation that was made and is not fit to be shown, in the order in which they are
    # named.
    EMPTY = "the translation is empty"
    SCRIPT = "part of the original was left untranslated"
    LOOP = "the translation repeats itself"
    NUMBERS = "numbers differ from the original"
    PLACES = "a place is named that the original does not name"
    DATES = "a month or weekday is named that the original does not name"
    THINGS = "other things are named than in the original"
    NAMES = "a name from the original is missing"
    TOO_LONG = "the translation is far longer than the original"
    TOO_SHORT = "the translation is far shorter than the original"
    CUT = "the translation breaks off"
    UNSURE = "the model was unsure of the translation"
    JUNK = "the translation holds broken words or marks"
    # Of one that is shown.
    DOUBTFUL = "doubtful: the model was not sure of this English"
    # Of one that was not made.
    NO_PACKAGE = "no package for"  # goes on with the language
    FAILED = "translation failed"  # may go on with a detail
    NO_SENTENCE = "the original is no sentence that could be translated"
    GIVEN_UP = "translation failed several times"
    NOT_IN_TIME = "not translated in time"
    # Of an article.
    NO_HEADLINE = "the outlet gave no headline; this is the beginning of its text"
    UNREADABLE = "this article could not be read in full"
    # Of what another version stored.
    OTHER = "another reason"  # the detail says it all


@dataclass(frozen=True, slots=True)
class Flag:
    """
    One reason; ``str`` gives the line that readers see.

    Attributes:
        language: Tag of the language that no package reads, with ``Reason.NO_PACKAGE`` only.
        detail: With ``Reason.FAILED`` what failed, with ``Reason.OTHER`` the whole line; else
            empty.
    """

    reason: Reason
    language: str | None = None
    detail: str = ""

    def __str__(self) -> str:
        """Return the line as it is shown and stored."""
        if self.reason is Reason.OTHER:
            return self.detail
        if self.language is not None:
            return f"{self.reason} {self.language}"
        return f"{self.reason}: {self.detail}" if self.detail else self.reason.value

    @classmethod
    def parse(cls, line: str) -> Flag:
        """Read back what ``str`` gave; of any other line, a flag that gives the same line again."""
        flag = _read_known(line)
        return flag if flag is not None and str(flag) == line else cls(Reason.OTHER, detail=line)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Say to the codecs that a flag is stored as its line."""
        # Whoever stores flags has it loaded; whoever only reads them needs none of it.
        from pydantic_core import core_schema  # noqa: PLC0415  (see above)

        del source, handler
        from_line = core_schema.no_info_after_validator_function(
            cls.parse, core_schema.str_schema()
        )
        return core_schema.json_or_python_schema(
            json_schema=from_line,
            python_schema=core_schema.union_schema(
                [core_schema.is_instance_schema(cls), from_line]
            ),
            serialization=core_schema.to_string_ser_schema(when_used="always"),
        )


def _read_known(line: str) -> Flag | None:
    if line.startswith(f"{Reason.NO_PACKAGE} "):
        return Flag(Reason.NO_PACKAGE, language=line.removeprefix(f"{Reason.NO_PACKAGE} "))
    if line.startswith(f"{Reason.FAILED}: "):
        return Flag(Reason.FAILED, detail=line.removeprefix(f"{Reason.FAILED}: "))
    needs_more = {Reason.NO_PACKAGE, Reason.OTHER}
    return Flag(Reason(line)) if line in set(Reason) - needs_more else None
