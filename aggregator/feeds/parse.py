"""
Bytes to a feed. No I/O.

They are decoded (``text.charset``) and made a tree (``feeds.tree``), what is the items' own is
taken of it (``feeds.own``), and feedparser reads those of their texts that are not plain.

feedparser is given bytes in a stream, as a string could make it open an address or a file; no base
address, so that it leaves guids as they are; and neither of its own cleanings, which cost three
quarters of its time and lose what nh3 keeps. What it makes of dates is not used: it does not know
Russian and Kazakh, and gives dates without a zone as UTC.
"""

from __future__ import annotations

import html
import io
import re
from functools import partial
from typing import TYPE_CHECKING, Any

import feedparser

from aggregator.errors import ParseError
from aggregator.feeds.dates import parse_date
from aggregator.feeds.mend import NotXMLError
from aggregator.feeds.own import read_own
from aggregator.feeds.tree import read_tree
from aggregator.models import Feed, FeedItem
from aggregator.text.charset import decode, describe_binary
from aggregator.text.html import to_text
from aggregator.text.typography import fit_line, tidy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import tzinfo

    from aggregator.feeds.own import OwnFeed, OwnItem

__all__ = ["parse_feed"]

_TITLE_CHARS = 200
_MAX_CATEGORY_CHARS = 100
_PAGE_TITLE = re.compile(r"<title[^<>]*+>([^<]{0,500})", re.IGNORECASE)
_HEAD_CHARS = 5000
# expat hands text on line by line: a feed of nothing but newlines would take twice as long as any.
_MAX_NEWLINES = 400_000
_NEWLINES = re.compile(r"[\r\n]+")
_HEADERS = {"content-type": "application/xml; charset=utf-8"}
# What feedparser makes of a feed with no text that it has to read.
_NOTHING: dict[str, Any] = {"feed": {}, "entries": []}


def parse_feed(
    body: bytes,
    headers: Mapping[str, str],
    url: str,
    default_zone: tzinfo,
    languages: Sequence[str] = (),
    *,
    pictures: bool = False,
) -> Feed:
    """
    Read a feed: RSS 0.9 to 2.0 or Atom, with the faults of the wild.

    Args:
        body: As fetched, decompressed.
        headers: Of the response, names in lower case; only Content-Type is looked at.
        url: Where it came from: what its links are relative to.
        default_zone: Of dates that name no zone.
        languages: Of the source, the most wanted first: where an item links to a page in each of
            several languages, one of them is chosen. Empty for any.
        pictures: Read the addresses of the items' pictures too.

    Raises:
        ParseError: Something else came; the detail says what it looks like.
    """
    own, notes = _read_own(body, headers, url, languages, pictures=pictures)
    parsed = _read_xml(own.texts, url) if own.texts else _NOTHING
    head = parsed["feed"]
    title = _read_text(head, "title") if own.title is None else own.title
    language = _read_text(head, "language") if own.language is None else own.language
    language = language.lower()
    items = _make_items(own, parsed, url, default_zone, language)
    with_words = tuple(filter(_has_words, items))
    left_out = len(items) - len(with_words)
    left_out_note = f"items without title and text left out: {left_out}" if left_out else ""
    return Feed(
        title=_make_line(title),
        language=language,
        items=with_words,
        notes=tuple(filter(None, (*notes, left_out_note))),
    )


def _has_words(item: FeedItem) -> bool:
    return bool(item.title or item.summary or item.content)


def _make_items(
    own: OwnFeed,
    parsed: dict[str, Any],
    url: str,
    default_zone: tzinfo,
    language: str,
) -> list[FeedItem]:
    entries = parsed["entries"]
    wanted = sum(not item.is_plain for item in own.items)
    if len(entries) != wanted:
        raise ParseError(url, f"feedparser reads {len(entries)} of {wanted} items")
    rest = iter(entries)
    make = partial(_make_item, default_zone=default_zone, language=language, is_atom=own.is_atom)
    return [make(item, {} if item.is_plain else next(rest)) for item in own.items]


def _read_own(
    body: bytes,
    headers: Mapping[str, str],
    url: str,
    languages: Sequence[str],
    *,
    pictures: bool,
) -> tuple[OwnFeed, tuple[str, ...]]:
    """Return the items' own and notes; text and tree are let go before the texts are read."""
    text, charset_note = decode(body, headers.get("content-type", ""))
    try:
        root, mended = read_tree(text, url)
    except NotXMLError as error:
        detail = describe_binary(body) or _describe(text, error)
        raise ParseError(url, detail) from error
    own = read_own(root, url, languages, pictures=pictures)
    return own, (charset_note, *mended)


def _make_line(markup: str) -> str:
    words = tidy(to_text(markup))
    return fit_line(words, _TITLE_CHARS)


def _read_xml(xml: str, url: str) -> dict[str, Any]:
    if xml.count("\n") > _MAX_NEWLINES:
        xml = _NEWLINES.sub(" ", xml)
    try:
        parsed: dict[str, Any] = feedparser.parse(
            io.BytesIO(xml.encode()),
            response_headers=_HEADERS,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except (LookupError, AttributeError, TypeError, ValueError, AssertionError) as error:
        # Its own bookkeeping trips over what it does not expect.
        detail = f"feedparser cannot read it: {type(error).__name__}: {error}"
        raise ParseError(url, detail[:200]) from error
    return parsed


def _make_item(
    own: OwnItem,
    entry: dict[str, Any],
    *,
    default_zone: tzinfo,
    language: str,
    is_atom: bool,
) -> FeedItem:
    summary, content = _read_texts(entry, own)
    published = parse_date(own.published, default_zone) or parse_date(own.created, default_zone)
    updated = parse_date(own.updated, default_zone)
    if not (published or is_atom):
        published = updated
        updated = None  # RSS has one date, even where it is called dc:date
    return FeedItem(
        guid=own.guid,
        link=own.link,
        title=_read_title(entry) if own.title is None else own.title,
        summary=summary,
        content=content,
        published=published,
        updated=updated,
        language=own.language.lower() or language,
        categories=_fit_categories(own.categories),
        picture=own.picture,
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


def _read_title(entry: dict[str, Any]) -> str:
    detail = _read_detail(entry, "title_detail")
    return _read_markup(detail) or _read_text(entry, "title")


def _read_texts(entry: dict[str, Any], own: OwnItem) -> tuple[str, str]:
    """Return teaser and full text; feedparser repeats a text that is alone in both places."""
    contents: Iterable[str] | None = own.contents
    if contents is None:
        contents = map(_read_markup, _read_details(entry, "content"))
    # Several: teaser twice, or both content:encoded and yandex:full-text; the longest is the full
    # text.
    content = max(contents, key=len, default="")
    summary = own.summary
    if summary is None:
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


def _fit_categories(categories: Iterable[str]) -> tuple[str, ...]:
    fitted = [fit_line(category, _MAX_CATEGORY_CHARS) for category in categories]
    return tuple(dict.fromkeys(fitted))


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
