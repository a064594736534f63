"""The sources as OPML 2.0 (opml.org/spec2.opml), a folder for each outlet, for any feed reader."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from aggregator.web.feeds.xml import add_child, write_document

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aggregator.models import Source

__all__ = ["render_opml"]


def render_opml(sources: Iterable[Source]) -> str:
    """
    Write sources as OPML, by outlet.

    What is not polled, or no feed that a reader can follow, is left out.
    """
    root = ET.Element("opml", {"version": "2.0"})
    add_child(add_child(root, "head"), "title", "Sources of Tilshi")
    body = add_child(root, "body")
    folders: dict[str, ET.Element] = {}
    for source in sources:
        if source.paused or source.kind != "feed":
            continue
        outlet = source.outlet
        if outlet.id not in folders:
            names = {"text": outlet.name, "title": outlet.name}
            folders[outlet.id] = add_child(body, "outline", attributes=names)
        add_child(folders[outlet.id], "outline", attributes=_describe_source(source))
    return write_document(root, {})


def _describe_source(source: Source) -> dict[str, str]:
    """Return the attributes of a feed's outline."""
    outlet = source.outlet
    attributes = {
        "type": "rss",
        "text": source.id,
        "title": f"{outlet.name} ({source.id})",
        "xmlUrl": source.url,
    }
    if outlet.home:
        attributes["htmlUrl"] = outlet.home
    if len(source.languages) == 1:
        attributes["language"] = source.languages[0]
    return attributes
