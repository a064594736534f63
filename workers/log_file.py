"""
A log file with an end: full, it makes room for a new one, and only so many old ones are kept.

``NAME.log`` is written; ``NAME.log.1`` is the newest of the old ones. What is written comes through
a pipe from a process and all that it starts, whatever they print it with, so that none of them need
know of it and no line is lost or cut in two. Where nothing can be written, lines are lost, and the
file is opened again as soon as that goes: a pipe that nobody reads would stop whoever logs. A file
that somebody removed is made anew, with its folder: what is written to a removed one is lost.
"""

from __future__ import annotations

import fcntl
import logging
import os
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

from workers.private_files import make_private_file, make_private_folder

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["LogFile", "LogPipe"]

log = logging.getLogger(__name__)

_PIECE = 65_536
# A watcher that is frozen must not at once stop those who log: a megabyte is hours of quiet work.
_PIPE_BYTES = 1_048_576


class LogFile:
    """
    The file.

    Args:
        path: Where; what is there is gone on with.
        max_bytes: It is full at the first line's end after so many; at twice as many even within a
            line.
        files: How many there are at most, with the one that is written; at least 1.
    """

    def __init__(self, path: Path, max_bytes: int, files: int) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._files = files
        self._is_losing = False
        self._open("ab")

    def write(self, piece: bytes) -> None:
        """
        Write a piece of the stream.

        It is lost if the disk is full or the folder cannot be made, as what is told of goes on.
        """
        end = piece.rfind(b"\n") + 1
        size, most = (end, 1) if end else (len(piece), 2)
        full = self._size + size >= most * self._max_bytes
        head = size if full else len(piece)
        try:
            if self._out.closed or self._is_removed():
                self._reopen()
            self._put(piece[:head])
            if full:
                self._make_room()
            self._put(piece[head:])
        except OSError as error:
            self._note_loss(error)
        else:
            self._is_losing = False

    def close(self) -> None:
        """Write no more."""
        self._out.close()

    def _is_removed(self) -> bool:
        return os.fstat(self._out.fileno()).st_nlink == 0

    def _reopen(self) -> None:
        self._out.close()
        make_private_folder(self._path.parent)
        make_private_file(self._path)
        self._open("ab")

    def _put(self, piece: bytes) -> None:
        while piece:
            written = self._out.write(piece)
            self._size += written
            piece = piece[written:]

    def _make_room(self) -> None:
        self._out.close()
        try:
            for number in range(self._files - 1, 0, -1):
                older = self._name(number - 1)
                if older.exists():
                    older.replace(self._name(number))
        finally:
            # With one file alone it begins anew.
            self._open("wb" if self._files == 1 else "ab")

    def _open(self, mode: Literal["wb", "ab"]) -> None:
        self._out = self._path.open(mode, buffering=0)
        self._size = self._out.tell()

    def _note_loss(self, error: OSError) -> None:
        """Say once of each time of losses that lines are lost."""
        if not self._is_losing:
            log.error(
                "lines of a log are lost", extra={"file": str(self._path), "error": str(error)}
            )
        self._is_losing = True

    def _name(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}") if number else self._path


class LogPipe:
    """
    What a child prints, brought to its file by a thread of ours.

    Args:
        file: Closed with the pipe.
    """

    def __init__(self, file: LogFile) -> None:
        self._file = file
        self._end, self._inlet = os.pipe()
        with suppress(OSError, AttributeError):
            fcntl.fcntl(self._inlet, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        self._thread = threading.Thread(target=self._carry, name="log", daemon=True)
        self._thread.start()

    def fileno(self) -> int:
        """Return what a child is given as its output."""
        return self._inlet

    def close(self, wait_s: float = 1.0) -> None:
        """
        Bring what is left.

        Args:
            wait_s: Seconds that are waited for whoever still has the pipe open.
        """
        os.close(self._inlet)
        self._thread.join(wait_s)

    def _carry(self) -> None:
        while piece := os.read(self._end, _PIECE):
            try:
                self._file.write(piece)
            except Exception:
                # Whatever it is, who logs must not be stopped by it.
                log.exception("lines of a log are lost")
        os.close(self._end)
        self._file.close()
