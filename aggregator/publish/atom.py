"""Atom (RFC 4287)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from aggregator.languages import ENGLISH
from aggregator.publish.xml import child, document

if TYPE_CHECKING:
    from aggregator.publish.entries import Entry, FeedOut

__all__ = ["render"]

_ATOM = "http://www.w3.org/2005/Atom"


def render(feed: FeedOut) -> str:
    """Write a feed down."""
    root = ET.Element("feed", {"xmlns": _ATOM, "xml:lang": ENGLISH})
    child(root, "id", feed.id)
    child(root, "title", feed.title)
    child(root, "updated", feed.updated.isoformat())
    child(root, "link", attributes={"rel": "self", "href": f"{feed.address}.atom", "type": "application/atom+xml"})
    child(root, "link", attributes={"rel": "alternate", "href": feed.home, "type": "text/html"})
    child(root, "generator", "Tilshi")
    # An entry needs an author; where it names none, the feed's counts.
    child(child(root, "author"), "name", "Tilshi")
    for entry in feed.entries:
        _entry(root, entry)
    return document(root, {})


def _entry(root: ET.Element, entry: Entry) -> None:
    made = child(root, "entry")
    child(made, "id", entry.id)
    child(made, "title", entry.title)
    child(made, "published", entry.published.isoformat())
    child(made, "updated", entry.updated.isoformat())
    child(made, "link", attributes={"rel": "alternate", "href": entry.link, "type": "text/html"})
    if entry.author:
        child(child(made, "author"), "name", entry.author)
    for category in entry.categories:
        child(made, "category", attributes={"term": category})
    child(made, "content", entry.html, {"type": "html"})
