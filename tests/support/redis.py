"""A private store for tests: fresh, on a Unix socket, gone afterwards."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from workers.embedded import PrivateServer

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["private_redis"]


@contextmanager
def private_redis() -> Iterator[PrivateServer]:
    """Give a server of its own, empty."""
    with (
        tempfile.TemporaryDirectory(prefix="tilshi-test-") as folder,
        PrivateServer(Path(folder)) as server,
    ):
        yield server
