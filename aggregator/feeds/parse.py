"""
Bytes to a feed: decoded (``text.charset``), mended (``feeds.mend``), read by feedparser. No I/O.

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
from aggregator.text.typography import fit_line, tidy
from aggregator.urls.links import resolve_link

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
    language = _read_text(head, "language").lower()
    items = _make_items(parsed, url, default_zone, language)
    with_words = tuple(item for item in items if item.title or item.summary or item.content)
    notes = [charset_note, *mended]
    if parsed.get("bozo"):
        notes.append("not well-formed, read leniently")
    left_out = len(items) - len(with_words)
    if left_out:
        notes.append(f"items without title and text left out: {left_out}")
    return Feed(
        title=_make_line(_read_text(head, "title")),
        language=language,
        items=with_words,
        notes=tuple(filter(None, notes)),
    )


def _make_line(markup: str) -> str:
    words = tidy(to_text(markup))
    return fit_line(words, _TITLE_CHARS)


def _make_items(
    parsed: dict[str, Any],
    url: str,
    default_zone: tzinfo,
    language: str,
) -> list[FeedItem]:
    """Make items, each in its own language, else in that of the feed."""
    version = str(parsed.get("version") or "")
    is_atom = version.startswith("atom")
    items = []
    for entry in parsed["entries"]:
        item = _make_item(entry, url, default_zone, is_atom=is_atom)
        items.append(item if item.language else replace(item, language=language))
    return items


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
        detail = f"feedparser cannot read it: {type(error).__name__}: {error}"
        raise ParseError(url, detail[:200]) from error
    return parsed


def _make_item(
    entry: dict[str, Any],
    base_url: str,
    default_zone: tzinfo,
    *,
    is_atom: bool,
) -> FeedItem:
    guid = _read_text(entry, "id")
    title = _read_detail(entry, "title_detail")
    summary, content = _read_texts(entry)
    published = _read_date(entry, ("published", "created"), default_zone)
    updated = _read_date(entry, ("updated",), default_zone)
    if not (published or is_atom):
        published = updated
        updated = None  # RSS has one date; feedparser calls dc:date "updated"
    return FeedItem(
        guid=guid,
        link=_read_link(entry, guid, base_url),
        title=_read_markup(title) or _read_text(entry, "title"),
        summary=summary,
        content=content,
        published=published,
        updated=updated,
        language=_read_text(title, "language").lower(),
        categories=_read_categories(entry),
    )


def _get(entry: dict[str, Any], key: str) -> Any:
    # feedparser's own ``get`` answers with other keys' values (``published`` for ``updated``), and
    # warns of it.
    return dict.get(entry, key)


def _read_text(entry: dict[str, Any], key: str) -> str:
    value = _get(entry, key)
    return value.strip() if isinstance(value, str) else ""


def _read_detail(entry: dict[str, Any], key: str) -> dict[str, Any]:
    value = _get(entry, key)
    return value if isinstance(value, dict) else {}


def _read_details(entry: dict[str, Any], key: str) -> list[dict[str, Any]]:
    parts = _get(entry, key) or ()
    return [part for part in parts if isinstance(part, dict)]


def _read_texts(entry: dict[str, Any]) -> tuple[str, str]:
    """Return teaser and full text; feedparser repeats a text that is alone in both places."""
    contents = map(_read_markup, _read_details(entry, "content"))
    # Several: teaser twice, or both content:encoded and yandex:full-text; the longest is the full
    # text.
    longest = max(contents, key=len, default="")
    content = longest or _read_text(entry, "turbo_content")
    detail = _read_detail(entry, "summary_detail")
    summary = _read_markup(detail) or _read_text(entry, "summary")
    if summary == content:
        summary = ""
    return summary, content


def _read_markup(detail: dict[str, Any]) -> str:
    value = _read_text(detail, "value")
    # Text that is declared to be plain may hold "<"; escaped, it reads the same as markup.
    if _get(detail, "type") == "text/plain" and "<" in value:
        return html.escape(value, quote=False)
    return value


def _read_link(entry: dict[str, Any], guid: str, base_url: str) -> str:
    link = _read_text(entry, "feedburner_origlink") or _read_text(entry, "link")
    is_address = link.lower().startswith(("http://", "https://"))
    if link == guid and not is_address:
        return ""  # a guid is a link by default, even if it is but a number
    lines = link.splitlines()  # some break long addresses
    whole = "".join(map(str.strip, lines))
    return resolve_link(base_url, whole)


def _read_date(
    entry: dict[str, Any],
    keys: tuple[str, ...],
    default_zone: tzinfo,
) -> datetime | None:
    """Return the first date that can be read."""
    for key in keys:
        date = parse_date(_read_text(entry, key), default_zone)
        if date:
            return date
    return None


def _read_categories(entry: dict[str, Any]) -> tuple[str, ...]:
    categories = []
    for tag in _read_details(entry, "tags"):
        term = _read_text(tag, "label") or _read_text(tag, "term")
        if term:
            categories.append(fit_line(term, _MAX_CATEGORY_CHARS))
    return tuple(dict.fromkeys(categories))


def _describe(text: str, error: NotXMLError) -> str:
    """Say what came instead of a feed."""
    head = text[:_HEAD_CHARS].strip().lstrip("\ufeff")
    if not head:
        return "an empty body"
    if re.search(r"<!doctype\s+html|<html|<head|<body", head, re.IGNORECASE):
        match = _PAGE_TITLE.search(text)
        title = _make_line(match[1]) if match else ""
        return f"an HTML page titled {title!r}" if title else "an HTML page without a title"
    if head[0] in "{[":
        return f"JSON: {fit_line(head, 80)}"
    if head[0] == "<":
        return f"XML or markup, but {error}: {fit_line(head, 80)}"
    return f"{error}: {fit_line(tidy(head), 80)!r}"
