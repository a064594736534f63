"""
Kazakh in Latin letters written in Cyrillic ones. Pure.

Models that read Kazakh have read it in Cyrillic. Two alphabets are met. That of 2021 (presented by
the government on 28 January 2021) has ä ğ ñ ö ş ū ü, ``ı`` for і, ``i`` for и and й. That of 2018
(decree 637 of 19 February 2018), in which Kazinform still appears, has á ǵ ń ó sh ch ú ý, ``i`` for
і, ``ı`` for и and й. Their marks tell them apart. What they leave open is decided by Kazakh
spelling: ``h`` is х, which is far commoner than һ; ``ia`` and ``iu`` stay two letters, as a reader
and a model know the word all the same.
"""

from __future__ import annotations

import re

__all__ = ["readings", "to_cyrillic"]

_COMMON = dict(zip("abdefghjklmnopqrstuvwyzcx", "абдефгхжклмнопқрстувуызцк", strict=True))
_OF_2021 = {
    **_COMMON,
    **dict(zip("äğñöşūüi", "әғңөшұүи", strict=True)),
    "ı": "і",
}
# Here y with an acute is у, so that u is ұ.
_OF_2018 = {
    **_COMMON,
    **dict(zip("áǵńóúýiu", "әғңөүуіұ", strict=True)),
    "ı": "и",
}
_MARKS_OF_2018 = re.compile("[áǵńóúý]", re.IGNORECASE)
_MARKS_OF_2021 = re.compile("[äğñöşūü]", re.IGNORECASE)
_LATIN = re.compile("[a-zı]", re.IGNORECASE)
_DIGRAPHS = (("sh", "ш"), ("ch", "ч"), ("Sh", "Ш"), ("Ch", "Ч"), ("SH", "Ш"), ("CH", "Ч"))
_GLIDE = re.compile("(?<=[аәеоөуұүыіиАӘЕОӨУҰҮЫІИ])и")


def _both_cases(letters: dict[str, str], capitals: dict[str, str]) -> dict[int, str]:
    # Python's capital of ``i`` is that of ``ı``, which Turkic alphabets tell apart.
    large = {
        latin.upper(): letter.upper() for latin, letter in letters.items() if latin not in "iı"
    }
    return str.maketrans(
        {
            **letters,
            **large,
            **capitals,
        }
    )


_TABLE_OF_2021 = _both_cases(_OF_2021, {"I": "І", "İ": "И"})
_TABLE_OF_2018 = _both_cases(_OF_2018, {"I": "І", "İ": "І"})


def to_cyrillic(text: str) -> str:
    """Return a text in one of Kazakh's Latin alphabets in Cyrillic; other characters stay."""
    return _read(text, old=len(_MARKS_OF_2018.findall(text)) > len(_MARKS_OF_2021.findall(text)))


def readings(word: str) -> tuple[str, ...]:
    """Return what a word in Latin letters may be in Cyrillic: one reading if its marks tell the alphabet, else both."""
    if not _LATIN.search(word):
        return ()
    if _MARKS_OF_2018.search(word) or _MARKS_OF_2021.search(word):
        return (to_cyrillic(word),)
    return tuple(dict.fromkeys((_read(word, old=False), _read(word, old=True))))


def _read(text: str, *, old: bool) -> str:
    text = text.replace("i\u0307", "i")
    if old:
        for latin, letter in _DIGRAPHS:
            text = text.replace(latin, letter)
    return _GLIDE.sub("й", text.translate(_TABLE_OF_2018 if old else _TABLE_OF_2021))
