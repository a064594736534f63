"""Host limits of one process: for commands that fetch where no store is there to share them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aggregator.clock import MOST_AHEAD, from_millis, span_to_millis, to_millis
from aggregator.net.host_limits import Admission, HostState, judge_request

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from aggregator.net.host_limits import HostLimits
    from aggregator.ports import Clock

__all__ = ["LocalHostLimiter"]


@dataclass(slots=True)
class _KnownHost:
    inside: dict[str, int] = field(default_factory=dict)
    open_at: int = 0
    closed_until: int = 0
    promised: int = 0
    why: str = ""


class LocalHostLimiter:
    """A ``HostLimiter`` over a dict. Not for threads: all that ask it run in one event loop."""

    def __init__(self, limits: HostLimits, clock: Clock) -> None:
        self._limits = limits
        self._clock = clock
        self._hosts: dict[str, _KnownHost] = {}

    def _now(self) -> int:
        return to_millis(self._clock.now())

    def enter(self, host: str, token: str) -> Admission:
        """Ask to begin a request."""
        now = self._now()
        limits = self._limits
        known = self._hosts.setdefault(host, _KnownHost())
        gap = span_to_millis(limits.gap)
        lease = span_to_millis(limits.lease)
        state = HostState(
            inside=tuple(known.inside.values()),
            open_at=known.open_at,
            closed_until=known.closed_until,
            promised=known.promised,
        )
        answer = judge_request(
            state,
            now,
            at_once=limits.at_once,
            gap=gap,
            lease=lease,
        )
        if answer.admitted:
            latest = now + span_to_millis(MOST_AHEAD) + lease
            running = {key: end for key, end in known.inside.items() if now < end <= latest}
            known.inside = {**running, token: now + lease}
            known.open_at = now + gap
        elif not answer.closed:
            known.promised = now + answer.come_back
        return answer

    def enter_all(self, requests: Sequence[tuple[str, str]]) -> list[Admission]:
        """Ask to begin requests."""
        return [self.enter(host, token) for host, token in requests]

    def leave(self, host: str, token: str) -> None:
        """Say that a request ended."""
        if known := self._hosts.get(host):
            known.inside.pop(token, None)

    def leave_all(self, requests: Sequence[tuple[str, str]]) -> None:
        """Say that requests ended."""
        for host, token in requests:
            self.leave(host, token)

    def close_until(
        self,
        host: str,
        until: datetime,
        why: str,
    ) -> None:
        """Let nobody in before a moment."""
        known = self._hosts.setdefault(host, _KnownHost())
        end = to_millis(until)
        if end > known.closed_until:
            known.closed_until = end
            known.why = why

    def list_closed(self) -> Mapping[str, tuple[datetime, str]]:
        """Return the hosts that are closed now."""
        now = self._now()
        closed = {}
        for host, known in self._hosts.items():
            if known.closed_until > now:
                until = from_millis(known.closed_until)
                closed[host] = (until, known.why)
        return closed
