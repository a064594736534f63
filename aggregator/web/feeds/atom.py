"""Atom (RFC 4287)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from aggregator.languages import ENGLISH
from aggregator.web.feeds.xml import add_child, write_document

if TYPE_CHECKING:
    from aggregator.web.feeds.entries import Entry, FeedOut

__all__ = ["render_atom"]

_ATOM = "http://www.w3.org/2005/Atom"


def render_atom(feed: FeedOut) -> str:
    """Write a feed as Atom."""
    root = ET.Element("feed", {"xmlns": _ATOM, "xml:lang": ENGLISH})
    add_child(root, "id", feed.id)
    add_child(root, "title", feed.title)
    add_child(root, "subtitle", feed.description)
    add_child(root, "updated", feed.updated.isoformat())
    add_child(
        root,
        "link",
        attributes={
            "rel": "self",
            "href": feed.addresses["atom"],
            "type": "application/atom+xml",
        },
    )
    add_child(
        root,
        "link",
        attributes={
            "rel": "alternate",
            "href": feed.home,
            "type": "text/html",
        },
    )
    add_child(root, "generator", "Tilshi")
    # An entry needs an author; where it names none, the feed's counts.
    add_child(add_child(root, "author"), "name", "Tilshi")
    for entry in feed.entries:
        _add_entry(root, entry)
    return write_document(root, {})


def _add_entry(root: ET.Element, entry: Entry) -> None:
    element = add_child(root, "entry")
    add_child(element, "id", entry.id)
    add_child(element, "title", entry.title)
    add_child(element, "published", entry.published.isoformat())
    add_child(element, "updated", entry.updated.isoformat())
    add_child(
        element,
        "link",
        attributes={
            "rel": "alternate",
            "href": entry.link,
            "type": "text/html",
        },
    )
    if entry.author:
        add_child(add_child(element, "author"), "name", entry.author)
    for category in entry.categories:
        add_child(element, "category", attributes={"term": category})
    add_child(element, "content", entry.html, {"type": "html"})
