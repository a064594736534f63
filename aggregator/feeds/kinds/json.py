"""
A JSON API, read by paths.

``data.items`` is a key in a key, ``images.0.url`` has a number for a place in a list:

    [outlet.source.json]
    items = ""                      # where the list is; empty (or left out): the answer is the list
    title = "title"
    link = "https://www.gov.kz/memleket/entities/mdai/press/news/details/{id}?lang=ru"
    date = "created_date"           # optional, as are the following
    summary = "short_description"
    text = "body"
    language = "lang"
    id = "id"                       # what an item is known by, when its link may change

``link`` is a path, or an address with paths in braces; what fills them is percent-encoded. A date
whose path names UTC (``date_gmt``, ``publishedUtc``) is in UTC where it names no zone itself.
"""

from __future__ import annotations

import json
import math
import re
from datetime import UTC
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from aggregator.errors import FormChangedError, ParseError
from aggregator.feeds.dates import parse_date
from aggregator.feeds.kinds.items import MAX_ITEMS, check_form, keep_notes, note_left_out
from aggregator.models import Feed, FeedItem
from aggregator.text.charset import decode, describe_binary
from aggregator.text.typography import fit_line
from aggregator.urls.links import resolve_link

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from aggregator.models import FetchResult, Source
    from aggregator.toml.tables import Table

__all__ = ["JsonKind"]

_PATH = re.compile(r"[^\s.{}]+(?:\.[^\s.{}]+)*")
_LINK = re.compile(r"[^\s{}]*(?:\{[^\s.{}]+(?:\.[^\s.{}]+)*\}[^\s{}]*)+")
_HOLE = re.compile(r"\{([^{}]+)\}")
# A key of which gmt or utc is the first or the last word: date_gmt, dateUTC, utc_date.
_OF_UTC = re.compile(r"(?:^|[._-])(?:gmt|utc)(?![a-z]*\d)|(?:gmt|utc)(?=[._-]|$)", re.IGNORECASE)
_SHOWN_KEYS = 20
_PLACE_DIGITS = 6
_FIELDS = {
    "title": "title",
    "link": "link",
    "date": "published",
    "summary": "summary",
    "text": "content",
}
_OPTIONAL = ("items", "date", "summary", "text", "language", "id")
_PATHS = "a path such as title or data.title, without blanks"


class JsonKind:
    """See ``kind.SourceKind``."""

    name = "json"

    def wanted_address(self, url: str) -> str:  # noqa: ARG002 -- any will do
        """Return nothing: an API may stand anywhere."""
        return ""

    def check(self, options: Table) -> Mapping[str, Any]:
        """Read the paths; title and link are required."""
        paths = {
            "link": _check_link(options),
            "title": options.matching("title", _PATH, _PATHS),
        }
        given = filter(options.has, _OPTIONAL)
        for key in given:
            paths[key] = options.matching(key, _PATH, _PATHS, default="")
        return {key: path for key, path in paths.items() if path}

    def parse(
        self,
        result: FetchResult,
        source: Source,
        *,
        default_zone: tzinfo,
    ) -> Feed:
        """Read an answer."""
        url = result.url
        answer, note = _read_answer(result)
        options = source.options
        rows = _find_rows(answer, options.get("items", ""), url)
        read = rows[:MAX_ITEMS]
        items = [_make_item(row, source, url, default_zone) for row in read]
        wanted = {field: options[key] for key, field in _FIELDS.items() if key in options}
        check_form(url, items, wanted, where="items")
        with_words = tuple(item for item in items if item.title or item.summary or item.content)
        notes = [note, *note_left_out(rows, "items")]
        left_out = len(items) - len(with_words)
        if left_out:
            notes.append(f"items without title and text left out: {left_out}")
        return Feed(
            title="",
            language="",
            items=with_words,
            notes=keep_notes(notes),
        )


def _check_link(options: Table) -> str:
    expected = "a path, or an address with paths in braces"
    link = options.text("link", expected)
    is_formed = _LINK.fullmatch(link) if "{" in link else _PATH.fullmatch(link)
    if link and not is_formed:
        example = "https://outlet.kz/news/{id}"
        options.wrong("link", f"{expected} such as {example}")
    return link


def _read_answer(result: FetchResult) -> tuple[Any, str]:
    """Return what was answered, and a note on how it was decoded."""
    content_type = result.headers.get("content-type", "")
    text, note = decode(result.body, content_type)
    try:
        return json.loads(text), note
    except (ValueError, RecursionError) as error:
        begins = describe_binary(result.body) or repr(fit_line(text[:500], 80))
        detail = f"not JSON ({error}): {begins}"
        raise ParseError(result.url, detail[:300]) from error


def _find_rows(answer: Any, path: str, url: str) -> list[Any]:
    rows = _find_value(answer, path)
    if isinstance(rows, list):
        return rows
    place = f"at {path!r}" if path else "as the answer"
    shape = _name_shape(rows)
    raise FormChangedError(url, f"no list {place}, but {shape}; {_name_keys(answer)}")


def _make_item(
    row: Any,
    source: Source,
    url: str,
    default_zone: tzinfo,
) -> FeedItem:
    options = source.options
    words = dict.fromkeys((*_FIELDS, "language", "id"), "")
    for key in words.keys() & options.keys():
        path = options[key]
        words[key] = _find_words(row, path)
    link = options["link"]
    if "{" in link:
        words["link"] = _fill_link(link, row)
    zone = UTC if _OF_UTC.search(options.get("date", "")) else default_zone
    # Two lists of one outlet, say one for each language, may number the same things.
    number = words["id"]
    guid = f"{source.id} {number}" if number else ""
    return FeedItem(
        guid=guid,
        link=resolve_link(url, words["link"]),
        title=words["title"],
        summary=words["summary"],
        content=words["text"],
        published=parse_date(words["date"], zone),
        language=words["language"].lower(),
    )


def _fill_link(link: str, row: Any) -> str:
    """Return the address with its holes filled; empty if one of them cannot be."""
    paths = _HOLE.findall(link)
    words = {path: _find_words(row, path) for path in paths}
    if not all(words.values()):
        return ""

    def fill(hole: re.Match[str]) -> str:
        path = hole[1]
        return quote(words[path], safe="")

    return _HOLE.sub(fill, link)


def _find_words(row: Any, path: str) -> str:
    value = _find_value(row, path)
    return _write_words(value)


def _find_value(value: Any, path: str) -> Any:
    keys = path.split(".") if path else ()
    for key in keys:
        value = _step_into(value, key)
    return value


def _step_into(value: Any, key: str) -> Any:
    """Return what stands at a key of an object or a place in a list, None if there is nothing."""
    if isinstance(value, dict):
        return value.get(key)
    is_place = key.isascii() and key.isdigit()
    if not isinstance(value, list) or not is_place:
        return None
    place = int(key[:_PLACE_DIGITS])
    return value[place] if place < len(value) else None


def _write_words(value: Any) -> str:
    if isinstance(value, str):
        return _make_sendable(value).strip()
    # A truth is a number to Python, not to a reader.
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return ""
    return _write_fraction(value) if isinstance(value, float) else str(value)


def _write_fraction(value: float) -> str:
    """Write a number with all its digits, a whole one without a point; empty if it is none."""
    if not math.isfinite(value):
        return ""
    return str(int(value)) if value.is_integer() else repr(value)


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
    first_keys = islice(answer, _SHOWN_KEYS)
    shown = fit_line(", ".join(map(str, first_keys)), 160)
    return _make_sendable(f"the answer's keys are {shown}")


def _make_sendable(text: str) -> str:
    # JSON may name half of a surrogate pair, which is no character and cannot be written as UTF-8.
    return text.encode(errors="replace").decode()
