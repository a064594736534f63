"""
The selectors of a page that lists articles, as a ``page`` source names them; pure.

A proposal, which a person reads and the kind itself tries before it is shown. Theory: a list is one
element again and again, each with one link whose words are a headline. So each such link votes for
the elements around it, by what a selector can say of them (tag and class, or tag under a class);
the selector meant is the one whose elements hold one headline each, the most of them, and of those
the outermost, as the date stands beside the headline and not in it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lxml.etree import _Element

from aggregator.feeds.dates import parse_date
from aggregator.text.tree import read_inner_text, read_tree
from aggregator.urls.links import resolve_link
from aggregator.urls.site import find_site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from aggregator.models import FetchResult

__all__ = ["guess_page_options"]

_LEAST_ITEMS = 4
_MOST_LINKS = 300
_MOST_CANDIDATES = 60
# Of the elements so many hold one article; some headlines are too short to be known as such.
_SHARE = 0.6
_MAX_DEPTH = 7
# Menus are shorter, teasers longer.
_LEAST_CHARS = 20
_LEAST_WORDS = 3
_MOST_CHARS = 250
_LEAST_SUMMARY = 40
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_CLASS = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,40}")
# States and places in a list, which not each of its elements has.
_PASSING = re.compile(
    r"active|first|last|odd|even|col-|^clear|hidden|current|main-?item|\d{2,}", re.IGNORECASE
)
_DATE_CLASS = re.compile(r"date|time|published|kuni|uaqyt|data", re.IGNORECASE)
_MOST_CLASSES = 3
# What says enough without a class: one of each on a page, or few.
_BARE = frozenset({"main", "section", "article", "ul", "ol", "table"})
_NO_ITEMS = frozenset({"html", "body", "head", "main", "nav", "header", "footer", "form"})


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A selector with its elements, and how many of them hold one headline alone."""

    selector: str
    nodes: tuple[_Element, ...]
    single: int

    @property
    def share(self) -> float:
        return self.single / len(self.nodes)


def guess_page_options(result: FetchResult, zone: tzinfo) -> dict[str, str]:
    """
    Return the options of a ``page`` source for a page.

    Args:
        result: The page.
        zone: Of dates that name none.

    Returns:
        Empty unless the page shows a list of four articles or more.
    """
    root, _ = read_tree(result.body, result.headers.get("content-type", ""))
    if root is None:
        return {}
    links = _list_headlines(root, result.url)
    best = _choose_items(root, links)
    if best is None:
        return {}
    options = {"item": best.selector}
    options.update(_guess_title(best, links))
    options.update(_guess_date(best, zone))
    if _has_summary(best, links):
        options["summary"] = "p"
    return options


def _list_headlines(root: _Element, url: str) -> dict[_Element, str]:
    """Return the links of the page's own site whose words may be a headline, with addresses."""
    site = find_site(url)
    here = urlsplit(url).path
    links: dict[_Element, str] = {}
    for node in root.iter("a"):
        words = read_inner_text(node)
        address = resolve_link(url, node.get("href", "")).partition("#")[0]
        is_long = _LEAST_CHARS <= len(words) <= _MOST_CHARS and len(words.split()) >= _LEAST_WORDS
        if is_long and address and find_site(address) == site and urlsplit(address).path != here:
            links[node] = address
        if len(links) >= _MOST_LINKS:
            break
    return links


def _choose_items(root: _Element, links: dict[_Element, str]) -> _Candidate | None:
    votes: Counter[str] = Counter()
    for link in links:
        for node in _list_around(link):
            votes.update(_write_selectors(node))
    candidates = []
    for selector, count in votes.most_common(_MOST_CANDIDATES):
        if count >= _LEAST_ITEMS:
            candidates.append(_judge(selector, root, links))
    fitting = filter(_fits, candidates)
    return max(fitting, key=_rank, default=None)


def _fits(candidate: _Candidate) -> bool:
    """Say whether elements are a list; a link that is itself an item has its title in a heading."""
    is_list = candidate.single >= _LEAST_ITEMS and candidate.share >= _SHARE
    first = candidate.nodes[0]
    return is_list and (first.tag != "a" or next(first.iter(*_HEADINGS), None) is not None)


def _rank(candidate: _Candidate) -> tuple[int, int, int]:
    """Most articles first; of as many the outermost elements; of those the one that says most."""
    depth = len(list(candidate.nodes[0].iterancestors()))
    selector = candidate.selector
    is_named = "." in selector or "#" in selector
    return candidate.single, -depth, is_named + (">" not in selector)


def _list_around(link: _Element) -> Iterator[_Element]:
    """Give a link and its ancestors, the innermost first."""
    yield link
    for number, node in enumerate(link.iterancestors()):
        if number >= _MAX_DEPTH or node.tag in _NO_ITEMS:
            return
        yield node


def _write_selectors(node: _Element) -> Iterator[str]:
    """Give what a selector can say of an element: its class, else where it stands."""
    classes = _list_classes(node)
    for name in classes[:_MOST_CLASSES]:
        yield f"{node.tag}.{name}"
    parent = node.getparent()
    if parent is None or classes or node.tag == "a":
        return
    between = ">"
    table = parent.getparent()
    if parent.tag == "tbody" and table is not None:
        parent = table
        between = "> tbody >"
    for where in _write_places(parent):
        yield f"{where} {between} {node.tag}"


def _write_places(parent: _Element) -> Iterator[str]:
    """Give what a selector can say of an element around those of a list."""
    for name in _list_classes(parent)[:_MOST_CLASSES]:
        yield f"{parent.tag}.{name}"
    identifier = parent.get("id") or ""
    if _CLASS.fullmatch(identifier):
        yield f"{parent.tag}#{identifier}"
    if parent.tag in _BARE:
        yield str(parent.tag)


def _list_classes(node: _Element) -> list[str]:
    names = (node.get("class") or "").split()
    return [name for name in names if _CLASS.fullmatch(name) and not _PASSING.search(name)]


def _judge(selector: str, root: _Element, links: dict[_Element, str]) -> _Candidate:
    """Count how many of a selector's elements hold one article, those that do first."""
    from lxml.cssselect import CSSSelector  # noqa: PLC0415  of this command alone

    single: list[_Element] = []
    others: list[_Element] = []
    found = CSSSelector(selector, translator="html")(root)
    nodes = (
        [node for node in found if isinstance(node, _Element)] if isinstance(found, list) else []
    )
    for node in nodes:
        addresses = {links[link] for link in node.iter("a") if link in links}
        (single if len(addresses) == 1 else others).append(node)
    return _Candidate(selector, (*single, *others), len(single))


def _find_headline(node: _Element, links: dict[_Element, str]) -> _Element | None:
    return next((link for link in node.iter("a") if link in links), None)


def _guess_title(best: _Candidate, links: dict[_Element, str]) -> dict[str, str]:
    """Return where title and link stand: in a heading, else in the link."""
    node = best.nodes[0]
    link = _find_headline(node, links)
    assert link is not None
    for above in link.iterancestors(*_HEADINGS):
        if node in above.iterancestors():
            return {"title": str(above.tag), "link": f"{above.tag} a@href"}
    inside = next(link.iter(*_HEADINGS), None)
    if inside is not None:
        return {"title": str(inside.tag), "link": "@href" if link is node else "a@href"}
    classes = _list_classes(link)
    name = f"a.{classes[0]}" if classes else "a"
    return {"title": name, "link": f"{name}@href"}


def _guess_date(best: _Candidate, zone: tzinfo) -> dict[str, str]:
    for node in best.nodes[:_LEAST_ITEMS]:
        time = next(node.iter("time"), None)
        if time is not None and parse_date(time.get("datetime") or "", zone):
            return {"date": "time@datetime"}
        for inner in node.iter():
            names = [name for name in _list_classes(inner) if _DATE_CLASS.search(name)]
            if names and parse_date(read_inner_text(inner), zone):
                return {"date": f"{inner.tag}.{names[0]}"}
    return {}


def _has_summary(best: _Candidate, links: dict[_Element, str]) -> bool:
    """Say whether the items have a paragraph that is not their headline."""
    for node in best.nodes[:_LEAST_ITEMS]:
        first = next(node.iter("p"), None)
        if first is None or any(link in links for link in first.iter("a")):
            return False
        if len(read_inner_text(first)) < _LEAST_SUMMARY:
            return False
    return True
