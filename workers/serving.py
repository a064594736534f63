"""One ``tilshi serve`` over a data folder: a lock that says who holds it."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from aggregator.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["hold_data_folder"]


@contextmanager
def hold_data_folder(folder: Path, where: str) -> Iterator[None]:
    """
    Be the one that serves over a data folder.

    The system takes the lock back however a process ends.

    Args:
        folder: The data folder; made if it is not there.
        where: Where we can be seen at, for whoever is refused.

    Raises:
        StoreError: Somebody else serves over it; says who and where.
    """
    path = folder / "serve.lock"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+")
    except OSError as error:
        raise StoreError(
            f"data.folder: {folder}: cannot be made or is not ours: {error}"
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreError(
                f"`tilshi serve` runs over {folder} already: {file.read() or 'it is starting'}; "
                "stop it, or set data.folder (TILSHI_DATA_FOLDER) to another folder"
            ) from None
        file.truncate()
        file.write(f"process {os.getpid()}, {where}")
        file.flush()
        yield
