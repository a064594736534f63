"""
The dates that feeds write: RFC 822, ISO 8601, seconds since 1970, and words.

All forms that are read stand in a table of docs/sources.md, which a test reads. Words are read in
English, Russian and Kazakh in both its alphabets, and one reading serves all orders of words. The
time of day is found first, since a half of the day and a zone stand right behind it; then the month
by its name; of the numbers left, the one with four digits is the year and another one the day. Only
a day that begins with its year goes before the time, as no part of it may be taken for one.

What is not understood gives None rather than a guess: a wrong date would put an article into a
wrong digest, a missing one lets it go by the moment it was first seen. Hence "вчера", "бүгін" and
dates without a year are not read, nor times in a zone that is not known (``feeds.zones``).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from aggregator.feeds.zones import find_last_zone, find_zone, names_unknown_zone
from aggregator.languages import (
    ENGLISH,
    KAZAKH,
    LANGUAGES,
    RUSSIAN,
)
from aggregator.text.latin import list_readings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import tzinfo

    from aggregator.languages import Month

    _Day = tuple[int, int, int]  # year, month, day
    _Time = tuple[int, int, int]  # hour, minute, second

__all__ = ["parse_date"]

_MAX_CHARS = 100

# Kazakh in Latin letters is read as Cyrillic: it has two alphabets, and is typed without marks too.
_LANGUAGES = (ENGLISH, RUSSIAN, KAZAKH)
_MONTH_TABLES = [LANGUAGES[code].months for code in _LANGUAGES]
# For each month its name in each of the languages.
_BY_MONTH = tuple(zip(*_MONTH_TABLES, strict=True))
# What nearly all feeds write (RFC 822), in small letters: read at once.
_USUAL = re.compile(
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun), )?(\d\d?) "
    r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec) (\d{4}) "
    r"([01]\d|2[0-3]):([0-5]\d):([0-5]\d) (?:gmt|([+-])(0\d|1[0-3])([0-5]\d))"
)
_USUAL_MONTHS = (
    *("jan", "feb", "mar", "apr", "may", "jun"),
    *("jul", "aug", "sep", "oct", "nov", "dec"),
)
# A half of the day as English writes it: PM, p.m., p. m.
_HALF = r"(?:\s*([ap])\.?\s?m\b\.?)?"
_ISO = re.compile(r"(?<!\d)(?P<year>\d{4})([-./])(?P<month>\d\d?)\2(?P<day>\d\d?)(?!\d)")
_ISO_TIME = re.compile(
    rf"[t\s,]+(\d\d?)[:.](\d\d)(?!\d)(?::(\d\d))?(?:[.,]\d+)?{_HALF}", re.IGNORECASE
)
# ISO 8601, basic format, and the same without the T.
_COMPACT = re.compile(
    r"(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)"
    r"(?:[t ]?(\d\d)(\d\d)(\d\d)?(?:[.,]\d+)?)?(?!\d)",
    re.IGNORECASE,
)
# Seconds, of which programs write fractions too, or milliseconds. Twelve digits are a day with its
# time: as milliseconds they would lie before 2001.
_EPOCH = re.compile(r"(\d{9,10}|\d{13})(\.\d+)?")
_MILLISECOND_DIGITS = 13
_TIME_FORMS = (
    rf"(?<![\d.:])(\d{{1,2}}):(\d{{2}})(?::(\d{{2}}))?(?:[.,]\d+)?{_HALF}",
    # "14.30", no part of 28.11.2026; "14 ч 30 мин"; "в 14-30"; "2 pm".
    rf"(?<![\d.:/-])(\d{{1,2}})\.(\d{{2}})(?![\d.]|\s*\d{{4}})(){_HALF}",
    r"(?<!\d)(\d{1,2})\s*(?:ч|час\w{0,3}|сағ|сағат)\.?\s*(\d{1,2})\s*(?:м|мин\w{0,6})\b()()",
    r"(?:\bв|\bсағат|\bвремя)\s+(\d{1,2})-(\d{2})(?!\d)()()",
    r"(?<![\d.:])(\d{1,2})()()\s*([ap])\.?\s?m\b\.?",
)
_TIMES = tuple(re.compile(form, re.IGNORECASE) for form in _TIME_FORMS)
# What is meant for a time, and may as well be a range or a count: "14-15", "14h15", "T14".
_UNREAD_TIME = re.compile(
    r"(?<![\d./:-])\d{1,2}\s?[-hч]\s?\d{2}(?![\d./-])|\bt\d{2,6}(?!\d)", re.IGNORECASE
)
_DOTTED = re.compile(r"(?<!\d)(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?!\d)")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\d+")
# RFC 2822, 4.3: years of two digits.
_CENTURY_TURN = 50
_END_OF_DAY_H = 24
_YEAR_DIGITS = 4
_SHORT_YEAR_DIGITS = 2
_DAY_DIGITS = 2
_LEAP_SECOND = 60
_MONTHS = 12


def _list_stems(names: Iterable[Month]) -> tuple[str, ...]:
    return tuple(month.stem for month in names if month.stem)


def _list_words(names: Iterable[Month]) -> frozenset[str]:
    words: set[str] = set()
    for month in names:
        words.update(month.words)
    return frozenset(words)


# Kazakh Latin letters without their marks, and what the two alphabets leave open.
_FOLDED = str.maketrans("әғқңөұүіһй", "агкноууихи")
_STEMS = tuple(map(_list_stems, _BY_MONTH))
# Whole words only: "сен" is September, "сенбі" is Saturday.
_WORDS = tuple(map(_list_words, _BY_MONTH))


def parse_date(text: str, default_zone: tzinfo) -> datetime | None:
    """
    Read a date.

    Args:
        text: As the feed has it; a date without a time is midnight.
        default_zone: Of dates that name no zone.

    Returns:
        Aware, in UTC; None if it is no date, or not a whole one.
    """
    line = " ".join(text.split())
    line = line[:_MAX_CHARS]
    if not line:
        return None  # of three dates that an item may have most have one
    low = line.lower()
    try:
        moment = _read_usual(low) or _read_epoch(line) or _read_compact(line, default_zone)
        moment = moment or _read_iso(line, default_zone) or _read_words(line, default_zone)
        return moment.astimezone(UTC) if moment else None
    # The 32nd of August, the year 0, hour 27, a zone that is not known.
    except (ValueError, OverflowError):
        return None


def _read_usual(text: str) -> datetime | None:
    match = _USUAL.fullmatch(text)
    if not match:
        return None
    day, month, year, hour, minute, second, sign, hours, minutes = match.groups()
    ahead = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    zone = timezone(-ahead if sign == "-" else ahead)
    number = _USUAL_MONTHS.index(month) + 1
    return datetime(
        int(year),
        number,
        int(day),
        int(hour),
        int(minute),
        int(second),
        tzinfo=zone,
    )


def _read_epoch(text: str) -> datetime | None:
    match = _EPOCH.fullmatch(text)
    if not match:
        return None
    seconds = float(text)
    is_milliseconds = len(match[1]) == _MILLISECOND_DIGITS
    if is_milliseconds:
        seconds /= 1000
    return datetime.fromtimestamp(seconds, UTC)


def _read_compact(text: str, default_zone: tzinfo) -> datetime | None:
    match = _COMPACT.match(text)
    if not match:
        return None
    day = _read_year_first(match)
    behind = text[match.end() :]
    hour, minute, second = match.groups()[3:]
    if hour is None:
        return _read_behind_day(day, behind, default_zone)
    time = (int(hour), int(minute), int(second or 0))
    zone, _ = _find_zone_of_time(behind)
    return _make_moment(day, time, zone or default_zone)


def _read_iso(text: str, default_zone: tzinfo) -> datetime | None:
    match = _ISO.match(text)
    if not match:
        return None
    day = _read_year_first(match)
    behind = text[match.end() :]
    return _read_behind_day(day, behind, default_zone)


def _read_year_first(match: re.Match[str]) -> _Day:
    year = int(match["year"])
    month = int(match["month"])
    day = int(match["day"])
    return year, month, day


def _read_behind_day(
    day: _Day,
    behind: str,
    default_zone: tzinfo,
) -> datetime | None:
    """Read a day with its time right behind it, or none; None if something else stands there."""
    match = _ISO_TIME.match(behind)
    if match:
        zone, _ = _find_zone_of_time(behind[match.end() :])
        time = _read_time(match)
        return _make_moment(day, time, zone or default_zone)
    zone, rest = find_zone(behind)
    if rest.strip(" .)"):
        return None
    return _make_moment(day, (0, 0, 0), zone or default_zone)


def _read_words(text: str, default_zone: tzinfo) -> datetime | None:
    time = (0, 0, 0)
    zone = None
    day, text = _take_year_first(text)
    match = _find_time(text)
    if match:
        time = _read_time(match)
        zone, behind = _find_zone_of_time(text[match.end() :])
        text = f"{text[: match.start()]} {behind}"
        if zone is None:
            zone, text = find_last_zone(text)
    elif _UNREAD_TIME.search(text):
        return None
    day = day or _read_dotted_day(text) or _read_named_day(text)
    if not day:
        return None
    return _make_moment(day, time, zone or default_zone)


def _take_year_first(text: str) -> tuple[_Day | None, str]:
    """Return a day that begins with its year, and the text without it; None if there is none."""
    match = _COMPACT.match(text) or _ISO.search(text)
    if not match:
        return None, text
    day = _read_year_first(match)
    before = text[: match.start()]
    behind = text[match.end() :]
    return day, f"{before} {behind}"


def _find_zone_of_time(behind: str) -> tuple[tzinfo | None, str]:
    """
    Return the zone right behind a time, and what stands behind it.

    Raises:
        ValueError: It names one that is not known.
    """
    zone, rest = find_zone(behind)
    if zone is None and names_unknown_zone(behind):
        raise ValueError("a zone that is not known")
    return zone, rest


def _find_time(text: str) -> re.Match[str] | None:
    """Return the first time of the first form that is there: hour, minute, second, half."""
    found = (form.search(text) for form in _TIMES)
    return next(filter(None, found), None)


def _read_time(match: re.Match[str]) -> _Time:
    hour = int(match[1])
    minute = int(match[2] or 0)
    second = int(match[3] or 0)
    half = match[4]
    if half:
        hour %= 12
    if half in {"p", "P"}:
        hour += 12
    return hour, minute, second


def _read_dotted_day(text: str) -> _Day | None:
    match = _DOTTED.search(text)
    if not match:
        return None
    day, _, month, year = match.groups()
    if int(month) > _MONTHS >= int(day):  # 11/28/2026, as English of America has it
        day, month = month, day
    return int(year), int(month), int(day)


def _read_named_day(text: str) -> _Day | None:
    """Read a day whose month is a word; None unless there is one of each of day, month and year."""
    # The capital of Kazakh's i has a dot, which would stay behind as a mark of its own.
    low = text.replace("İ", "i").lower()
    words = _WORD.findall(low)
    found = map(_find_month, words)
    months = list(filter(None, found))
    numbers = _NUMBER.findall(text)
    years = [number for number in numbers if len(number) == _YEAR_DIGITS]
    days = [number for number in numbers if len(number) <= _DAY_DIGITS]
    if not years and len(days) == 2:  # noqa: PLR2004  RFC 822: a day, then a year of two digits
        years = [days.pop()]
    is_whole = len(months) == len(years) == len(days) == 1
    if not is_whole:
        return None
    day = int(days[0])
    month = months[0]
    year = _complete_year(years[0])
    return year, month, day


def _complete_year(digits: str) -> int:
    """Return a year, of which two digits leave the century out."""
    year = int(digits)
    if len(digits) != _SHORT_YEAR_DIGITS:
        return year
    century = 2000 if year < _CENTURY_TURN else 1900
    return century + year


def _find_month(word: str) -> int | None:
    if _CYRILLIC.search(word):
        word = word.replace("i", "і")  # Kazakh і is often typed as the Latin letter
    names = zip(_STEMS, _WORDS, strict=True)
    for number, (stems, words) in enumerate(names, start=1):
        if word in words or word.startswith(stems):
            return number
    return _find_latin_month(word)


def _find_latin_month(word: str) -> int | None:
    """Find a month of Kazakh in Latin letters, with their marks or without."""
    for reading in list_readings(word):
        folded = reading.translate(_FOLDED)
        for number, month in enumerate(LANGUAGES[KAZAKH].months, start=1):
            folded_stem = month.stem.translate(_FOLDED)
            if folded.startswith(folded_stem):
                return number
    return None


def _make_moment(
    day: _Day,
    time: _Time,
    zone: tzinfo,
) -> datetime:
    midnight = datetime(*day, tzinfo=zone)
    hour, minute, second = time
    if time == (_END_OF_DAY_H, 0, 0):
        return midnight + timedelta(days=1)
    # A leap second counts as the one before it.
    last_second = _LEAP_SECOND - 1
    return midnight.replace(hour=hour, minute=minute, second=min(second, last_second))
