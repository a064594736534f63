"""
The article before a name that was put in: an akim, a maslikhat. Pure.

By the name's first letter, and by its first sound where that differs (a European, a Ukrainian).
How an abbreviation is read nobody can see (an FAO, a FIFA), so the article before one stays.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["settle_article"]

_ARTICLE = re.compile(r"\b([Aa])n? $")
_VOWELS: Final = frozenset("AEIOUaeiou")
# A vowel in writing, a consonant in speech.
_SOUND_OTHERWISE: Final = ("Eu", "One", "Uni", "Ukr", "Uga", "Uru")


def settle_article(before: str, name: str) -> str:
    """
    Return what stands before a name, with its indefinite article as the name asks for.

    Args:
        before: The text up to the name; returned as it is if no such article ends it.
        name: In English.
    """
    first = name.split(maxsplit=1)[0]
    if len(first) > 1 and first.isupper():
        return before
    has_vowel = first[0] in _VOWELS and not first.startswith(_SOUND_OTHERWISE)
    return _ARTICLE.sub(r"\1n " if has_vowel else r"\1 ", before)
