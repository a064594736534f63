"""Copies in the archive brought up to date with the store, again and again, by a thread of its own."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Protocol, Self

from aggregator.errors import ArchiveError, StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from types import TracebackType

    from aggregator.models import Digest
    from aggregator.ports import Clock
    from aggregator.web.archive import Archive

__all__ = ["DigestSource", "Refresher", "copy_digests"]

log = logging.getLogger(__name__)


class DigestSource(Protocol):
    """Where digests come from; the store's ``digests`` is one."""

    def days(self, edition: str) -> list[date]:
        """Days that have a digest, the newest first."""

    def digest(self, edition: str, day: date) -> Digest | None:
        """Return a digest, None if there is none."""


def copy_digests(source: DigestSource, archive: Archive, editions: Sequence[str]) -> int:
    """
    Copy every digest that is not in the archive, or may have changed since.

    Returns:
        How many were new or changed.

    Raises:
        StoreError: The store is away.
        ArchiveError: The archive cannot be written.
    """
    changed = 0
    for edition in editions:
        settled = archive.closed_days(edition)
        for day in source.days(edition):
            if day not in settled and (digest := source.digest(edition, day)):
                changed += archive.put(digest)
    return changed


class Refresher:
    """
    Keeps an archive up to date while it is open. A context manager.

    Args:
        source: Where digests come from.
        archive: Where copies go.
        editions: Ids.
        clock: For when the store was last reached.
        every_s: Seconds between two looks.

    Attributes:
        lost: The store was not reached, the last time it was tried.
        version: Of the archive, as of the last look; another process may share the file.
    """

    def __init__(
        self,
        source: DigestSource,
        archive: Archive,
        editions: Sequence[str],
        clock: Clock,
        every_s: float,
    ) -> None:
        self._source = source
        self._archive = archive
        self._editions = tuple(editions)
        self._clock = clock
        self._every_s = every_s
        self._done = threading.Event()
        self._thread = threading.Thread(
            target=self._run,
            name="archive",
            daemon=True,
        )
        self.lost = False
        self.version = archive.version()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        # A look at a store that is away may last; the thread dies with the process anyway.
        self._thread.join(timeout=1)

    def look(self) -> None:
        """Look once."""
        try:
            copy_digests(self._source, self._archive, self._editions)
            self._archive.note_reached(self._clock.now())
        except StoreError as error:
            if not self.lost:
                log.warning(
                    "the store is away; the page goes on with what it has",
                    extra={"error": str(error)},
                )
            self.lost = True
        except ArchiveError as error:
            log.error("copies of digests cannot be kept", extra={"error": str(error)})  # noqa: TRY400 -- says all
        else:
            self.lost = False
            self.version = self._archive.version()

    def _run(self) -> None:
        self.look()
        while not self._done.wait(self._every_s):
            self.look()
