"""
How likely a text is of each of some languages, by its runs of letters: a table that ships with the
library.

Made by ``foundry.languages``, which says from what. Weights are kept in eight bits, a scale for
each language.
"""

from __future__ import annotations

import io
import lzma
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from aggregator.text.grams import grams

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["TABLE", "Likelihood", "load_likelihood"]

TABLE = "languages.npz.xz"
_STEPS = 127


@dataclass(frozen=True, slots=True)
class Likelihood:
    """
    The table.

    Attributes:
        languages: Their tags.
        weights: Of shape (buckets, languages).
        scales: What a step of each language's weights is worth.
        bias: Of each language.
    """

    languages: tuple[str, ...]
    weights: NDArray[np.int8]
    scales: NDArray[np.float32]
    bias: NDArray[np.float32]

    @classmethod
    def of(
        cls,
        languages: Sequence[str],
        weights: NDArray[np.float32],
        bias: NDArray[np.float32],
    ) -> Likelihood:
        """Make a table from weights in full precision."""
        scales = np.maximum(np.abs(weights).max(axis=0), np.float32(1e-6)) / np.float32(_STEPS)
        return cls(
            tuple(languages),
            np.rint(weights / scales).astype(np.int8),
            scales,
            bias,
        )

    def scores(self, text: str) -> dict[str, float]:
        """
        Return the log of how likely the text is in each language, up to a common term.

        Empty without letters.
        """
        found = grams(text)
        if not found:
            return {}
        mean = self.weights[found].mean(axis=0, dtype=np.float64) * self.scales + self.bias
        return dict(zip(self.languages, mean.tolist(), strict=True))

    def packed(self) -> bytes:
        """Return the table as bytes."""
        file = io.BytesIO()
        np.savez(
            file,
            languages=np.array(self.languages),
            weights=self.weights,
            scales=self.scales,
            bias=self.bias,
        )
        return lzma.compress(file.getvalue(), preset=9)

    @classmethod
    def unpacked(cls, packed: bytes) -> Likelihood:
        """Read a table back."""
        with np.load(io.BytesIO(lzma.decompress(packed)), allow_pickle=False) as parts:
            return cls(
                tuple(parts["languages"].tolist()),
                parts["weights"],
                parts["scales"],
                parts["bias"],
            )


@cache
def load_likelihood() -> Likelihood:
    """Read the table that ships with the library."""
    return Likelihood.unpacked(files("aggregator.text").joinpath(TABLE).read_bytes())
