"""
Where the tensors of a GGUF file lie, what they are packed in, and nothing else of it.

The library's own reader makes Python objects of each of the vocabulary's 262,144 pieces, scores and
types, which takes as long as all else of building a model (decision 85). Here the metadata are
walked over. The form: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["GgufTensor", "read_gguf"]

_MAGIC: Final = b"GGUF"
_VERSIONS: Final = (2, 3)
_ALIGNMENT: Final = "general.alignment"
_USUAL_ALIGNMENT: Final = 32
_MOST_DIMENSIONS: Final = 4
_LENGTH: Final = struct.Struct("<Q")
# Kind of a value in the metadata -> its bytes; the two that have a length of their own stand apart.
_SIZES: Final = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_UINT32: Final = 4
_TEXT: Final = 8
_ARRAY: Final = 9


@dataclass(frozen=True, slots=True)
class GgufTensor:
    """
    A tensor as the file has it.

    Attributes:
        shape: Rows first; the file has the columns first.
        packing: What ``gguf.dequantize`` calls its type.
        data: Its bytes, a row of the tensor each, in the mapped file.
    """

    shape: tuple[int, ...]
    packing: Any
    data: NDArray[np.uint8]


def read_gguf(path: Path) -> dict[str, GgufTensor]:
    """
    Return the tensors of a file by name, mapped into memory.

    Raises:
        OSError: It cannot be read.
        ValueError: It is no GGUF of version 2 or 3, or not whole.
    """
    with path.open("rb") as file:
        walk = _Walk(mmap(file.fileno(), 0, access=ACCESS_READ))
    try:
        return _read_tensors(walk)
    except (struct.error, OverflowError) as error:
        raise ValueError(f"ends within its header, at byte {walk.place}") from error


def _read_tensors(walk: _Walk) -> dict[str, GgufTensor]:
    magic, version = walk.take("<4sI")
    if magic != _MAGIC or version not in _VERSIONS:
        raise ValueError(f"starts with {magic!r} and version {version}, expected {_MAGIC!r} 2 or 3")
    tensors, values = walk.take("<QQ")
    alignment = _USUAL_ALIGNMENT
    for _ in range(values):
        name = walk.take_text()
        (kind,) = walk.take("<I")
        if name == _ALIGNMENT and kind == _UINT32:
            (alignment,) = walk.take("<I")
        else:
            walk.skip_value(kind)
    if alignment == 0:
        raise ValueError(f"{_ALIGNMENT} = 0: expected a power of two")
    rows = [_read_row(walk) for _ in range(tensors)]
    start = -(-walk.place // alignment) * alignment
    data = np.frombuffer(walk.data, np.uint8)
    return {name: _find_tensor(data, shape, kind, start + at) for name, shape, kind, at in rows}


def _read_row(walk: _Walk) -> tuple[str, tuple[int, ...], int, int]:
    """Return a tensor's name, its shape with the rows first, its type, and where its data begin."""
    name = walk.take_text()
    (count,) = walk.take("<I")
    if count > _MOST_DIMENSIONS:
        raise ValueError(f"tensor {name} has {count} dimensions, expected {_MOST_DIMENSIONS}")
    shape = walk.take(f"<{count}Q")
    kind, at = walk.take("<IQ")
    return name, shape[::-1], kind, at


def _find_tensor(
    data: NDArray[np.uint8],
    shape: tuple[int, ...],
    kind: int,
    start: int,
) -> GgufTensor:
    # The library costs a fifth of a second to import: paid where a model is built.
    from gguf import GGML_QUANT_SIZES, GGMLQuantizationType  # noqa: PLC0415  (see above)

    packing = GGMLQuantizationType(kind)
    numbers, size = GGML_QUANT_SIZES[packing]
    *rows, columns = shape
    row_bytes = columns // numbers * size
    end = start + math.prod(rows) * row_bytes
    return GgufTensor(shape, packing, data[start:end].reshape(*rows, row_bytes))


class _Walk:
    """A place in a file's bytes that moves on with what is taken."""

    def __init__(self, data: mmap) -> None:
        self.data, self.place = data, 0

    def take(self, layout: str) -> tuple[Any, ...]:
        """Return numbers, as ``struct`` lays them out."""
        found = struct.unpack_from(layout, self.data, self.place)
        self.place += struct.calcsize(layout)
        return found

    def take_text(self) -> str:
        start = self.place
        self._skip_text()
        return self.data[start + _LENGTH.size : self.place].decode()

    def skip_value(self, kind: int) -> None:
        """Go on after a value of the metadata."""
        if kind != _ARRAY:
            self._skip_values(kind, 1)
            return
        (inner,) = self.take("<I")
        (count,) = self.take("<Q")
        self._skip_values(inner, count)

    def _skip_values(self, kind: int, count: int) -> None:
        if kind == _TEXT:
            for _ in range(count):
                self._skip_text()
        elif kind in _SIZES:
            self.place += count * _SIZES[kind]
        else:
            raise ValueError(f"holds a value of the kind {kind} at byte {self.place}")

    def _skip_text(self) -> None:
        (length,) = _LENGTH.unpack_from(self.data, self.place)
        self.place += _LENGTH.size + length
