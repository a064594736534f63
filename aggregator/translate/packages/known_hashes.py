"""
Hashes of package files, remembered while the files stay as they are.

    .hashes/english-3-1f0c….json     {"file": "/…/english-3.argosmodel", "mark": […], "sha256": …}

Packages are 60 MB, of which a process that only asks what there is would read every byte: a tenth
to half a second of each command and worker. On a file system that keeps ctime, nothing is written
to a file without it moving, and nobody sets it; so a file with the same ctime, mtime, size and
inode as when it was hashed is the same. Unless it was written to in the very instant that it was
hashed in: so nothing is noted of a file that was not two seconds old then, by the clock of the file
system that the notes are on (FAT's is the coarsest), nor of one that moved while it was read.

Whoever can write here can write to the unpacked packages beside it too. ``tilshi packages verify``
reads every byte.
"""

from __future__ import annotations

import json
import os
import re
import threading
from contextlib import contextmanager, suppress
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from aggregator.translate.packages.archive import hash_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["recall_hash"]

_FOLDER: Final = ".hashes"
_MOST_BYTES: Final = 10_000
_COARSEST_NS: Final = 2_000_000_000
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


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
    sha256 = _read_note(note, mark)
    if sha256:
        return sha256
    with suppress(OSError), _begin_note(note) as unfinished:
        is_old = unfinished.stat().st_mtime_ns - mark[-1] > _COARSEST_NS
        sha256 = hash_file(whole)
        if is_old and _make_mark(whole) == mark:
            noted = {"file": str(whole), "mark": mark, "sha256": sha256}
            unfinished.write_text(json.dumps(noted), encoding="utf-8")
            unfinished.replace(note)
    return sha256 or hash_file(whole)


def _make_mark(file: Path) -> list[int]:
    found = file.stat()
    return [found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns]


def _read_note(note: Path, mark: list[int]) -> str:
    """Return the hash that was noted of a file with this mark; empty if none was."""
    try:
        if note.stat().st_size > _MOST_BYTES:
            return ""
        noted = json.loads(note.read_bytes())
        sha256 = str(noted["sha256"])
        return sha256 if noted["mark"] == mark and _SHA256.fullmatch(sha256) else ""
    except (OSError, ValueError, RecursionError, KeyError, TypeError):
        return ""


@contextmanager
def _begin_note(note: Path) -> Iterator[Path]:
    """Give an empty file beside a note, as old as this moment; what is left of it is removed."""
    note.parent.mkdir(parents=True, exist_ok=True)
    unfinished = note.with_name(f".{note.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        unfinished.touch(mode=0o600)
        yield unfinished
    finally:
        unfinished.unlink(missing_ok=True)
