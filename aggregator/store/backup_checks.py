"""
What a backup may hold: names of keys, forms of values, ids of digests. Pure.

A backup comes from anywhere, and what it holds becomes keys, addresses and names of files.
"""

from __future__ import annotations

import math
import re
from typing import Any

from aggregator.errors import SchemaError
from aggregator.models.digest_json import read_digest

__all__ = ["PASSING", "find_record_fault", "is_backup_key"]

PASSING = ("lock:", "hint:", "slot:", "inside:", "restoring:", "schema", "mark")
"""
Beginnings of keys that no backup holds: of processes that run, as a lock in one would hold up
whoever restores it; and what says which store this is, since one that was put back is another.
"""

# Names that the table of keys could have: of words, ids, hosts and days. The most colons has the
# host of an address of IPv6 with a port, as ``host:1:2:3:4:5:6:7:::8080``.
_KEY = re.compile(r"[a-z]{1,20}(?::[^\s:]{0,300}){0,10}")
_LATEST_MS = 1 << 53
_PAIR = 2
_SHOWN_CHARS = 200


def is_backup_key(key: Any) -> bool:
    """Say whether a backup may hold a key of this name, which stands without its namespace."""
    is_name = isinstance(key, str) and key.isprintable() and _KEY.fullmatch(key)
    return bool(is_name) and not key.startswith(PASSING)


def find_record_fault(key: str, kind: str, until: Any, value: Any) -> str:
    """
    Say what is wrong with a record; empty if nothing is.

    Args:
        key: Its name, without the namespace.
        kind: ``string``, ``hash``, ``set`` or ``zset``.
        until: When it expires, in milliseconds since 1970; None for never.
        value: Texts as bytes.
    """
    return _find_fault(kind, until, value) or _find_digest_fault(key, value)


def _find_fault(kind: str, until: Any, value: Any) -> str:
    """Say what is wrong with a value or its end; empty if nothing is."""
    is_moment = type(until) is int and 0 <= until <= _LATEST_MS
    if until is not None and not is_moment:
        return f"until {until!r}: expected milliseconds since 1970, or null"
    if kind == "string":
        return "" if isinstance(value, bytes) else "expected a text"
    if not isinstance(value, list):
        return "expected a list"
    fits = {"hash": _is_field, "set": _is_bytes, "zset": _is_scored}[kind]
    wrong = next((item for item in value if not fits(item)), None)
    return "" if wrong is None else f"{kind} holds {wrong!r}"[:_SHOWN_CHARS]


def _is_bytes(item: Any) -> bool:
    return isinstance(item, bytes)


def _is_field(item: Any) -> bool:
    return isinstance(item, list) and len(item) == _PAIR and all(map(_is_bytes, item))


def _is_scored(item: Any) -> bool:
    if not isinstance(item, list) or len(item) != _PAIR or not _is_bytes(item[0]):
        return False
    score = item[1]
    return type(score) in {int, float} and math.isfinite(score)


def _find_digest_fault(key: str, value: Any) -> str:
    """Say what is wrong with a digest, whose ids become addresses and names of files."""
    word, _, place = key.partition(":")
    if word != "digest":
        return ""
    try:
        digest = read_digest(value.decode())
    except SchemaError as error:
        return str(error)
    return "" if place == f"{digest.edition}:{digest.day}" else "is another digest's"
