"""
Entries of ``sources.toml`` as text: found, written, put into a file that people keep, with all their comments. Pure.

A TOML library would write the file anew in its own way; here only lines are added, so that what people wrote stays as
they wrote it.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from aggregator.sources.locate import line_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta

    from aggregator.models import Outlet, Source

__all__ = [
    "add_outlet",
    "add_source",
    "kind_options",
    "outlet_entry",
    "source_entry",
    "source_line",
    "span",
    "toml_value",
]

_OUTLET = re.compile(r"^\s*\[\[\s*outlet\s*\]\]")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def outlet_entry(outlet: Outlet) -> str:
    """Write an outlet's table, without its sources."""
    lines = ["[[outlet]]", f"id = {toml_value(outlet.id)}", f"name = {toml_value(outlet.name)}"]
    lines.append(f"home = {toml_value(outlet.home)}")
    return "\n".join([*lines, *(["official = true"] if outlet.official else [])]) + "\n"


def source_entry(source: Source) -> str:
    """Write a source's table, without that of its kind; what is as it would be without a key is mostly left out."""
    values: dict[str, Any] = {"id": source.id, "url": source.url, "languages": list(source.languages)}
    if source.kind != "feed":
        values = {"id": source.id, "kind": source.kind, **values}
    values["every"] = "auto" if source.adaptive else span(source.every)
    values |= {"full_text": True} if source.full_text else {}
    values |= {"paused": True} if source.paused else {}
    values |= {"standing": source.standing} if source.standing else {}
    lines = [f"{key} = {toml_value(value)}" for key, value in values.items()]
    lines += [f"checked = {source.checked.isoformat()}"] if source.checked else []
    lines += [f"note = {toml_value(source.note)}"] if source.note else []
    return "\n".join(["[[outlet.source]]", *lines]) + "\n"


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else toml_value(name)


def toml_value(value: Any) -> str:
    """Write a text, number, flag, list or mapping as TOML 1.0 on one line."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        inner = "".join(_ESCAPES.get(c, c if c.isprintable() else f"\\U{ord(c):08X}") for c in value)
        return f'"{inner}"'
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(k)} = {toml_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    return str(value)


def span(value: timedelta) -> str:
    """Write a time between polls as the file has it, e.g. ``30m``."""
    seconds = int(value.total_seconds())
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and seconds % length == 0:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


def add_outlet(text: str, outlet: Outlet, sources: Iterable[Source]) -> str:
    """Return a catalogue with an outlet and its sources added at its end."""
    entry = "\n".join([outlet_entry(outlet), *map(source_entry, sources)])
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
    added = ["", *source_entry(source).rstrip().splitlines()]
    return "\n".join([*lines[:end], *added, *lines[end:]]) + "\n"


def _outlets(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads(text).get("outlet", [])
    return found


def kind_options(text: str, source: Source) -> dict[str, Any]:
    """Return the table of a source's kind as it stands in the file; empty if there is none."""
    entries = (entry for outlet in _outlets(text) for entry in outlet.get("source", ()))
    found: dict[str, Any] = next((entry for entry in entries if entry.get("id") == source.id), {})
    return dict(found.get(source.kind, {}))


def source_line(text: str, source_id: str, key: str = "") -> int | None:
    """
    Find the line of a source, or of one of its keys, in a catalogue that was read without fault.

    Returns:
        A line from 1; that of the source's header where the key is missing; None if there is no such source.
    """
    for number, outlet in enumerate(_outlets(text)):
        for place, source in enumerate(outlet.get("source", ())):
            if source.get("id") == source_id:
                path = ("outlet", number, "source", place)
                return line_of(text, (*path, key) if key else path)
    return None
