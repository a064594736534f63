"""
Cyrillic in Latin letters, for names that nobody has an English form of.

Russian by BGN/PCGN 1947, Kazakh by BGN/PCGN 1979, the two that English-language press and maps of
the region follow; as the press does, without the marks: no diacritics, no apostrophes for the hard
and soft sign. https://www.gov.uk/government/publications/romanization-systems
"""

from __future__ import annotations

import re
from typing import Final

from aggregator.languages import KAZAKH

__all__ = ["romanise"]

_COMMON: Final = {
    "а": "a",
    "б": "b",
    "в": "v",
    "г": "g",
    "д": "d",
    "е": "e",
    "ж": "zh",
    "з": "z",
    "и": "i",
    "й": "y",
    "к": "k",
    "л": "l",
    "м": "m",
    "н": "n",
    "о": "o",
    "п": "p",
    "р": "r",
    "с": "s",
    "т": "t",
    "у": "u",
    "ф": "f",
    "х": "kh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "shch",
    "ъ": "",
    "ы": "y",
    "ь": "",
    "э": "e",
    "ю": "yu",
    "я": "ya",
    "ё": "yo",
}
_KAZAKH: Final = {
    "ә": "a",
    "ғ": "gh",
    "қ": "q",
    "ң": "ng",
    "ө": "o",
    "ұ": "u",
    "ү": "u",
    "һ": "h",
    "і": "i",
}
_LETTERS: Final = _COMMON | _KAZAKH
_CYRILLIC = re.compile("[\u0400-\u04ff]+")
# Russian е is ye at the beginning of a word, after a vowel and after ъ and ь (BGN/PCGN 1947, note
# 1).
_IOTATED_AFTER: Final = frozenset("аеёиоуыэюяйъь")


def romanise(text: str, language: str) -> str:
    """
    Return text with its Cyrillic words in Latin letters; everything else stands as it is.

    Args:
        text: Of any kind.
        language: ``kk`` or ``ru``; any other is written as Russian is.
    """
    return _CYRILLIC.sub(lambda match: _romanise_word(match[0], language), text)


def _romanise_word(word: str, language: str) -> str:
    latin = []
    before = ""
    for letter in word:
        low = letter.lower()
        piece = _LETTERS.get(low, "")
        if low == "е" and language != KAZAKH and (not before or before in _IOTATED_AFTER):
            piece = "ye"
        latin.append(_match_case(piece, letter, word))
        before = low
    return "".join(latin)


def _match_case(
    piece: str,
    letter: str,
    word: str,
) -> str:
    if not letter.isupper():
        return piece
    return piece.upper() if word.isupper() and len(word) > 1 else piece[:1].upper() + piece[1:]
