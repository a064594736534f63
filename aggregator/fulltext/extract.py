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

from aggregator.fulltext.page_text import PageText
from aggregator.urls.canonical import canonical_url
from aggregator.urls.links import web_link

__all__ = ["extract", "own_address"]

_MAX_CHARS = 1_000_000
_HEAD_CHARS = 200_000
_LINK = re.compile(r"<link\b[^<>]{1,2000}>", re.IGNORECASE)
_CANONICAL = re.compile(r"""\brel\s*=\s*["']?canonical\b""", re.IGNORECASE)
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""", re.IGNORECASE)


def extract(markup: str, url: str) -> PageText:
    """
    Find the article in a page.

    Args:
        markup: HTML; past a million characters it is cut.
        url: Where it came from.
    """
    markup = markup[:_MAX_CHARS]
    found = trafilatura.extract(
        markup,
        url=url,
        include_comments=False,
        include_tables=False,
        include_images=False,
        favor_precision=True,
    )
    return PageText(text=found or "", address=own_address(markup, url))


def own_address(markup: str, url: str) -> str:
    """
    Return the address that a page gives as its own, if it is one of its own site.

    Else nothing.
    """
    for link in _LINK.finditer(markup[:_HEAD_CHARS]):
        href = _HREF.search(link[0])
        if href and _CANONICAL.search(link[0]):
            address = web_link(url, html.unescape(href[1] or href[2] or href[3] or ""))
            return (
                address
                if address and _host(address) == _host(url) and urlsplit(address).path.strip("/")
                else ""
            )
    return ""


def _host(address: str) -> str:
    """Return the host of an address, the same for its mobile and AMP twins."""
    return urlsplit(canonical_url(address)).netloc
