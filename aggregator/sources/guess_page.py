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
_NO_ITEMS = frozenset(
    {
        "html",
        "body",
        "head",
        "main",
        "nav",
        "header",
        "footer",
        "form",
    }
)


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
        written = node.get("href", "")
        address, _, _ = resolve_link(url, written).partition("#")
        if not address or not _may_be_headline(words):
            continue
        if find_site(address) == site and urlsplit(address).path != here:
            links[node] = address
        if len(links) >= _MOST_LINKS:
            break
    return links


def _may_be_headline(words: str) -> bool:
    is_fitting = _LEAST_CHARS <= len(words) <= _MOST_CHARS
    count = len(words.split())
    return is_fitting and count >= _LEAST_WORDS


def _choose_items(root: _Element, links: dict[_Element, str]) -> _Candidate | None:
    votes: Counter[str] = Counter()
    for link in links:
        for node in _list_around(link):
            selectors = _write_selectors(node)
            votes.update(selectors)
    candidates = []
    for selector, count in votes.most_common(_MOST_CANDIDATES):
        if count >= _LEAST_ITEMS:
            candidate = _judge(selector, root, links)
            candidates.append(candidate)
    fitting = filter(_fits, candidates)
    return max(fitting, key=_rank, default=None)


def _fits(candidate: _Candidate) -> bool:
    """Say whether elements are a list; a link that is itself an item has its title in a heading."""
    if candidate.single < _LEAST_ITEMS or candidate.share < _SHARE:
        return False
    first = candidate.nodes[0]
    if first.tag != "a":
        return True
    heading = next(first.iter(*_HEADINGS), None)
    return heading is not None


def _rank(candidate: _Candidate) -> tuple[int, int, int]:
    """Most articles first; of as many the outermost elements; of those the one that says most."""
    first = candidate.nodes[0]
    ancestors = list(first.iterancestors())
    depth = len(ancestors)
    selector = candidate.selector
    is_named = "." in selector or "#" in selector
    is_own = ">" not in selector
    said = is_named + is_own
    return candidate.single, -depth, said


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
    written = node.get("class") or ""
    names = filter(_CLASS.fullmatch, written.split())
    return [name for name in names if not _PASSING.search(name)]


def _judge(selector: str, root: _Element, links: dict[_Element, str]) -> _Candidate:
    """Count how many of a selector's elements hold one article, those that do first."""
    from lxml.cssselect import CSSSelector  # noqa: PLC0415  of this command alone

    single: list[_Element] = []
    others: list[_Element] = []
    find = CSSSelector(selector, translator="html")
    found = find(root)
    listed = found if isinstance(found, list) else []
    nodes = [node for node in listed if isinstance(node, _Element)]
    for node in nodes:
        addresses = {links[link] for link in node.iter("a") if link in links}
        alike = single if len(addresses) == 1 else others
        alike.append(node)
    return _Candidate(selector, (*single, *others), len(single))


def _find_headline(
    node: _Element,
    links: dict[_Element, str],
) -> _Element | None:
    headlines = (link for link in node.iter("a") if link in links)
    return next(headlines, None)


def _guess_title(
    best: _Candidate,
    links: dict[_Element, str],
) -> dict[str, str]:
    """Return where title and link stand: in a heading, else in the link."""
    node = best.nodes[0]
    link = _find_headline(node, links)
    assert link is not None
    for above in link.iterancestors(*_HEADINGS):
        if node in above.iterancestors():
            return {
                "title": str(above.tag),
                "link": f"{above.tag} a@href",
            }
    inside = next(link.iter(*_HEADINGS), None)
    if inside is not None:
        return {
            "title": str(inside.tag),
            "link": "@href" if link is node else "a@href",
        }
    classes = _list_classes(link)
    name = f"a.{classes[0]}" if classes else "a"
    return {
        "title": name,
        "link": f"{name}@href",
    }


def _guess_date(best: _Candidate, zone: tzinfo) -> dict[str, str]:
    for node in best.nodes[:_LEAST_ITEMS]:
        time = next(node.iter("time"), None)
        if time is not None:
            moment = time.get("datetime") or ""
            if parse_date(moment, zone):
                return {"date": "time@datetime"}
        for inner in node.iter():
            name = _find_date_class(inner)
            if name and parse_date(read_inner_text(inner), zone):
                return {"date": f"{inner.tag}.{name}"}
    return {}


def _find_date_class(node: _Element) -> str:
    """Return the first class of an element that calls it a date; empty if none does."""
    named_so = filter(_DATE_CLASS.search, _list_classes(node))
    return next(named_so, "")


def _has_summary(best: _Candidate, links: dict[_Element, str]) -> bool:
    """Say whether the items have a paragraph that is not their headline."""
    for node in best.nodes[:_LEAST_ITEMS]:
        first = next(node.iter("p"), None)
        if first is None or _find_headline(first, links) is not None:
            return False
        words = read_inner_text(first)
        if len(words) < _LEAST_SUMMARY:
            return False
    return True
