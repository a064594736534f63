"""
The line of a key in a TOML file.

``tomllib`` gives values without their places; an error that names a line saves the reader a search.
The lines are found by reading table headers and keys as they stand, which is right for the files
people write: one key a line.
"""

from __future__ import annotations

import re

__all__ = ["BYTE_ORDER_MARK", "KeyPath", "find_line", "is_empty", "write_key_path"]

BYTE_ORDER_MARK = "\ufeff"
"""What editors of Windows write before a text; it says nothing."""

KeyPath = tuple[str | int, ...]
"""Tables, indexes of arrays of tables, and the key: ``("outlet", 2, "source", 0, "every")``."""

_LETTERS = r"A-Za-z0-9_.\-\"'"
_HEADER = re.compile(
    rf"^\s*(\[\[?)\s*+([{_LETTERS}](?:[{_LETTERS} ]*[{_LETTERS}])?)\s*\]\]?\s*(?:#.*)?$"
)
_KEY = re.compile(r"^\s*([A-Za-z0-9_\-]+)\s*=")


def find_line(text: str, path: KeyPath) -> int | None:
    """
    Find the line of a key.

    Returns:
        A line from 1; that of the table's header where the key is missing; None where there is no
        such table.
    """
    here: KeyPath = ()
    last_index: dict[KeyPath, int] = {}
    header_line = None
    # Not splitlines(): TOML knows one line break, and texts may hold what Unicode calls others.
    lines = text.removeprefix(BYTE_ORDER_MARK).split("\n")
    for number, line in enumerate(lines, start=1):
        if header := _HEADER.match(line):
            brackets = header[1]
            name = header[2]
            here = _enter_table(name, last_index, is_array=brackets == "[[")
            if here == path:
                return number
            if here and _begins_with(path, here):
                header_line = number
        elif key := _KEY.match(line):
            name = key[1]
            if _begins_with(path, (*here, name)):
                return number
    return header_line


def is_empty(text: str) -> bool:
    """Say whether nothing at all stands in a file."""
    return not text.removeprefix(BYTE_ORDER_MARK).strip()


def write_key_path(path: KeyPath) -> str:
    """Return a path as users write it, e.g. ``outlet[2].source[0].every``."""
    key = ""
    for part in path:
        key += f"[{part}]" if isinstance(part, int) else f".{part}"
    return key.lstrip(".")


def _unquote(part: str) -> str:
    return part.strip().strip("\"'")


def _begins_with(path: KeyPath, beginning: KeyPath) -> bool:
    return path[: len(beginning)] == beginning


def _enter_table(
    name: str,
    last_index: dict[KeyPath, int],
    *,
    is_array: bool,
) -> KeyPath:
    """Return the path of a header's table; counts the entries of arrays in ``last_index``."""
    here: KeyPath = ()
    parts = [_unquote(part) for part in name.split(".")]
    *parents, own_name = parts
    for parent in parents:
        here = _find_last(last_index, (*here, parent))
    here = (*here, own_name)
    if not is_array:
        return _find_last(last_index, here)
    index = last_index.get(here, -1) + 1
    last_index[here] = index
    # Keys under the array's earlier entries carry their index; those without one are of this entry,
    # and start again.
    for deeper in list(last_index):
        is_below = len(deeper) > len(here)
        if is_below and _begins_with(deeper, here):
            del last_index[deeper]
    return (*here, index)


def _find_last(last_index: dict[KeyPath, int], here: KeyPath) -> KeyPath:
    """Return the path of the last entry where a path is an array's, else the path itself."""
    if here in last_index:
        return (*here, last_index[here])
    return here
