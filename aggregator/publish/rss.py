"""RSS 2.0 (rssboard.org/rss-specification), with the self link that its best-practices profile asks for."""

from __future__ import annotations

from email.utils import format_datetime
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from aggregator.languages import ENGLISH
from aggregator.publish.xml import child, document

if TYPE_CHECKING:
    from aggregator.publish.entries import Entry, FeedOut

__all__ = ["render"]

_ATOM = "http://www.w3.org/2005/Atom"
_DC = "http://purl.org/dc/elements/1.1/"


def render(feed: FeedOut) -> str:
    """Write a feed down."""
    root = ET.Element("rss", {"version": "2.0"})
    channel = child(root, "channel")
    child(channel, "title", feed.title)
    child(channel, "link", feed.home)
    child(channel, "description", f"{feed.title}: Kazakhstan's press in English, by machine translation")
    child(channel, "language", ENGLISH)
    child(channel, "lastBuildDate", format_datetime(feed.updated))
    child(channel, "generator", "Tilshi")
    link = {"rel": "self", "href": f"{feed.address}.rss", "type": "application/rss+xml"}
    child(channel, f"{{{_ATOM}}}link", attributes=link)
    for entry in feed.entries:
        _item(channel, entry)
    return document(root, {"atom": _ATOM, "dc": _DC})


def _item(channel: ET.Element, entry: Entry) -> None:
    item = child(channel, "item")
    child(item, "title", entry.title)
    child(item, "link", entry.link)
    child(item, "guid", entry.id, {"isPermaLink": "false"})
    child(item, "pubDate", format_datetime(entry.published))
    # RSS's own author is an e-mail address; outlets have names.
    if entry.author:
        child(item, f"{{{_DC}}}creator", entry.author)
    for category in entry.categories:
        child(item, "category", category)
    child(item, "description", entry.html)
