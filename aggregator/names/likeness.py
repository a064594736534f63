"""
How much two spellings of a name are alike. Pure.

Spellings in Latin letters differ by system (Zhumabayev, Jumabaev, Žumabaev), so the letters that
systems write differently are made one before they are compared. What is left are a model's own
slips (Zhumanbaev), which a share of common letters measures.
"""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final

__all__ = ["fold_letters", "keep_letters", "measure_likeness"]

_NOT_LETTERS = re.compile(r"[\W_]+")
# In this order: dzh is one sound, and zh is left of it.
_ONE_SOUND: Final = (
    ("dzh", "j"),
    ("zh", "j"),
    ("kh", "h"),
    ("gh", "g"),
    ("q", "k"),
    ("ck", "k"),
    ("w", "v"),
    ("x", "ks"),
    ("ye", "e"),
    ("yo", "o"),
    ("yu", "u"),
    ("ya", "a"),
    ("iy", "i"),
    ("y", "i"),
)
_TWICE = re.compile(r"(.)\1+")


def keep_letters(text: str) -> str:
    """Return the letters and digits of a text in one word of small letters."""
    return _NOT_LETTERS.sub("", text).lower()


@lru_cache(maxsize=20_000)
def fold_letters(text: str) -> str:
    """Return the letters of a text with what systems write differently made one."""
    plain = unicodedata.normalize("NFKD", keep_letters(text))
    letters = "".join(filter(str.isalnum, plain))
    for written, sound in _ONE_SOUND:
        letters = letters.replace(written, sound)
    return _TWICE.sub(r"\1", letters)


@lru_cache(maxsize=50_000)
def measure_likeness(one: str, other: str) -> float:
    """
    Return how much two folded spellings are alike: 0 to 1.

    Twice the letters in common, in their order, by all letters (Ratcliff and Obershelp).
    """
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
