"""
Which articles share runs of words: an inverted index that grows, in eight bytes a run.

A dictionary of lists takes some 20 KB an article; here the runs stand in one sorted array, with the
newest apart until there are enough of them to sort in. So one more article costs a binary search
for each of its runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["Postings"]

_SLOT_BITS = 32
_SORT_IN = 8_192


class Postings:
    """
    Runs of words and the slots they stand in.

    Args:
        sort_in: So many new runs wait before they are sorted in.
    """

    def __init__(self, sort_in: int = _SORT_IN) -> None:
        self._sort_in = sort_in
        self._sorted = np.empty(0, dtype=np.uint64)
        self._new: list[NDArray[np.uint64]] = []
        self._new_size = 0

    def add(self, slot: int, runs: Sequence[int]) -> None:
        """Note the runs of a slot, 32 bits each."""
        packed = (np.asarray(runs, dtype=np.uint64) << np.uint64(_SLOT_BITS)) | np.uint64(slot)
        self._new.append(packed)
        self._new_size += packed.size
        if self._new_size > self._sort_in:
            self._sorted = np.sort(np.concatenate((self._sorted, *self._new)), kind="stable")
            self._new = []
            self._new_size = 0

    def sharing(self, runs: Sequence[int], least: int) -> list[int]:
        """Return the slots that share at least so many of these runs, in order."""
        if len(runs) < least:
            return []
        wanted = np.asarray(runs, dtype=np.uint64)
        low = np.searchsorted(self._sorted, wanted << np.uint64(_SLOT_BITS))
        high = np.searchsorted(self._sorted, (wanted + np.uint64(1)) << np.uint64(_SLOT_BITS))
        found = [
            self._sorted[start:end] for start, end in zip(low, high, strict=True) if end > start
        ]
        if self._new:
            recent = np.concatenate(self._new)
            found.append(recent[np.isin(recent >> np.uint64(_SLOT_BITS), wanted)])
        if not found:
            return []
        slots = np.concatenate(found) & np.uint64((1 << _SLOT_BITS) - 1)
        distinct, counts = np.unique(slots, return_counts=True)
        return [int(slot) for slot in distinct[counts >= least]]
