"""How well articles were grouped: B-cubed (Bagga and Baldwin, 1998). Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Mapping

__all__ = ["GroupingScore", "score_b_cubed"]


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


def score_b_cubed(
    grouping: Mapping[str, Hashable],
    gold: Mapping[str, Hashable],
    among: Collection[str] | None = None,
) -> GroupingScore:
    """
    Compare two groupings of the same articles.

    For each article: of those put beside it (itself included), which share belongs there; and of
    those that belong beside it, which share was put there.

    Args:
        grouping: Story by article id.
        gold: The right story by article id; the same ids.
        among: Average over these articles alone, for example those of stories in several languages.

    Raises:
        ValueError: The ids differ.
    """
    alone = grouping.keys() ^ gold.keys()
    if alone:
        raise ValueError(f"groupings of different articles: {len(alone)} stand in one alone")
    ids = sorted(grouping if among is None else among)
    if not ids:
        return GroupingScore(1.0, 1.0)
    pairs = [(grouping[key], gold[key]) for key in grouping]
    common = Counter(pairs)
    sizes = Counter(grouping.values())
    gold_sizes = Counter(gold.values())
    precision = 0.0
    recall = 0.0
    for key in ids:
        story = grouping[key]
        right = gold[key]
        precision += common[story, right] / sizes[story]
        recall += common[story, right] / gold_sizes[right]
    return GroupingScore(precision / len(ids), recall / len(ids))
