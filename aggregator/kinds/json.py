"""
A JSON API, read by paths: ``data.items`` is a key in a key, ``images.0.url`` has a number for a place in a list.

    [outlet.source.json]
    items = ""                      # where the list is; empty (or left out): the answer is the list
    title = "title"
    link = "https://www.gov.kz/memleket/entities/mdai/press/news/details/{id}?lang=ru"
    date = "created_date"           # optional, as are the following
    summary = "short_description"
    text = "body"
    language = "lang"
    id = "id"                       # what an item is known by, when its link may change

``link`` is a path, or an address with paths in braces; what fills them is percent-encoded.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from aggregator.errors import FormChangedError, ParseError
from aggregator.feeds.charset import decode
from aggregator.feeds.dates import parse_date
from aggregator.kinds.items import MAX_ITEMS, judge, left_out
from aggregator.models import Feed, FeedItem
from aggregator.text.links import web_link
from aggregator.text.typography import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from aggregator.models import FetchResult, Source
    from aggregator.sources.tables import Table

__all__ = ["JsonKind"]

_PATH = re.compile(r"[^\s.{}]+(?:\.[^\s.{}]+)*")
_LINK = re.compile(r"[^\s{}]*(?:\{[^\s.{}]+(?:\.[^\s.{}]+)*\}[^\s{}]*)+")
_HOLE = re.compile(r"\{([^{}]+)\}")
_FIELDS = {"title": "title", "link": "link", "date": "published", "summary": "summary", "text": "content"}
_PATHS = "a path such as title or data.title, without blanks"


class JsonKind:
    """See ``kind.SourceKind``."""

    name = "json"

    def wanted_address(self, url: str) -> str:  # noqa: ARG002 -- any will do
        """Return nothing: an API may stand anywhere."""
        return ""

    def check(self, options: Table) -> Mapping[str, Any]:
        """Read the paths; title and link are required."""
        link = options.text("link", "a path, or an address with paths in braces")
        whole = _LINK if "{" in link else _PATH
        if link and not whole.fullmatch(link):
            options.wrong("link", "a path, or an address with paths in braces such as https://outlet.kz/news/{id}")
        found = {"link": link, "title": options.matching("title", _PATH, _PATHS)}
        for key in ("items", "date", "summary", "text", "language", "id"):
            found[key] = options.matching(key, _PATH, _PATHS, default="") if options.has(key) else ""
        return {key: value for key, value in found.items() if value}

    def parse(self, result: FetchResult, source: Source, *, default_zone: tzinfo) -> Feed:
        """Read an answer."""
        text, note = decode(result.body, result.headers.get("content-type", ""))
        try:
            answer = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ParseError(result.url, f"not JSON ({error}): {one_line(text[:500], 80)!r}"[:300]) from error
        options = source.options
        found = _at(answer, options.get("items", ""))
        if not isinstance(found, list):
            place = f"at {options['items']!r}" if options.get("items") else "as the answer"
            raise FormChangedError(result.url, f"no list {place}, but {_shape(found)}; {_keys(answer)}")
        rows = found[:MAX_ITEMS]
        items = [_item(row, source, result.url, default_zone) for row in rows]
        wanted = {field: options[key] for key, field in _FIELDS.items() if key in options}
        judge(result.url, items, wanted, where="items")
        telling = tuple(item for item in items if item.title or item.summary or item.content)
        notes = [note, *left_out(found, "items")]
        notes += (
            [f"items without title and text left out: {len(items) - len(telling)}"] if len(telling) < len(items) else []
        )
        return Feed(title="", language="", items=telling, notes=tuple(note for note in notes if note))


def _item(row: Any, source: Source, url: str, default_zone: tzinfo) -> FeedItem:
    options = source.options
    value = {key: _words(_at(row, options[key])) if key in options else "" for key in (*_FIELDS, "language", "id")}
    link = options["link"]
    if "{" in link:
        value["link"] = _filled(link, row)
    return FeedItem(
        # Two lists of one outlet, say one for each language, may number the same things.
        guid=f"{source.id} {value['id']}" if value["id"] else "",
        link=web_link(url, value["link"]),
        title=value["title"],
        summary=value["summary"],
        content=value["text"],
        published=parse_date(value["date"], default_zone),
        language=value["language"].lower(),
    )


def _filled(link: str, row: Any) -> str:
    """Return the address with its holes filled; empty if one of them cannot be."""
    values = {path: _words(_at(row, path)) for path in _HOLE.findall(link)}
    if not all(values.values()):
        return ""
    return _HOLE.sub(lambda hole: quote(values[hole[1]], safe=""), link)


def _at(value: Any, path: str) -> Any:
    for key in path.split(".") if path else ():
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isascii() and key.isdigit() and int(key[:6]) < len(value):
            value = value[int(key[:6])]
        else:
            return None
    return value


def _words(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    return (
        _sendable(value).strip() if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else str(value)
    )


def _shape(value: Any) -> str:
    names = {dict: "an object", str: "a text", type(None): "nothing", bool: "true or false"}
    return names.get(type(value), "a number")


def _keys(answer: Any) -> str:
    if not isinstance(answer, dict):
        return f"the answer is {'a list' if isinstance(answer, list) else _shape(answer)}"
    return _sendable(f"the answer's keys are {one_line(', '.join(map(str, list(answer)[:20])), 160)}")


def _sendable(text: str) -> str:
    # JSON may name half of a surrogate pair, which is no character and cannot be written as UTF-8.
    return text.encode(errors="replace").decode()
