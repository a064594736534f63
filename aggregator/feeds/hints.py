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
_SKIP_HOURS = re.compile(rb"<skipHours>(.{0,2000}?)</skipHours>", re.DOTALL)
_HOUR = re.compile(rb"<hour>\s*(\d{1,2})\s*<")
_SKIP_DAYS = re.compile(rb"<skipDays>(.{0,1000}?)</skipDays>", re.DOTALL)
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
    fresh_s = _fresh_s(headers, now)
    if not body:
        return PollHints(
            fresh_s=fresh_s,
            usual_s=before.usual_s,
            skip_hours=before.skip_hours,
            skip_days=before.skip_days,
        )
    ttl = _TTL.search(head)
    return PollHints(
        fresh_s=min(max(fresh_s, 60 * int(ttl[1]) if ttl else 0), _LONGEST_S),
        usual_s=_usual_s(head),
        skip_hours=_skip_hours(head),
        skip_days=_skip_days(head),
    )


def _fresh_s(headers: Mapping[str, str], now: datetime) -> int:
    control = headers.get("cache-control", "")
    if _NO_STORE.search(control):
        return 0
    if age := _MAX_AGE.search(control):
        return max(0, min(int(age[1]), _LONGEST_S) - _number(headers.get("age", "")))
    expires = _date(headers.get("expires", ""))
    if expires is None:
        return 0
    seconds = (expires - (_date(headers.get("date", "")) or now)).total_seconds()
    return int(min(max(seconds, 0), _LONGEST_S))


def _number(text: str) -> int:
    text = text.strip()
    return int(text[:9]) if text.isascii() and text.isdigit() else 0


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _usual_s(head: bytes) -> int:
    period = _PERIOD.search(head)
    often = _FREQUENCY.search(head)
    if period is None or period[1] not in _PERIODS_S:
        return 0
    return min(_PERIODS_S[period[1]] // max(1, int(often[1]) if often else 1), _LONGEST_S)


def _skip_hours(head: bytes) -> tuple[int, ...]:
    found = _SKIP_HOURS.search(head)
    hours = (
        {int(hour) % 24 for hour in _HOUR.findall(found[1]) if int(hour) <= 24} if found else set()
    )
    # All of them would be never.
    return tuple(sorted(hours)) if len(hours) < 24 else ()  # noqa: PLR2004


def _skip_days(head: bytes) -> tuple[int, ...]:
    found = _SKIP_DAYS.search(head)
    days = (
        {_DAYS.index(day.lower()) for day in _DAY.findall(found[1]) if day.lower() in _DAYS}
        if found
        else set()
    )
    return tuple(sorted(days)) if len(days) < len(_DAYS) else ()
