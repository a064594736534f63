"""What made or kept two articles from being one story. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import fsum
from statistics import fmean
from typing import TYPE_CHECKING

from aggregator.grouping.copies import copied
from aggregator.grouping.pairs import SHIPPED, evidence, read
from aggregator.models import pair_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Literal

    from aggregator.grouping.pairs import Evidence, Reading
    from aggregator.models import Article, Overrides

__all__ = ["Explanation", "explain"]


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class Explanation:
    """
    Why two articles stand as they do.

    Attributes:
        together: They stand in one story.
        ruling: What an operator ruled of the two; None for nothing.
        copy: Why they are one text, in words; empty if they are not.
        evidence: For and against one event, of the two alone.
        parts: What each piece of it adds to the score, in points.
        mean: Of the scores of all pairs between the two stories they stand in; where they stand in
            one, between each of the two and the rest of it, the lower. None if there is no such
            pair.
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


def explain(one: Sequence[Article], other: Sequence[Article], overrides: Overrides) -> Explanation:
    """
    Explain how two articles stand to each other.

    Args:
        one: The first article, then the rest of its story.
        other: The second article, then the rest of its story.
        overrides: Of the operator.
    """
    left = [read(article) for article in one]
    right = [read(article) for article in other]
    first = left[0]
    second = right[0]
    together = {article.id for article in one} == {article.id for article in other}
    if together:
        rests = [_rest_mean(reading, left) for reading in (first, second)]
        mean = min((rest for rest in rests if rest is not None), default=None)
    else:
        mean = _pairs_mean(left, right)
    meaning = evidence(first, second)
    return Explanation(
        together=together,
        ruling=_find_override(overrides, first.article.id, second.article.id),
        copy=copied(first, second),
        evidence=meaning,
        parts=SHIPPED.parts(meaning),
        mean=mean,
        shared_names=_shared_names(first, second),
    )


def _pairs_mean(left: Iterable[Reading], right: Iterable[Reading]) -> float:
    """Return the mean score of all pairs of one of each."""
    scores = [SHIPPED.score(evidence(one, other)) for one, other in product(left, right)]
    return fmean(scores)


def _rest_mean(reading: Reading, story: Iterable[Reading]) -> float | None:
    """Return the mean score of an article with the rest of its story; None if it stands alone."""
    rest = [other for other in story if other.article.id != reading.article.id]
    return _pairs_mean([reading], rest) if rest else None


def _find_override(
    overrides: Overrides, one_id: str, other_id: str
) -> Literal["pin", "split"] | None:
    pair = pair_of(one_id, other_id)
    if pair in overrides.pinned:
        return "pin"
    return "split" if pair in overrides.split else None


def _shared_names(one: Reading, other: Reading) -> tuple[str, ...]:
    """Return names and numbers that both give, the rarest first."""
    shared = one.marks.names.keys() & other.marks.names.keys()
    weights = {name: one.marks.names[name] * other.marks.names[name] for name in shared}
    return tuple(sorted(weights, key=lambda name: (-weights[name], name)))
