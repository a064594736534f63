"""How well articles were grouped: B-cubed (Bagga and Baldwin, 1998). Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Mapping

__all__ = ["GroupingScore", "b_cubed"]


@dataclass(frozen=True, slots=True)
class GroupingScore:
    """Precision and recall, 0 to 1."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def b_cubed(
    found: Mapping[str, Hashable],
    gold: Mapping[str, Hashable],
    among: Collection[str] | None = None,
) -> GroupingScore:
    """
    Compare two groupings of the same articles.

    For each article: of those found beside it (itself included), which share belongs there; and of
    those that belong beside it, which share was found.

    Args:
        found: Story by article id.
        gold: The right story by article id; the same ids.
        among: Average over these articles alone, for example those of stories in several languages.

    Raises:
        ValueError: The ids differ.
    """
    if found.keys() != gold.keys():
        raise ValueError(
            f"groupings of different articles: {len(found.keys() ^ gold.keys())} stand in one alone"
        )
    ids = sorted(found if among is None else among)
    if not ids:
        return GroupingScore(1.0, 1.0)
    both = Counter((found[key], gold[key]) for key in found)
    of_found = Counter(found.values())
    of_gold = Counter(gold.values())
    precision = sum(both[found[key], gold[key]] / of_found[found[key]] for key in ids) / len(ids)
    recall = sum(both[found[key], gold[key]] / of_gold[gold[key]] for key in ids) / len(ids)
    return GroupingScore(precision, recall)
