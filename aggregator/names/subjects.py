"""
The names that have a page of their own: people, places, bodies and companies. Pure.

Left out is what names nobody and no place, or too many: money, offices and holidays; agencies and
services that a report cites (a story about a video is not about TikTok); the country itself, which
every story is about; districts of cities, since there is an Есіл ауданы in three parts of the
country; family names, which are somebody's (``mentions`` says whose); khans, judges and warriors of
old, who are streets in the news.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from aggregator.languages import KAZAKH, RUSSIAN
from aggregator.names.countries import HOME
from aggregator.names.forms import split_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aggregator.names.glossary import Name

__all__ = ["Subject", "SubjectGroup", "list_subjects"]


class SubjectGroup(StrEnum):
    """What readers tell subjects apart by; the order is that of the index."""

    PERSON = "person"
    PLACE = "place"
    BODY = "body"


_GROUPS: Final = {
    "person": SubjectGroup.PERSON,
    "region": SubjectGroup.PLACE,
    "city": SubjectGroup.PLACE,
    "place": SubjectGroup.PLACE,
    "country": SubjectGroup.PLACE,
    "body": SubjectGroup.BODY,
    "party": SubjectGroup.BODY,
    "company": SubjectGroup.BODY,
}
_CITED: Final = frozenset(
    {"Facebook", "Instagram", "Telegram", "TikTok", "Twitter", "WhatsApp", "YouTube"}
)
# One country has two rows where its full name has other words.
_SAME: Final = {"Russian Federation": "Russia", "People's Republic of China": "China"}
_OF_OLD: Final = frozenset({"Khan", "Bi", "Batyr"})
_LONGEST: Final = 80
_NOT_WRITTEN = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """
    A name with a page of its own.

    Attributes:
        id: As in addresses, ``[a-z0-9-]{2,80}``.
        english: As readers know it.
        kazakh: As its own press writes it; empty if the glossary has no form.
        russian: The same in Russian.
        names: The glossary's entries that mean it, the main one first.
    """

    id: str
    group: SubjectGroup
    english: str
    kazakh: str
    russian: str
    names: tuple[Name, ...]

    @property
    def own_names(self) -> tuple[tuple[str, str], ...]:
        """The language and text of each name of its own that there is, each text once."""
        texts = {self.russian: RUSSIAN, self.kazakh: KAZAKH}
        pairs = [(str(language), text) for text, language in texts.items() if text]
        return tuple(sorted(pairs))


def list_subjects(names: Iterable[Name]) -> tuple[Subject, ...]:
    """Return the subjects among a glossary's names, in its order."""
    together: dict[str, list[Name]] = {}
    for name in names:
        if _has_page(name):
            english = _SAME.get(name.english, name.english)
            together.setdefault(_make_id(english), []).append(name)
    return tuple(_make_subject(key, entries) for key, entries in together.items() if key)


def _has_page(name: Name) -> bool:
    if name.kind not in _GROUPS or name.english in HOME | _CITED:
        return False
    words = [word for word, _, _ in split_words(name.english)]
    if name.kind == "person":
        return len(words) > 1 and words[-1] not in _OF_OLD
    return words[-1] != "District"


def _make_id(english: str) -> str:
    plain = unicodedata.normalize("NFKD", english.lower().replace("'", ""))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _NOT_WRITTEN.sub("-", letters)[:_LONGEST].strip("-")


def _make_subject(subject_id: str, entries: list[Name]) -> Subject:
    # The other entry of a country that has two is told by its first one's name.
    main = min(entries, key=lambda name: name.english in _SAME)
    kazakh = main.list_forms(KAZAKH)
    russian = main.list_forms(RUSSIAN)
    return Subject(
        id=subject_id,
        group=_GROUPS[main.kind],
        english=main.english,
        kazakh=kazakh[0] if kazakh else "",
        russian=russian[0] if russian else "",
        names=(main, *(name for name in entries if name is not main)),
    )
