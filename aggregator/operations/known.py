"""
What was last known of the store, in a small file beside it.

A store that was emptied cannot say so, and one that is away says nothing. So whoever judges keeps
on its own disk what must be known then: which store it was and how much it had taken in, what was
found to be lost, and, while the store is away, the alert about that and who has been told.

One file a data folder and namespace, replaced as a whole, under a lock. A file that cannot be read
counts as none; one that cannot be written is a line in the logs: neither stops anything.
"""

from __future__ import annotations

import fcntl
import logging
import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import IO, TYPE_CHECKING

from aggregator.errors import SchemaError
from aggregator.models import Alert
from aggregator.store.codec import decode, encode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["Known", "KnownFile", "KnownNotice", "Loss", "LossKind", "StoreMemory"]

log = logging.getLogger(__name__)


class LossKind(StrEnum):
    """How something was lost."""

    EMPTIED = "emptied"
    WENT_BACK = "went back"
    EVICTED = "evicted"
    VANISHED = "vanished"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """
    Something that the store has lost.

    Attributes:
        text: A sentence for an operator.
        since: When it was found out.
    """

    kind: LossKind
    text: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreMemory:
    """
    The store as it was when nothing was amiss.

    Attributes:
        id: Of its mark.
        at: When it was looked at.
        seen: When it had last been judged, as its mark said.
        taken_in: New articles that it had counted.
        standing: Keys that were there and are never deleted.
    """

    id: str
    at: datetime
    seen: datetime | None
    taken_in: int
    standing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownNotice:
    """
    A notice that is sent without the store.

    Attributes:
        due: Not before.
        tries: Failures in a row.
        parts: State and note of each part, by its key, as an outbox has them.
        ended: Nothing of it is left to send.
    """

    text: str
    due: datetime
    tries: int = 0
    parts: dict[str, tuple[str, str]] = field(default_factory=dict)
    ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """
    What is known.

    Attributes:
        store: None before it was ever looked at.
        losses: Found out and not accepted, each kind once.
        reached: When store and broker were last reached, by name.
        away: Alerts about what is away, by their name.
        notices: About these, by id.
    """

    store: StoreMemory | None = None
    losses: tuple[Loss, ...] = ()
    reached: dict[str, datetime] = field(default_factory=dict)
    away: dict[str, Alert] = field(default_factory=dict)
    notices: dict[str, KnownNotice] = field(default_factory=dict)


class KnownFile:
    """The file of a data folder and namespace."""

    def __init__(self, folder: Path, namespace: str) -> None:
        self._path = folder / f"known-{namespace}.json"
        self._lock = folder / f"known-{namespace}.lock"

    def load(self) -> Known:
        """Return what is known; nothing where there is no file that can be read."""
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return Known()
        except OSError as error:
            log.warning("what was last known cannot be read", extra={"error": str(error)})
            return Known()
        try:
            known: Known = decode(Known, data, str(self._path))
        except SchemaError as error:
            log.warning("what was last known cannot be read", extra={"error": str(error)})
            return Known()
        return known

    def change(self, change: Callable[[Known], Known]) -> Known:
        """
        Change what is known, and nobody else meanwhile.

        Returns:
            What is known now, though it could not be written.
        """
        try:
            with self._hold(fcntl.LOCK_EX) as _:
                old = self.load()
                new = change(old)
                if new != old:
                    self._write(new)
                return new
        except OSError as error:
            log.error("what is known cannot be kept", extra={"error": str(error)})  # noqa: TRY400 -- says all
            return change(self.load())

    @contextmanager
    def hold_sending(self) -> Iterator[bool]:
        """Give whether we alone send from this file, as long as the block lasts."""
        lock = self._lock.with_suffix(".sending")
        try:
            file = _open_private(lock)
        except OSError:
            yield True  # nobody could hold it
            return
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True

    @contextmanager
    def _hold(self, how: int) -> Iterator[None]:
        self._lock.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _open_private(self._lock) as file:
            fcntl.flock(file, how)
            yield

    def _write(self, known: Known) -> None:
        partial = self._path.with_suffix(".partial")
        with _open_private(partial) as file:
            file.truncate()
            file.write(encode(Known, known))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self._path)


def _open_private(path: Path) -> IO[bytes]:
    """Open a file to write, its owner's alone if it is made; what it holds stays."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb")
