"""
The outbox of notices that are sent without the store, in the file of what is known.

It notes each part before it is sent and after, as the store's outboxes do (``store.outbox``), so
that the same rules of sending hold. Whoever sends holds the file's lock for it (``hold_sending``).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from aggregator.clock import from_millis
from aggregator.store.notices import Notice
from aggregator.store.outbox import DeliveryState, Outgoing, PartState

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from aggregator.operations.known import Known, KnownFile, KnownNotice

__all__ = ["KnownOutbox"]

_KEPT = timedelta(days=7)


class KnownOutbox:
    """Notices by id, which begins with the time in milliseconds."""

    def __init__(self, file: KnownFile) -> None:
        self._file = file

    def list_due(self, now: datetime) -> list[Notice]:
        """Return the notices that may be sent now, the oldest first; old ones are forgotten."""
        known = self._file.change(lambda known: _forget_old(known, now))
        due = [
            Notice(id=notice_id, text=notice.text)
            for notice_id, notice in known.notices.items()
            if notice.due <= now and not notice.ended
        ]
        return sorted(due, key=lambda notice: notice.id)

    def get(self, item: str) -> Outgoing[str]:
        """Return what is known of a notice; one that nothing is known of waits."""
        notice = self._file.load().notices.get(item)
        if notice is None:
            return Outgoing(id=item)
        parts = {key: (PartState(state), note) for key, (state, note) in notice.parts.items()}
        return Outgoing(id=item, parts=parts, tries=notice.tries, due=notice.due)

    def begin_part(
        self,
        item: str,
        part: str,
        *,
        token: str,
        lease: timedelta,
    ) -> int:
        """
        Note that a part is about to be sent.

        Returns:
            1: send it; 0: something is noted of it already, or the notice is gone.
        """
        del token, lease
        begun = False

        def begin(notice: KnownNotice) -> KnownNotice:
            nonlocal begun
            begun = part not in notice.parts
            return _set_part(notice, part, PartState.BEGUN, "") if begun else notice

        self._change(item, begin)
        return int(begun)

    def note_part(
        self,
        item: str,
        part: str,
        state: PartState,
        note: str = "",
    ) -> None:
        """Note what became of a part."""
        self._change(item, lambda notice: _set_part(notice, part, state, note))

    def forget_part(self, item: str, part: str) -> None:
        """Note that a part was surely not sent, so that it may be."""

        def forget(notice: KnownNotice) -> KnownNotice:
            others = {key: value for key, value in notice.parts.items() if key != part}
            return replace(notice, parts=others)

        self._change(item, forget)

    def put_off(
        self,
        item: str,
        error: str,
        *,
        tries: int,
        due: datetime,
    ) -> None:
        """Note a failure after which the rest will be tried again."""
        del error
        self._change(item, lambda notice: replace(notice, tries=tries, due=due))

    def end(
        self,
        item: str,
        state: DeliveryState,
        error: str = "",
    ) -> None:
        """Note that nothing of a notice is left to send, however it ended."""
        del state, error
        self._change(item, lambda notice: replace(notice, ended=True))

    def _change(self, item: str, change: Callable[[KnownNotice], KnownNotice]) -> None:
        def change_notice(known: Known) -> Known:
            notice = known.notices.get(item)
            if notice is None:
                return known
            return replace(known, notices={**known.notices, item: change(notice)})

        self._file.change(change_notice)


def _set_part(notice: KnownNotice, part: str, state: PartState, note: str) -> KnownNotice:
    return replace(notice, parts={**notice.parts, part: (state.value, note)})


def _forget_old(known: Known, now: datetime) -> Known:
    kept = {}
    for notice_id, notice in known.notices.items():
        made = from_millis(int(notice_id.partition("-")[0]))
        if now - made < _KEPT:
            kept[notice_id] = notice
    return replace(known, notices=kept)
