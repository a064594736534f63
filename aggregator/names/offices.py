"""
Offices that English keeps by their own names: akim, akimat, maslikhat. Pure.

A model writes mayor in one headline and governor in the next, for one man. Only what is nothing but
a rendering of the office is replaced: «head» and «administration» alone may be anybody's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

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
        renderings = _RENDERINGS.get(name.english) if name.kind == "office" else None
        if renderings is None or _is_said(english, name.english):
            continue
        if found := renderings.search(english):
            word = name.english.capitalize() if found[0][0].isupper() else name.english
            english = english[: found.start()] + word + english[found.end() :]
    return english


def _is_said(english: str, office: str) -> bool:
    return re.search(rf"\b{office}s?\b", english, re.IGNORECASE) is not None
