"""
Valid feeds as we read them, beside feedparser's reading of the same bytes.

feedparser is asked as it stands, without its own cleanings. Where it takes something nested, or of
another namespace, for an item's own, the file is named in ``DELIBERATE`` with what it takes.
"""

from __future__ import annotations

import html
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import feedparser
from lxml import etree

from aggregator.errors import ParseError
from aggregator.feeds.dates import parse_date
from aggregator.feeds.parse import parse_feed
from aggregator.text.html import to_text
from aggregator.urls.links import resolve_link
from tests.corpora.reading import find_headers
from tests.support.through import ADDRESS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aggregator.models import FeedItem
    from tests.corpora.packages import Sample

__all__ = ["DELIBERATE", "compare", "is_valid_feed"]

_ZONE = ZoneInfo("UTC")
_ROOTS = frozenset({"rss", "feed", "rdf"})

_CAPTION = "a caption of Media RSS or iTunes for the title or the text"
_SEVERAL = "several contents for the text; the longest is ours"
_ORIGINAL = "FeedBurner's address for the link; ours is the original one"
_BARE = "a guid without a slash for a relative link"
_LAST = "the last of several links; ours is the first that says it is a page"
_CHARSET = "an encoding that no feed is published in"
_RELATED = "title, link and text of a related article"
DELIBERATE = {
    "itunes/itunes_item_summary.xml": _CAPTION,
    "media-rss/item_media_title1.xml": _CAPTION,
    "media-rss/item_media_title_type_plain.xml": _CAPTION,
    "media-rss/media_group.xml": _CAPTION,
    "atom/youtube/data.xml": _CAPTION,
    "mediacontent-dupes.xml": _CAPTION,
    "input/narro.rss": _CAPTION,
    "stubs/nerdcast-2016-04-29.xml": _CAPTION,
    "data/itunes_subtitle.rss": _CAPTION,
    "input/atom-customfields.atom": _CAPTION,
    "rss/item_category_image.xml": "an image within a category for the item's title",
    "samples/rss/github-49/data.xml": _RELATED,
    "data/full.atom": _SEVERAL,
    "data/relative.atom": _SEVERAL,
    "data/relative.rss": _SEVERAL,
    "input/feedburner.atom": _ORIGINAL,
    "input/many-links.rss": _ORIGINAL,
    "input/encoding.rss": _ORIGINAL,
    "fixtures/techcrunch.rss": _ORIGINAL,
    "test-data/atom-multilinks.xml": _LAST,
    "node_precedence/atom10_title.xml": "a title of another namespace for the item's",
    "data/permalink.rss": "an address put together from a guid and xml:base for the guid",
    "feeds/iconv.xml": "nothing for the full text of Yandex",
    "encoding/csucs4.xml": _CHARSET,
    "encoding/iso-10646-ucs-4.xml": _CHARSET,
    "encoding/ucs-4.xml": _CHARSET,
    "encoding/utf-32be-autodetect.xml": _CHARSET,
    "encoding/utf-32be.xml": _CHARSET,
    "encoding/utf-32le-autodetect.xml": _CHARSET,
    "encoding/utf-32le.xml": _CHARSET,
    "encoding/utf_32.xml": _CHARSET,
}
"""What feedparser takes for an item's own and we do not, by the end of a file's path."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a reader would see of an item."""

    title: str
    guid: str
    link: str
    texts: frozenset[str]
    date: object


def is_valid_feed(sample: Sample) -> bool:
    """Say whether a file is well-formed and has the root of a feed."""
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True)
    try:
        root = etree.fromstring(sample.body, parser)
    except etree.XMLSyntaxError:
        return False
    return etree.QName(root).localname.lower() in _ROOTS


def compare(sample: Sample) -> list[str]:
    """Return in words how the two readings of a feed differ."""
    headers = find_headers(sample)
    try:
        feed = parse_feed(sample.body, headers, ADDRESS, _ZONE)
    except ParseError as error:
        return [str(error)]
    parsed = feedparser.parse(
        io.BytesIO(sample.body),
        response_headers=headers or {"content-type": "application/xml"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    theirs = list(_read_theirs(parsed["entries"]))
    ours = [_read_ours(item) for item in feed.items]
    if len(ours) != len(theirs):
        return [f"{len(ours)} items, feedparser has {len(theirs)}"]
    differences = []
    for our, their in zip(ours, theirs, strict=True):
        for name in _Reading.__slots__:
            left, right = getattr(our, name), getattr(their, name)
            if left != right:
                differences.append(f"{name}: {left!r}, feedparser has {right!r}")
    return differences


def _read_words(markup: str) -> str:
    return " ".join(to_text(markup).split())


def _read_ours(item: FeedItem) -> _Reading:
    texts = map(_read_words, (item.summary, item.content))
    return _Reading(
        title=_read_words(item.title),
        guid=resolve_link(ADDRESS, item.guid) or item.guid,
        link=item.link,
        texts=frozenset(filter(None, texts)),
        date=item.published or item.updated,
    )


def _read_theirs(entries: list[dict[str, Any]]) -> Iterator[_Reading]:
    for entry in entries:
        title = _read_detail(entry, "title")
        texts = [_read_detail(entry, "summary"), *map(_read_value, _get(entry, "content") or ())]
        if not (title or any(texts)):
            continue
        guid = _get(entry, "id")
        yield _Reading(
            title=_read_words(title),
            guid=resolve_link(ADDRESS, guid) or guid.strip(),
            link=_read_link(entry, guid),
            texts=frozenset(filter(None, map(_read_words, texts))),
            date=_read_date(entry),
        )


def _read_link(entry: dict[str, Any], guid: str) -> str:
    link = _get(entry, "link")
    # A guid is a link to feedparser whatever it looks like.
    if link == guid and "/" not in link:
        return ""
    return resolve_link(ADDRESS, link)


def _read_date(entry: dict[str, Any]) -> object:
    dates = (parse_date(_get(entry, name), _ZONE) for name in ("published", "created", "updated"))
    return next(filter(None, dates), None)


def _get(entry: dict[str, Any], name: str) -> Any:
    return dict.get(entry, name) or ""


def _read_detail(entry: dict[str, Any], name: str) -> str:
    return _read_value(_get(entry, f"{name}_detail") or {"value": _get(entry, name)})


def _read_value(detail: dict[str, Any]) -> str:
    value = str(dict.get(detail, "value") or "").strip()
    is_plain = dict.get(detail, "type") == "text/plain"
    return html.escape(value, quote=False) if is_plain and "<" in value else value
