"""
Hashes of package files, remembered while the files stay as they are.

    .hashes/english-2-1f0c….json     {"file": "/…/english-2.argosmodel", "mark": […], "sha256": …}

Packages are 60 MB, of which a process that only asks what there is would read every byte: a tenth
to half a second of each command and worker. Nothing is written to a file without its ctime moving,
which nobody sets; so a file with the same ctime, mtime, size and inode as when it was hashed is the
same. Unless it was written in the very instant that it was hashed in: a note counts only if it is
younger than the file by more than the coarsest clock of a file system (two seconds, FAT).

Whoever can write here can write to the unpacked packages beside it too. ``tilshi packages verify``
reads every byte.
"""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Final

from aggregator.translate.packages.archive import hash_file

__all__ = ["recall_hash"]

_FOLDER: Final = ".hashes"
_MOST_BYTES: Final = 10_000
_COARSEST_NS: Final = 2_000_000_000


def recall_hash(path: Path, into: Path) -> str:
    """
    Return the SHA-256 of a file in hex; it is read only if it has changed since the last time.

    Args:
        path: Of the file.
        into: Folder whose ``.hashes`` holds the notes; where nothing can be written, none are kept.

    Raises:
        OSError: The file cannot be read.
    """
    whole = path.resolve()
    name = blake2b(os.fsencode(whole), digest_size=8).hexdigest()
    note = into / _FOLDER / f"{path.stem}-{name}.json"
    mark = _make_mark(whole)
    known = _read_note(note, mark)
    if known:
        return known
    sha256 = hash_file(whole)
    with suppress(OSError):
        _write_note(note, {"file": str(whole), "mark": mark, "sha256": sha256})
    return sha256


def _make_mark(file: Path) -> list[int]:
    found = file.stat()
    return [found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns]


def _read_note(note: Path, mark: list[int]) -> str:
    """Return the hash that was noted of a file with this mark; empty if none was."""
    try:
        found = note.stat()
        if found.st_size > _MOST_BYTES or found.st_mtime_ns - mark[-1] < _COARSEST_NS:
            return ""
        noted = json.loads(note.read_bytes())
        return str(noted["sha256"]) if noted["mark"] == mark else ""
    except (OSError, ValueError, RecursionError, KeyError, TypeError):
        return ""


def _write_note(note: Path, noted: dict[str, object]) -> None:
    note.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=note.parent, delete=False) as file:
        unfinished = Path(file.name)
        json.dump(noted, file)
    unfinished.replace(note)
