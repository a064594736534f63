"""Average linkage over a sparse table of scores. Pure; knows nothing of articles."""

from __future__ import annotations

import heapq
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    # By two groups, both ways.
    _Sums = dict[int, dict[int, float]]

__all__ = ["link"]


def _make_sums() -> _Sums:
    return defaultdict(dict)


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
    sizes: dict[int, int] = field(default_factory=dict)
    units: dict[int, list[int]] = field(default_factory=dict)
    sums: _Sums = field(default_factory=_make_sums)

    def find_mean(self, one: int, other: int) -> float:
        return self.sums[one][other] / self._count_pairs(one, other)

    def _count_pairs(self, one: int, other: int) -> int:
        return self.sizes[one] * self.sizes[other]

    def is_current(self, one: int, other: int, mean: float) -> bool:
        """Say whether neither of the two has grown or gone since their mean was taken."""
        links = self.sums.get(one, {})
        return other in links and self.find_mean(one, other) == mean

    def add(self, one: int, other: int, score: float) -> None:
        """Count the score of one pair of members of two groups."""
        total = self._sum_between(one, other)
        self._set_sum(one, other, total + score - self.unseen)

    def _set_sum(self, one: int, other: int, total: float) -> None:
        self.sums[one][other] = total
        self.sums[other][one] = total

    def _sum_between(self, one: int, other: int) -> float:
        if other in self.sums[one]:
            return self.sums[one][other]
        return self.unseen * self._count_pairs(one, other)

    def join(self, kept: int, joined: int) -> None:
        """Put one group into another."""
        linked = {*self.sums[kept], *self.sums[joined]}
        linked -= {kept, joined}
        for other in sorted(linked):
            kept_sum = self._sum_between(kept, other)
            joined_sum = self._sum_between(joined, other)
            self._set_sum(kept, other, kept_sum + joined_sum)
            self.sums[other].pop(joined, None)
        self.sums[kept].pop(joined, None)
        del self.sums[joined]
        self.sizes[kept] += self.sizes.pop(joined)
        self.units[kept] += self.units.pop(joined)


def link(
    units: Sequence[Sequence[int]],
    scores: Iterable[tuple[tuple[int, int], float]],
    *,
    unseen: float,
) -> list[list[int]]:
    """
    Join groups while the mean score of the pairs between two of them is over 0.

    The highest mean goes first. Ties go to the lower places, so the result depends on the
    arguments alone.

    Args:
        units: What must not be parted: members of each unit; every member stands in exactly one.
        scores: For pairs of members, each at most once.
        unseen: What any other pair counts for, below 0.

    Returns:
        Groups of places of units.
    """
    unit_of: dict[int, int] = {}
    for unit, members in enumerate(units):
        unit_of.update(dict.fromkeys(members, unit))
    groups = _Groups(unseen=unseen)
    for unit, members in enumerate(units):
        groups.sizes[unit] = len(members)
        groups.units[unit] = [unit]
    for (member, other_member), score in scores:
        one = unit_of[member]
        other = unit_of[other_member]
        if one != other:
            groups.add(one, other, score)
    _join_all(groups)
    return list(groups.units.values())


def _join_all(groups: _Groups) -> None:
    heap: list[tuple[float, int, int]] = []
    for group in groups.sums:
        _push_links(heap, groups, group, above=group)
    while heap:
        negative_mean, one, other = heapq.heappop(heap)
        if groups.is_current(one, other, -negative_mean):
            groups.join(one, other)
            _push_links(heap, groups, one, above=-1)


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
        mean = groups.find_mean(low, high)
        if mean > 0:
            heapq.heappush(heap, (-mean, low, high))
