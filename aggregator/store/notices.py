"""
Alerts that are raised, and the outbox of the notices about them, on their way to operators.

A change of alerts and the notices about it are kept in one step, so that each is sent. Notices that
are not sent everywhere stand in a queue, by when they are due; each is kept for a week.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aggregator.clock import MOST_AHEAD, from_millis, span_to_millis, to_millis
from aggregator.models import Alert
from aggregator.store.codec import decode, encode
from aggregator.store.outbox import DeliveryState, Outbox
from aggregator.store.query import Query, query_one, read_one

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from aggregator.ports import Clock
    from aggregator.store.client import Connection
    from aggregator.store.keys import Keys
    from aggregator.store.query import Row

__all__ = ["LOCK", "Notice", "NoticeStore"]

LOCK = "watch"
"""Whoever judges alerts or sends notices holds it."""

_KEPT_S = 7 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """
    What operators are to be notified of.

    Attributes:
        id: Unique; begins with the time in milliseconds.
        text: In words.
    """

    id: str
    text: str

    @property
    def at(self) -> datetime:
        """When it came about."""
        written_ms, _, _ = self.id.partition("-")
        return from_millis(int(written_ms))


class NoticeStore(Outbox[str]):
    """
    Alerts by name, notices by id. All methods that write want the lock ``LOCK``.

    A part of a notice is named ``CHANNEL/KEY``, as one notice goes to all channels that want
    alerts. When it is due stands in the queue alone, so that reading the queue is enough; one
    that ended is in it no more.
    """

    def __init__(
        self,
        connection: Connection,
        keys: Keys,
        clock: Clock,
    ) -> None:
        super().__init__(connection, keys, clock, lifetime_s=_KEPT_S)

    def name_lock(self, item: str) -> str:
        """See ``Outbox``: one lock for all notices."""
        del item
        return LOCK

    def _item_key(self, item: str) -> str:
        return self._keys.notice(item)

    def load_raised(self) -> dict[str, Alert]:
        """Return what is raised, by name, the longest raised first."""
        return read_one(self._connection, self.query_raised())

    def list_raised_names(self) -> list[str]:
        """Return the names of what is raised, in no order."""
        with self._connection.client() as client:
            return [name.decode() for name in client.hkeys(self._keys.alerts)]

    def query_raised(self) -> Query[dict[str, Alert]]:
        """Ask what ``load_raised`` returns."""
        return query_one(self._ask_alerts, self._parse_alerts)

    def _ask_alerts(self, pipe: Any) -> None:
        pipe.hgetall(self._keys.alerts)

    def _parse_alerts(self, row: Row) -> dict[str, Alert]:
        alerts: list[Alert] = []
        for value in row.values():
            alert = decode(Alert, value, self._keys.alerts)
            alerts.append(alert)
        alerts.sort(key=lambda alert: (alert.raised, alert.name))
        return {alert.name: alert for alert in alerts}

    def change_alerts(
        self,
        raised: Sequence[Alert],
        over: Sequence[Alert],
        texts: Sequence[str],
    ) -> None:
        """
        Keep a change of alerts, with the notices about it.

        Args:
            raised: Alerts that were not raised before.
            over: Alerts that are raised no more.
            texts: Of notices to be sent; none where nobody wants any.
        """
        if not raised and not over:
            return
        now = to_millis(self._clock.now())
        with self._connection.client() as client:
            pipe = client.pipeline(transaction=True)
            for alert in over:
                pipe.hdel(self._keys.alerts, alert.name)
            for alert in raised:
                pipe.hset(self._keys.alerts, alert.name, encode(Alert, alert))
            for number, text in enumerate(texts):
                notice_id = f"{now}-{number}"
                key = self._keys.notice(notice_id)
                pipe.hset(key, "text", text)
                pipe.expire(key, _KEPT_S)
                pipe.zadd(self._keys.notices, {notice_id: now})
            pipe.execute()

    def list_due(self) -> list[Notice]:
        """
        Return the notices that may be sent now, the oldest first.

        What is past its lifetime is forgotten.
        """
        queue = self._keys.notices
        now = to_millis(self._clock.now())
        notices = []
        with self._connection.client() as client:
            names = client.zrangebyscore(queue, "-inf", now)
            later = client.zrangebyscore(
                queue, now + span_to_millis(MOST_AHEAD), "+inf", withscores=True
            )
            for name in [*names, *_list_made_ahead(later)]:
                notice_id = name.decode()
                key = self._keys.notice(notice_id)
                text = client.hget(key, "text")
                if text is None:
                    client.zrem(queue, name)
                else:
                    notice = Notice(id=notice_id, text=text.decode())
                    notices.append(notice)
        return sorted(notices, key=lambda notice: notice.id)

    def count_waiting(self) -> int:
        """Return how many notices are not sent everywhere."""
        return read_one(self._connection, self.query_waiting())

    def query_waiting(self) -> Query[int]:
        """Ask what ``count_waiting`` returns."""
        return query_one(lambda pipe: pipe.zcard(self._keys.notices), int)

    def put_off(
        self,
        item: str,
        error: str,
        *,
        tries: int,
        due: datetime,
    ) -> None:
        """
        See ``Outbox``.

        A notice keeps no count of its tries, as it is tried until its lifetime ends.
        """
        del error, tries
        with self._connection.client() as client:
            client.zadd(self._keys.notices, {item: to_millis(due)}, xx=True)

    def end(
        self,
        item: str,
        state: DeliveryState,
        error: str = "",
    ) -> None:
        """See ``Outbox``; however it ended, it leaves the queue."""
        del state, error
        with self._connection.client() as client:
            client.zrem(self._keys.notices, item)


def _list_made_ahead(later: Sequence[tuple[bytes, float]]) -> list[bytes]:
    """Return the ids of notices that wait since they were made, by a clock that was ahead."""
    made_ahead = []
    for name, due_ms in later:
        written_ms, _, _ = name.partition(b"-")
        if int(written_ms) == int(due_ms):
            made_ahead.append(name)
    return made_ahead
