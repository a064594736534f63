"""Average linkage over a sparse table of scores. Pure; knows nothing of articles."""

from __future__ import annotations

import heapq
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["link"]


@dataclass(slots=True)
class _Groups:
    """
    Groups of units while they are being joined.

    Attributes:
        unseen: What a pair without a score counts for.
        sizes: Members of each group.
        units: Units of each group.
        sums: Sum of the scores between two groups, kept both ways, for groups with at least one score between them.
    """

    unseen: float
    sizes: dict[int, int]
    units: dict[int, list[int]]
    sums: dict[int, dict[int, float]] = field(default_factory=lambda: defaultdict(dict))

    def mean(self, a: int, b: int) -> float:
        return self.sums[a][b] / (self.sizes[a] * self.sizes[b])

    def add(self, a: int, b: int, score: float) -> None:
        """Count the score of one pair of members of two groups."""
        none = self.unseen * self.sizes[a] * self.sizes[b]
        self.sums[a][b] = self.sums[b][a] = self.sums[a].get(b, none) + score - self.unseen

    def join(self, a: int, b: int) -> None:
        """Put group b into a."""
        for other in sorted((self.sums[a].keys() | self.sums[b].keys()) - {a, b}):
            self.sums[a][other] = self.sums[other][a] = sum(
                self.sums[one].get(other, self.unseen * self.sizes[one] * self.sizes[other]) for one in (a, b)
            )
            self.sums[other].pop(b, None)
        self.sums[a].pop(b, None)
        del self.sums[b]
        self.sizes[a] += self.sizes.pop(b)
        self.units[a] += self.units.pop(b)


def link(
    units: Sequence[Sequence[int]], scores: Iterable[tuple[tuple[int, int], float]], *, unseen: float
) -> list[list[int]]:
    """
    Join groups while the mean score of the pairs between two of them is over 0, the highest mean first.

    Args:
        units: What must not be parted: members of each unit; every member stands in exactly one.
        scores: For pairs of members, each at most once.
        unseen: What any other pair counts for, below 0.

    Returns:
        Groups of places of units. Ties go to the lower places, so the result depends on the arguments alone.
    """
    unit_of = {member: unit for unit, members in enumerate(units) for member in members}
    groups = _Groups(
        unseen=unseen,
        sizes={unit: len(members) for unit, members in enumerate(units)},
        units={unit: [unit] for unit in range(len(units))},
    )
    for (i, j), score in scores:
        if unit_of[i] != unit_of[j]:
            groups.add(unit_of[i], unit_of[j], score)
    _join_all(groups)
    return list(groups.units.values())


def _join_all(groups: _Groups) -> None:
    heap = [(-groups.mean(a, b), a, b) for a in groups.sums for b in groups.sums[a] if a < b]
    heap = [entry for entry in heap if entry[0] < 0]
    heapq.heapify(heap)
    while heap:
        value, a, b = heapq.heappop(heap)
        if b not in groups.sums.get(a, {}) or -groups.mean(a, b) != value:
            continue  # one of the two has grown or gone since
        groups.join(a, b)
        for other in groups.sums[a]:
            low, high = min(a, other), max(a, other)
            mean = groups.mean(low, high)
            if mean > 0:
                heapq.heappush(heap, (-mean, low, high))
