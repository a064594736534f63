"""
Text of a feed to a tree of elements: read strictly, and mended (``feeds.mend``) only if that fails.

Most feeds are well-formed, and nothing may be changed in those: they never see the mender. Either
way no DOCTYPE comes to the parser, so that no entity can expand, and what only an attacker writes
is counted before a tree of it takes memory.
"""

from __future__ import annotations

import re

from lxml import etree
from lxml.etree import _Element

from aggregator.feeds.mend import (
    MAX_ITEMS,
    MAX_TOKENS,
    TOO_MANY_ITEMS,
    NotXMLError,
    find_feed,
    mend,
)

__all__ = ["is_item_name", "is_within_item", "read_tree"]

_CHUNK_BYTES = 1 << 16
# One without its end goes to the end of the text, so that nothing is looked through twice.
_CDATA = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)", re.DOTALL)
# Attributes that are too long; the mender drops them.
_LONG_TAG = re.compile(r"<[A-Za-z_][^<>]{20000}")
_ITEMS = ("{*}item", "{*}entry")
_ITEM_NAMES = frozenset({"item", "entry"})


def is_item_name(tag: object) -> bool:
    """Say whether an element is called as an item of a feed, in whatever namespace."""
    return isinstance(tag, str) and tag.rpartition("}")[2].lower() in _ITEM_NAMES


def is_within_item(element: _Element) -> bool:
    """Say whether an element stands in an item."""
    return any(is_item_name(around.tag) for around in element.iterancestors())


def read_tree(text: str, url: str) -> tuple[_Element, tuple[str, ...]]:
    """
    Read a feed.

    Args:
        text: Decoded, from wherever the bytes began.
        url: Where it came from: what ``xml:base`` is relative to.

    Returns:
        The root, and notes on what was mended. No more than ``MAX_ITEMS`` items are complete.

    Raises:
        NotXMLError: No root of a feed, or past what a feed may hold.
    """
    feed, notes = find_feed(text)
    root, is_cut = (None, False) if _is_heavy(feed) else _read_strictly(feed, url)
    if root is None:
        feed, mended = mend(feed)
        return _read_mended(feed, url), (*notes, *mended)
    if is_cut:
        notes = (*notes, TOO_MANY_ITEMS)
    return root, notes


def _is_heavy(feed: str) -> bool:
    """Say whether the mender's bounds should be asked first: a tree would take much memory."""
    if _LONG_TAG.search(feed):
        return True
    count = feed.count("<")
    if count <= MAX_TOKENS:
        return False
    escaped = sum(match[0].count("<") for match in _CDATA.finditer(feed))
    return count - escaped > MAX_TOKENS


def _read_strictly(feed: str, url: str) -> tuple[_Element | None, bool]:
    """
    Read a feed as far as the last item that is wanted.

    Returns:
        The root, None if the feed is not well-formed, and whether there were too many items.
    """
    parser = etree.XMLPullParser(
        events=("end",),
        tag=_ITEMS,
        encoding="utf-8",
        base_url=url,
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    )
    # Half a surrogate pair is not well-formed either.
    body = feed.encode(errors="surrogatepass")
    count = 0
    last = None
    try:
        for start in range(0, len(body), _CHUNK_BYTES):
            parser.feed(body[start : start + _CHUNK_BYTES])
            for _, element in parser.read_events():
                if isinstance(element, _Element):
                    count += not is_within_item(element)
                    last = element
            if last is not None and count > MAX_ITEMS:
                return last.getroottree().getroot(), True
        return parser.close(), False
    except etree.XMLSyntaxError:
        return None, False


def _read_mended(feed: str, url: str) -> _Element:
    # Attributes may still be wrong: the parser skips what it cannot read of them.
    parser = etree.XMLParser(
        recover=True,
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    )
    root = etree.fromstring(feed.encode(), parser, base_url=url)
    if root is None:
        raise NotXMLError("nothing that can be read in it")
    return root
