"""
A TOML document read, every way it can be wrong named.

``tomllib`` says in its own error only that a text is no TOML. Numbers of thousands of digits, lists
nested without end and bytes that are no text come out of it, or out of whoever shows such a value
later, as errors of Python's own; so they are refused here, once, for every file.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from aggregator.toml.lines import BYTE_ORDER_MARK, KeyPath, find_line, write_key_path

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["SYNTAX", "TomlError", "decode_text", "load_toml", "read_toml_file"]

SYNTAX = "(syntax)"
"""Stands for the key where none can be named."""

# What TOML 1.0 asks of whoever reads it: a signed number of 64 bits.
_BITS = 64
_MOST = 2 ** (_BITS - 1)
# Nothing that people write is deeper, and whatever walks through a value may call itself.
_MOST_DEEP = 64
_NUMBER = re.compile(r"[0-9_]++")
# Python turns no more digits than these into a number (sys.set_int_max_str_digits).
_LONG_NUMBER = 4300
_PLACE = re.compile(r"line (\d+)")
_BRACKETS = re.compile(r"[\[\]{}\n]")


class TomlError(ValueError):
    """
    A text is not TOML as it is taken here.

    Attributes:
        line: From 1; None where none can be named.
        key: Dotted key, or ``(syntax)``.
        value: What stands there; empty where there is nothing to show.
        expected: What would be right, in words.
    """

    def __init__(
        self,
        line: int | None,
        key: str,
        value: str,
        expected: str,
    ) -> None:
        super().__init__(line, key, value, expected)
        self.line = line
        self.key = key
        self.value = value
        self.expected = expected

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        shown = f" = {self.value}" if self.value else ""
        return f"{place}{self.key}{shown}: expected {self.expected}"


def decode_text(data: bytes) -> str:
    """
    Return what bytes say in UTF-8, line breaks and a byte order mark as they are.

    Raises:
        TomlError: They are no UTF-8; names the line.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = f"byte 0x{data[error.start]:02x}"
        raise TomlError(line, SYNTAX, byte, "text in UTF-8") from error


def load_toml(text: str) -> dict[str, Any]:
    """
    Read TOML; a byte order mark before it, which editors of Windows write, is passed over.

    Raises:
        TomlError: It is not TOML, a number needs more than 64 bits, or it is nested too deep.
    """
    text = text.removeprefix(BYTE_ORDER_MARK)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        # What has no line of its own ends too early.
        line = int(place[1]) if place else text.rstrip().count("\n") + 1
        raise TomlError(line, SYNTAX, "", f"TOML ({error})") from error
    except RecursionError as error:
        raise _make_depth_error(_find_deep_line(text), SYNTAX) from error
    except ValueError as error:
        expected = f"numbers of at most {_BITS} bits ({error})"
        raise TomlError(_find_long_number(text), SYNTAX, "", expected) from error
    _check_values(document, text)
    return document


def read_toml_file(path: Path) -> dict[str, Any]:
    """
    Read a file of TOML.

    Raises:
        OSError: It cannot be read.
        TomlError: It is not TOML in UTF-8; see ``load_toml``.
    """
    return load_toml(decode_text(path.read_bytes()))


def _check_values(document: dict[str, Any], text: str) -> None:
    """Refuse what could not be shown, or walked through, without an error of Python's own."""
    left: list[tuple[KeyPath, Any]] = [((), document)]
    while left:
        path, value = left.pop()
        if len(path) > _MOST_DEEP:
            raise _make_depth_error(find_line(text, path), write_key_path(path[:3]) + "...")
        if isinstance(value, int) and not -_MOST <= value < _MOST:
            found = f"a number of {value.bit_length():,} bits"
            key = write_key_path(path)
            raise TomlError(find_line(text, path), key, found, f"one of at most {_BITS} bits")
        for part, inner in _list_inner(value):
            if not isinstance(inner, str):  # most of a file is, and can always be shown
                left.append(((*path, part), inner))


def _list_inner(value: Any) -> Iterable[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


def _make_depth_error(line: int | None, key: str) -> TomlError:
    return TomlError(line, key, "", f"lists and tables nested at most {_MOST_DEEP} deep")


def _find_long_number(text: str) -> int | None:
    for number in _NUMBER.finditer(text):
        if len(number[0]) >= _LONG_NUMBER:
            return text.count("\n", 0, number.start()) + 1
    return None


def _find_deep_line(text: str) -> int | None:
    """Return the line in which brackets are first nested too deep; those in texts count as well."""
    line = 1
    depth = 0
    for match in _BRACKETS.finditer(text):
        if match[0] == "\n":
            line += 1
        else:
            depth += 1 if match[0] in "[{" else -1
        if depth > _MOST_DEEP:
            return line
    return None
