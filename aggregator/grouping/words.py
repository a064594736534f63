"""
The words of a text as stems that meet across languages. Pure.

Kazakh, Russian and English write the same names with letters of their own, and the first two
decline them at the end. So a word is written in one alphabet and cut to its first five letters:
Қостанайда, Костанае, Qostanaida and Kostanay meet in ``коста``. What the one alphabet loses (у and
ұ, и and й) distinguishes few names.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "STEM_CHARS",
    "Word",
    "cut_stem",
    "drop_script",
    "is_number",
    "spell_stems",
    "split_words",
    "write_in_one_alphabet",
]

STEM_CHARS = 5
_LEAST_CHARS = 3
_NUMBER_SIGN = "#"
_TOKEN = re.compile(r"[^\W\d_]+|\d+(?:[.,]\d+)?")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n")
_LATIN = re.compile(r"[a-z]")

# Kazakh letters to the Russian ones that stand for them in names, and letters that vary between
# spellings: Балқаш and Балхаш, Тоқаев and Токаев.
_CYRILLIC = str.maketrans("ңқхғүұөһіыәёйэ", "нккгууокииаеие")
# English spellings of Cyrillic names (BGN/PCGN 1947 and 1979, without their apostrophes), longest
# first.
_DIGRAPHS = (
    ("shch", "щ"),
    ("sh", "ш"),
    ("ch", "ч"),
    ("zh", "ж"),
    ("kh", "к"),
    ("gh", "г"),
    ("ts", "ц"),
    ("yu", "ю"),
    ("ya", "я"),
    ("ye", "е"),
    ("yo", "е"),
)
# The Kazakh Latin alphabet of 2021 and the letters of English, after ``casefold``, which spells
# ``i̇`` in two marks.
_LETTERS = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzäöüūñğşı", "абкдефгкижклмнопкрстуввкиздоуунгши", "\u0307\u0301"
)


class Word(NamedTuple):
    """
    A word as it stands.

    Attributes:
        stem: See ``cut_stem``; of a number, itself behind a sign.
        capital: Written with a capital, or a number.
        first: At the beginning of a sentence, where a capital says nothing.
    """

    stem: str
    capital: bool
    first: bool


def drop_script(language: str) -> str:
    """Return a language without its script."""
    return language.partition("-")[0]


def write_in_one_alphabet(word: str) -> str:
    """Return a whole word in the one alphabet."""
    low = word.casefold()
    if _LATIN.search(low):
        for latin, letter in _DIGRAPHS:
            low = low.replace(latin, letter)
        low = low.translate(_LETTERS)
    return low.translate(_CYRILLIC)


@lru_cache(maxsize=50_000)
def cut_stem(word: str) -> str:
    """Return the first letters of a word in the one alphabet."""
    return write_in_one_alphabet(word)[:STEM_CHARS]


def is_number(stem: str) -> bool:
    """Say whether a stem stands for a number."""
    return stem.startswith(_NUMBER_SIGN)


def spell_stems(text: str) -> dict[str, str]:
    """Return the stems of a text, each with its first word with a capital, or else its first."""
    spelt: dict[str, str] = {}
    for match in _TOKEN.finditer(text):
        word = match.group()
        stem = _number_stem(word) if word[0].isdigit() else cut_stem(word)
        if stem not in spelt or (word[0].isupper() and not spelt[stem][0].isupper()):
            spelt[stem] = word
    return spelt


def split_words(text: str) -> Iterator[Word]:
    """Give the words of three letters or more and the numbers of a text, in order."""
    for sentence in _SENTENCE.split(text):
        for place, match in enumerate(_TOKEN.finditer(sentence)):
            word = match.group()
            if word[0].isdigit():
                yield Word(_number_stem(word), capital=True, first=False)
            elif len(word) >= _LEAST_CHARS:
                yield Word(
                    stem=cut_stem(word),
                    capital=word[0].isupper(),
                    first=place == 0 and not word.isupper(),
                )


def _number_stem(word: str) -> str:
    return f"{_NUMBER_SIGN}{word.replace(',', '.')}"
