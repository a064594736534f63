"""
Kazakh in Latin letters written in Cyrillic ones. Pure.

Models that read Kazakh have read it in Cyrillic. Two alphabets are met. That of 2021 (presented by
the government on 28 January 2021) has ä ğ ñ ö ş ū ü, ``ı`` for і, ``i`` for и and й. That of 2018
(decree 637 of 19 February 2018), in which Kazinform still appears, has á ǵ ń ó sh ch ú ý, ``i`` for
і, ``ı`` for и and й. Their marks distinguish them. What they leave open is decided by Kazakh
spelling: ``h`` is х, which is far commoner than һ; ``ia`` and ``iu`` stay two letters, as a reader
and a model know the word all the same.
"""

from __future__ import annotations

import re

__all__ = ["list_readings", "to_cyrillic"]

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


def _make_table(letters: dict[str, str], capitals: dict[str, str]) -> dict[int, str]:
    # Python's capital of ``i`` is that of ``ı``, which Turkic alphabets distinguish.
    plain = [latin for latin in letters if latin not in "iı"]
    large = {latin.upper(): letters[latin].upper() for latin in plain}
    return str.maketrans(
        {
            **letters,
            **large,
            **capitals,
        }
    )


_TABLE_OF_2021 = _make_table(_OF_2021, {"I": "І", "İ": "И"})
_TABLE_OF_2018 = _make_table(_OF_2018, {"I": "І", "İ": "І"})


def to_cyrillic(text: str) -> str:
    """Return a text in one of Kazakh's Latin alphabets in Cyrillic; other characters stay."""
    old_marks = _MARKS_OF_2018.findall(text)
    new_marks = _MARKS_OF_2021.findall(text)
    if len(old_marks) > len(new_marks):
        return _read_old(text)
    return _read_new(text)


def list_readings(word: str) -> tuple[str, ...]:
    """
    Return what a word in Latin letters may be in Cyrillic.

    One reading if its marks name the alphabet, else both; none of a word without Latin letters.
    """
    if not _LATIN.search(word):
        return ()
    if _MARKS_OF_2018.search(word) or _MARKS_OF_2021.search(word):
        return (to_cyrillic(word),)
    both = (_read_new(word), _read_old(word))
    return tuple(dict.fromkeys(both))


def _read_new(text: str) -> str:
    return _translate(text, _TABLE_OF_2021)


def _read_old(text: str) -> str:
    text = _join_dots(text)
    for latin, letter in _DIGRAPHS:
        text = text.replace(latin, letter)
    return _translate(text, _TABLE_OF_2018)


def _translate(text: str, table: dict[int, str]) -> str:
    cyrillic = _join_dots(text).translate(table)
    return _GLIDE.sub("й", cyrillic)


def _join_dots(text: str) -> str:
    return text.replace("i\u0307", "i")
