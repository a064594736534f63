"""
The paths of an answer in JSON, as a ``json`` source names them; pure.

A proposal, which a person reads and the kind itself tries before it is shown. Theory: news stand in
a list of objects that have a title and an address under one of the names that such keys have in
JSON Feed (jsonfeed.org, 1.1), in the common content systems (WordPress wraps words in ``rendered``)
and in programs written for one site. Of several lists the longest is meant. Of a date in the
outlet's own time and the same in UTC (``date_gmt`` of WordPress) the second is taken: it is read as
what its name says, and whether the first is of the source's zone nobody knows.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aggregator.languages import KAZAKH, RUSSIAN
from aggregator.text.charset import decode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aggregator.models import FetchResult

__all__ = ["guess_json_options"]

_LEAST_ITEMS = 2
# Items looked at: a key that some lack is still one.
_SHOWN_ITEMS = 20
_MOST_VALUES = 20_000
_MAX_DEPTH = 6
# Names in the order in which they are preferred, in small letters without hyphens and underscores.
_NAMES = {
    "title": (
        "title",
        "headline",
        "heading",
        "name",
        "caption",
        "subject",
        "titlekz",
        "titleru",
    ),
    "link": (
        "url",
        "link",
        "permalink",
        "href",
        "canonicalurl",
        "weburl",
        "fullurl",
        "shareurl",
        "externalurl",
        "path",
    ),
    "date": (
        "datepublished",
        "publishedat",
        "published",
        "publisheddate",
        "publishdate",
        "pubdate",
        "publicationdate",
        "publishedgmt",
        "publishedutc",
        "publishedatgmt",
        "publishedatutc",
        "dategmt",
        "dateutc",
        "date",
        "createdat",
        "createddate",
        "created",
        "createdatutc",
        "datetime",
        "timestamp",
        "time",
    ),
    "text": (
        "contenthtml",
        "contenttext",
        "content",
        "body",
        "fulltext",
        "text",
        "html",
    ),
    "summary": (
        "summary",
        "description",
        "excerpt",
        "lead",
        "announce",
        "anons",
        "shorttext",
        "shortdescription",
        "preview",
        "intro",
        "subtitle",
    ),
    "language": ("language", "lang", "locale"),
    "id": ("id", "guid", "uuid", "slug"),
}
_WRAPPERS = ("rendered", "value", "plain", "html", "text", KAZAKH.value, "kz", RUSSIAN.value)
_REQUIRED = ("title", "link")


def guess_json_options(result: FetchResult) -> dict[str, str]:
    """
    Return the options of a ``json`` source for an answer.

    Empty unless it is JSON with a list of things that have a title and an address.
    """
    text, _ = decode(result.body, result.headers.get("content-type", ""))
    if not text.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
        return {}
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    best: dict[str, str] = {}
    longest = 0
    for path, rows in _list_lists(answer):
        options = _guess_paths(rows)
        are_news = all(key in options for key in _REQUIRED)
        if len(rows) > longest and are_news:
            best = {"items": path, **options} if path else options
            longest = len(rows)
    return best


def _list_lists(answer: Any) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Give each list of objects with its path, the outermost first."""
    waiting: list[tuple[tuple[str, ...], Any]] = [((), answer)]
    seen = 0
    while waiting and seen < _MOST_VALUES:
        path, value = waiting.pop(0)
        seen += 1
        listed = value if isinstance(value, list) else []
        rows = [row for row in listed if isinstance(row, dict)]
        if len(rows) >= _LEAST_ITEMS:
            yield ".".join(path), rows
        if isinstance(value, dict) and len(path) < _MAX_DEPTH:
            named = filter(_can_name, value)
            waiting += [((*path, key), value[key]) for key in named]


def _can_name(key: str) -> bool:
    """Say whether a key can stand in a path."""
    if not key:
        return False
    return not any(letter in ".{}" or letter.isspace() for letter in key)


def _guess_paths(rows: list[dict[str, Any]]) -> dict[str, str]:
    """Return the path of each field that one of the first rows has words for."""
    options: dict[str, str] = {}
    for row in rows[:_SHOWN_ITEMS]:
        words = dict(_list_words(row))
        for field, names in _NAMES.items():
            path = _choose_path(words, names, field)
            if path and path not in options.values():
                options.setdefault(field, path)
    return options


def _list_words(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Give the words of a row by path: its own, and those that are wrapped once."""
    for key, value in row.items():
        if not _can_name(key):
            continue
        if isinstance(value, dict):
            inner = _find_wrapped(value)
            if inner:
                yield f"{key}.{inner}", value[inner]
        elif isinstance(value, (str, int, float)) and not isinstance(value, bool):
            yield key, str(value)


def _find_wrapped(wrapper: dict[str, Any]) -> str:
    """Return the key that an object has its words under; empty if it has none."""
    for name in _WRAPPERS:
        if isinstance(wrapper.get(name), str):
            return name
    return ""


def _choose_path(words: Mapping[str, str], names: tuple[str, ...], field: str) -> str:
    """Return the path of the preferred name that has words, and such as the field has."""
    by_name = {_fold(path): path for path in words}
    for name in names:
        path = by_name.get(name, "")
        value = words.get(path, "").strip()
        if value and (field != "link" or _is_address(value)):
            return path
    return ""


def _fold(path: str) -> str:
    key = path.partition(".")[0]
    return key.lower().replace("_", "").replace("-", "")


def _is_address(value: str) -> bool:
    return value.startswith(("http://", "https://", "/")) and " " not in value
