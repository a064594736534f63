"""What made or kept two articles from being one story. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import fsum
from statistics import fmean
from typing import TYPE_CHECKING

from aggregator.grouping.contradictions import describe_contradictions
from aggregator.grouping.copies import explain_copy
from aggregator.grouping.pairs import SHIPPED, gather_evidence, read_article
from aggregator.grouping.words import spell_stems
from aggregator.models import pair_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Literal

    from aggregator.grouping.pairs import Evidence, Reading
    from aggregator.models import Article, Overrides

__all__ = ["Explanation", "explain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """
    Why two articles stand as they do.

    Attributes:
        together: They stand in one story.
        ruling: The override in force for the two; None if there is none.
        copy: Why they are one text, in words; empty if they are not.
        evidence: For and against one event, of the two alone.
        parts: What each piece of it adds to the score, in points.
        mean: Of the scores of all pairs between the two stories they stand in; where they stand in
            one, between each of the two and the rest of it, the lower. None if there is no such
            pair.
        against: What does not go together, in words, by the name of its part.
        shared_names: Names and numbers both give, the rarest first, as they stand in the first
            article, and behind a slash in the other where it writes them otherwise.
    """

    together: bool
    ruling: Literal["pin", "split"] | None
    copy: str
    evidence: Evidence
    parts: dict[str, float]
    mean: float | None
    against: dict[str, str]
    shared_names: tuple[str, ...]

    @property
    def score(self) -> float:
        """Log odds that the two are of one event; over 0 is likelier than not."""
        return fsum(self.parts.values())


def explain(
    one: Sequence[Article],
    other: Sequence[Article],
    overrides: Overrides,
) -> Explanation:
    """
    Explain how two articles stand to each other.

    Args:
        one: The first article, then the rest of its story.
        other: The second article, then the rest of its story.
        overrides: Of the operator.
    """
    left = [read_article(article) for article in one]
    right = [read_article(article) for article in other]
    first = left[0]
    second = right[0]
    one_ids = {article.id for article in one}
    other_ids = {article.id for article in other}
    together = one_ids == other_ids
    mean = _find_lower_mean(first, second, left) if together else _find_pairs_mean(left, right)
    evidence = gather_evidence(first, second)
    first_words = _spell_stems(first.article)
    second_words = _spell_stems(second.article)
    override = _find_override(overrides, first.article.id, second.article.id)
    return Explanation(
        together=together,
        ruling=override,
        copy=explain_copy(first, second),
        evidence=evidence,
        parts=SHIPPED.weigh_parts(evidence),
        mean=mean,
        against=describe_contradictions(
            first.claims,
            second.claims,
            second_words | first_words,
        ),
        shared_names=tuple(
            _join_spellings(first_words[stem], second_words[stem])
            for stem in _find_shared_names(first, second)
        ),
    )


def _find_lower_mean(
    first: Reading,
    second: Reading,
    story: Sequence[Reading],
) -> float | None:
    """Return the lower of two articles' means with the rest of their story, if any."""
    means = []
    for reading in (first, second):
        mean = _find_rest_mean(reading, story)
        if mean is not None:
            means.append(mean)
    return min(means, default=None)


def _find_pairs_mean(
    left: Iterable[Reading],
    right: Iterable[Reading],
) -> float:
    """Return the mean score of all pairs of one of each."""
    pairs = product(left, right)
    scores = [SHIPPED.score(gather_evidence(one, other)) for one, other in pairs]
    return fmean(scores)


def _find_rest_mean(
    reading: Reading,
    story: Iterable[Reading],
) -> float | None:
    """Return the mean score of an article with the rest of its story; None if it stands alone."""
    rest = [other for other in story if other.article.id != reading.article.id]
    return _find_pairs_mean([reading], rest) if rest else None


def _find_override(
    overrides: Overrides,
    one_id: str,
    other_id: str,
) -> Literal["pin", "split"] | None:
    pair = pair_of(one_id, other_id)
    if pair in overrides.pinned:
        return "pin"
    return "split" if pair in overrides.split else None


def _find_shared_names(
    one: Reading,
    other: Reading,
) -> list[str]:
    """Return the stems of names and numbers that both give, the rarest first."""
    one_names = one.marks.names
    other_names = other.marks.names
    shared = one_names.keys() & other_names.keys()
    weights = {name: one_names[name] * other_names[name] for name in shared}
    stems = sorted(shared)
    stems.sort(key=weights.__getitem__, reverse=True)
    return stems


def _spell_stems(article: Article) -> dict[str, str]:
    return spell_stems(f"{article.title}\n{article.lead}\n{article.text}")


def _join_spellings(word: str, other: str) -> str:
    return word if word.casefold() == other.casefold() else f"{word}/{other}"
