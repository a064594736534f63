"""Copies in the archive, brought up to date with the store by a thread, again and again."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol, Self

from aggregator.errors import ArchiveError, SchemaError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime
    from types import TracebackType

    from aggregator.models import Digest, Picture, WholeArticle
    from aggregator.ports import Clock
    from aggregator.web.archive import Archive

__all__ = [
    "BesideDigests",
    "DigestSource",
    "PictureSource",
    "Refresher",
    "WholeSource",
    "copy_digests",
    "copy_pictures",
    "copy_wholes",
]

log = logging.getLogger(__name__)

# Clocks of hosts differ: what was finished a little before the newest copy may not have been there
# yet.
_SLACK = timedelta(hours=1)


class DigestSource(Protocol):
    """Where digests come from; the store's ``digests`` is one."""

    def list_days(self, edition: str) -> list[date]:
        """Days that have a digest, the newest first."""

    def load_digest(self, edition: str, day: date) -> Digest | None:
        """Return a digest, None if there is none."""


class WholeSource(Protocol):
    """Where whole articles come from; the store's ``wholes`` is one."""

    def list_finished(self, since: datetime | None = None) -> dict[str, datetime]:
        """Return when whole articles were finished, by id: all, or those since a moment."""

    def load(self, ids: Iterable[str]) -> dict[str, WholeArticle]:
        """Return whole articles by id."""

    def list_waiting(self) -> list[str]:
        """Return the ids of those that wait or are being worked on."""


class PictureSource(Protocol):
    """Where pictures come from; the store's ``pictures`` is one."""

    def list_kept(self, since: datetime | None = None) -> dict[str, datetime]:
        """Return when pictures were made, by article id: all, or those since a moment."""

    def load(self, ids: Iterable[str]) -> dict[str, Picture]:
        """Return pictures by article id."""


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
        settled = archive.list_closed_days(edition)
        for day in source.list_days(edition):
            digest = None if day in settled else source.load_digest(edition, day)
            if digest:
                changed += archive.put(digest)
    return changed


def copy_wholes(source: WholeSource, archive: Archive) -> int:
    """
    Copy the whole articles that were finished since, and note which ones wait.

    Returns:
        How many were copied.

    Raises:
        StoreError: The store is away.
        ArchiveError: The archive cannot be written.
    """
    last = archive.find_last_whole()
    finished = source.list_finished(last - _SLACK if last else None)
    copied = 0
    for whole_id, moment in _list_changed(finished, archive.find_whole_times(finished)):
        whole = _load_whole(source, whole_id)
        if whole is not None and whole.finished:
            archive.put_whole(whole, moment)
            copied += 1
    archive.set_wholes_waiting(source.list_waiting())
    return copied


def _list_changed(
    times: Mapping[str, datetime], known: Mapping[str, datetime]
) -> list[tuple[str, datetime]]:
    """Return what was made at another moment than the copy that is known, each with its own."""
    return [(key, moment) for key, moment in times.items() if known.get(key) != moment]


def _load_whole(source: WholeSource, whole_id: str) -> WholeArticle | None:
    """Return a whole article; one that cannot be read holds up no other copy."""
    try:
        return source.load([whole_id]).get(whole_id)
    except SchemaError as error:
        log.error("whole article not copied", extra={"error": str(error)})  # noqa: TRY400 -- says all
        return None


def copy_pictures(source: PictureSource, archive: Archive) -> int:
    """
    Copy the pictures that were made since.

    Returns:
        How many were copied.

    Raises:
        StoreError: The store is away.
        ArchiveError: The archive cannot be written.
    """
    last = archive.find_last_picture()
    kept = source.list_kept(last - _SLACK if last else None)
    copied = 0
    for article_id, moment in _list_changed(kept, archive.find_picture_times(kept)):
        picture = source.load([article_id]).get(article_id)
        if picture is not None:
            archive.put_picture(picture, moment)
            copied += 1
    return copied


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideDigests:
    """
    What is made after digests, and copied too.

    Attributes:
        wholes: Where whole articles come from; None for none.
        pictures: Where pictures come from; None for none.
    """

    wholes: WholeSource | None = None
    pictures: PictureSource | None = None


class Refresher:
    """
    Keeps an archive up to date while it is open. A context manager.

    Args:
        source: Where digests come from.
        archive: Where copies go.
        editions: Ids of those that are copied.
        clock: For when the store was last reached.
        every_s: Seconds between two copyings.
        beside: What else is copied.

    Attributes:
        lost: The store was not reached, the last time it was tried.
        version: Of the archive, as of the last copying; another process may share the file.
    """

    def __init__(
        self,
        source: DigestSource,
        archive: Archive,
        editions: Sequence[str],
        clock: Clock,
        every_s: float,
        *,
        beside: BesideDigests = BesideDigests(),
    ) -> None:
        self._source = source
        self._beside = beside
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
        self.version = archive.read_version()

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
        # A store that is away may keep it waiting; the thread dies with the process anyway.
        self._thread.join(timeout=1)

    def refresh(self) -> None:
        """Copy once what is new."""
        try:
            copy_digests(self._source, self._archive, self._editions)
            if self._beside.wholes is not None:
                copy_wholes(self._beside.wholes, self._archive)
            if self._beside.pictures is not None:
                copy_pictures(self._beside.pictures, self._archive)
            self._archive.note_reached(self._clock.now())
        except StoreError as error:
            if not self.lost:
                log.warning(
                    "the store is away; the page goes on with what it has",
                    extra={"error": str(error)},
                )
            self.lost = True
        except ArchiveError as error:
            log.error(  # noqa: TRY400 -- says all
                "copies of digests cannot be kept", extra={"error": str(error)}
            )
        else:
            self.lost = False
            self.notice_change()

    def notice_change(self) -> None:
        """Let answers be made anew from what is in the archive now."""
        self.version = self._archive.read_version()

    def _run(self) -> None:
        self._refresh_safely()
        while not self._done.wait(self._every_s):
            self._refresh_safely()

    def _refresh_safely(self) -> None:
        try:
            self.refresh()
        except Exception:
            # Without this thread readers would be shown the digests of now for ever.
            log.exception("digests cannot be copied")
