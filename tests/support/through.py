"""From a feed's bytes to articles, without a store: all that hostile bytes pass through."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from aggregator.errors import TilshiError
from aggregator.feeds.identity import identify, list_title_names, name_items
from aggregator.feeds.kinds.registry import Kinds
from aggregator.feeds.parse import parse_feed
from aggregator.models import FetchResult, Outlet, RawArticle, Source
from aggregator.text.clean import clean
from aggregator.text.html import to_text
from aggregator.text.typography import tidy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aggregator.models import Article, FeedItem

OPTIONS: Mapping[str, Mapping[str, object]] = {
    "feed": {},
    "telegram": {"forwarded": False},
    "json": {
        "items": "data",
        "title": "title",
        "link": "https://outlet.example/{id}",
        "id": "id",
        "text": "body",
        "date": "date",
        "language": "lang",
    },
    "page": {
        "item": "div",
        "title": "a",
        "date": "time@datetime",
        "summary": "p",
        "empty": ".none",
    },
    "sitemap": {},
}
"""Options of a source of each kind that ships."""

__all__ = ["ADDRESS", "OPTIONS", "articles_of", "came_to", "made_of", "polled", "read_as"]

ADDRESS = "https://outlet.example/rss"
ZONE = ZoneInfo("Asia/Almaty")
_NOW = datetime(2025, 8, 20, 10, tzinfo=UTC)


def polled(body: bytes, headers: Mapping[str, str] = {}) -> Sequence[FeedItem]:
    """Do what polling does with a feed, up to its words, which tell whether it was edited."""
    items = parse_feed(body, headers, ADDRESS, ZONE).items
    list_title_names(name_items(items))
    for item in items:
        for words in (item.title, item.summary, item.content):
            tidy(to_text(words))
    return items


def read_as(kind: str, body: bytes, headers: Mapping[str, str] = {}) -> Sequence[FeedItem]:
    """
    Read what came as a kind of source does; every item can be stored.

    Raises what parsing raises.
    """
    result = FetchResult(url=ADDRESS, status=200, headers=dict(headers), body=body)
    outlet = Outlet(id="outlet", name="Outlet", home="https://outlet.example/")
    source = Source(
        id="outlet-kk",
        outlet=outlet,
        url=ADDRESS,
        every=timedelta(hours=1),
        kind=kind,
        options=OPTIONS[kind],
    )
    items = Kinds(()).find_kind(kind).parse(result, source, default_zone=ZONE).items
    list_title_names(name_items(items))
    for item in items:
        json.dumps(asdict(item), default=str, ensure_ascii=False).encode()
        for words in (item.title, item.summary, item.content):
            tidy(to_text(words))
    return items


def articles_of(items: Sequence[FeedItem]) -> list[Article]:
    """Do with items what reading does."""
    articles = []
    for item, identity in zip(items, identify("outlet", items, {}, {}, []), strict=True):
        raw = RawArticle(
            id=identity.id,
            rev=1,
            item=item,
            source_id="source",
            outlet_id="outlet",
            first_seen=_NOW,
            day=date(2025, 8, 20),
            edits=0,
        )
        articles.append(clean(raw))
    return articles


def made_of(body: bytes, headers: Mapping[str, str] = {}) -> list[Article]:
    """Read a feed and make articles of its items; raises what parsing raises."""
    return articles_of(polled(body, headers))


def came_to(body: bytes, headers: Mapping[str, str] = {}) -> tuple[str, str]:
    """Return what a feed came to: ``articles`` and their number, or ``error`` and its words."""
    try:
        return "articles", str(len(made_of(body, headers)))
    except TilshiError as error:
        return "error", str(error)
