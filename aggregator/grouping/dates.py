"""
The days a text names. Pure.

Two articles that speak of the 8th and of the 18th of November are hardly of one event, however
alike their words; two that both speak of the 20th of August may well be. Only days with a month are
read: in "on the 20th" and in "20.08" too much else can be meant.
"""

from __future__ import annotations

import re
from itertools import product

from aggregator.languages import LANGUAGES

__all__ = ["find_days", "measure_days_apart"]


def _make_month_pattern() -> str:
    """Return a pattern for any month in any language; group ``m3`` is March."""
    calendars = [row.months for row in LANGUAGES.values()]
    months = []
    for number, names in enumerate(zip(*calendars, strict=True), 1):
        forms = "|".join(name.pattern for name in names)
        months.append(f"(?P<m{number}>{forms})")
    return "|".join(months)


_MONTH = _make_month_pattern()
_DAY_MONTH = re.compile(
    rf"\b(?P<day>[0-3]?\d)(?:-?(?:го|е|ші|шы|th|st|nd|rd))?(?:\s+of)?\s+(?:{_MONTH})"
)
_MONTH_DAY = re.compile(rf"\b(?:{_MONTH})\s+(?P<day>[0-3]?\d)\b(?!\s*[%,.]?\d)")
# Days before each month of a year that is not a leap year.
_BEFORE = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
_YEAR = 365
_MOST_DAYS = 3
_LAST_OF_MONTH = 31


def find_days(text: str) -> frozenset[int]:
    """Return the days of the year, 1 to 365, that a text names with their month."""
    low = text.casefold()
    days = set()
    for pattern in (_DAY_MONTH, _MONTH_DAY):
        for match in pattern.finditer(low):
            day = int(match["day"])
            if 1 <= day <= _LAST_OF_MONTH:
                days.add(_BEFORE[_find_month(match)] + day)
    return frozenset(days)


def _find_month(match: re.Match[str]) -> int:
    """Return the month that was matched, 0 for January."""
    months = [match[f"m{number}"] for number in range(1, 13)]
    return next(place for place, name in enumerate(months) if name)


def measure_days_apart(
    one: frozenset[int],
    other: frozenset[int],
) -> int:
    """Return how far the nearest two days are apart, 3 at most; 0 where one text names none."""
    if not one or not other:
        return 0
    nearest = _MOST_DAYS
    for left, right in product(one, other):
        apart = abs(left - right)
        nearest = min(nearest, apart, _YEAR - apart)
    return nearest
