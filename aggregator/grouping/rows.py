"""The vectors of a window's articles, in one growing array that a single product compares with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ROWS_AT_FIRST", "Rows"]

ROWS_AT_FIRST = 256


def _make_empty_grid() -> NDArray[np.float32]:
    return np.zeros((ROWS_AT_FIRST, 0), dtype=np.float32)


def _make_empty_kinds() -> NDArray[np.intp]:
    return np.zeros(ROWS_AT_FIRST, dtype=np.intp)


@dataclass(slots=True)
class Rows:
    """
    Vectors of the grid by slot, with the kinds of articles that decide how near is near.

    Grows by doubling.

    Attributes:
        grid: One row a slot, as wide as the vectors; 0 wide before the first.
        kinds: A number for language and length of each slot's article.
        used: Slots given so far.
    """

    grid: NDArray[np.float32] = field(default_factory=_make_empty_grid)
    kinds: NDArray[np.intp] = field(default_factory=_make_empty_kinds)
    used: int = 0

    def add(self, row: NDArray[np.float32], kind: int) -> int:
        """Store a vector; returns its slot."""
        slot = self.used
        is_full = slot == len(self.kinds)
        if is_full or row.size != self.grid.shape[1]:
            self._grow(row.size)
        self.grid[slot] = row
        self.kinds[slot] = kind
        self.used += 1
        return slot

    def clear(self, slot: int) -> None:
        """Let a slot be near nothing any more."""
        self.grid[slot] = 0.0

    def _grow(self, width: int) -> None:
        height = max(2 * self.used, ROWS_AT_FIRST)
        grid = np.zeros((height, width), dtype=np.float32)
        kinds = np.zeros(height, dtype=np.intp)
        old_width = self.grid.shape[1]
        grid[: self.used, :old_width] = self.grid[: self.used]
        kinds[: self.used] = self.kinds[: self.used]
        self.grid = grid
        self.kinds = kinds
