"""RSS 2.0 (rssboard.org/rss-specification), with the self link of its best-practices profile."""

from __future__ import annotations

from email.utils import format_datetime
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from aggregator.languages import ENGLISH
from aggregator.web.feeds.xml import add_child, write_document

if TYPE_CHECKING:
    from aggregator.web.feeds.entries import Entry, FeedOut

__all__ = ["render_rss"]

_ATOM = "http://www.w3.org/2005/Atom"
_DC = "http://purl.org/dc/elements/1.1/"


def render_rss(feed: FeedOut) -> str:
    """Write a feed as RSS."""
    root = ET.Element("rss", {"version": "2.0"})
    channel = add_child(root, "channel")
    add_child(channel, "title", feed.title)
    add_child(channel, "link", feed.home)
    add_child(channel, "description", feed.description)
    add_child(channel, "language", ENGLISH)
    add_child(channel, "lastBuildDate", format_datetime(feed.updated))
    add_child(channel, "generator", "Tilshi")
    link = {
        "rel": "self",
        "href": feed.addresses["rss"],
        "type": "application/rss+xml",
    }
    add_child(channel, f"{{{_ATOM}}}link", attributes=link)
    for entry in feed.entries:
        _add_item(channel, entry)
    return write_document(root, {"atom": _ATOM, "dc": _DC})


def _add_item(channel: ET.Element, entry: Entry) -> None:
    item = add_child(channel, "item")
    add_child(item, "title", entry.title)
    add_child(item, "link", entry.link)
    add_child(item, "guid", entry.id, {"isPermaLink": "false"})
    add_child(item, "pubDate", format_datetime(entry.published))
    # RSS's own author is an e-mail address; outlets have names.
    if entry.author:
        add_child(item, f"{{{_DC}}}creator", entry.author)
    for category in entry.categories:
        add_child(item, "category", category)
    add_child(item, "description", entry.html)
