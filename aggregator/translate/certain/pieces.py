"""A piece of a text whose English is certain, and the words that pieces are looked for in. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aggregator.names.forms import split_words

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Piece", "Words", "choose_pieces"]

_QUOTED = re.compile('«[^«»]*»|“[^“”]*”|"[^"]*"')
_BESIDE_BEFORE = re.compile(
    "заместител|зам$|замест|бывш|экс|помощни|советни|пресс|сын|дочер|дочь|жен[аыуе]$|супруг|брат|бұрынғы|отставн"
)
_BESIDE_AFTER = re.compile("орынбасар|кеңесші|көмекші|ұлы$|ұлын|қызы|әйелі|баспасөз")
# As far as blanks and marks before a capital are looked at.
_MARKS_CHARS = 20
_SENTENCE_ENDS = re.compile(r"(?:^|[.!?:…]\s+|[«“\"—–]\s*)$")


@dataclass(frozen=True, slots=True)
class Piece:
    """English of the characters of a text from ``start`` to ``end``."""

    start: int
    end: int
    english: str


class Words:
    """
    A text and its words.

    Attributes:
        text: One line.
        language: ``kk`` or ``ru``.
        words: Each with where it begins and ends.
        shouts: All its letters are capitals, so that they say nothing.
    """

    def __init__(self, text: str, language: str) -> None:
        self.text = text
        self.language = language
        self.words = split_words(text)
        self.shouts = text.isupper()
        self._starts = [start for _, start, _ in self.words]
        self._ends = [end for _, _, end in self.words]
        self._quoted = [match.span() for match in _QUOTED.finditer(text)]

    def find_word(self, at: int) -> int | None:
        """Return the number of the word that begins at a character, or behind blanks there."""
        number = bisect_left(self._starts, at)
        if number == len(self.words):
            return None
        return None if self.text[at : self._starts[number]].strip(" \u00a0\u202f") else number

    def find_last(self, at: int) -> int | None:
        """Return the number of the last word that ends before a character, only blanks between."""
        number = bisect_right(self._ends, at) - 1
        if number < 0:
            return None
        return None if self.text[self._ends[number] : at].strip(" \u00a0\u202f") else number

    def look_back(self, at: int, chars: int) -> str:
        """Return what stands right before a character."""
        return self.text[max(0, at - chars) : at]

    def get(self, number: int | None) -> str:
        """Return a word in small letters; empty if there is none of that number."""
        if number is None or not 0 <= number < len(self.words):
            return ""
        return self.words[number][0].lower()

    def is_joined(self, number: int, count: int) -> bool:
        """Say whether so many words from one on stand with nothing but blanks or a stop between."""
        for (_, _, end), (_, start, _) in zip(
            self.words[number : number + count - 1],
            self.words[number + 1 : number + count],
            strict=True,
        ):
            if self.text[end:start].strip(" \u00a0\u202f.") or "\n" in self.text[end:start]:
                return False
        return True

    def begins_sentence(self, start: int) -> bool:
        """Say whether a capital at a character may be there for its place alone."""
        return self.shouts or bool(_SENTENCE_ENDS.search(self.look_back(start, _MARKS_CHARS)))

    def is_another(self, number: int, count: int = 1) -> bool:
        """
        Say whether a title is that of somebody beside its holder.

        His deputy, his son, or the one who held it before.
        """
        before = self.get(number - 1)
        after = self.get(number + count)
        hyphen = self.text[: self.words[number][1]].endswith("-")
        return hyphen or bool(_BESIDE_BEFORE.match(before) or _BESIDE_AFTER.match(after))

    def is_quoted(self, start: int, end: int) -> bool:
        """Say whether a stretch stands in quotation marks: the name of a team, a shop, a film."""
        return any(first <= start and end <= last for first, last in self._quoted)


def choose_pieces(pieces: Iterable[Piece]) -> list[Piece]:
    """Return pieces of which none overlaps another, the earlier given wins; in the text's order."""
    chosen: list[Piece] = []
    for piece in pieces:
        if all(piece.end <= other.start or other.end <= piece.start for other in chosen):
            chosen.append(piece)
    return sorted(chosen, key=lambda piece: piece.start)
