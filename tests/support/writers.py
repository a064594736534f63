"""Which processes may write a private server's file."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

__all__ = ["list_writers"]


def list_writers(folder: Path) -> set[int]:
    """
    Return the ids of servers that hold a store's lock; what one forked counts with it.

    Args:
        folder: Where the server's files are.
    """
    with (folder / "server.lock").open("rb") as lock:
        ours = os.fstat(lock.fileno())
        links = [link for link in Path("/proc").glob("[0-9]*/fd/*") if _is_same(link, ours)]
    found = set()
    for pid in {int(link.parts[2]) for link in links} - {os.getpid()}:
        with suppress(ProcessLookupError):
            found.add(os.getpgid(pid))
    return found


def _is_same(path: Path, other: os.stat_result) -> bool:
    """Say whether a path leads to a file; a process may end while it is looked at."""
    try:
        return os.path.samestat(path.stat(), other)
    except OSError:
        return False
