"""
Entries of ``sources.toml`` as text: found, written, put into a file that people keep, with all
their comments. Pure.

Only lines are added, so that what people wrote stays as they wrote it. A library that edits TOML
(tomlkit was tried) gives a file back byte for byte, but puts a new table behind the comments that
stand above the next one, which thereby lose what they are about.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from aggregator.toml.lines import find_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import timedelta

    from aggregator.models import Outlet, Source

__all__ = [
    "add_outlet",
    "add_source",
    "find_source_line",
    "read_kind_options",
    "write_outlet",
    "write_source",
    "write_span",
    "write_value",
]

_OUTLET = re.compile(r"^\s*\[\[\s*outlet\s*\]\]")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\n": "\\n",
    "\t": "\\t",
    "\r": "\\r",
}


def write_outlet(outlet: Outlet) -> str:
    """Write an outlet's table, without its sources."""
    values: dict[str, Any] = {
        "id": outlet.id,
        "name": outlet.name,
        "home": outlet.home,
    }
    if outlet.official:
        values["official"] = True
    return "\n".join(["[[outlet]]", *_list_pairs(values)]) + "\n"


def write_source(source: Source) -> str:
    """
    Write a source's table, without that of its kind.

    What is as it would be without a key is mostly left out.
    """
    values: dict[str, Any] = {"id": source.id}
    if source.kind != "feed":
        values["kind"] = source.kind
    values["url"] = source.url
    values["languages"] = list(source.languages)
    values["every"] = "auto" if source.adaptive else write_span(source.every)
    if source.full_text:
        values["full_text"] = True
    if source.paused:
        values["paused"] = True
    if source.standing:
        values["standing"] = source.standing
    if source.checked:
        values["checked"] = source.checked
    if source.note:
        values["note"] = source.note
    return "\n".join(["[[outlet.source]]", *_list_pairs(values)]) + "\n"


def _list_pairs(values: Mapping[str, Any]) -> list[str]:
    return [f"{key} = {write_value(value)}" for key, value in values.items()]


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else write_value(name)


def write_value(value: Any) -> str:
    """Write a text, number, flag, day, list or mapping as TOML 1.0 on one line."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{"".join(map(_escape, value))}"'
    if isinstance(value, dict):
        pairs = [f"{_key(name)} = {write_value(inner)}" for name, inner in value.items()]
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(write_value, value))}]"
    # A day is written as TOML has it, without quotes.
    return str(value)


def _escape(letter: str) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    return letter if letter.isprintable() else f"\\U{ord(letter):08X}"


def write_span(value: timedelta) -> str:
    """Write a time between polls as the file has it, e.g. ``30m``."""
    seconds = int(value.total_seconds())
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and seconds % length == 0:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


def add_outlet(text: str, outlet: Outlet, sources: Iterable[Source]) -> str:
    """Return a catalogue with an outlet and its sources added at its end."""
    entry = "\n".join([write_outlet(outlet), *map(write_source, sources)])
    return f"{text.rstrip()}\n\n{entry}" if text.strip() else entry


def add_source(text: str, source: Source) -> str:
    """
    Return a catalogue with a source added behind the others of its outlet.

    Raises:
        ValueError: The outlet is not in the text.
    """
    lines = text.splitlines()
    number = [item.get("id") for item in _outlets(text)].index(source.outlet.id)
    headers = [n for n, line in enumerate(lines) if _OUTLET.match(line)]
    end = headers[number + 1] if number + 1 < len(headers) else len(lines)
    # Blank lines and comments right above the next outlet are the next outlet's.
    while end > 0 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    added = ["", *write_source(source).rstrip().splitlines()]
    return "\n".join([*lines[:end], *added, *lines[end:]]) + "\n"


def _outlets(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads(text).get("outlet", [])
    return found


def read_kind_options(text: str, source: Source) -> dict[str, Any]:
    """Return the table of a source's kind as it stands in the file; empty if there is none."""
    entries = (entry for outlet in _outlets(text) for entry in outlet.get("source", ()))
    found: dict[str, Any] = next((entry for entry in entries if entry.get("id") == source.id), {})
    return dict(found.get(source.kind, {}))


def find_source_line(text: str, source_id: str, key: str = "") -> int | None:
    """
    Find the line of a source, or of one of its keys, in a catalogue that was read without fault.

    Returns:
        A line from 1; that of the source's header where the key is missing; None if there is no
        such source.
    """
    for number, outlet in enumerate(_outlets(text)):
        for place, source in enumerate(outlet.get("source", ())):
            if source.get("id") == source_id:
                path = ("outlet", number, "source", place)
                return find_line(text, (*path, key) if key else path)
    return None
