"""
A page that lists articles, read by CSS selectors: for sites without a feed.

    [outlet.source.page]
    item = "div.news-item"          # an article in the list
    title = "h3"                    # within it, as are the following
    link = "a.more@href"            # optional: the first link in it, or the item itself
    date = "time@datetime"          # optional; in Kazakh or Russian words too
    summary = "p"                   # optional
    empty = ".no-news"              # optional: what the page shows when the list is really empty

``SELECTOR@ATTRIBUTE`` takes an attribute instead of the words. A page on which ``item`` finds
nothing has changed its form, unless ``empty`` finds something.
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
from aggregator.feeds.kinds.items import (
    MAX_ITEMS,
    check_form,
    escape_text,
    keep_notes,
    keep_outermost,
    note_left_out,
)
from aggregator.models import Feed, FeedItem
from aggregator.text.tree import inner_text, read_tree
from aggregator.text.typography import one_line, tidy
from aggregator.urls.links import web_link

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from aggregator.models import FetchResult, Source
    from aggregator.toml.tables import Table

__all__ = ["PageKind"]

_FIELDS = {
    "title": "title",
    "link": "link",
    "date": "published",
    "summary": "summary",
}
_ATTRIBUTE = re.compile(r"(?P<selector>.*?)@(?P<attribute>[a-z][a-z0-9-]*)", re.DOTALL)
_TITLE_CHARS = 500
_SELECTOR = "a CSS selector such as div.news a"
_VALUE = (
    "a CSS selector, with @attribute behind it if the words of the element are not meant, "
    "such as time@datetime"
)


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
            if options.has(key):
                found[key] = options.text(key, _VALUE)
        for key, value in found.items():
            _check_selector(options, key, value)
        return {key: value for key, value in found.items() if value}

    def parse(
        self,
        result: FetchResult,
        source: Source,
        *,
        default_zone: tzinfo,
    ) -> Feed:
        """Read a list."""
        root, note = read_tree(result.body, result.headers.get("content-type", ""))
        if root is None:
            raise ParseError(result.url, "an empty page")
        options = source.options
        found = keep_outermost(_select(options["item"], root))
        if not found:
            _check_empty(root, options, result.url)
        base = _find_base(root, result.url)
        items = [_make_item(node, options, base, default_zone) for node in found[:MAX_ITEMS]]
        check_form(result.url, items, _list_wanted(options), where="items")
        with_channels = tuple(item for item in items if item.title and item.link)
        notes = [note, *note_left_out(found, "items")]
        if len(with_channels) < len(items):
            notes.append(f"items without title or link left out: {len(items) - len(with_channels)}")
        return Feed(
            title=_find_title(root),
            language=(root.get("lang") or "").lower()[:20],
            items=with_channels,
            notes=keep_notes(notes),
        )


def _check_selector(options: Table, key: str, value: str) -> None:
    is_value = key not in ("item", "empty")
    selector = _split_attribute(value)[0] if is_value else value
    fault = _find_fault(selector) if selector else ""
    if fault:
        options.wrong(key, f"{_VALUE if is_value else _SELECTOR} ({fault})")


def _check_empty(root: _Element, options: Mapping[str, Any], url: str) -> None:
    """Raise unless a page without items shows what it shows when its list is really empty."""
    shows_empty = options.get("empty")
    if shows_empty is None:
        raise FormChangedError(url, f"no item ({options['item']!r}) on the page")
    if not _select(shows_empty, root):
        said = f"nor {shows_empty!r}, which shows an empty list"
        raise FormChangedError(url, f"no item ({options['item']!r}) on the page, {said}")


def _find_base(root: _Element, url: str) -> str:
    """Return what the page's links are relative to."""
    first = next(root.iter("base"), None)
    return (web_link(url, first.get("href", "")) if first is not None else "") or url


def _find_title(root: _Element) -> str:
    first = next(root.iter("title"), None)
    return one_line(tidy(inner_text(first)), _TITLE_CHARS) if first is not None else ""


def _list_wanted(options: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields that items must have, each with where the source says to find it."""
    wanted = {field: options[key] for key, field in _FIELDS.items() if key in options}
    return {"link": "a link in the item"} | wanted


def _make_item(
    node: _Element,
    options: Mapping[str, Any],
    base: str,
    default_zone: tzinfo,
) -> FeedItem:
    value = {key: _find_value(node, options[key]) for key in _FIELDS if key in options}
    link = value["link"] if "link" in value else _find_first_link(node)
    title = one_line(tidy(value["title"]), _TITLE_CHARS)
    return FeedItem(
        guid="",
        link=web_link(base, link),
        title=escape_text(title),
        summary=escape_text(tidy(value.get("summary", ""))),
        published=parse_date(value.get("date", ""), default_zone),
    )


def _find_first_link(node: _Element) -> str:
    links = (anchor.get("href", "") for anchor in node.iter("a"))
    return next((link for link in links if link), "")


def _find_value(node: _Element, option: str) -> str:
    """Return the words, or an attribute, of the first element that has them."""
    selector, attribute = _split_attribute(option)
    for found in _select(selector, node) if selector else [node]:
        value = _read_value(found, attribute).strip()
        if value:
            return value
    return ""


def _read_value(node: _Element, attribute: str) -> str:
    """
    Return an attribute, or the words of an element.

    Of ``time`` without words, its ``datetime``.
    """
    if attribute:
        return str(node.get(attribute) or "")
    words = inner_text(node)
    return str(node.get("datetime") or "") if not words and node.tag == "time" else words


def _split_attribute(option: str) -> tuple[str, str]:
    """
    Return selector and attribute.

    A selector may hold ``@`` only within quotes, where no attribute ends it.
    """
    match = _ATTRIBUTE.fullmatch(option)
    return (match["selector"].strip(), match["attribute"]) if match else (option, "")


def _select(selector: str, node: _Element) -> list[_Element]:
    found = _compile(selector)(node)
    return (
        [element for element in found if isinstance(element, _Element)]
        if isinstance(found, list)
        else []
    )


@lru_cache(maxsize=512)
def _compile(selector: str) -> CSSSelector:
    return CSSSelector(selector, translator="html")


def _find_fault(selector: str) -> str:
    try:
        _compile(selector)
    except (SelectorError, XPathError, ValueError) as error:
        return one_line(str(error), 120) or type(error).__name__
    return ""
