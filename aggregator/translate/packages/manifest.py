"""
The manifest: packages that can be had elsewhere, each pinned, so that what comes is what was meant.

    [[package]]
    name = "ru-en-1.9"            # what `tilshi packages install` is given
    address = "https://..."
    size = 156239112              # bytes
    sha256 = "e9ba..."
    reads = ["ru"]
    version = "1.9"
    licence = "..."
    origin = "..."
    caution = ""
    checked = false               # whether anybody of this project has downloaded it and seen that
                                  # the rest is true
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from aggregator.errors import PackageError
from aggregator.toml.document import TomlError, read_toml_file

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Pinned", "read_manifest"]

_OPTIONAL: Final = frozenset({"caution", "checked"})
_SHA256 = re.compile("[0-9a-f]{64}")
_TYPES: Final = {
    "str": str,
    "int": int,
    "bool": bool,
    "tuple[str, ...]": list,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """
    One entry.

    Attributes:
        name: What to call it by.
        address: Where it is.
        size: Bytes.
        sha256: 64 hex digits.
        reads: Languages that it translates from.
        version: As its own metadata must say.
        licence: Of the model.
        origin: Who made it.
        caution: What readers should know of its English; may be empty.
        checked: Somebody of this project has downloaded it and found the rest true.
    """

    name: str
    address: str
    size: int
    sha256: str
    reads: tuple[str, ...]
    version: str
    licence: str
    origin: str
    caution: str = ""
    checked: bool = False


def read_manifest(path: Path) -> dict[str, Pinned]:
    """
    Read the manifest.

    Returns:
        Entries by name; none if there is no such file.

    Raises:
        PackageError: It is wrong; says where and what was expected.
    """
    try:
        table = read_toml_file(path)
    except FileNotFoundError:
        return {}
    except (OSError, TomlError) as error:
        raise PackageError(str(path), f"expected TOML in UTF-8: {error}") from error
    entries = table.get("package", [])
    if set(table) - {"package"} or not isinstance(entries, list):
        raise PackageError(str(path), "expected [[package]] tables only")
    pinned = {}
    for number, entry in enumerate(entries):
        package = _read_entry(entry, f"{path}: package[{number}]")
        pinned[package.name] = package
    return pinned


def _read_entry(entry: Any, where: str) -> Pinned:
    known = {one.name: one for one in fields(Pinned)}
    if not isinstance(entry, dict) or set(entry) - set(known):
        raise PackageError(where, f"found {entry!r}, expected a table of {', '.join(known)}")
    for name, one in known.items():
        _check_type(
            entry,
            name,
            _TYPES[str(one.type)],
            where,
        )
    if not _SHA256.fullmatch(entry["sha256"]):
        raise PackageError(
            where, f"sha256 = {entry['sha256']!r}, expected 64 hex digits in lower case"
        )
    if not entry["address"].startswith(("https://", "http://")):
        raise PackageError(where, f"address = {entry['address']!r}, expected https://...")
    if entry["size"] <= 0:
        raise PackageError(where, f"size = {entry['size']}, expected bytes, more than 0")
    return Pinned(**{**entry, "reads": tuple(entry["reads"])})


def _check_type(
    entry: dict[str, Any],
    name: str,
    kind: type,
    where: str,
) -> None:
    if name not in entry:
        if name not in _OPTIONAL:
            raise PackageError(where, f"has no {name}, expected {kind.__name__}")
        return
    value = entry[name]
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise PackageError(where, f"{name} = {value!r}, expected {kind.__name__}")
