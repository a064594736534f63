"""
A news sitemap: sitemaps.org with Google's ``news:`` elements.

These name title, date and language of recent articles.
A sitemap without them lists addresses alone, which say nothing; an index lists sitemaps. Both are
refused with what they are, the index with the sitemap in it that a source should name: an index
read at each poll would hide from the operator what is fetched, and which of hundreds of old
sitemaps is meant is a guess.
"""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, Any

from lxml import etree

from aggregator.errors import FormChangedError, ParseError
from aggregator.feeds.dates import parse_date
from aggregator.feeds.kinds.items import (
    MAX_ITEMS,
    check_form,
    escape_text,
    keep_notes,
    note_left_out,
)
from aggregator.models import Feed, FeedItem
from aggregator.text.charset import decode, describe_binary
from aggregator.text.typography import fit_line, tidy
from aggregator.urls.links import resolve_link
from aggregator.urls.news_sitemap import names_news

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from lxml.etree import _Element

    from aggregator.models import FetchResult, Source
    from aggregator.toml.tables import Table

__all__ = ["SitemapKind"]

_GZIP = b"\x1f\x8b"
# sitemaps.org allows 50 MB and 50,000 addresses; Google 1,000 addresses in a news sitemap, some 500
# KB.
_MAX_BYTES = 10_000_000
# Of so many at most the newest are looked for.
_MOST_ADDRESSES = 2000
_TITLE_CHARS = 500
_LANGUAGE_CHARS = 20
_DECLARATION = re.compile(r"<\?xml[^<>]*+(?<=\?)>")
_WANTED = {"title": "news:title", "link": "loc"}


class SitemapKind:
    """See ``kind.SourceKind``."""

    name = "sitemap"

    def wanted_address(self, url: str) -> str:  # noqa: ARG002 -- any will do
        """Return nothing: a sitemap may stand anywhere."""
        return ""

    def check(self, options: Table) -> Mapping[str, Any]:  # noqa: ARG002 -- there are none
        """Return nothing: a sitemap says all by itself."""
        return {}

    def parse(
        self,
        result: FetchResult,
        source: Source,  # noqa: ARG002 -- all of them are read alike
        *,
        default_zone: tzinfo,
    ) -> Feed:
        """Read a news sitemap."""
        url = result.url
        root, note = _read_root(result)
        nodes = _find_addresses(root, url)
        items = [_make_item(node, url, default_zone) for node in nodes[:_MOST_ADDRESSES]]
        check_form(url, items, _WANTED, where="addresses")
        titled = [item for item in items if item.title and item.link]
        notes = [note, *note_left_out(nodes, "addresses")]
        left_out = len(items) - len(titled)
        if left_out:
            notes.append(f"addresses without a news title left out: {left_out}")
        titled.sort(key=_measure_age)
        newest = titled[:MAX_ITEMS]
        return Feed(
            title="",
            language="",
            items=tuple(newest),
            notes=keep_notes(notes),
        )


def _measure_age(item: FeedItem) -> float:
    """Return a number that is smaller the newer an item is; items without a date come last."""
    return -item.published.timestamp() if item.published else 0.0


def _read_root(result: FetchResult) -> tuple[_Element, str]:
    """Return the document, and a note on how it was decoded."""
    content_type = result.headers.get("content-type", "")
    unpacked = _unpack(result)
    text, note = decode(unpacked, content_type)
    begins = describe_binary(unpacked) or repr(fit_line(text[:200], 60))
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ParseError(result.url, f"no sitemap: it begins {begins}")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=True,
    )
    body = _DECLARATION.sub("", text, count=1).strip().encode()
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ParseError(result.url, f"not XML: {fit_line(str(error), 120)}") from error
    if root is None:
        raise ParseError(result.url, f"not XML: it begins {begins}")
    return root, note


def _unpack(result: FetchResult) -> bytes:
    body = result.body
    if body.startswith(_GZIP):
        decoder = zlib.decompressobj(wbits=31)
        try:
            body = decoder.decompress(body, _MAX_BYTES + 1)
        except zlib.error as error:
            detail = f"a packed sitemap that does not unpack: {error}"
            raise ParseError(result.url, detail) from error
    if len(body) > _MAX_BYTES:
        megabytes = _MAX_BYTES // 1_000_000
        raise ParseError(result.url, f"a sitemap of more than {megabytes} MB is no news sitemap")
    return body


def _find_addresses(root: _Element, url: str) -> list[_Element]:
    name = _name_tag(root)
    if name == "sitemapindex":
        raise ParseError(url, _describe_index(root, url))
    if name != "urlset":
        raise ParseError(url, f"no sitemap: XML of <{name}>")
    addresses = _list_children(root, "url")
    count = len(root)
    if count and not addresses:
        detail = f"none of {count} elements of the sitemap is an address (url)"
        raise FormChangedError(url, detail)
    return addresses


def _list_children(root: _Element, name: str) -> list[_Element]:
    return [node for node in root if _name_tag(node) == name]


def _name_tag(node: _Element) -> str:
    # The tag of a comment is no text.
    tag = node.tag if isinstance(node.tag, str) else ""
    local = tag.rpartition("}")[2]
    return local.lower()


def _read_texts(node: _Element) -> dict[str, str]:
    """
    Return the words of all elements below, by their names without namespaces.

    ``news:title`` is ``title``.
    """
    texts: dict[str, str] = {}
    for below in node.iter():
        name = _name_tag(below)
        full_name = str(below.tag)
        # Pictures have titles and addresses too.
        is_media = "image" in full_name or "video" in full_name
        if name and not is_media:
            words = below.text or ""
            texts.setdefault(name, words.strip())
    return texts


def _make_item(node: _Element, url: str, default_zone: tzinfo) -> FeedItem:
    texts = _read_texts(node)
    title = fit_line(tidy(texts.get("title", "")), _TITLE_CHARS)
    language = texts.get("language", "").lower()
    date = texts.get("publication_date", "") or texts.get("lastmod", "")
    return FeedItem(
        guid="",
        link=_find_link(texts, url),
        title=escape_text(title),
        published=parse_date(date, default_zone),
        language=language[:_LANGUAGE_CHARS],
    )


def _find_link(texts: Mapping[str, str], url: str) -> str:
    return resolve_link(url, texts.get("loc", ""))


def _describe_index(root: _Element, url: str) -> str:
    links: list[tuple[bool, str, str]] = []
    sitemaps = _list_children(root, "sitemap")
    for node in sitemaps[:_MOST_ADDRESSES]:
        texts = _read_texts(node)
        link = _find_link(texts, url)
        if link:
            changed = texts.get("lastmod", "")
            links.append((names_news(link), changed, link))
    if not links:
        return "an index of sitemaps that names none"
    best = max(links, key=lambda row: row[:2])
    return (
        f"an index of {len(sitemaps)} sitemaps, not a sitemap; name one of them as the source, "
        f"such as {best[2]}"
    )
