"""
Offices that English keeps by their own names: akim, akimat, maslikhat. Pure.

A model writes mayor in one headline and governor in the next, for one man. Only what is nothing but
a rendering of the office is replaced: «head» and «administration» alone may be anybody's. The
article before an office is that of its English name, whoever wrote it.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from aggregator.names.articles import settle_article

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aggregator.names.glossary import Name

__all__ = ["settle_offices"]

_RENDERINGS: Final = {
    "akim": re.compile(r"\b(?:mayor|governor)(?=s?\b)(?!['’]s office)", re.IGNORECASE),
    "akimat": re.compile(
        r"\b(?:(?:city|regional|district|local|rural) administration|city hall"
        r"|(?:mayor|governor|akim)['’]s office)(?=s?\b)",
        re.IGNORECASE,
    ),
    "maslikhat": re.compile(
        r"\b(?:(?:city|regional|district|local) council|maslihat)(?=s?\b)", re.IGNORECASE
    ),
}


def settle_offices(english: str, names: Iterable[Name]) -> str:
    """
    Return a translation with its offices as the glossary has them.

    Args:
        english: Of one segment.
        names: That its original speaks of; others than offices are passed over.
    """
    for name in names:
        if name.kind == "office" and name.english in _RENDERINGS:
            english = _put_office(english, name.english)
            english = _settle_articles(english, name.english)
    return english


def _put_office(english: str, office: str) -> str:
    """Return a translation with an office in place of its first rendering, if it is not there."""
    found = _RENDERINGS[office].search(english)
    if found is None or _find_office(office).search(english):
        return english
    word = office.capitalize() if found[0][0].isupper() else office
    return english[: found.start()] + word + english[found.end() :]


def _settle_articles(english: str, office: str) -> str:
    parts = []
    at = 0
    for place in _find_office(office).finditer(english):
        parts += [settle_article(english[at : place.start()], office), place[0]]
        at = place.end()
    return "".join([*parts, english[at:]])


@cache
def _find_office(office: str) -> re.Pattern[str]:
    return re.compile(rf"\b{office}s?\b", re.IGNORECASE)
