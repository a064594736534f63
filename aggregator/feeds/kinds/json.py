"""
A JSON API, read by paths: ``data.items`` is a key in a key, ``images.0.url`` has a number for a
place in a list.

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
from aggregator.feeds.dates import parse_date
from aggregator.feeds.kinds.items import MAX_ITEMS, check_form, keep_notes, note_left_out
from aggregator.models import Feed, FeedItem
from aggregator.text.charset import decode
from aggregator.text.typography import one_line
from aggregator.urls.links import web_link

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from aggregator.models import FetchResult, Source
    from aggregator.toml.tables import Table

__all__ = ["JsonKind"]

_PATH = re.compile(r"[^\s.{}]+(?:\.[^\s.{}]+)*")
_LINK = re.compile(r"[^\s{}]*(?:\{[^\s.{}]+(?:\.[^\s.{}]+)*\}[^\s{}]*)+")
_HOLE = re.compile(r"\{([^{}]+)\}")
_FIELDS = {
    "title": "title",
    "link": "link",
    "date": "published",
    "summary": "summary",
    "text": "content",
}
_PATHS = "a path such as title or data.title, without blanks"


class JsonKind:
    """See ``kind.SourceKind``."""

    name = "json"

    def wanted_address(self, url: str) -> str:  # noqa: ARG002 -- any will do
        """Return nothing: an API may stand anywhere."""
        return ""

    def check(self, options: Table) -> Mapping[str, Any]:
        """Read the paths; title and link are required."""
        found = {"link": _check_link(options)}
        found["title"] = options.matching("title", _PATH, _PATHS)
        for key in ("items", "date", "summary", "text", "language", "id"):
            if options.has(key):
                found[key] = options.matching(key, _PATH, _PATHS, default="")
        return {key: value for key, value in found.items() if value}

    def parse(
        self,
        result: FetchResult,
        source: Source,
        *,
        default_zone: tzinfo,
    ) -> Feed:
        """Read an answer."""
        answer, note = _read_answer(result)
        options = source.options
        rows = _find_rows(answer, options.get("items", ""), result.url)
        items = [_make_item(row, source, result.url, default_zone) for row in rows[:MAX_ITEMS]]
        wanted = {field: options[key] for key, field in _FIELDS.items() if key in options}
        check_form(result.url, items, wanted, where="items")
        with_channels = tuple(item for item in items if item.title or item.summary or item.content)
        notes = [note, *note_left_out(rows, "items")]
        if len(with_channels) < len(items):
            notes.append(
                f"items without title and text left out: {len(items) - len(with_channels)}"
            )
        return Feed(
            title="",
            language="",
            items=with_channels,
            notes=keep_notes(notes),
        )


def _check_link(options: Table) -> str:
    link = options.text("link", "a path, or an address with paths in braces")
    whole = _LINK if "{" in link else _PATH
    if link and not whole.fullmatch(link):
        example = "https://outlet.kz/news/{id}"
        options.wrong("link", f"a path, or an address with paths in braces such as {example}")
    return link


def _read_answer(result: FetchResult) -> tuple[Any, str]:
    """Return what was answered, and a note on how it was decoded."""
    text, note = decode(result.body, result.headers.get("content-type", ""))
    try:
        return json.loads(text), note
    except (ValueError, RecursionError) as error:
        raise ParseError(
            result.url, f"not JSON ({error}): {one_line(text[:500], 80)!r}"[:300]
        ) from error


def _find_rows(answer: Any, path: str, url: str) -> list[Any]:
    found = _find_value(answer, path)
    if isinstance(found, list):
        return found
    place = f"at {path!r}" if path else "as the answer"
    raise FormChangedError(url, f"no list {place}, but {_name_shape(found)}; {_name_keys(answer)}")


def _make_item(
    row: Any,
    source: Source,
    url: str,
    default_zone: tzinfo,
) -> FeedItem:
    options = source.options
    value = dict.fromkeys((*_FIELDS, "language", "id"), "")
    for key in value.keys() & options.keys():
        value[key] = _write_words(_find_value(row, options[key]))
    link = options["link"]
    if "{" in link:
        value["link"] = _fill_link(link, row)
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


def _fill_link(link: str, row: Any) -> str:
    """Return the address with its holes filled; empty if one of them cannot be."""
    values = {path: _write_words(_find_value(row, path)) for path in _HOLE.findall(link)}
    if not all(values.values()):
        return ""
    return _HOLE.sub(lambda hole: quote(values[hole[1]], safe=""), link)


def _find_value(value: Any, path: str) -> Any:
    for key in path.split(".") if path else ():
        value = _step_into(value, key)
    return value


def _step_into(value: Any, key: str) -> Any:
    """Return what stands at a key of an object or a place in a list, None if there is nothing."""
    if isinstance(value, dict):
        return value.get(key)
    if isinstance(value, list) and key.isascii() and key.isdigit():
        place = int(key[:6])
        return value[place] if place < len(value) else None
    return None


def _write_words(value: Any) -> str:
    if isinstance(value, str):
        return _make_sendable(value).strip()
    # A truth is a number to Python, not to a reader.
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _name_shape(value: Any) -> str:
    names = {
        dict: "an object",
        str: "a text",
        type(None): "nothing",
        bool: "true or false",
    }
    return names.get(type(value), "a number")


def _name_keys(answer: Any) -> str:
    if isinstance(answer, list):
        return "the answer is a list"
    if not isinstance(answer, dict):
        return f"the answer is {_name_shape(answer)}"
    keys = ", ".join(map(str, list(answer)[:20]))
    return _make_sendable(f"the answer's keys are {one_line(keys, 160)}")


def _make_sendable(text: str) -> str:
    # JSON may name half of a surrogate pair, which is no character and cannot be written as UTF-8.
    return text.encode(errors="replace").decode()
