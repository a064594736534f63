"""The gate of one process: for commands that fetch where there is no store to share it with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aggregator.net.host_limits import Admission, HostState, judge_request

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from aggregator.net.host_limits import HostLimits
    from aggregator.ports import Clock

__all__ = ["LocalHostLimiter"]


@dataclass(slots=True)
class _Host:
    inside: dict[str, int] = field(default_factory=dict)
    open_at: int = 0
    closed_until: int = 0
    promised: int = 0
    why: str = ""


def _to_millis(span: timedelta) -> int:
    return int(span.total_seconds() * 1000)


class LocalHostLimiter:
    """A ``HostGate`` over a dict. Not for threads: all that ask it run in one event loop."""

    def __init__(self, limits: HostLimits, clock: Clock) -> None:
        self._manners = limits
        self._clock = clock
        self._hosts: dict[str, _Host] = {}

    def _now(self) -> int:
        return int(self._clock.now().timestamp() * 1000)

    def enter(self, host: str, token: str) -> Admission:
        """Ask to begin a request."""
        now = self._now()
        limits = self._manners
        found = self._hosts.setdefault(host, _Host())
        gap = _to_millis(limits.gap)
        lease = _to_millis(limits.lease)
        state = HostState(
            inside=tuple(found.inside.values()),
            open_at=found.open_at,
            closed_until=found.closed_until,
            promised=found.promised,
        )
        answer = judge_request(
            state,
            now,
            at_once=limits.at_once,
            gap=gap,
            lease=lease,
        )
        if answer.admitted:
            latest = now + lease
            running = {key: end for key, end in found.inside.items() if now < end <= latest}
            found.inside = {**running, token: latest}
            found.open_at = now + gap
        elif not answer.closed:
            found.promised = now + answer.come_back
        return answer

    def leave(self, host: str, token: str) -> None:
        """Say that a request ended."""
        if found := self._hosts.get(host):
            found.inside.pop(token, None)

    def close_until(
        self,
        host: str,
        until: datetime,
        why: str,
    ) -> None:
        """Let nobody in before a moment."""
        found = self._hosts.setdefault(host, _Host())
        end = int(until.timestamp() * 1000)
        if end > found.closed_until:
            found.closed_until = end
            found.why = why

    def closed(self) -> Mapping[str, tuple[datetime, str]]:
        """Return the hosts that are closed now."""
        now = self._now()
        closed = {}
        for host, found in self._hosts.items():
            if found.closed_until > now:
                until = datetime.fromtimestamp(found.closed_until / 1000, tz=UTC)
                closed[host] = (until, found.why)
        return closed
