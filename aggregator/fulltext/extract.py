"""
An article's page to its text. Pure, but not cheap: see ``process``.

trafilatura finds the text: which of a page's paragraphs are the article is what it has been made
and measured for. Beside it the page's own word on its address is read, ``<link rel="canonical">``;
a page may speak for addresses of its own site alone, or anybody could pass an article off as
another outlet's.
"""

from __future__ import annotations

import html
import re
from urllib.parse import urlsplit

import trafilatura
from lxml import etree

from aggregator.fulltext.layout_tables import unfold_table
from aggregator.fulltext.page_text import PageText
from aggregator.urls.host import find_canonical_host
from aggregator.urls.links import resolve_link

__all__ = ["extract_text", "find_own_address", "find_own_picture"]

_MAX_CHARS = 1_000_000
_HEAD_CHARS = 200_000
_TABLE = re.compile(r"<table\b", re.IGNORECASE)
_LINK = re.compile(r"<link\b[^<>]{1,2000}>", re.IGNORECASE)
_CANONICAL = re.compile(r"""\brel\s*=\s*["']?canonical\b""", re.IGNORECASE)
_META = re.compile(r"<meta\b[^<>]{1,2000}>", re.IGNORECASE)
_OG_IMAGE = re.compile(
    r"""\b(?:property|name)\s*=\s*["']?og:image(?::url)?["'\s/>]""", re.IGNORECASE
)
_CONTENT = re.compile(r"""\bcontent\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""", re.IGNORECASE)
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""", re.IGNORECASE)


def extract_text(markup: str, url: str) -> PageText:
    """
    Find the article in a page.

    Args:
        markup: HTML; past a million characters it is cut.
        url: Where it came from.
    """
    markup = markup[:_MAX_CHARS]
    text = trafilatura.extract(
        _find_page(markup),
        url=url,
        include_comments=False,
        include_tables=False,
        include_images=False,
        favor_precision=True,
    )
    return PageText(
        text=text or "",
        address=find_own_address(markup, url),
        picture=find_own_picture(markup, url),
    )


def _find_page(markup: str) -> str:
    """Return what is to be read: the page, or of a page laid out as a table its article's cell."""
    root = trafilatura.load_html(markup) if _TABLE.search(markup) else None
    page = None if root is None else unfold_table(root)
    # Written anew: trafilatura reads trees that lxml.html made, and no others.
    return markup if page is None else etree.tostring(page, encoding="unicode", method="html")


def find_own_address(markup: str, url: str) -> str:
    """Return the address that a page gives as its own; empty if it gives none of its own site."""
    for link in _LINK.finditer(markup[:_HEAD_CHARS]):
        href = _HREF.search(link[0])
        if href and _CANONICAL.search(link[0]):
            target = html.unescape(href[1] or href[2] or href[3] or "")
            address = resolve_link(url, target)
            return address if _is_own_page(address, url) else ""
    return ""


def find_own_picture(markup: str, url: str) -> str:
    """Return the picture that a page gives for previews of itself; empty if it gives none."""
    for meta in _META.finditer(markup[:_HEAD_CHARS]):
        content = _CONTENT.search(meta[0])
        if content and _OG_IMAGE.search(meta[0]):
            return resolve_link(url, html.unescape(content[1] or content[2] or content[3] or ""))
    return ""


def _is_own_page(address: str, url: str) -> bool:
    """Say whether an address is a page of the site of ``url``, and not its front page."""
    if not address or find_canonical_host(address) != find_canonical_host(url):
        return False
    return bool(urlsplit(address).path.strip("/"))
