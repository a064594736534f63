"""
A news sitemap: sitemaps.org with Google's ``news:`` elements, which name title, date and language
of recent articles.

A sitemap without them lists addresses alone, which tell nothing; an index lists sitemaps. Both are
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
from aggregator.text.charset import decode
from aggregator.text.typography import one_line, tidy
from aggregator.urls.links import web_link

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
_TITLE_CHARS = 500
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")


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
        source: Source,
        *,
        default_zone: tzinfo,
    ) -> Feed:
        """Read a news sitemap."""
        root, note = _read_root(result)
        found = _find_addresses(root, result.url)
        items = [_make_item(node, result.url, default_zone) for node in found]
        check_form(result.url, items, {"title": "news:title", "link": "loc"}, where="addresses")
        with_channels = [item for item in items if item.title and item.link]
        notes = [note, *note_left_out(items, "addresses")]
        if len(with_channels) < len(items):
            notes.append(
                f"addresses without a news title left out: {len(items) - len(with_channels)}"
            )
        with_channels.sort(key=_measure_age)
        return Feed(
            title="",
            language="",
            items=tuple(with_channels[:MAX_ITEMS]),
            notes=keep_notes(notes),
        )


def _measure_age(item: FeedItem) -> float:
    """Return a number that is smaller the newer an item is; items without a date come last."""
    return -item.published.timestamp() if item.published else 0.0


def _read_root(result: FetchResult) -> tuple[_Element, str]:
    """Return the document, and a note on how it was decoded."""
    text, note = decode(_unpack(result), result.headers.get("content-type", ""))
    begins = one_line(text[:200], 60)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ParseError(result.url, f"no sitemap: it begins {begins!r}")
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
        raise ParseError(result.url, f"not XML: {one_line(str(error), 120)}") from error
    if root is None:
        raise ParseError(result.url, f"not XML: it begins {begins!r}")
    return root, note


def _unpack(result: FetchResult) -> bytes:
    body = result.body
    if body.startswith(_GZIP):
        try:
            body = zlib.decompressobj(wbits=31).decompress(body, _MAX_BYTES + 1)
        except zlib.error as error:
            raise ParseError(
                result.url, f"a packed sitemap that does not unpack: {error}"
            ) from error
    if len(body) > _MAX_BYTES:
        megabytes = _MAX_BYTES // 1_000_000
        raise ParseError(result.url, f"a sitemap of more than {megabytes} MB is no news sitemap")
    return body


def _find_addresses(root: _Element, url: str) -> list[_Element]:
    kind = _tag(root)
    if kind == "sitemapindex":
        raise ParseError(url, _describe_index(root, url))
    if kind != "urlset":
        raise ParseError(url, f"no sitemap: XML of <{kind}>")
    found = [node for node in root if _tag(node) == "url"]
    if len(root) and not found:
        raise FormChangedError(
            url, f"none of {len(root)} elements of the sitemap is an address (url)"
        )
    return found


def _tag(node: _Element) -> str:
    return str(node.tag).rpartition("}")[2].lower() if isinstance(node.tag, str) else ""


def _read_texts(node: _Element) -> dict[str, str]:
    """
    Return the words of all elements below, by their names without namespaces.

    ``news:title`` is ``title``.
    """
    found: dict[str, str] = {}
    for below in node.iter():
        name = _tag(below)
        # Pictures have titles and addresses too.
        if name and "image" not in str(below.tag) and "video" not in str(below.tag):
            found.setdefault(name, (below.text or "").strip())
    return found


def _make_item(node: _Element, url: str, default_zone: tzinfo) -> FeedItem:
    texts = _read_texts(node)
    return FeedItem(
        guid="",
        link=web_link(url, texts.get("loc", "")),
        title=escape_text(one_line(tidy(texts.get("title", "")), _TITLE_CHARS)),
        published=parse_date(
            texts.get("publication_date", "") or texts.get("lastmod", ""), default_zone
        ),
        language=texts.get("language", "").lower()[:20],
    )


def _describe_index(root: _Element, url: str) -> str:
    named = [_read_texts(node) for node in root if _tag(node) == "sitemap"]
    listed = [(texts.get("lastmod", ""), web_link(url, texts.get("loc", ""))) for texts in named]
    good = [entry for entry in listed if entry[1]]
    if not good:
        return "an index of sitemaps that names none"
    best = max(good, key=lambda entry: ("news" in entry[1].lower(), entry[0]))
    return (
        f"an index of {len(good)} sitemaps, not a sitemap; name one of them as the source, "
        f"such as {best[1]}"
    )
