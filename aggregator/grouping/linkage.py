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
        sums: Sum of the scores between two groups, kept both ways, for groups with at least one
            score between them.
    """

    unseen: float
    sizes: dict[int, int]
    units: dict[int, list[int]]
    sums: dict[int, dict[int, float]] = field(default_factory=lambda: defaultdict(dict))

    def mean(self, a: int, b: int) -> float:
        return self.sums[a][b] / (self.sizes[a] * self.sizes[b])

    def is_current(
        self,
        a: int,
        b: int,
        mean: float,
    ) -> bool:
        """Neither of the two has grown or gone since their mean was taken."""
        return b in self.sums.get(a, {}) and self.mean(a, b) == mean

    def add(
        self,
        a: int,
        b: int,
        score: float,
    ) -> None:
        """Count the score of one pair of members of two groups."""
        total = self._sum_between(a, b) + score - self.unseen
        self.sums[a][b] = total
        self.sums[b][a] = total

    def _sum_between(self, a: int, b: int) -> float:
        return self.sums[a].get(b, self.unseen * self.sizes[a] * self.sizes[b])

    def join(self, a: int, b: int) -> None:
        """Put group b into a."""
        for other in sorted((self.sums[a].keys() | self.sums[b].keys()) - {a, b}):
            total = self._sum_between(a, other) + self._sum_between(b, other)
            self.sums[a][other] = total
            self.sums[other][a] = total
            self.sums[other].pop(b, None)
        self.sums[a].pop(b, None)
        del self.sums[b]
        self.sizes[a] += self.sizes.pop(b)
        self.units[a] += self.units.pop(b)


def link(
    units: Sequence[Sequence[int]],
    scores: Iterable[tuple[tuple[int, int], float]],
    *,
    unseen: float,
) -> list[list[int]]:
    """
    Join groups while the mean score of the pairs between two of them is over 0, the highest mean
    first.

    Args:
        units: What must not be parted: members of each unit; every member stands in exactly one.
        scores: For pairs of members, each at most once.
        unseen: What any other pair counts for, below 0.

    Returns:
        Groups of places of units. Ties go to the lower places, so the result depends on the
        arguments alone.
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
    heap: list[tuple[float, int, int]] = []
    for group in groups.sums:
        _push_links(heap, groups, group, above=group)
    while heap:
        value, a, b = heapq.heappop(heap)
        if groups.is_current(a, b, -value):
            groups.join(a, b)
            _push_links(heap, groups, a, above=-1)


def _push_links(
    heap: list[tuple[float, int, int]],
    groups: _Groups,
    group: int,
    *,
    above: int,
) -> None:
    """Put the links of a group to groups above a number on the heap, if they may be joined."""
    for other in groups.sums[group]:
        if other <= above:
            continue
        low = min(group, other)
        high = max(group, other)
        mean = groups.mean(low, high)
        if mean > 0:
            heapq.heappush(heap, (-mean, low, high))
