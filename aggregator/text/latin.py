"""
Kazakh in Latin letters written in Cyrillic ones. Pure.

Models that read Kazakh have read it in Cyrillic. The alphabet is that of 2021 (presented by the government on 28
January 2021): ``ı`` is і, ``i`` is и and, after a vowel, й. What it leaves open is decided by Kazakh spelling: ``h`` is
х, which is far commoner than һ; ``ia`` and ``iu`` stay two letters, as a reader and a model know the word all the same.
"""

from __future__ import annotations

import re

__all__ = ["to_cyrillic"]

_SMALL = dict(zip("aäbdefgğhijklmnñoöpqrsştuūüvwyzı", "аәбдефгғхижклмнңоөпқрсштуұүвуызі", strict=True), c="ц", x="кс")
_CAPITALS = {latin.upper(): letter.upper() for latin, letter in _SMALL.items()}
# Python's capital of ``i`` is that of ``ı``, which Turkic alphabets tell apart.
_LETTERS = str.maketrans({**_SMALL, **_CAPITALS, "I": "І", "İ": "И"})
_GLIDE = re.compile(r"(?<=[aäeoöuūüyiıAÄEOÖUŪÜYİI])i")


def to_cyrillic(text: str) -> str:
    """Return a text in Kazakh's Latin alphabet of 2021 in Cyrillic; other characters stay."""
    return _GLIDE.sub("й", text.replace("i\u0307", "i")).translate(_LETTERS)
