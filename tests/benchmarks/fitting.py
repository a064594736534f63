"""The weights of grouping: fitted on labelled pairs, judged on pairs and days of others."""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from aggregator.grouping.pairs import SHIPPED, Evidence, Model, gather_evidence, read_article
from aggregator.models import Article
from aggregator.pipeline.text import embed_articles
from aggregator.ports import Embedder

SHARED = Path(os.environ.get("TILSHI_SHARED") or Path(__file__).resolve().parents[3] / "shared")
CONTEST = SHARED / "dedupe" / "tgcontest_ru"
# ``own`` is not fitted: see ``grouping.pairs``.
FITTED = (
    "meaning",
    "short",
    "long",
    "length",
    "names",
    "missing",
    "frame",
    "days",
    "dates",
    "across",
)
# Fitted behind those, on siblings too (``tests.support.siblings``). ``numbers`` and ``strangers``
# are not: in the siblings' two thirds there are too few.
AGAINST = ("places", "kinds", "outcomes", "bare", "unsaid")
# What was not known while an article had one vector.
NEW = ("short", "long", "length")
_DAY = date(2020, 1, 1)
_NOON = datetime(2020, 1, 1, 12, tzinfo=UTC)
_LEAD_CHARS = 400
_RIDGE = 2.0
_NEAREST_STEPS = -1.5


@dataclass(frozen=True)
class Pairs:
    """Evidence of pairs, one row a pair, and whether each is one event."""

    rows: NDArray[np.float64]
    against: NDArray[np.float64]
    same: NDArray[np.float64]

    def some(self, places: NDArray[np.intp]) -> Pairs:
        """Some of these pairs."""
        return Pairs(self.rows[places], self.against[places], self.same[places])

    def without(self, *names: str) -> Pairs:
        """These pairs as if some evidence were not known."""
        rows = np.where([name in names for name in FITTED], 0.0, self.rows)
        return Pairs(rows, self.against, self.same)


def _make_pairs(said: Sequence[Evidence], same: Sequence[float] | NDArray[np.float64]) -> Pairs:
    known = [asdict(one) for one in said]
    rows = [[one[name] for name in FITTED] for one in known]
    against = [[one[name] for name in AGAINST] for one in known]
    return Pairs(np.array(rows), np.array(against), np.array(same))


def contest_pairs(embedder: Embedder) -> tuple[list[tuple[Article, Article]], NDArray[np.float64]]:
    """The labelled Russian pairs of the Telegram contest's clustering data."""
    csv.field_size_limit(sys.maxsize)
    rows = [
        row
        for path in sorted(CONTEST.glob("*.tsv"))
        for row in csv.DictReader(path.open(encoding="utf-8"), delimiter="\t")
    ]
    articles = [_contest_article(row, side) for row in rows for side in ("first", "second")]
    articles = embed_articles(articles, embedder)
    return list(zip(articles[::2], articles[1::2], strict=True)), np.array(
        [row["GOLDEN:quality"] == "OK" for row in rows], float
    )


def _contest_article(row: dict[str, str], side: str) -> Article:
    text = row[f"INPUT:{side}_text"]
    return Article(
        id=f"{side}{row['INPUT:first_url']}{row['INPUT:second_url']}",
        source_id="",
        outlet_id=side,
        url="",
        link="",
        title=row[f"INPUT:{side}_title"].strip(),
        lead=text[:_LEAD_CHARS],
        text=text,
        html="",
        language="ru",
        published=_NOON,
        first_seen=_NOON,
        day=_DAY,
    )


def as_pairs(pairs: Sequence[tuple[Article, Article]], same: NDArray[np.float64]) -> Pairs:
    said = [gather_evidence(read_article(a), read_article(b)) for a, b in pairs]
    return _make_pairs(said, same)


def near_pairs(articles: Sequence[Article], right: dict[str, str]) -> Pairs:
    """Pairs of a corpus that are near enough to be looked at, or are one event."""
    readings = [read_article(article) for article in articles]
    near, same = [], []
    for a, b in combinations(readings, 2):
        one = right[a.article.id] == right[b.article.id]
        said = gather_evidence(a, b)
        if said.days < 3 and (one or said.meaning > _NEAREST_STEPS):
            near.append(said)
            same.append(float(one))
    return _make_pairs(near, same)


def sibling_pairs(
    articles: Sequence[Article], right: dict[str, str], sets: dict[str, str]
) -> Pairs:
    """Pairs of articles of one set: four of two events, and two of one."""
    readings = [read_article(article) for article in articles]
    pairs = [
        (a, b) for a, b in combinations(readings, 2) if sets[a.article.id] == sets[b.article.id]
    ]
    same = [float(right[a.article.id] == right[b.article.id]) for a, b in pairs]
    return _make_pairs([gather_evidence(a, b) for a, b in pairs], same)


def fit(*parts: tuple[Pairs, float]) -> tuple[NDArray[np.float64], float]:
    """
    Fit a logistic regression with a ridge, by Newton's method.

    Args:
        parts: Pairs, and for how many pairs of the first part all of a part counts; 0 for each as
            one.

    Returns:
        Weights in the order of ``FITTED``, and the score's start.
    """
    x = np.concatenate([part.rows for part, _ in parts])
    y = np.concatenate([part.same for part, _ in parts])
    w = np.concatenate(
        [np.full(len(part.same), total / len(part.same) if total else 1.0) for part, total in parts]
    )
    mean = np.average(x, 0, w)
    spread = np.sqrt(np.average((x - mean) ** 2, 0, w)) + 1e-9
    z = np.c_[(x - mean) / spread, np.ones(len(x))]
    ridge = np.diag([_RIDGE] * (z.shape[1] - 1) + [0.0])
    coefficients = np.zeros(z.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-z @ coefficients))
        coefficients -= np.linalg.solve(
            (z * (w * p * (1 - p))[:, None]).T @ z + ridge,
            z.T @ (w * (p - y)) + ridge @ coefficients,
        )
    weights = coefficients[:-1] / spread
    return weights, float(coefficients[-1] - mean @ weights)


def fit_against(
    weights: NDArray[np.float64], start: float, *parts: tuple[Pairs, float]
) -> NDArray[np.float64]:
    """
    Fit what contradictions are worth, the rest of a score given.

    Behind the others, so that a great many siblings do not teach what one event looks like.

    Args:
        weights: Of ``FITTED``, as ``start`` from ``fit``.
        parts: As of ``fit``.

    Returns:
        Weights in the order of ``AGAINST``.
    """
    x = np.concatenate([part.against for part, _ in parts])
    y = np.concatenate([part.same for part, _ in parts])
    known = np.concatenate([part.rows @ weights + start for part, _ in parts])
    w = np.concatenate(
        [np.full(len(part.same), total / len(part.same) if total else 1.0) for part, total in parts]
    )
    spread = np.sqrt(np.average((x - np.average(x, 0, w)) ** 2, 0, w)) + 1e-9
    z = x / spread
    coefficients = np.zeros(z.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-(z @ coefficients + known)))
        coefficients -= np.linalg.solve(
            (z * (w * p * (1 - p))[:, None]).T @ z + np.eye(z.shape[1]),
            z.T @ (w * (p - y)) + coefficients,
        )
    return np.asarray(coefficients / spread, dtype=np.float64)


def as_model(weights: NDArray[np.float64], start: float, against: NDArray[np.float64]) -> Model:
    fitted = dict(zip((*FITTED, *AGAINST), [*weights.tolist(), *against.tolist()], strict=True))
    return Model(start, replace(SHIPPED.weights, **fitted))


def f1(said: NDArray[np.bool_], same: NDArray[np.float64]) -> float:
    return 2 * float((said & (same > 0)).sum()) / float(said.sum() + same.sum())
