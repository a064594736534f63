"""
Entries of ``sources.toml`` as text: found, written, put into a file that people keep. Pure.

Only lines are added, so that what people wrote stays as they wrote it. A library that edits TOML
(tomlkit was tried) gives a file back byte for byte, but puts a new table behind the comments that
stand above the next one, which thereby lose what they are about.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from aggregator.toml.document import load_toml
from aggregator.toml.lines import BYTE_ORDER_MARK, find_line, is_empty

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import timedelta

    from aggregator.models import Outlet, Source

__all__ = [
    "add_outlet",
    "add_source",
    "find_source_line",
    "read_kind_options",
    "write_outlet",
    "write_path",
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
    if outlet.name_en:
        values["name_en"] = outlet.name_en
    if outlet.official:
        values["official"] = True
    if outlet.pictures:
        values["pictures"] = True
    return _write_table("[[outlet]]", values)


def write_source(source: Source) -> str:
    """
    Write a source's table, and that of its kind if it has options.

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
    table = _write_table("[[outlet.source]]", values)
    if not source.options:
        return table
    options = _write_table(f"[outlet.source.{_write_key(source.kind)}]", source.options)
    return f"{table}\n{options}"


def _write_table(header: str, values: Mapping[str, Any]) -> str:
    pairs = [f"{key} = {write_value(value)}" for key, value in values.items()]
    lines = [header, *pairs]
    return "\n".join(lines) + "\n"


def _write_key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else write_value(name)


def write_value(value: Any) -> str:
    """Write a text, number, flag, day, list or mapping as TOML 1.0 on one line."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        escaped = "".join(map(_escape, value))
        return f'"{escaped}"'
    if isinstance(value, dict):
        pairs = [f"{_write_key(name)} = {write_value(inner)}" for name, inner in value.items()]
        inside = ", ".join(pairs)
        return f"{{ {inside} }}"
    if isinstance(value, list | tuple):
        written = ", ".join(map(write_value, value))
        return f"[{written}]"
    # A day is written as TOML has it, without quotes.
    return str(value)


def _escape(letter: str) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    return letter if letter.isprintable() else f"\\U{ord(letter):08X}"


def write_path(path: Iterable[str | int]) -> str:
    """Write where a value stands, e.g. ``outlet[3].source[0].id``."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in path]
    return "".join(parts).lstrip(".")


def write_span(value: timedelta) -> str:
    """Write a time between polls as the file has it, e.g. ``30m``."""
    seconds = int(value.total_seconds())
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and seconds % length == 0:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


def add_outlet(text: str, outlet: Outlet, sources: Iterable[Source]) -> str:
    """Return a catalogue with an outlet and its sources added at its end."""
    outlet_table = write_outlet(outlet)
    source_tables = map(write_source, sources)
    entry = "\n".join([outlet_table, *source_tables])
    before = text.rstrip()
    added = entry if is_empty(before) else f"\n\n{entry}"
    return before + _fit_breaks(added, text)


def add_source(text: str, source: Source) -> str:
    """
    Return a catalogue with a source added behind the others of its outlet.

    Raises:
        ValueError: The outlet is not in the text.
    """
    lines = _cut_lines(text)
    outlets = _list_outlets(text)
    ids = [outlet.get("id") for outlet in outlets]
    number = ids.index(source.outlet.id)
    end = _find_end(lines, number)
    entry = write_source(source).rstrip()
    lines.insert(end, _fit_breaks(f"\n{entry}\n", text))
    return "".join(lines)


def _cut_lines(text: str) -> list[str]:
    """Return the lines of a text with their ends; the last one gets one if it has none."""
    whole = text if text.endswith("\n") else text + _find_break(text)
    # Not splitlines(): TOML knows one line break, and texts may hold what Unicode calls others.
    return [f"{line}\n" for line in whole.removesuffix("\n").split("\n")]


def _find_break(text: str) -> str:
    """Return what ends the lines of a text, which is what ends its first one."""
    return "\r\n" if text.partition("\n")[0].endswith("\r") else "\n"


def _fit_breaks(added: str, text: str) -> str:
    """Return lines to add, ended as those of the text are."""
    return added.replace("\n", _find_break(text))


def _find_end(lines: list[str], number: int) -> int:
    """Return the place behind the last line of an outlet, numbered from 0."""
    places = range(len(lines))
    headers = [place for place in places if _OUTLET.match(_drop_mark(lines[place]))]
    following = headers[number + 1 :]
    end = following[0] if following else len(lines)
    # Blank lines and comments right above the next outlet are the next outlet's.
    while end > 0:
        last = lines[end - 1]
        if not _is_blank(last):
            break
        end -= 1
    return end


def _drop_mark(line: str) -> str:
    return line.removeprefix(BYTE_ORDER_MARK)


def _is_blank(line: str) -> bool:
    content = line.strip()
    return not content or content.startswith("#")


def _list_outlets(text: str) -> list[dict[str, Any]]:
    document = load_toml(text)
    outlets: list[dict[str, Any]] = document.get("outlet", [])
    return outlets


def _list_sources(text: str) -> Iterator[tuple[dict[str, Any], tuple[str | int, ...]]]:
    """Yield all sources, each with its path in the file."""
    outlets = _list_outlets(text)
    for number, outlet in enumerate(outlets):
        sources = outlet.get("source", ())
        for place, source in enumerate(sources):
            path = ("outlet", number, "source", place)
            yield source, path


def read_kind_options(text: str, source: Source) -> dict[str, Any]:
    """Return the table of a source's kind as it stands in the file; empty if there is none."""
    for entry, _ in _list_sources(text):
        if entry.get("id") == source.id:
            options = entry.get(source.kind, {})
            return dict(options)
    return {}


def find_source_line(text: str, source_id: str, key: str = "") -> int | None:
    """
    Find the line of a source, or of one of its keys, in a catalogue that was read without fault.

    Returns:
        A line from 1; that of the source's header where the key is missing; None if there is no
        such source.
    """
    for source, path in _list_sources(text):
        if source.get("id") == source_id:
            wanted = (*path, key) if key else path
            return find_line(text, wanted)
    return None
