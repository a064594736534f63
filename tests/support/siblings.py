"""
Siblings: two events of one kind within hours, each reported twice, invented by one hand.

Files of lines ``set event language title lead`` between tabs. All of a set is of one day, so what
tells two events apart are words alone. A third of the sets is held out: nothing is fitted on it.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aggregator.models import Article, FeedItem, RawArticle
from aggregator.text.clean import clean

__all__ = ["FOLDER", "Siblings", "load_siblings"]

FOLDER = Path(__file__).parents[1] / "data" / "siblings"
_MORNING = datetime(2025, 9, 10, 1, tzinfo=UTC)
# Of a set's articles; the whole of it lies within four hours.
_APART = timedelta(minutes=47)
_FIRST_NUMBER = 20_000


@dataclass(frozen=True, slots=True)
class Siblings:
    """
    The articles, and what is right.

    Attributes:
        articles: In order of sets.
        events: Right story by article id.
        sets: Set by article id.
        held_out: Ids of articles that weights must not be fitted on.
    """

    articles: tuple[Article, ...]
    events: dict[str, str]
    sets: dict[str, str]
    held_out: frozenset[str]


def load_siblings() -> Siblings:
    """Read the files; every third set, in their order, is held out."""
    rows: list[dict[str, str]] = []
    for path in sorted(FOLDER.glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as lines:
            rows += csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    order = {name: place for place, name in enumerate(dict.fromkeys(row["set"] for row in rows))}
    articles = []
    events, sets = {}, {}
    held_out = set()
    for number, row in enumerate(rows):
        article = _make_article(number, order[row["set"]], row)
        articles.append(article)
        events[article.id] = f"{row['set']} {row['event']}"
        sets[article.id] = row["set"]
        if order[row["set"]] % 3 == 2:
            held_out.add(article.id)
    return Siblings(tuple(articles), events, sets, frozenset(held_out))


def _make_article(number: int, place: int, row: dict[str, str]) -> Article:
    key = f"{_FIRST_NUMBER + number:032x}"
    published = _MORNING + timedelta(minutes=3 * place) + number % 4 * _APART
    item = FeedItem(
        guid=key,
        link=f"https://o{number % 50}.example/{key}",
        title=row["title"],
        summary=row["lead"] or "",
        content="",
        published=published,
    )
    raw = RawArticle(
        id=key,
        rev=1,
        edits=0,
        source_id=f"o{number % 50}",
        outlet_id=f"o{number % 50}",
        item=item,
        first_seen=published,
        day=published.date(),
    )
    return clean(raw, (row["language"],))
