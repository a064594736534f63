"""
The line of a key in a TOML file.

``tomllib`` gives values without their places; an error that names a line saves the reader a search.
The lines are found by reading table headers and keys as they stand, which is right for the files
people write: one key a line.
"""

from __future__ import annotations

import re

__all__ = ["find_line"]

_HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\-\"' ]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_\-]+)\s*=")


def find_line(text: str, path: tuple[str | int, ...]) -> int | None:
    """
    Find the line of a key.

    Args:
        text: Of the file.
        path: Tables, indexes of arrays of tables, and the key, e.g. ``("outlet", 2, "source", 0,
            "every")``.

    Returns:
        A line from 1; that of the table's header where the key is missing; None where there is no
        such table.
    """
    here: tuple[str | int, ...] = ()
    counts: dict[tuple[str | int, ...], int] = {}
    header = None
    for number, line in enumerate(text.splitlines(), start=1):
        if match := _HEADER.match(line):
            here = _enter(match[2], counts, array=match[1] == "[[")
            if here == path:
                return number
            if here and here == path[: len(here)]:
                header = number
        elif (match := _KEY.match(line)) and (*here, match[1]) == path[: len(here) + 1]:
            return number
    return header


def _enter(
    name: str, counts: dict[tuple[str | int, ...], int], *, array: bool
) -> tuple[str | int, ...]:
    here: tuple[str | int, ...] = ()
    parts = [part.strip().strip("\"'") for part in name.split(".")]
    for depth, part in enumerate(parts):
        here = (*here, part)
        if array and depth == len(parts) - 1:
            counts[here] = counts.get(here, -1) + 1
            for deeper in [
                key for key in counts if len(key) > len(here) and key[: len(here)] == here
            ]:
                # Keys under the array's earlier entries carry their index; these are of this entry,
                # and start again.
                del counts[deeper]
            return (*here, counts[here])
        if here in counts:
            here = (*here, counts[here])
    return here
