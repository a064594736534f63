"""
The dates that feeds write: RFC 822, ISO 8601, seconds since 1970, and words in English, Russian and
Kazakh.

One reading serves all orders of words. The time of day is found first, since a zone stands right
behind it; then the month by its name; of the numbers left, the one with four digits is the year and
another one the day. What is not understood gives None rather than a guess: a wrong date would put
an article into a wrong digest, a missing one lets it go by the moment it was first seen. Hence
"вчера", "бүгін" and dates without a year are not read.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from aggregator.languages import ENGLISH, KAZAKH, LANGUAGES, RUSSIAN

__all__ = ["parse_date"]

_MAX_CHARS = 100

# Names of months that are read in feeds: not those of Kazakh's Latin alphabets.
_LANGUAGES = (ENGLISH, RUSSIAN, KAZAKH)
_BY_MONTH = tuple(zip(*(LANGUAGES[code].months for code in _LANGUAGES), strict=True))
_STEMS = tuple(tuple(month.stem for month in names if month.stem) for names in _BY_MONTH)
# Whole words only: "сен" is September, "сенбі" is Saturday.
_WORDS = tuple(frozenset().union(*(month.words for month in names)) for names in _BY_MONTH)
# RFC 822 names in hours from UTC, and those of the region. Kazakhstan's are zones: the country
# moved to one time on 1 March 2024, most of it an hour back (IANA tz database).
_ZONES: dict[str, tzinfo] = {
    name: timezone(timedelta(hours=hours))
    for name, hours in {
        "z": 0, "ut": 0, "utc": 0, "gmt": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6,
        "pst": -8, "pdt": -7, "msk": 3, "мск": 3,
    }.items()
}  # fmt: skip
_ALMATY_NAMES = frozenset({"almt", "qyzt"})

_ISO = re.compile(
    r"(\d{4})[-./](\d\d?)[-./](\d\d?)(?:[T ]+(\d\d?):(\d\d)(?::(\d\d))?(?:[.,]\d+)?)?"
    r"\s*(?P<zone>[A-Za-z]{1,4}|[+-]\d\d(?::?\d\d)?)?",
)
_EPOCH = re.compile(r"\d{9,10}(\d{3})?")
_TIME = re.compile(r"(?<![\d.:])(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,]\d+)?\s*([ap]m\b)?")
_ZONE = re.compile(r"[\s(]*([^\W\d_]{1,4}(?![^\W\d_]))?\s*(?:([+-])(\d{1,2})(?::?(\d{2}))?(?!\d))?")
_DOTTED = re.compile(r"(?<!\d)(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?!\d)")
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\d+")
# RFC 2822, 4.3: years of two digits.
_CENTURY_TURN = 50
# The widest offset in use is +14:00; more is a range of hours or a misprint.
_MAX_OFFSET_H = 14
_END_OF_DAY_H = 24
_YEAR_DIGITS = 4
_SHORT_YEAR_DIGITS = 2
_DAY_DIGITS = 2
_LEAP_SECOND = 60


def parse_date(text: str, default_zone: tzinfo) -> datetime | None:
    """
    Read a date.

    Args:
        text: As the feed has it; a date without a time is midnight.
        default_zone: Of dates that name no zone.

    Returns:
        Aware, in UTC; None if it is no date, or not a whole one.
    """
    text = " ".join(text.split())[:_MAX_CHARS].lower()
    try:
        moment = _epoch(text) or _iso(text, default_zone) or _worded(text, default_zone)
        return moment.astimezone(UTC) if moment else None
    except (ValueError, OverflowError):  # the 32nd of August, the year 0, hour 27
        return None


def _epoch(text: str) -> datetime | None:
    match = _EPOCH.fullmatch(text)
    if not match:
        return None
    return datetime.fromtimestamp(int(text) / (1000 if match[1] else 1), UTC)


def _iso(text: str, default_zone: tzinfo) -> datetime | None:
    match = _ISO.match(text.upper())
    if not match:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    return _moment(
        (year, month, day), (hour, minute, second), _zone(match["zone"] or "") or default_zone
    )


def _worded(text: str, default_zone: tzinfo) -> datetime | None:
    time = (0, 0, 0)
    zone = default_zone
    found = _TIME.search(text)
    if found:
        time = _hours(found), int(found[2]), int(found[3] or 0)
        behind = _ZONE.match(text, found.end())
        named = _zone(behind[0] if behind else "")
        cut = behind.end() if behind and named else found.end()
        zone = named or default_zone
        text = f"{text[: found.start()]} {text[cut:]}"
    day = _dotted_day(text) or _named_day(text)
    return _moment(day, time, zone) if day else None


def _hours(found: re.Match[str]) -> int:
    hour = int(found[1])
    if found[4]:
        return hour % 12 + (12 if found[4] == "pm" else 0)
    return hour


def _dotted_day(text: str) -> tuple[int, int, int] | None:
    match = _DOTTED.search(text)
    return (int(match[4]), int(match[3]), int(match[1])) if match else None


def _named_day(text: str) -> tuple[int, int, int] | None:
    """Read a day whose month is a word; None unless there is one of each of day, month and year."""
    months = [month for month in map(_month, _WORD.findall(text)) if month]
    numbers = _NUMBER.findall(text)
    years = [number for number in numbers if len(number) == _YEAR_DIGITS]
    days = [number for number in numbers if len(number) <= _DAY_DIGITS]
    if not years and len(days) == 2:  # noqa: PLR2004  RFC 822: a day, then a year of two digits
        years = [days.pop()]
    if not len(months) == len(years) == len(days) == 1:
        return None
    return _whole_year(years[0]), months[0], int(days[0])


def _whole_year(digits: str) -> int:
    """Return a year, of which two digits leave the century out."""
    year = int(digits)
    if len(digits) != _SHORT_YEAR_DIGITS:
        return year
    return year + (2000 if year < _CENTURY_TURN else 1900)


def _month(word: str) -> int | None:
    word = (
        word.replace("i", "і") if not word.isascii() else word
    )  # Kazakh і is often typed as the Latin letter
    for number, (stems, words) in enumerate(zip(_STEMS, _WORDS, strict=True), start=1):
        if word in words or word.startswith(stems):
            return number
    return None


def _zone(text: str) -> tzinfo | None:
    match = _ZONE.match(text.lower())
    name, sign, hours, minutes = match.groups("") if match else ("",) * 4
    if sign and int(hours) <= _MAX_OFFSET_H:
        offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
        return timezone(offset if sign == "+" else -offset)
    if name in _ALMATY_NAMES:
        return ZoneInfo("Asia/Almaty")
    return _ZONES.get(name)


def _moment(day: tuple[int, int, int], time: tuple[int, int, int], zone: tzinfo) -> datetime:
    hour, minute, second = time
    if time == (_END_OF_DAY_H, 0, 0):
        return datetime(*day, tzinfo=zone) + timedelta(days=1)
    return datetime(*day, hour, minute, min(second, _LEAP_SECOND - 1), tzinfo=zone)
