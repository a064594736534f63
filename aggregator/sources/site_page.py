"""
What a web page says of where its news can be read: feeds, Telegram channels, sitemaps. Pure.

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
from aggregator.text.typography import fit_line, tidy
from aggregator.urls.links import resolve_link
from aggregator.urls.news_sitemap import names_news
from aggregator.urls.site import find_site

if TYPE_CHECKING:
    from collections.abc import Iterable

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
"""
Paths of feeds, the frequent first.

Those of ``config/sources.toml`` and of the common content systems.
"""

NEWS_SITEMAPS = ("/news-sitemap.xml", "/sitemap-news.xml", "/sitemap_news.xml")
"""Paths of news sitemaps where robots.txt names none."""

_MAX_CHARS = 1_000_000
_MAX_LINKS = 12
_NAME_CHARS = 80
_TITLE_CHARS = 500
_FEED_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "text/xml",
        "application/xml",
    }
)
# JSON Feed's own, and what it had before it was registered (jsonfeed.org, 1.1, "Discovery").
_JSON_TYPES = frozenset({"application/feed+json", "application/json"})
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
_TITLE_SPLIT = re.compile(r"(?<!\s)\s+[|—–\-:•·]\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePage:
    """
    What one page says.

    Attributes:
        name: Of the site, as it calls itself; empty if it does not say.
        feeds: Addresses declared or linked as feeds, the declared first.
        json_feeds: Addresses declared as JSON Feed (jsonfeed.org).
        channels: Public pages of Telegram channels linked.
    """

    name: str = ""
    feeds: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    json_feeds: tuple[str, ...] = ()


def is_page(body: bytes, content_type: str) -> bool:
    """Say whether a body is an HTML page."""
    text, _ = decode(body[:_HEAD_CHARS], content_type)
    return bool(_PAGE.search(text))


def read_page(body: bytes, content_type: str, url: str) -> SitePage:
    """
    Read a page.

    Args:
        body: As fetched, decompressed.
        content_type: The header, which may name a charset.
        url: Of the page: what its links are relative to.
    """
    text, _ = decode(body, content_type)
    beginning = text[:_MAX_CHARS]
    root, _ = read_tree(beginning)
    if root is None:
        return SitePage()
    base = _find_base(root, url)
    links = [_join(base, node.get("href", "")) for node in root.iter("a")]
    feeds = _list_declared(root, base, _FEED_TYPES)
    feeds += [link for link in links if _looks_like_feed(link, url)]
    channels = filter(None, map(find_channel_page, links))
    return SitePage(
        name=_find_name(root),
        feeds=_take_first(feeds),
        channels=_take_first(channels),
        json_feeds=_take_first(_list_declared(root, base, _JSON_TYPES)),
    )


def _find_base(root: etree._Element, url: str) -> str:
    """Return what the page's links are relative to."""
    first = next(root.iter("base"), None)
    href = "" if first is None else first.get("href", "")
    return _join(url, href) or url


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
    """
    Return the sitemaps that a robots.txt names, news first.

    See sitemaps.org, "Specifying the Sitemap location".
    """
    addresses = []
    beginning = robots[:_MAX_CHARS].removeprefix("\ufeff")
    for line in beginning.splitlines():
        # RFC 9309, 2.2: blanks may stand around the colon, a comment behind "#".
        rule, _, _ = line.partition("#")
        key, _, value = rule.partition(":")
        if key.strip().lower() == "sitemap":
            address = _join("", value.strip())
            addresses.append(address)
    whole = list(filter(None, addresses))
    whole.sort(key=names_news, reverse=True)
    return _take_first(whole)


def find_news_sitemap(body: bytes) -> str:
    """
    Return the first news sitemap that an index of sitemaps names.

    Empty if it is no index, or names none.
    """
    beginning = body[:_MAX_CHARS]
    text, _ = decode(beginning)
    head = text[:_HEAD_CHARS]
    if "<sitemapindex" not in head:
        return ""
    for link in filter(names_news, _LOCATION.findall(text)):
        address = _join("", unescape(link))
        if address:
            return address
    return ""


def _list_declared(root: etree._Element, base: str, types: frozenset[str]) -> list[str]:
    """Return the feeds of news of some types that a page declares in its head."""
    links = [link for link in root.iter("link") if _is_feed_link(link, types)]
    addresses = [_join(base, link.get("href", "")) for link in links]
    return [address for address in addresses if address and not _NOT_NEWS.search(address)]


def _is_feed_link(node: etree._Element, types: frozenset[str]) -> bool:
    relation = node.get("rel") or ""
    is_alternate = "alternate" in relation.lower().split()
    content_type = node.get("type") or ""
    media_type, _, _ = content_type.lower().partition(";")
    return is_alternate and media_type.strip() in types


def _looks_like_feed(link: str, page: str) -> bool:
    if not link or _NOT_NEWS.search(link):
        return False
    if find_site(link) != find_site(page):
        return False
    parts = urlsplit(link)
    path = f"{parts.path}?{parts.query}"
    return _FEED_PATH.search(path) is not None


def _find_name(root: etree._Element) -> str:
    meta = _read_meta(root)
    for key in ("og:site_name", "application-name"):
        name = meta.get(key, "")
        if name.strip():
            return fit_line(tidy(name), _NAME_CHARS)
    title = _read_title(root)
    # "Headline | Site" and "Site - slogan": the site's name is mostly the shortest part.
    parts = filter(str.strip, _TITLE_SPLIT.split(title))
    shortest = min(parts, key=len, default="")
    return fit_line(shortest, _NAME_CHARS)


def _read_title(root: etree._Element) -> str:
    first = next(root.iter("title"), None)
    if first is None:
        return ""
    title = "".join(map(str, first.itertext()))
    return fit_line(tidy(title), _TITLE_CHARS)


def _read_meta(root: etree._Element) -> dict[str, str]:
    values = {}
    for node in root.iter("meta"):
        name = node.get("property") or node.get("name") or ""
        key = name.lower()
        values[key] = node.get("content") or ""
    return values


def _join(base: str, link: str) -> str:
    """Return a link as a whole address without its fragment; empty if it leads nowhere."""
    whole = resolve_link(base, link).partition("#")[0]
    # They are printed on terminals, which obey what cannot be seen.
    return whole if whole.isprintable() else ""


def _take_first(links: Iterable[str]) -> tuple[str, ...]:
    distinct = dict.fromkeys(links)
    return tuple(distinct)[:_MAX_LINKS]
