"""
Store and broker watched by what keeps everything running, which needs neither of them.

Workers cannot say that the store is away, nor be woken while the broker is. So ``tilshi serve``
looks at both every few seconds, says at once when one is away and when it is back, and tells
operators if it stays away: not for a restart of seconds.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Self

from aggregator.errors import ConfigError, StoreError
from aggregator.operations.away import Link
from workers.links import look_at_links
from workers.tell import judge_from_here, tell_from_file

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime, timedelta
    from types import TracebackType

    from aggregator.operations.away import Look
    from workers.services import Services

__all__ = ["LinkWatch"]

log = logging.getLogger(__name__)

_EVERY_S = 10.0
_PATIENT_LOOKS = 3
_TOLD_EVERY_S = 60


class LinkWatch:
    """
    Watches from a thread of its own; a context manager.

    Args:
        services: Whose store, broker and channels.
        say: Called with a line for people.
        every_s: Seconds between two looks.
    """

    def __init__(
        self,
        services: Services,
        say: Callable[[str], None],
        every_s: float = _EVERY_S,
    ) -> None:
        self._services = services
        self._say = say
        self._every_s = every_s
        self._away: dict[Link, datetime] = {}
        self._looks_away = 0
        self._told: datetime | None = None
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="links", daemon=True)

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
        # It may be waiting for a channel; it dies with the process anyway.
        self._thread.join(timeout=1)

    def _run(self) -> None:
        self._look_safely()
        while not self._done.wait(self._every_s):
            self._look_safely()

    def _look_safely(self) -> None:
        try:
            self.look()
        except Exception:
            # Nobody else would say that the store is away.
            log.exception("links cannot be looked at")

    def look(self) -> None:
        """Look once, and do what follows."""
        looks = look_at_links(self._services.settings)
        now = self._services.clock.now()
        for look in looks:
            self._say_change(look, now)
        self._looks_away = self._looks_away + 1 if self._away else 0
        if not self._is_turn(now):
            return
        try:
            self._tell(looks)
        except StoreError as error:
            log.warning("the store is away", extra={"error": str(error)})
        except ConfigError as error:
            log.error("operators cannot be told", extra={"error": str(error)})  # noqa: TRY400 -- says all

    def _say_change(self, look: Look, now: datetime) -> None:
        since = self._away.get(look.link)
        if look.error and since is None:
            self._away[look.link] = now
            self._say(f"the {look.link} is away ({look.address}: {look.error})")
            log.warning("away", extra={"link": str(look.link), "error": look.error})
        elif since is not None and not look.error:
            del self._away[look.link]
            self._say(f"the {look.link} is back; it was away for {_format_span(now - since)}")
            log.warning("back", extra={"link": str(look.link)})

    def _is_turn(self, now: datetime) -> bool:
        """Say whether operators are to be told now, of what is away or of what came back."""
        if not self._away:
            return self._told is not None
        if self._looks_away < _PATIENT_LOOKS:
            return False
        return self._told is None or (now - self._told).total_seconds() >= _TOLD_EVERY_S

    def _tell(self, looks: Sequence[Look]) -> None:
        self._told = self._services.clock.now()
        if Link.STORE in self._away:
            tell_from_file(self._services, looks)
            return
        store = self._services.open_store(patient=False)
        try:
            judge_from_here(self._services, looks, store)
        finally:
            store.close()
        if not self._away:
            self._told = None


def _format_span(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"  # noqa: PLR2004 -- two minutes
