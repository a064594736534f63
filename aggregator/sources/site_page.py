"""
What a web page says of where its news can be read: feeds, Telegram channels, sitemaps, its name.
Pure.

Pages come from strangers: only the first million characters are read, and by ``text.tree``, whose
time is bounded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aggregator.text.charset import decode
from aggregator.text.tree import read_tree
from aggregator.text.typography import one_line, tidy
from aggregator.urls.links import site_of, web_link

if TYPE_CHECKING:
    from lxml import etree

__all__ = [
    "COMMON_PLACES",
    "NEWS_SITEMAPS",
    "SitePage",
    "find_channel_page",
    "find_news_sitemap",
    "is_page",
    "list_sitemaps",
    "read_page",
]

COMMON_PLACES = (
    "/rss",
    "/feed/",
    "/rss.xml",
    "/feed.xml",
    "/rss/all.rss",
    "/news.rss",
    "/rss/",
    "/atom.xml",
    "/index.xml",
)
"""Paths at which the feeds of ``config/sources.toml`` and of the common content systems stand, the frequent first."""

NEWS_SITEMAPS = ("/news-sitemap.xml", "/sitemap-news.xml", "/sitemap_news.xml")
"""Paths of news sitemaps where robots.txt names none."""

_MAX_CHARS = 1_000_000
_MAX_LINKS = 12
_NAME_CHARS = 80
_FEED_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "text/xml",
        "application/xml",
    }
)
_FEED_PATH = re.compile(r"(?:^|[/._=-])(?:rss\d?|feed|atom|rdf)(?:$|[/._=?&-])", re.IGNORECASE)
# Feeds of comments, oEmbed and the like are declared beside the one that is wanted.
_NOT_NEWS = re.compile(r"comment|oembed|wp-json|podcast", re.IGNORECASE)
_PAGE = re.compile(r"<!doctype\s+html|<html|<head|<body", re.IGNORECASE)
_HEAD_CHARS = 5_000
_TELEGRAM_HOSTS = frozenset({"t.me", "telegram.me", "www.t.me"})
# A handle has 5 to 32 letters, digits and underscores and begins with a letter (telegram.org/faq);
# old ones may have 4.
_HANDLE = re.compile(r"/(?:s/)?([A-Za-z][A-Za-z0-9_]{3,31})/?")
_NO_CHANNEL = frozenset({"share", "joinchat", "addstickers", "proxy", "login", "iv"})
_LOCATION = re.compile(r"<loc>\s*([^<\s]{1,2000})\s*</loc>", re.IGNORECASE)
_TITLE_SPLIT = re.compile(r"\s+[|—–\-:•·]\s+")


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class SitePage:
    """
    What one page says.

    Attributes:
        name: Of the site, as it calls itself; empty if it does not say.
        feeds: Addresses declared or linked as feeds, the declared first.
        channels: Public pages of Telegram channels linked.
    """

    name: str = ""
    feeds: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()


def is_page(body: bytes, content_type: str) -> bool:
    """Say whether a body is an HTML page."""
    text, _ = decode(body[:_HEAD_CHARS], content_type)
    return bool(_PAGE.search(text))


def read_page(body: bytes, content_type: str, url: str) -> SitePage:
    """
    Read a page.

    Args:
        body: As fetched.
        content_type: The header.
        url: Of the page: what its links are relative to.
    """
    text, _ = decode(body, content_type)
    root, _ = read_tree(text[:_MAX_CHARS])
    if root is None:
        return SitePage()
    base = _absolute(url, next((node.get("href", "") for node in root.iter("base")), "")) or url
    links = [_absolute(base, node.get("href", "")) for node in root.iter("a")]
    feeds = [*_declared(root, base), *(link for link in links if _looks_like_feed(link, url))]
    return SitePage(
        name=_name(root),
        feeds=_first(feeds),
        channels=_first([page for link in links if (page := find_channel_page(link))]),
    )


def find_channel_page(url: str) -> str:
    """
    Return the public page of the Telegram channel that an address leads to.

    Empty if it leads to none.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    match = _HANDLE.match(parts.path) if parts.hostname in _TELEGRAM_HOSTS else None
    if match is None or match[1].lower() in _NO_CHANNEL:
        return ""
    return f"https://t.me/s/{match[1]}"


def list_sitemaps(robots: str) -> tuple[str, ...]:
    """Return the sitemaps that a robots.txt names (sitemaps.org, "Specifying the Sitemap location"), news first."""
    named = [
        line.partition(":")[2].strip()
        for line in robots[:_MAX_CHARS].splitlines()
        if line.lower().startswith("sitemap:")
    ]
    good = [_absolute("", address) for address in named]
    return _first(
        sorted(
            (address for address in good if address),
            key=lambda address: "news" not in address.lower(),
        )
    )


def find_news_sitemap(body: bytes) -> str:
    """
    Return the first news sitemap that an index of sitemaps names.

    Empty if it is no index, or names none.
    """
    text, _ = decode(body[:_MAX_CHARS])
    named = _LOCATION.findall(text) if "<sitemapindex" in text[:_HEAD_CHARS] else []
    return next(
        (
            good
            for link in named
            if "news" in link.lower() and (good := _absolute("", unescape(link)))
        ),
        "",
    )


def _declared(root: etree._Element, base: str) -> list[str]:
    found = []
    for node in root.iter("link"):
        relation = (node.get("rel") or "").lower().split()
        kind = (node.get("type") or "").lower().partition(";")[0].strip()
        address = _absolute(base, node.get("href", ""))
        if "alternate" in relation and kind in _FEED_TYPES and address:
            found.append(address)
    return [address for address in found if not _NOT_NEWS.search(address)]


def _looks_like_feed(link: str, page: str) -> bool:
    if not link or _NOT_NEWS.search(link):
        return False
    parts = urlsplit(link)
    return site_of(link) == site_of(page) and bool(_FEED_PATH.search(f"{parts.path}?{parts.query}"))


def _name(root: etree._Element) -> str:
    named = _read_meta(root)
    for key in ("og:site_name", "application-name"):
        if named.get(key, "").strip():
            return one_line(tidy(named[key]), _NAME_CHARS)
    first = next(root.iter("title"), None)
    title = "" if first is None else "".join(str(text) for text in first.itertext())
    # "Headline | Site" and "Site - slogan": the site's name is mostly the shortest part.
    parts = [part for part in _TITLE_SPLIT.split(one_line(tidy(title), 500)) if part.strip()]
    return one_line(min(parts, key=len, default=""), _NAME_CHARS)


def _read_meta(root: etree._Element) -> dict[str, str]:
    found = {}
    for node in root.iter("meta"):
        name = node.get("property") or node.get("name") or ""
        found[name.lower()] = node.get("content") or ""
    return found


def _absolute(base: str, link: str) -> str:
    whole = web_link(base, link).partition("#")[0]
    # They are printed on terminals, which obey what cannot be seen.
    return whole if whole.isprintable() else ""


def _first(links: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(links))[:_MAX_LINKS]
