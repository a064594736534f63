"""
What a server and its feed say about when to ask again: bytes and headers in, hints out. Pure.

Cache-Control and Expires are read by RFC 9111 (sections 4.2.1 and 5.3); ``ttl``, ``skipHours`` and
``skipDays`` by the RSS 2.0 specification, with the hour 24 of older feeds; ``updatePeriod`` and
``updateFrequency`` by the RSS 1.0 syndication module. Only the head of a feed is looked at, before
its first item, by patterns and not as XML: a hint is worth no more, and what cannot be read is no
hint.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from aggregator.models import PollHints

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["NO_HINTS", "read_hints"]

NO_HINTS = PollHints()
"""Of a server that says nothing."""

_HEAD_BYTES = 20_000
_ITEM = re.compile(rb"<(?:item|entry)[\s>]")
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_NO_STORE = re.compile(r"(?:^|[\s,])no-(?:store|cache)\b", re.IGNORECASE)
_TTL = re.compile(rb"<ttl>\s*(\d{1,6})")
_SKIP_HOURS = re.compile(rb"<skipHours>((?:[^<]++|<(?!/?skipHours>))*+)</skipHours>")
_HOUR = re.compile(rb"<hour>\s*(\d{1,2})\s*<")
_SKIP_DAYS = re.compile(rb"<skipDays>((?:[^<]++|<(?!/?skipDays>))*+)</skipDays>")
_DAY = re.compile(rb"<day>\s*([A-Za-z]{6,9})\s*<")
_PERIOD = re.compile(rb"<sy:updatePeriod>\s*([a-z]{4,8})")
_FREQUENCY = re.compile(rb"<sy:updateFrequency>\s*(\d{1,4})")
_DAYS = (b"monday", b"tuesday", b"wednesday", b"thursday", b"friday", b"saturday", b"sunday")
_PERIODS_S = {
    b"hourly": 3600,
    b"daily": 86_400,
    b"weekly": 604_800,
    b"monthly": 2_592_000,
    b"yearly": 31_536_000,
}
# No feed means to be asked once a month; a number beyond is a mistake.
_LONGEST_S = 30 * 86_400

_DAY_HOURS = 24


def read_hints(
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
    before: PollHints = NO_HINTS,
) -> PollHints:
    """
    Read all hints of an answer.

    Args:
        headers: Names in lower case.
        body: Empty for 304: what the feed itself said before still holds.
        now: For Expires where the server gives no Date.
        before: Hints of the answer before.
    """
    head = body[:_HEAD_BYTES]
    item = _ITEM.search(head)
    head = head[: item.start()] if item else head
    fresh_s = _read_fresh_s(headers, now)
    if not body:
        return PollHints(
            fresh_s=fresh_s,
            usual_s=before.usual_s,
            skip_hours=before.skip_hours,
            skip_days=before.skip_days,
        )
    match = _TTL.search(head)
    ttl_s = 60 * int(match[1]) if match else 0
    longer_s = max(fresh_s, ttl_s)
    return PollHints(
        fresh_s=min(longer_s, _LONGEST_S),
        usual_s=_read_usual_s(head),
        skip_hours=_read_skip_hours(head),
        skip_days=_read_skip_days(head),
    )


def _read_fresh_s(headers: Mapping[str, str], now: datetime) -> int:
    control = headers.get("cache-control", "")
    if _NO_STORE.search(control):
        return 0
    match = _MAX_AGE.search(control)
    if match:
        allowed_s = min(int(match[1]), _LONGEST_S)
        age_s = _read_number(headers.get("age", ""))
        return max(0, allowed_s - age_s)
    expires = _read_date(headers.get("expires", ""))
    if expires is None:
        return 0
    sent = _read_date(headers.get("date", "")) or now
    left = expires - sent
    seconds = max(left.total_seconds(), 0)
    return int(min(seconds, _LONGEST_S))


def _read_number(text: str) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdigit()):
        return 0
    return int(text[:9])


def _read_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _read_usual_s(head: bytes) -> int:
    period = _PERIOD.search(head)
    if period is None or period[1] not in _PERIODS_S:
        return 0
    frequency = _FREQUENCY.search(head)
    times = max(1, int(frequency[1])) if frequency else 1
    period_s = _PERIODS_S[period[1]]
    return min(period_s // times, _LONGEST_S)


def _read_skip_hours(head: bytes) -> tuple[int, ...]:
    match = _SKIP_HOURS.search(head)
    if match is None:
        return ()
    named = map(int, _HOUR.findall(match[1]))
    hours = {hour % _DAY_HOURS for hour in named if hour <= _DAY_HOURS}
    # All of them would be never.
    if len(hours) == _DAY_HOURS:
        return ()
    return tuple(sorted(hours))


def _read_skip_days(head: bytes) -> tuple[int, ...]:
    match = _SKIP_DAYS.search(head)
    if match is None:
        return ()
    names = _DAY.findall(match[1])
    lowered = [name.lower() for name in names]
    days = {_DAYS.index(name) for name in lowered if name in _DAYS}
    if len(days) == len(_DAYS):
        return ()
    return tuple(sorted(days))
