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

    # Each a run of words and a slot that has it, packed in 64 bits.
    _Entries = NDArray[np.uint64]

__all__ = ["Postings"]

_SLOT_BITS = np.uint64(32)
_SLOT_MASK = np.uint64(2**32 - 1)
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
        self._new: list[_Entries] = []
        self._new_size = 0

    def add(self, slot: int, runs: Sequence[int]) -> None:
        """Note the runs of a slot, 32 bits each."""
        shifted = _shift(np.asarray(runs, dtype=np.uint64))
        packed = shifted | np.uint64(slot)
        self._new.append(packed)
        self._new_size += packed.size
        if self._new_size > self._sort_in:
            merged = np.concatenate((self._sorted, *self._new))
            self._sorted = np.sort(merged, kind="stable")
            self._new = []
            self._new_size = 0

    def find_sharing(
        self,
        runs: Sequence[int],
        least: int,
    ) -> list[int]:
        """Return the slots that share at least so many of these runs, in order."""
        if len(runs) < least:
            return []
        wanted = np.asarray(runs, dtype=np.uint64)
        packed = self._find_sorted(wanted)
        if self._new:
            packed.append(self._find_new(wanted))
        if not packed:
            return []
        slots = np.concatenate(packed) & _SLOT_MASK
        distinct, counts = np.unique(slots, return_counts=True)
        return [int(slot) for slot in distinct[counts >= least]]

    def _find_sorted(self, wanted: _Entries) -> list[_Entries]:
        """Return the sorted entries of each run that has any."""
        starts = np.searchsorted(self._sorted, _shift(wanted))
        next_runs = wanted + np.uint64(1)
        ends = np.searchsorted(self._sorted, _shift(next_runs))
        spans = zip(starts, ends, strict=True)
        return [self._sorted[start:end] for start, end in spans if end > start]

    def _find_new(self, wanted: _Entries) -> _Entries:
        """Return the entries of all runs that are not sorted in yet."""
        recent = np.concatenate(self._new)
        runs = recent >> _SLOT_BITS
        return recent[np.isin(runs, wanted)]


def _shift(runs: _Entries) -> _Entries:
    """Return entries with slot 0 of some runs."""
    return runs << _SLOT_BITS
