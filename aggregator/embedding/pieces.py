"""
Text to XLM-R's pieces, by their file: the likeliest sequence of pieces, word by word.

No piece goes over the border of two words, so words are cut one by one, and those that come again
are remembered. SentencePiece is many times as fast, but keeps 56 MB for it in each process; here it
is 10 MB, and cutting takes a fiftieth of the time that embedding does.
"""

from __future__ import annotations

import math
import re
from array import array
from bisect import bisect_left
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from aggregator.embedding.packed import (
    BOS,
    EOS,
    MASK,
    PAD,
    UNK,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from aggregator.embedding.packed import PackedModel

    _Step = tuple[int, int]  # a place in a word, and the piece on the way to it
__all__ = ["Tokenizer"]

_MARK = "▁"  # stands for a space, before the word that follows
_WORD = re.compile(f"{_MARK}[^{_MARK}]*")
_SPACES = re.compile(" {2,}")
_LONGEST = 16  # letters of a piece
_SLOTS = 1 << 21
_LAST_SLOT = _SLOTS - 1
_KNOWN_WORDS = 8_192
_KNOWN_LETTERS = 24  # of a word that is remembered
_UNKNOWN = -10.0  # what a letter without a piece scores below the rarest piece
# Not found by their letters.
_SPECIAL = (
    BOS,
    PAD,
    EOS,
    UNK,
    MASK,
)
_BITS = (1 << 64) - 1
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_PLACES = np.arange(1, _LONGEST + 1, dtype=np.uint64)
_FACTORS = np.power(_FACTOR, _PLACES)


class Tokenizer:
    """
    Cuts texts into pieces.

    Args:
        packed: Has the pieces. Nothing of it is kept but their letters, scores and a table of
            hashes.
    """

    def __init__(self, packed: PackedModel) -> None:
        self._letters, self._starts = packed.read_letters()
        hashes, ids = _hash_pieces(self._letters, self._starts)
        order = np.argsort(hashes, kind="stable")
        self._hashes = _make_array("Q", hashes[order])
        self._ids = _make_array("i", ids[order])
        scores = packed.read_scores()
        self._scores = _make_array("f", scores)
        taken = np.zeros(_SLOTS, np.uint8)
        slots = hashes & np.uint64(_LAST_SLOT)
        taken[slots] = 1
        self._taken = taken.tobytes()
        self._factors = [int(factor) for factor in _FACTORS]
        rarest = float(scores.min())
        self._unknown = rarest + _UNKNOWN
        self._replacements = packed.read_replacements()
        self._recall_word = lru_cache(_KNOWN_WORDS)(self._cut_word)

    def cut_text(self, text: str) -> list[int]:
        """Return the ids of a text's pieces; a letter without a piece is ``UNK``."""
        normal = text.translate(self._replacements)
        spaced = _SPACES.sub(" ", normal)
        bare = spaced.removeprefix(" ")
        marked = _MARK + bare.replace(" ", _MARK)
        ids: list[int] = []
        for word in _WORD.findall(marked):
            if len(word) <= _KNOWN_LETTERS:
                ids += self._recall_word(word)
            else:
                ids += self._cut_word(word)
        return ids

    def _cut_word(self, word: str) -> tuple[int, ...]:
        """Return the likeliest pieces of a word: for each end the best start."""
        length = len(word)
        unreached = [-math.inf] * length
        best = [0.0, *unreached]
        came_from = [(0, UNK)] * (length + 1)
        for start in range(length):
            reached = best[start]
            score = reached + self._unknown
            following = start + 1
            if score > best[following]:
                best[following] = score
                came_from[following] = (start, UNK)
            for end, piece in self._find_pieces(word, start):
                score = reached + self._scores[piece]
                if score > best[end]:
                    best[end] = score
                    came_from[end] = (start, piece)
        return _walk_back(came_from)

    def _find_pieces(self, word: str, start: int) -> Iterator[_Step]:
        """Yield where a piece that begins at a letter ends, and its id, the shortest first."""
        wanted = 0
        rest = len(word) - start
        factors = self._factors[:rest]
        for end, factor in enumerate(factors, start + 1):
            code = ord(word[end - 1])
            wanted = (wanted + code * factor) & _BITS
            if self._taken[wanted & _LAST_SLOT]:  # most are no pieces, and known by this alone
                letters = word[start:end].encode()
                piece = self._find_piece(letters, wanted)
                if piece is not None:
                    yield end, piece

    def _find_piece(self, letters: bytes, wanted: int) -> int | None:
        """Return the id of the piece with these letters, which have that hash."""
        hashes = self._hashes
        first = bisect_left(hashes, wanted)
        for place in range(first, len(hashes)):
            if hashes[place] != wanted:
                return None
            piece: int = self._ids[place]
            start = self._starts[piece]
            end = self._starts[piece + 1]
            if self._letters[start:end] == letters:
                return piece
        return None


def _walk_back(came_from: list[_Step]) -> tuple[int, ...]:
    """Return the ids of the best pieces, from the first letter to the last."""
    ids = []
    place = len(came_from) - 1
    while place:
        place, piece = came_from[place]
        ids.append(piece)
    ids.reverse()
    return tuple(ids)


def _hash_pieces(
    letters: bytes,
    starts: array[int],
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """
    Return the hashes of the pieces that a text may have, and their ids.

    A hash is the sum of code points, each times a factor of its place. Whatever shares one with
    another is told apart by its letters, so nothing hangs on how good it is but time.
    """
    four_bytes_each = letters.decode().encode("utf-32-le")
    codes = np.frombuffer(four_bytes_each, np.uint32)
    units = np.frombuffer(letters, np.uint8)
    begins_letter = (units & 0xC0) != 0x80  # noqa: PLR2004 (of UTF-8)
    lengths = np.add.reduceat(
        begins_letter,
        starts[:-1],
        dtype=np.int32,
    )
    ends = np.cumsum(lengths, dtype=np.int32)
    firsts = ends - lengths
    letter_count = len(codes)
    places = np.arange(letter_count, dtype=np.int32)
    places -= np.repeat(firsts, lengths)
    products = codes * _FACTORS[places]
    hashes = np.add.reduceat(products, firsts)
    all_ids = np.arange(len(hashes))
    ids = np.delete(all_ids, _SPECIAL)
    return hashes[ids], ids


def _make_array(kind: str, numbers: NDArray[np.generic]) -> array[Any]:
    """Return numbers as an array that ``bisect`` reads without boxing each."""
    made: array[Any] = array(kind)
    data = numbers.astype(kind).tobytes()
    made.frombytes(data)
    return made
