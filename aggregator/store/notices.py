"""
Alerts that are raised, and the notices about them on their way to operators.

A change of alerts and the notices about it are kept in one step, so that each is told. A notice is noted for a channel
before it is sent and again after, as parts of digests are: what may have been sent is not sent again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aggregator.models import Alert
from aggregator.store.codec import decode, encode
from aggregator.store.deliveries import PartState
from aggregator.store.query import Query, query_one, read_one
from aggregator.store.work import millis

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta

    from aggregator.ports import Clock
    from aggregator.store.client import Connection
    from aggregator.store.keys import Keys

__all__ = ["LOCK", "Notice", "NoticeStore"]

LOCK = "watch"
"""Whoever judges alerts or sends notices holds it."""

_KEPT_S = 7 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """
    What is to be told.

    Attributes:
        id: Unique; begins with the time in milliseconds.
        text: In words.
        told: What is known of each part, by channel and key.
    """

    id: str
    text: str
    told: dict[str, PartState]

    @property
    def at(self) -> datetime:
        """When it came about."""
        return datetime.fromtimestamp(int(self.id.partition("-")[0]) / 1000, tz=UTC)


class NoticeStore:
    """Alerts by name, notices by id. All methods that write want the lock ``LOCK``."""

    def __init__(self, connection: Connection, keys: Keys, clock: Clock) -> None:
        self._connection, self._keys, self._clock = connection, keys, clock

    def raised(self) -> dict[str, Alert]:
        """Return what is raised, by name, the longest raised first."""
        return read_one(self._connection, self.query_raised())

    def query_raised(self) -> Query[dict[str, Alert]]:
        """Ask what ``raised`` returns."""
        key = self._keys.alerts
        return query_one(lambda pipe: pipe.hgetall(key), lambda row: _parse_alerts(row, key))

    def change(self, raised: Sequence[Alert], over: Sequence[Alert], texts: Sequence[str]) -> None:
        """
        Keep a change of alerts, with the notices about it.

        Args:
            raised: Newly.
            over: Not any more.
            texts: Of notices to be sent; none where nobody wants any.
        """
        if not raised and not over:
            return
        k, now = self._keys, millis(self._clock.now())
        with self._connection.client() as client:
            pipe = client.pipeline(transaction=True)
            if over:
                pipe.hdel(k.alerts, *(alert.name for alert in over))
            for alert in raised:
                pipe.hset(k.alerts, alert.name, encode(Alert, alert))
            for number, text in enumerate(texts):
                notice_id = f"{now}-{number}"
                pipe.hset(k.notice(notice_id), "text", text)
                pipe.expire(k.notice(notice_id), _KEPT_S)
                pipe.zadd(k.notices, {notice_id: now})
            pipe.execute()

    def due(self) -> list[Notice]:
        """Return the notices that may be sent now, the oldest first; what is past its lifetime is forgotten."""
        k = self._keys
        found = []
        with self._connection.client() as client:
            for item in client.zrangebyscore(k.notices, "-inf", millis(self._clock.now())):
                notice_id = item.decode()
                values = {key.decode(): value.decode() for key, value in client.hgetall(k.notice(notice_id)).items()}
                if "text" not in values:
                    client.zrem(k.notices, item)
                    continue
                told = {
                    key.removeprefix("part:"): PartState(value.partition(" ")[0])
                    for key, value in values.items()
                    if key.startswith("part:")
                }
                found.append(Notice(id=notice_id, text=values["text"], told=told))
        return sorted(found, key=lambda notice: notice.id)

    def waiting(self) -> int:
        """Return how many notices are not told everywhere."""
        return read_one(self._connection, self.query_waiting())

    def query_waiting(self) -> Query[int]:
        """Ask what ``waiting`` returns."""
        return query_one(lambda pipe: pipe.zcard(self._keys.notices), int)

    def begin(self, notice_id: str, part: str, *, token: str, lease: timedelta) -> int:
        """Say that a part, ``CHANNEL/KEY``, is about to be sent; 1: send it, 0: something is noted, -1: lock lost."""
        keys = [self._keys.lock(LOCK), self._keys.notice(notice_id)]
        args = [token, int(lease.total_seconds() * 1000), f"part:{part}", PartState.BEGUN.value, _KEPT_S]
        return int(self._connection.script("begin_part", keys, args))

    def note(self, notice_id: str, part: str, state: PartState, why: str = "") -> None:
        """Note what became of a part."""
        with self._connection.client() as client:
            client.hset(self._keys.notice(notice_id), f"part:{part}", f"{state} {why}".rstrip())

    def forget(self, notice_id: str, part: str, *, again: datetime) -> None:
        """Note that a notice was surely not sent, and when to try again."""
        with self._connection.client() as client:
            client.hdel(self._keys.notice(notice_id), f"part:{part}")
            client.zadd(self._keys.notices, {notice_id: millis(again)}, xx=True)

    def done(self, notice_id: str) -> None:
        """Note that a notice is told, refused or in doubt everywhere."""
        with self._connection.client() as client:
            client.zrem(self._keys.notices, notice_id)


def _parse_alerts(row: Mapping[bytes, bytes], key: str) -> dict[str, Alert]:
    alerts: list[Alert] = [decode(Alert, value, key) for value in row.values()]
    alerts.sort(key=lambda alert: (alert.raised, alert.name))
    return {alert.name: alert for alert in alerts}
