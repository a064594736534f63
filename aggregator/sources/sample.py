"""
What a sample of a source brought, and its items as the articles they would become.

Pure; nothing is stored. The steps are those of the stages FETCH and TEXT: the same identities, the
same cleaning, the same language.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aggregator.digest.days import keep_believable
from aggregator.feeds.identity import identify
from aggregator.languages import Language
from aggregator.models import RawArticle
from aggregator.text.clean import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from aggregator.models import Article, Feed, FetchResult, KnownItem, Outcome, Source

__all__ = ["PageSample", "SourceSample", "count_languages", "make_articles"]


@dataclass(frozen=True, slots=True)
class PageSample:
    """
    One article's page, read for its full text.

    Attributes:
        url: Where the item's link led.
        characters: Of the text found; 0 if there is none.
        said: What happened, in words.
    """

    url: str
    characters: int
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSample:
    """
    What a source answered once, outside any schedule.

    Attributes:
        source: The source asked.
        outcome: As a poll would call it.
        detail: The outcome in words.
        result: What was fetched; None if nothing was.
        feed: What was read in it; None if nothing could be.
        page: The page of one article, if it was read too.
    """

    source: Source
    outcome: Outcome
    detail: str
    result: FetchResult | None = None
    feed: Feed | None = None
    page: PageSample | None = None


def make_articles(
    source: Source,
    feed: Feed,
    now: datetime,
    seen: Mapping[str, str] | None = None,
    known: Mapping[str, KnownItem] | None = None,
) -> list[Article]:
    """
    Make an article of each item.

    Args:
        source: The source that listed them.
        feed: As its kind parsed it.
        now: Real time; dates after it are not believed.
        seen: Article ids by name, of names that a store knows.
        known: What the store has of those articles, by id.

    Returns:
        As many articles as items, in the feed's order; items that are one article have one id.
    """
    dated = [
        replace(
            item,
            published=keep_believable(item.published, now),
            updated=keep_believable(item.updated, now),
        )
        for item in feed.items
    ]
    identities = identify(source.outlet.id, feed.items, seen or {}, known or {})
    raws = [
        RawArticle(
            id=identity.id,
            rev=1,
            edits=0,
            source_id=source.id,
            outlet_id=source.outlet.id,
            item=item,
            first_seen=now,
            day=now.date(),
        )
        for item, identity in zip(dated, identities, strict=True)
    ]
    return [clean(raw, source.languages) for raw in raws]


def count_languages(articles: Sequence[Article]) -> dict[str, int]:
    """Count articles by language, the most frequent first; ``und`` last."""
    counts = Counter(article.language for article in articles)

    def rank(tag: str) -> tuple[bool, int, str]:
        is_unknown = tag == Language.UNKNOWN
        return is_unknown, -counts[tag], tag

    ranked = sorted(counts, key=rank)
    return {tag: counts[tag] for tag in ranked}
