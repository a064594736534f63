"""
A page that lists articles, read by CSS selectors: for sites without a feed.

    [outlet.source.page]
    item = "div.news-item"          # an article in the list
    title = "h3"                    # within it, as are the following
    link = "a.more@href"            # optional: a link in it, or the item itself
    date = "time@datetime"          # optional; in Kazakh or Russian words too
    summary = "p"                   # optional
    empty = ".no-news"              # optional: what the page shows when the list is really empty

``SELECTOR@ATTRIBUTE`` takes an attribute instead of the words. A page on which ``item`` finds
nothing has changed its form, unless ``empty`` finds something.

Of several links the first is taken that leads away from the list: buttons to share or to unfold
(``javascript:void(0)``, ``#``) often stand before the headline.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cssselect import SelectorError
from lxml import etree
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
from aggregator.text.tree import read_inner_text, read_tree
from aggregator.text.typography import fit_line, tidy
from aggregator.urls.canonical import canonicalize_url
from aggregator.urls.links import resolve_link

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
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
_WORDS = ("title", "date", "summary")
_ATTRIBUTE = re.compile(r"(?P<selector>.*?)@(?P<attribute>[a-z][a-z0-9-]*)", re.DOTALL)
_OPTIONAL = ("link", "date", "summary", "empty")
# In an XPath without its quoted words: a name behind a namespace, which no page here has.
_QUOTED = re.compile(r"'[^']*+'|\"[^\"]*+\"")
_PREFIXED = re.compile(r"(?<![\w-])[\w-]++:(?!:)[\w*-]++(?!\()")
_TITLE_CHARS = 500
_LANGUAGE_CHARS = 20
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
        selectors = {
            "item": options.text("item", _SELECTOR),
            "title": options.text("title", _VALUE),
        }
        given = filter(options.has, _OPTIONAL)
        for key in given:
            selectors[key] = options.text(key, _VALUE)
        for key, selector in selectors.items():
            _check_selector(options, key, selector)
        return {key: selector for key, selector in selectors.items() if selector}

    def parse(
        self,
        result: FetchResult,
        source: Source,
        *,
        default_zone: tzinfo,
    ) -> Feed:
        """Read a list."""
        url = result.url
        root, note = read_tree(result.body, result.headers.get("content-type", ""))
        if root is None:
            raise ParseError(url, "an empty page")
        options = source.options
        nodes = keep_outermost(_select(options["item"], root))
        if not nodes:
            _check_empty(root, options, url)
        base = _find_base(root, url)
        read = nodes[:MAX_ITEMS]
        # A link without a path is relative to the base, which may be another address.
        lists = frozenset(map(canonicalize_url, (url, base)))
        items = [_make_item(node, options, base, lists, default_zone) for node in read]
        check_form(url, items, _list_wanted(options), where="items")
        whole = tuple(item for item in items if item.title and item.link)
        notes = [note, *note_left_out(nodes, "items")]
        left_out = len(items) - len(whole)
        if left_out:
            notes.append(f"items without title or link left out: {left_out}")
        language = root.get("lang") or ""
        return Feed(
            title=_find_title(root),
            language=language.lower()[:_LANGUAGE_CHARS],
            items=whole,
            notes=keep_notes(notes),
        )


def _check_selector(options: Table, key: str, value: str) -> None:
    is_value = key not in ("item", "empty")
    expected = _VALUE if is_value else _SELECTOR
    selector, _ = _split_attribute(value) if is_value else (value, "")
    fault = _find_fault(selector) if selector else ""
    if fault:
        options.wrong(key, f"{expected} ({fault})")


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
    if first is None:
        return url
    href = first.get("href", "")
    return resolve_link(url, href) or url


def _find_title(root: _Element) -> str:
    first = next(root.iter("title"), None)
    if first is None:
        return ""
    return _make_line(read_inner_text(first))


def _make_line(text: str) -> str:
    return fit_line(tidy(text), _TITLE_CHARS)


def _list_wanted(options: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields that items must have, each with where the source says to find it."""
    wanted = {"link": "a link in the item"}
    for key, field in _FIELDS.items():
        if key in options:
            wanted[field] = options[key]
    return wanted


def _make_item(
    node: _Element,
    options: Mapping[str, Any],
    base: str,
    lists: frozenset[str],
    default_zone: tzinfo,
) -> FeedItem:
    words = dict.fromkeys(_WORDS, "")
    for key in words.keys() & options.keys():
        words[key] = next(_list_values(node, options[key]), "")
    if "link" in options:
        written = _list_values(node, options["link"])
    else:
        written = (anchor.get("href", "") for anchor in node.iter("a"))
    title = _make_line(words["title"])
    summary = tidy(words["summary"])
    return FeedItem(
        guid="",
        link=_choose_link((resolve_link(base, link) for link in written), lists),
        title=escape_text(title),
        summary=escape_text(summary),
        published=parse_date(words["date"], default_zone),
    )


def _choose_link(links: Iterable[str], lists: frozenset[str]) -> str:
    """
    Return the first link that leads away from the list.

    Args:
        links: Absolute addresses, or empty.
        lists: Of the list itself, canonical.

    Returns:
        If none does, a place in the list: articles may all stand on one page; else empty.
    """
    within = ""
    for link in filter(None, links):
        if canonicalize_url(link) not in lists:
            return link
        _, _, place = link.partition("#")
        within = within or (link if place else "")
    return within


def _list_values(node: _Element, option: str) -> Iterator[str]:
    """Give the words, or an attribute, of each element that has them."""
    selector, attribute = _split_attribute(option)
    candidates = _select(selector, node) if selector else [node]
    for candidate in candidates:
        value = _read_value(candidate, attribute).strip()
        if value:
            yield value


def _read_value(node: _Element, attribute: str) -> str:
    """
    Return an attribute, or the words of an element.

    Of ``time`` without words, its ``datetime``.
    """
    if attribute:
        return str(node.get(attribute) or "")
    words = read_inner_text(node)
    if not words and node.tag == "time":
        return str(node.get("datetime") or "")
    return words


def _split_attribute(option: str) -> tuple[str, str]:
    """
    Return selector and attribute.

    A selector may hold ``@`` only within quotes, where no attribute ends it.
    """
    match = _ATTRIBUTE.fullmatch(option)
    if match is None:
        return option, ""
    return match["selector"].strip(), match["attribute"]


def _select(selector: str, node: _Element) -> list[_Element]:
    selected = _compile(selector)(node)
    if not isinstance(selected, list):
        return []
    return [element for element in selected if isinstance(element, _Element)]


@lru_cache(maxsize=512)
def _compile(selector: str) -> CSSSelector:
    return CSSSelector(selector, translator="html")


def _find_fault(selector: str) -> str:
    try:
        compiled = _compile(selector)
        # Some faults show only where it is used, and those in brackets only if something is found.
        compiled(etree.Element("p"))
        prefixed = _PREFIXED.search(_QUOTED.sub("", compiled.path))
        if prefixed:
            return f"no namespace is known: {prefixed[0]}"
    except (SelectorError, XPathError, ValueError) as error:
        return fit_line(str(error), 120) or type(error).__name__
    return ""
