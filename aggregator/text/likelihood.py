"""
How likely a text is of each of some languages, by its runs of letters.

The table ships with the library. It was made by ``foundry.languages``, which says from what.
Weights are kept in eight bits, a scale for each language.
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
        languages: Tags, in the order of the other arrays.
        weights: Of shape (buckets, languages), in steps.
        scales: What a step of each language's weights is worth.
        bias: Of each language, added to its sum.
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
        largest = np.abs(weights).max(axis=0)
        scales = np.maximum(largest, np.float32(1e-6)) / np.float32(_STEPS)
        steps = np.rint(weights / scales)
        return cls(
            languages=tuple(languages),
            weights=steps.astype(np.int8),
            scales=scales,
            bias=bias,
        )

    def scores(self, text: str) -> dict[str, float]:
        """
        Return the log of how likely the text is in each language, up to a common term.

        Empty without letters.
        """
        buckets = grams(text)
        if not buckets:
            return {}
        steps = self.weights[buckets].mean(axis=0, dtype=np.float64)
        means = steps * self.scales + self.bias
        return dict(zip(self.languages, means.tolist(), strict=True))

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
    file = files("aggregator.text").joinpath(TABLE)
    return Likelihood.unpacked(file.read_bytes())
