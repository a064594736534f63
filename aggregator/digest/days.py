"""
Which local day's digest an article belongs to. Pure.

An outlet's date is believed if it can be true. No date, a date in the future, and dates of decades
ago (feeds give 1 January 1970 for "unknown") mean: the day we first saw it. What is older than the
fresh days when first seen is kept but not printed: the first poll of a new source often lists
months.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from aggregator.models import Edition

__all__ = [
    "choose_day",
    "find_closing_time",
    "find_first_open_day",
    "find_last_closing_time",
    "find_local_day",
    "find_midnight",
    "keep_believable",
]

# The first Kazakh news site with a feed is younger than this.
_OLDEST_DATE = datetime(1995, 1, 1, tzinfo=UTC)
# Clocks of outlets run ahead by minutes; a whole hour ahead is usually a zone named wrongly, more
# is a typing error.
_AHEAD = timedelta(hours=6)
_DAY = timedelta(days=1)


def find_local_day(moment: datetime, zone: str) -> date:
    """Return the local date of a moment."""
    local = moment.astimezone(ZoneInfo(zone))
    return local.date()


def keep_believable(
    published: datetime | None,
    now: datetime,
) -> datetime | None:
    """Return the outlet's date if it can be true, else None."""
    if published is None:
        return None
    latest = now + _AHEAD
    return published if _OLDEST_DATE <= published <= latest else None


def choose_day(
    published: datetime | None,
    now: datetime,
    zone: str,
    fresh: timedelta,
) -> date | None:
    """
    Choose the day for an article seen for the first time.

    Args:
        published: As ``keep_believable`` let it pass.
        now: Editorial time.
        zone: IANA name.
        fresh: How old an article may be to be printed at all.

    Returns:
        A day, today at the latest; None if the article is too old.
    """
    if published is None:
        return find_local_day(now, zone)
    if now - published > fresh:
        return None
    return find_local_day(min(published, now), zone)


def find_first_open_day(
    day: date,
    today: date,
    closed: AbstractSet[date],
) -> date:
    """
    Return ``day``, or the first day after it that is not closed.

    What comes late is printed with the next.
    """
    while day in closed and day < today:
        day += _DAY
    # Today closed already (an edition that closes at midnight, a clock set back): tomorrow has it.
    return day if day not in closed else day + _DAY


def find_midnight(day: date, zone: str) -> datetime:
    """Return the moment, in UTC, at which a local day begins."""
    midnight = datetime.combine(day, time(), tzinfo=ZoneInfo(zone))
    return midnight.astimezone(UTC)


def find_closing_time(day: date, edition: Edition) -> datetime:
    """
    Return the moment, in UTC, from which an edition may close its digest of a day.

    It does when all do; see ``find_last_closing_time``.
    """
    # Counted on the local clock, which may jump in that time.
    midnight = datetime.combine(day + _DAY, time(), tzinfo=ZoneInfo(edition.zone))
    closing = midnight + edition.close_after
    return closing.astimezone(UTC)


def find_last_closing_time(day: date, editions: Iterable[Edition]) -> datetime:
    """
    Return the moment, in UTC, at which a day is closed: with the last of its editions.

    They are of the same articles, so none closes while another may still take some in.

    Args:
        editions: At least one.
    """
    return max(find_closing_time(day, edition) for edition in editions)
