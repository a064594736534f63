"""
The vectors that an article keeps: bytes in the store, rows of numbers where they are compared.

Apart from the engine that makes them, so that who only reads vectors loads no engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["DIMENSIONS", "pack_vectors", "read_beginnings", "unpack_vectors"]

DIMENSIONS = 384
"""Length of a vector."""

_PACKED = np.dtype("<f2")
_EMPTY = bytes(DIMENSIONS * _PACKED.itemsize)


def pack_vectors(*vectors: NDArray[np.float32]) -> bytes:
    """
    Return vectors in half precision, little-endian.

    768 bytes each, and cosines change by less than 0.001.
    """
    rows = np.asarray(vectors, dtype=_PACKED)
    return rows.tobytes()


def read_beginnings(packed: bytes) -> NDArray[np.float32]:
    """
    Read what an article keeps: one vector, or those of its short and of its longer beginning.

    Returns:
        Array of shape (1 or 2, dimensions) with rows of unit length; one row of zeros for nothing.
    """
    numbers = np.frombuffer(packed or _EMPTY, dtype=_PACKED)
    rows = numbers.reshape(-1, DIMENSIONS)
    return _scale_to_unit(rows.astype(np.float32))


def unpack_vectors(vectors: Sequence[bytes]) -> NDArray[np.float32]:
    """
    Read what articles keep, each as one direction: the mean of its beginnings.

    Returns:
        Array of shape (len(vectors), dimensions) with rows of unit length; a row of zeros for an
        empty vector.
    """
    means = [read_beginnings(packed).mean(axis=0) for packed in vectors]
    rows = np.array(means, dtype=np.float32)
    return _scale_to_unit(rows.reshape(-1, DIMENSIONS))


def _scale_to_unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return rows of length 1; those of length 0 stay zeros."""
    lengths = np.linalg.norm(
        rows,
        axis=1,
        keepdims=True,
    )
    lengths[lengths == 0] = 1
    scaled: NDArray[np.float32] = rows / lengths
    return scaled
