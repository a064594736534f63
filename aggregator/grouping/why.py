"""What made or kept two articles from being one story. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from statistics import fmean
from typing import TYPE_CHECKING

from aggregator.grouping.copies import copied
from aggregator.grouping.pairs import SHIPPED, evidence, read
from aggregator.grouping.rulings import pair_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from aggregator.grouping.pairs import Evidence
    from aggregator.grouping.rulings import Rulings
    from aggregator.models import Article

__all__ = ["Explanation", "explain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """
    Why two articles stand as they do.

    Attributes:
        together: They stand in one story.
        ruling: What an operator ruled of the two; None for nothing.
        copy: Why they are one text, in words; empty if they are not.
        evidence: For and against one event, of the two alone.
        parts: What each piece of it adds to the score, in points.
        mean: Of the scores of all pairs between the two stories they stand in; where they stand in one, between each of
            the two and the rest of it, the lower. None if there is no such pair.
        shared_names: Stems of names and numbers both give, the most telling first.
    """

    together: bool
    ruling: Literal["pin", "split"] | None
    copy: str
    evidence: Evidence
    parts: dict[str, float]
    mean: float | None
    shared_names: tuple[str, ...]

    @property
    def score(self) -> float:
        """Log odds that the two tell one event; over 0 is likelier than not."""
        return fsum(self.parts.values())


def explain(one: Sequence[Article], other: Sequence[Article], rulings: Rulings) -> Explanation:
    """
    Explain how two articles stand to each other.

    Args:
        one: The first article, then the rest of its story.
        other: The second article, then the rest of its story.
        rulings: Of the operator.
    """
    left, right = [read(article) for article in one], [read(article) for article in other]
    a, b = left[0], right[0]
    together = {article.id for article in one} == {article.id for article in other}
    said = evidence(a, b)
    pair = pair_of(a.article.id, b.article.id)
    weights = {name: a.marks.names[name] * b.marks.names[name] for name in a.marks.names.keys() & b.marks.names.keys()}
    if together:
        rests = ((x, [y for y in left if y.article.id != x.article.id]) for x in (a, b))
        means = [fmean(SHIPPED.score(evidence(x, y)) for y in rest) for x, rest in rests if rest]
    else:
        means = [fmean(SHIPPED.score(evidence(x, y)) for x in left for y in right)]
    return Explanation(
        together=together,
        ruling="pin" if pair in rulings.pinned else "split" if pair in rulings.split else None,
        copy=copied(a, b),
        evidence=said,
        parts=SHIPPED.parts(said),
        mean=min(means, default=None),
        shared_names=tuple(sorted(weights, key=lambda name: (-weights[name], name))),
    )
