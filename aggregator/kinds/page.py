"""
A page that lists articles, read by CSS selectors: for sites without a feed.

    [outlet.source.page]
    item = "div.news-item"          # an article in the list
    title = "h3"                    # within it, as are the following
    link = "a.more@href"            # optional: the first link in it, or the item itself
    date = "time@datetime"          # optional; in Kazakh or Russian words too
    summary = "p"                   # optional
    empty = ".no-news"              # optional: what the page shows when the list is really empty

``SELECTOR@ATTRIBUTE`` takes an attribute instead of the words. A page on which ``item`` finds nothing has changed its
form, unless ``empty`` finds something.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cssselect import SelectorError
from lxml.cssselect import CSSSelector
from lxml.etree import XPathError, _Element

from aggregator.errors import FormChangedError, ParseError
from aggregator.feeds.dates import parse_date
from aggregator.kinds.items import MAX_ITEMS, escaped, judge, left_out, outermost
from aggregator.models import Feed, FeedItem
from aggregator.text.links import web_link
from aggregator.text.tree import inner_text, read_tree
from aggregator.text.typography import one_line, tidy

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from aggregator.models import FetchResult, Source
    from aggregator.sources.tables import Table

__all__ = ["PageKind"]

_FIELDS = {"title": "title", "link": "link", "date": "published", "summary": "summary"}
_ATTRIBUTE = re.compile(r"(?P<selector>.*?)@(?P<attribute>[a-z][a-z0-9-]*)", re.DOTALL)
_TITLE_CHARS = 500
_SELECTOR = "a CSS selector such as div.news a"
_VALUE = "a CSS selector, with @attribute behind it if the words of the element are not meant, such as time@datetime"


class PageKind:
    """See ``kind.SourceKind``."""

    name = "page"

    def wanted_address(self, url: str) -> str:  # noqa: ARG002 -- any will do
        """Return nothing: a list may stand anywhere."""
        return ""

    def check(self, options: Table) -> Mapping[str, Any]:
        """Read the selectors; item and title are required."""
        found = {"item": options.text("item", _SELECTOR)}
        found["title"] = options.text("title", _VALUE)
        for key in ("link", "date", "summary", "empty"):
            found[key] = options.text(key, _VALUE) if options.has(key) else ""
        for key, value in found.items():
            selector = value if key in ("item", "empty") else _parted(value)[0]
            if selector and (wrong := _fault(selector)):
                options.wrong(key, f"{_SELECTOR if key in ('item', 'empty') else _VALUE} ({wrong})")
        return {key: value for key, value in found.items() if value}

    def parse(self, result: FetchResult, source: Source, *, default_zone: tzinfo) -> Feed:
        """Read a list."""
        root, note = read_tree(result.body, result.headers.get("content-type", ""))
        if root is None:
            raise ParseError(result.url, "an empty page")
        options = source.options
        found = outermost(_select(options["item"], root))
        if not found:
            _nothing(root, options, result.url)
        base = next((web_link(result.url, node.get("href", "")) for node in root.iter("base")), "") or result.url
        items = [_item(node, options, base, default_zone) for node in found[:MAX_ITEMS]]
        wanted = {"link": options.get("link", "a link in the item")}
        wanted |= {field: options[key] for key, field in _FIELDS.items() if key in options}
        judge(result.url, items, wanted, where="items")
        telling = tuple(item for item in items if item.title and item.link)
        notes = [note, *left_out(found, "items")]
        if len(telling) < len(items):
            notes.append(f"items without title or link left out: {len(items) - len(telling)}")
        name = next((inner_text(node) for node in root.iter("title")), "")
        return Feed(
            title=one_line(tidy(name), _TITLE_CHARS),
            language=(root.get("lang") or "").lower()[:20],
            items=telling,
            notes=tuple(note for note in notes if note),
        )


def _nothing(root: _Element, options: Mapping[str, Any], url: str) -> None:
    if "empty" not in options or not _select(options["empty"], root):
        said = f", nor {options['empty']!r}, which shows an empty list" if "empty" in options else ""
        raise FormChangedError(url, f"no item ({options['item']!r}) on the page{said}")


def _item(node: _Element, options: Mapping[str, Any], base: str, default_zone: tzinfo) -> FeedItem:
    value = {key: _value(node, options[key]) for key in _FIELDS if key in options}
    link = value.get("link", "")
    if "link" not in options:
        link = next((anchor.get("href", "") for anchor in node.iter("a") if anchor.get("href")), "")
    title = one_line(tidy(value["title"]), _TITLE_CHARS)
    return FeedItem(
        guid="",
        link=web_link(base, link),
        title=escaped(title),
        summary=escaped(tidy(value.get("summary", ""))),
        published=parse_date(value.get("date", ""), default_zone),
    )


def _value(node: _Element, option: str) -> str:
    """Return words or an attribute of the first element that has them; of ``time`` without words, its ``datetime``."""
    selector, attribute = _parted(option)
    for found in _select(selector, node) if selector else [node]:
        value = str(found.get(attribute) or "") if attribute else inner_text(found)
        if not value and attribute == "" and found.tag == "time":
            value = str(found.get("datetime") or "")
        if value.strip():
            return value.strip()
    return ""


def _parted(option: str) -> tuple[str, str]:
    """Return selector and attribute. A selector may hold ``@`` only within quotes, where no attribute ends it."""
    match = _ATTRIBUTE.fullmatch(option)
    return (match["selector"].strip(), match["attribute"]) if match else (option, "")


def _select(selector: str, node: _Element) -> list[_Element]:
    found = _compiled(selector)(node)
    return [element for element in found if isinstance(element, _Element)] if isinstance(found, list) else []


@lru_cache(maxsize=512)
def _compiled(selector: str) -> CSSSelector:
    return CSSSelector(selector, translator="html")


def _fault(selector: str) -> str:
    try:
        _compiled(selector)
    except (SelectorError, XPathError, ValueError) as error:
        return one_line(str(error), 120) or type(error).__name__
    return ""
