"""
What is noted of a built model, in the folder of its files.

    built.json      {"ctranslate2": "4.8.5", "files": {"model.bin": "c6b4...", ...}}

An adapter's package knows the hash of its model for the versions of CTranslate2 that it was made
with. The note knows it for all others, and for a base of the owner's.
"""

from __future__ import annotations

import importlib.metadata
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aggregator.translate.packages.archive import hash_file

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["NOTE", "BuiltNote", "find_writer", "note_built", "read_built_note"]

NOTE: Final = "built.json"
_MAX_NOTE_BYTES: Final = 100_000


@dataclass(frozen=True, slots=True)
class BuiltNote:
    """
    See the module.

    Attributes:
        writer: Version of the CTranslate2 that wrote it.
        files: Hashes in hex, by file name.
    """

    writer: str
    files: dict[str, str]


def find_writer() -> str:
    """Return the version of CTranslate2 that would write a model here."""
    return importlib.metadata.version("ctranslate2")


def note_built(model: Path) -> None:
    """Write down what was built; raises OSError if that cannot be written."""
    files = sorted(model.iterdir())
    hashes = {file.name: hash_file(file) for file in files}
    text = json.dumps({"ctranslate2": find_writer(), "files": hashes}, indent=2)
    (model / NOTE).write_text(f"{text}\n", encoding="utf-8")


def read_built_note(model: Path) -> BuiltNote | None:
    """Return what is noted; None if nothing is that can be read."""
    file = model / NOTE
    try:
        if file.stat().st_size > _MAX_NOTE_BYTES:
            return None
        data = json.loads(file.read_bytes())
        files = {str(name): str(sha256) for name, sha256 in data["files"].items()}
        return BuiltNote(str(data["ctranslate2"]), files)
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return None
