"""
The demo's and the week's stories as digests to search in, and what searches of them should find.

``search_english.tsv`` has the English of their headlines and leads, made once by the shipped
adapter. ``search_queries.tsv`` has the queries: which half they belong to (1 to tune by, 2 to
report), the words as they are typed, and the stories that have them, found by reading.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from aggregator.digest.compose import Material, compose_digest
from aggregator.grouping.best import choose_best
from aggregator.languages import ENGLISH
from aggregator.models import Copy, Outlet, Passage, Story, Translation
from aggregator.pipeline.translate import list_segments
from config.settings import find_shipped_file
from tests.support.builders import NOON, edition
from tests.support.demo import demo_articles
from tests.support.week import load_week
from workers.demo.corpus import load_corpus
from workers.demo.gold import load_gold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aggregator.models import Article, Digest

__all__ = ["Query", "load_queries", "make_digests"]

FOLDER = Path(__file__).resolve().parent.parent / "benchmarks"
PREFERRED = ("ru", "kk")


@dataclass(frozen=True, slots=True)
class Query:
    """What is typed, and the names of the stories that should come."""

    half: int
    words: str
    stories: frozenset[str]


def load_queries() -> list[Query]:
    """Read the queries."""
    queries = []
    for line in (FOLDER / "search_queries.tsv").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            half, words, stories = line.split("\t")
            queries.append(Query(int(half), words, frozenset(stories.split())))
    return queries


def list_groups() -> dict[str, list[Article]]:
    """Return the articles of each story, by its name; the week's begin with ``w-``."""
    folder = find_shipped_file("demo")
    corpus = load_corpus(folder)
    articles, stories = demo_articles(corpus, load_gold(folder / "gold.toml", corpus))
    week = load_week()
    groups: dict[str, list[Article]] = defaultdict(list)
    for article in articles:
        groups[stories[article.id]].append(article)
    for article in week.articles:
        groups[f"w-{week.stories[article.id]}"].append(article)
    return groups


def make_digests() -> tuple[list[Digest], dict[str, str]]:
    """Return a digest a day, and the name of each story by its id."""
    english = _read_english()
    names = {}
    told = []
    for name, group in list_groups().items():
        # What stories have was read in their Kazakh and Russian reports.
        original = [article for article in group if article.language != ENGLISH]
        best = choose_best(original or group, preferred=PREFERRED)
        others = [article for article in group if article is not best]
        refs = [(best.id, Copy.BEST), *((article.id, Copy.SAME_EVENT) for article in others)]
        story = Story(id=best.id[-16:], best=best.id, articles=tuple(refs))
        # A story stands in one digest, whenever its reports came.
        day = best.day
        articles = [replace(article, day=day) for article in (best, *others)]
        told.append((day, story, articles, _translate(best, english)))
        names[story.id] = name
    told.sort(key=lambda row: row[0])
    days = [_compose(list(rows)) for _, rows in groupby(told, key=lambda row: row[0])]
    return days, names


def _compose(rows: list[tuple]) -> Digest:  # type: ignore[type-arg]
    articles = {article.id: article for _, _, group, _ in rows for article in group}
    material = Material(
        stories=[story for _, story, _, _ in rows],
        articles=articles,
        translations={story.best: passages for _, story, _, passages in rows},
        outlets={
            article.outlet_id: Outlet(id=article.outlet_id, name=article.outlet_id, home="")
            for article in articles.values()
        },
    )
    day = rows[0][0]
    return compose_digest(edition(), day, material, composed=NOON, closed=True, previous=None)


def _translate(article: Article, english: dict[str, str]) -> tuple[Passage, Passage]:
    parts = [
        Translation(source=segment.text, english=english.get(segment.text), package="x")
        for segment in list_segments(article, sentences=3, chars=600)
    ]
    return Passage(segments=tuple(parts[:1])), Passage(segments=tuple(parts[1:]))


def _read_english() -> dict[str, str]:
    lines: Iterable[str] = (FOLDER / "search_english.tsv").read_text("utf-8").splitlines()
    pairs = [line.split("\t") for line in lines if not line.startswith("#")]
    return {source: english for source, english in pairs if english}
