"""JSON Feed 1.1 (jsonfeed.org/version/1.1)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aggregator.languages import ENGLISH

if TYPE_CHECKING:
    from aggregator.web.feeds.entries import Entry, FeedOut

__all__ = ["render_json_feed"]


def render_json_feed(feed: FeedOut) -> str:
    """Write a feed as JSON Feed."""
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "description": feed.description,
        "home_page_url": feed.home,
        "feed_url": feed.addresses["json"],
        "language": ENGLISH,
        "authors": [{"name": "Tilshi"}],
        "items": [_make_item(entry) for entry in feed.entries],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _make_item(entry: Entry) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": entry.id,
        "url": entry.link,
        "title": entry.title,
        "content_html": entry.html,
        "date_published": entry.published.isoformat(),
        "date_modified": entry.updated.isoformat(),
    }
    if entry.author:
        item["authors"] = [{"name": entry.author}]
    if entry.categories:
        item["tags"] = list(entry.categories)
    return item
