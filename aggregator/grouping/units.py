"""Places joined into units, two units at a time. Knows nothing of articles."""

from __future__ import annotations

from collections import defaultdict

__all__ = ["Units"]


class Units:
    """
    Places joined into units; the lowest place of a unit stands for it.

    Args:
        count: Places, each a unit of its own at first.
    """

    def __init__(self, count: int) -> None:
        # Of each place a lower one of its unit; of the lowest, itself.
        self._parents = list(range(count))

    def find_roots(self, one: int, other: int) -> tuple[int, int]:
        """Return the places that stand for the units of two, the lower first."""
        one_root = self._find_root(one)
        other_root = self._find_root(other)
        return min(one_root, other_root), max(one_root, other_root)

    def list_members(self, *roots: int) -> list[int]:
        """Return the places of some units, unit by unit."""
        units = self._map_units()
        members = []
        for root in dict.fromkeys(roots):
            members += units[root]
        return members

    def join(self, low: int, high: int) -> None:
        """Put the unit that the higher place stands for into that of the lower."""
        self._parents[high] = low

    def list_units(self) -> list[list[int]]:
        """Return the places of each unit, the units by their lowest place."""
        return list(self._map_units().values())

    def _map_units(self) -> dict[int, list[int]]:
        units: dict[int, list[int]] = defaultdict(list)
        for place in range(len(self._parents)):
            units[self._find_root(place)].append(place)
        return units

    def _find_root(self, place: int) -> int:
        while self._parents[place] != place:
            place = self._parents[place]
        return place
