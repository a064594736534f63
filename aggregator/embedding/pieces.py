"""
Text to XLM-R's pieces, by their file: the likeliest sequence of pieces, word by word.

No piece goes over the border of two words, so words are cut one by one, and those that come again
are remembered. SentencePiece is many times as fast, but keeps 56 MB for it in each process; here it
is 8 MB, and cutting takes a fiftieth of the time that embedding does.
"""

from __future__ import annotations

import math
import re
from array import array
from bisect import bisect_left
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from aggregator.embedding.packed import UNK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from aggregator.embedding.packed import PackedModel

__all__ = ["Tokenizer"]

_MARK = "▁"  # stands for a space, before the word that follows
_WORD = re.compile(f"{_MARK}[^{_MARK}]*")
_SPACES = re.compile(" {2,}")
_LONGEST = 16  # letters of a piece
_SLOTS = 1 << 21
_KNOWN_WORDS = 8_192
_KNOWN_LETTERS = 24  # of a word that is remembered
_UNKNOWN = -10.0  # what a letter without a piece scores below the rarest piece
_SPECIAL = frozenset({"<s>", "<pad>", "</s>", "<unk>", "<mask>"})


class Tokenizer:
    """
    Cuts texts into pieces.

    Args:
        packed: Has the pieces. Nothing of it is kept but scores and a table of hashes.
    """

    def __init__(self, packed: PackedModel) -> None:
        scores = packed.read_scores()
        hashes = np.fromiter(map(_hash_piece, packed.read_pieces()), np.int64, len(scores))
        order = np.argsort(hashes)
        self._hashes = _make_array("q", hashes[order])
        self._ids = _make_array("i", order)
        self._scores = _make_array("f", scores)
        taken = np.zeros(_SLOTS, np.uint8)
        taken[hashes & (_SLOTS - 1)] = 1
        self._taken = taken.tobytes()
        self._unknown = float(scores.min()) + _UNKNOWN
        self._replacements = packed.read_replacements()
        self._recall_word = lru_cache(_KNOWN_WORDS)(self._cut_word)

    def cut_text(self, text: str) -> list[int]:
        """Return the ids of a text's pieces; a letter without a piece is ``UNK``."""
        normal = text.translate(self._replacements)
        marked = _MARK + _SPACES.sub(" ", normal).removeprefix(" ").replace(" ", _MARK)
        ids: list[int] = []
        for word in _WORD.findall(marked):
            is_short = len(word) <= _KNOWN_LETTERS
            ids += self._recall_word(word) if is_short else self._cut_word(word)
        return ids

    def _cut_word(self, word: str) -> tuple[int, ...]:
        """Return the likeliest pieces of a word: for each end the best start."""
        best = [0.0] + [-math.inf] * len(word)
        came_from = [(0, UNK)] * (len(word) + 1)
        for start in range(len(word)):
            score = best[start] + self._unknown
            if score > best[start + 1]:
                best[start + 1] = score
                came_from[start + 1] = (start, UNK)
            for end, piece in self._find_pieces(word, start):
                score = best[start] + self._scores[piece]
                if score > best[end]:
                    best[end] = score
                    came_from[end] = (start, piece)
        return _walk_back(came_from)

    def _find_pieces(self, word: str, start: int) -> Iterator[tuple[int, int]]:
        """Yield where a piece that begins at a letter ends, and its id, the shortest first."""
        most = min(len(word), start + _LONGEST)
        for end in range(start + 1, most + 1):
            wanted = hash(word[start:end].encode())
            if self._taken[wanted & (_SLOTS - 1)]:  # most are no pieces, and known by this alone
                place = bisect_left(self._hashes, wanted)
                if place < len(self._hashes) and self._hashes[place] == wanted:
                    yield end, self._ids[place]


def _walk_back(came_from: list[tuple[int, int]]) -> tuple[int, ...]:
    """Return the ids of the best pieces, from the first letter to the last."""
    ids = []
    place = len(came_from) - 1
    while place:
        place, piece = came_from[place]
        ids.append(piece)
    return tuple(reversed(ids))


def _hash_piece(piece: str) -> int:
    """
    Return the hash by which a piece is found; a special one is not found by its letters.

    It is Python's own, of 64 bits and with a secret of the process, so that nobody can write a text
    that is taken for another; that two of 250,000 pieces share one is a matter of once in a
    thousand million processes.
    """
    return 0 if piece in _SPECIAL else hash(piece.encode())


def _make_array(kind: str, numbers: NDArray[np.generic]) -> array[Any]:
    """Return numbers as an array that ``bisect`` reads without boxing each."""
    made: array[Any] = array(kind)
    made.frombytes(numbers.astype(kind).tobytes())
    return made
