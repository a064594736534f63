"""
``packages.toml`` beside package files: what a file does not say itself.

    [[package]]
    file = "starter-0.argosmodel"
    sha256 = "314f..."       # the file is refused if it differs
    licence = "..."          # of the model
    origin = "..."           # who made it, from what
    caution = "..."          # what readers should know of its English
    least_confidence = -0.9  # a translation of which the model is less sure is not shown; in the
                             # measure of its kind of model (``Guess.confidence``)
    sure_confidence = -0.5   # one of which it is less sure than this is shown as doubtful
    reads = ["kk", "ru"]     # all languages that it translates from; without it, the one in its
                             # metadata

A file ``NAME.argosmodel.toml`` beside ``NAME.argosmodel`` holds one such entry without ``file``:
that is what ``package_store`` writes, since two installers can then never write the same file. It
comes before ``packages.toml``.

A package that stands in neither is taken with what its own metadata says.
"""

from __future__ import annotations

import json
import math
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aggregator.errors import PackageError
from aggregator.toml.document import TomlError, read_toml_file

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["NOTE_SUFFIX", "REGISTRY_NAME", "RegistryEntry", "read_registry", "write_note"]

REGISTRY_NAME: Final = "packages.toml"

NOTE_SUFFIX: Final = ".argosmodel.toml"

_CONFIDENCES = ("least_confidence", "sure_confidence")
_KEYS = {"file", "sha256", "licence", "origin", "caution", "reads", *_CONFIDENCES}
_EXPECTED = f"a table of {', '.join(sorted(_KEYS))}"
_SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryEntry:
    """
    One entry.

    Attributes:
        file: Name of the package file, without folder.
        sha256: 64 hex digits.
        licence: Of the model; may be empty.
        origin: Who made it, from what; may be empty.
        caution: What readers should know of its English; may be empty.
        least_confidence: A translation of which the model is less sure is not shown; below 0.
        sure_confidence: One of which it is less sure is shown as doubtful; below 0.
        reads: Languages it translates from; empty: what its metadata says.
    """

    file: str
    sha256: str
    licence: str = ""
    origin: str = ""
    caution: str = ""
    least_confidence: float = float("-inf")
    sure_confidence: float = float("-inf")
    reads: tuple[str, ...] = ()


def read_registry(folder: Path) -> dict[str, RegistryEntry]:
    """
    Read a folder's registry.

    Returns:
        Entries by file name; empty if the folder has no registry.

    Raises:
        PackageError: The registry is wrong; says where and what was expected.
    """
    path = folder / REGISTRY_NAME
    table = _read(path) or {}
    entries = table.pop("package", [])
    if table or not isinstance(entries, list):
        raise PackageError(
            str(path),
            f"expected [[package]] tables only, found {', '.join(table) or 'package = ...'}",
        )
    listed = []
    for number, entry in enumerate(entries):
        listed.append(_read_entry(entry, f"{path}: package[{number}]"))
    for note in sorted(folder.glob(f"*{NOTE_SUFFIX}")):
        known = _read(note)
        if known is not None:
            known["file"] = note.name.removesuffix(".toml")
            listed.append(_read_entry(known, str(note)))
    return {entry.file: entry for entry in listed}


def write_note(path: Path, listed: RegistryEntry) -> None:
    """
    Write what is known of one package beside it.

    ``path`` is that of the note, replaced as a whole.
    """
    texts = ("sha256", "licence", "origin", "caution")
    lines = [f"{key} = {json.dumps(getattr(listed, key), ensure_ascii=False)}\n" for key in texts]
    for key in _CONFIDENCES:
        value = getattr(listed, key)
        if math.isfinite(value):
            lines.append(f"{key} = {value}\n")
    lines += [f"reads = {json.dumps(list(listed.reads))}\n"] if listed.reads else []
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_text("".join(lines), encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _read(path: Path) -> dict[str, Any] | None:
    """Return a TOML file's table, None if there is no such file."""
    try:
        return read_toml_file(path)
    except FileNotFoundError:
        return None
    except TomlError as error:
        raise PackageError(str(path), f"expected TOML in UTF-8: {error}") from error
    except OSError as error:
        raise PackageError(str(path), f"cannot be read: {error}") from error


def _read_entry(entry: Any, where: str) -> RegistryEntry:
    if not isinstance(entry, dict):
        raise PackageError(where, f"found {entry!r}, expected {_EXPECTED}")
    unknown = sorted(set(entry) - _KEYS)
    if unknown:
        raise PackageError(where, f"found {', '.join(unknown)}, expected {_EXPECTED}")
    return RegistryEntry(
        **_read_texts(entry, where),
        least_confidence=_read_confidence(entry, "least_confidence", where),
        sure_confidence=_read_confidence(entry, "sure_confidence", where),
        reads=_read_codes(entry, where),
    )


def _read_texts(entry: dict[str, Any], where: str) -> dict[str, str]:
    texts = {key: entry.get(key, "") for key in ("file", "sha256", "licence", "origin", "caution")}
    for key, value in texts.items():
        if not isinstance(value, str):
            raise PackageError(where, f"{key} = {value!r}, expected text")
    file = texts["file"]
    sha256 = texts["sha256"]
    if not file or "/" in file:
        raise PackageError(where, f"file = {file!r}, expected the name of a file in this folder")
    if not _SHA256.fullmatch(sha256):
        raise PackageError(where, f"sha256 = {sha256!r}, expected 64 hex digits in lower case")
    return texts


def _read_codes(entry: dict[str, Any], where: str) -> tuple[str, ...]:
    reads = entry.get("reads", [])
    if not isinstance(reads, list) or not all(isinstance(code, str) for code in reads):
        expected = 'a list of language codes, e.g. ["kk", "ru"]'
        raise PackageError(where, f"reads = {reads!r}, expected {expected}")
    return tuple(reads)


def _read_confidence(entry: dict[str, Any], key: str, where: str) -> float:
    value = entry.get(key, float("-inf"))
    if isinstance(value, bool) or not isinstance(value, int | float) or value >= 0:
        raise PackageError(where, f"{key} = {value!r}, expected a number below 0")
    return float(value)
