"""
Bytes to a feed: decoded (``text.charset``), mended (``feeds.mend``), then read by feedparser. No
I/O.

feedparser is given bytes in a stream, as a string could make it open an address or a file; no base
address, so that it leaves guids as they are; and neither of its own cleanings, which cost three
quarters of its time and lose what nh3 keeps. What it makes of dates is not used: it does not know
Russian and Kazakh, and gives dates without a zone as UTC.
"""

from __future__ import annotations

import html
import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import feedparser

from aggregator.errors import ParseError
from aggregator.feeds.dates import parse_date
from aggregator.feeds.mend import NotXMLError, mend
from aggregator.models import Feed, FeedItem
from aggregator.text.charset import decode
from aggregator.text.html import to_text
from aggregator.text.typography import one_line, tidy
from aggregator.urls.links import web_link

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, tzinfo

__all__ = ["parse_feed"]

_TITLE_CHARS = 200
_MAX_CATEGORY_CHARS = 100
_PAGE_TITLE = re.compile(r"<title[^>]*>([^<]{0,500})", re.IGNORECASE)
_HEAD_CHARS = 5000
_HEADERS = {"content-type": "application/xml; charset=utf-8"}


def parse_feed(
    body: bytes,
    headers: Mapping[str, str],
    url: str,
    default_zone: tzinfo,
) -> Feed:
    """
    Read a feed: RSS 0.9 to 2.0 or Atom, with the faults of the wild.

    Args:
        body: As fetched, decompressed.
        headers: Of the response, names in lower case; only Content-Type is looked at.
        url: Where it came from: what its links are relative to.
        default_zone: Of dates that name no zone.

    Raises:
        ParseError: Something else came; the detail says what it looks like.
    """
    text, charset_note = decode(body, headers.get("content-type", ""))
    try:
        xml, mended = mend(text)
    except NotXMLError as error:
        raise ParseError(url, _describe(text, error)) from error
    parsed = _read_xml(xml, url)
    head = parsed["feed"]
    language = _text(head, "language").lower()
    items = _make_items(parsed, url, default_zone, language)
    with_channels = tuple(item for item in items if item.title or item.summary or item.content)
    notes = [charset_note, *mended]
    if parsed.get("bozo"):
        notes.append("not well-formed, read leniently")
    if len(with_channels) < len(items):
        notes.append(f"items without title and text left out: {len(items) - len(with_channels)}")
    return Feed(
        title=one_line(tidy(to_text(_text(head, "title"))), _TITLE_CHARS),
        language=language,
        items=with_channels,
        notes=tuple(note for note in notes if note),
    )


def _make_items(
    parsed: dict[str, Any],
    url: str,
    default_zone: tzinfo,
    language: str,
) -> list[FeedItem]:
    """Make items, each in its own language, else in that of the feed."""
    atom = str(parsed.get("version") or "").startswith("atom")
    items = [_item(entry, url, default_zone, atom=atom) for entry in parsed["entries"]]
    return [item if item.language else replace(item, language=language) for item in items]


def _read_xml(xml: str, url: str) -> dict[str, Any]:
    try:
        parsed: dict[str, Any] = feedparser.parse(
            io.BytesIO(xml.encode()),
            response_headers=_HEADERS,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except (LookupError, AttributeError, TypeError, ValueError, AssertionError) as error:
        # Elements where none belong, e.g. a link without end in an image without end, trip its own
        # bookkeeping.
        raise ParseError(
            url, f"feedparser cannot read it: {type(error).__name__}: {error}"[:200]
        ) from error
    return parsed


def _item(
    entry: dict[str, Any],
    base_url: str,
    default_zone: tzinfo,
    *,
    atom: bool,
) -> FeedItem:
    guid = _text(entry, "id")
    summary, content = _texts(entry)
    published, updated = _dates(entry, default_zone)
    if not (published or atom):
        published = updated
        updated = None  # RSS has one date; feedparser calls dc:date "updated"
    return FeedItem(
        guid=guid,
        link=_link(entry, guid, base_url),
        title=_markup(_dict(entry, "title_detail")) or _text(entry, "title"),
        summary=summary,
        content=content,
        published=published,
        updated=updated,
        language=_text(_dict(entry, "title_detail"), "language").lower(),
        categories=_categories(entry),
    )


def _get(entry: dict[str, Any], key: str) -> Any:
    # feedparser's own ``get`` answers with other keys' values (``published`` for ``updated``), and
    # warns of it.
    return dict.get(entry, key)


def _text(entry: dict[str, Any], key: str) -> str:
    value = _get(entry, key)
    return value.strip() if isinstance(value, str) else ""


def _dict(entry: dict[str, Any], key: str) -> dict[str, Any]:
    value = _get(entry, key)
    return value if isinstance(value, dict) else {}


def _texts(entry: dict[str, Any]) -> tuple[str, str]:
    """Return teaser and full text; feedparser repeats a text that is alone in both places."""
    contents = [_markup(part) for part in _get(entry, "content") or () if isinstance(part, dict)]
    # Several: teaser twice, or both content:encoded and yandex:full-text; the longest is the full
    # text.
    content = max(contents, key=len, default="") or _text(entry, "turbo_content")
    summary = _markup(_dict(entry, "summary_detail")) or _text(entry, "summary")
    return ("" if summary == content else summary), content


def _markup(detail: dict[str, Any]) -> str:
    value = _text(detail, "value")
    # Text that is declared to be plain may hold "<"; escaped, it reads the same as markup.
    return (
        html.escape(value, quote=False)
        if _get(detail, "type") == "text/plain" and "<" in value
        else value
    )


def _link(entry: dict[str, Any], guid: str, base_url: str) -> str:
    link = _text(entry, "feedburner_origlink") or _text(entry, "link")
    if link == guid and not guid.lower().startswith(("http://", "https://")):
        return ""  # a guid is a link by default, even if it is but a number
    return web_link(
        base_url, "".join(line.strip() for line in link.splitlines())
    )  # some break long addresses


def _dates(entry: dict[str, Any], default_zone: tzinfo) -> tuple[datetime | None, datetime | None]:
    """Return the first date that can be read of when it was published, and of when it was updated."""
    published = _first_date(entry, ("published", "created"), default_zone)
    return published, _first_date(entry, ("updated",), default_zone)


def _first_date(
    entry: dict[str, Any], keys: tuple[str, ...], default_zone: tzinfo
) -> datetime | None:
    for key in keys:
        if date := parse_date(_text(entry, key), default_zone):
            return date
    return None


def _categories(entry: dict[str, Any]) -> tuple[str, ...]:
    terms = (
        _text(tag, "label") or _text(tag, "term")
        for tag in _get(entry, "tags") or ()
        if isinstance(tag, dict)
    )
    return tuple(dict.fromkeys(one_line(term, _MAX_CATEGORY_CHARS) for term in terms if term))


def _describe(text: str, error: NotXMLError) -> str:
    """Say what came instead of a feed."""
    head = text[:_HEAD_CHARS].strip().lstrip("\ufeff")
    if not head:
        return "an empty body"
    if re.search(r"<!doctype\s+html|<html|<head|<body", head, re.IGNORECASE):
        title = _PAGE_TITLE.search(text)
        named = one_line(tidy(to_text(title[1])), _TITLE_CHARS) if title else ""
        return f"an HTML page titled {named!r}" if named else "an HTML page without a title"
    if head[0] in "{[":
        return f"JSON: {one_line(head, 80)}"
    if head[0] == "<":
        return f"XML or markup, but {error}: {one_line(head, 80)}"
    return f"{error}: {one_line(tidy(head), 80)!r}"
