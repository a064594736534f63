"""
The days a text names. Pure.

Two articles that speak of the 8th and of the 18th of November are hardly of one event, however
alike their words; two that both speak of the 20th of August may well be. Only days with a month are
read: in "on the 20th" and in "20.08" too much else can be meant.
"""

from __future__ import annotations

import re

from aggregator.languages import LANGUAGES

__all__ = ["days_apart", "days_named"]

_MONTHS = tuple(zip(*(row.months for row in LANGUAGES.values()), strict=True))
_NAMES = ("|".join(month.pattern for month in named) for named in _MONTHS)
_ANY = "|".join(f"(?P<m{number}>{names})" for number, names in enumerate(_NAMES, 1))
_DAY_MONTH = re.compile(
    rf"\b(?P<day>[0-3]?\d)(?:-?(?:го|е|ші|шы|th|st|nd|rd))?(?:\s+of)?\s+(?:{_ANY})"
)
_MONTH_DAY = re.compile(rf"\b(?:{_ANY})\s+(?P<day>[0-3]?\d)\b(?!\s*[%,.]?\d)")
# Days before each month of a year that is not a leap year.
_BEFORE = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
_YEAR = 365
_MOST_DAYS = 3
_LAST_OF_MONTH = 31


def days_named(text: str) -> frozenset[int]:
    """Return the days of the year, 1 to 365, that a text names with their month."""
    low = text.casefold()
    found = set()
    for pattern in (_DAY_MONTH, _MONTH_DAY):
        for match in pattern.finditer(low):
            month = next(
                int(name[1:]) for name, part in match.groupdict().items() if part and name != "day"
            )
            if 1 <= (day := int(match["day"])) <= _LAST_OF_MONTH:
                found.add(_BEFORE[month - 1] + day)
    return frozenset(found)


def days_apart(one: frozenset[int], other: frozenset[int]) -> int:
    """Return how far the nearest two days are apart, 3 at most; 0 where one text names none."""
    apart = [min(abs(a - b), _YEAR - abs(a - b)) for a in one for b in other]
    return min([_MOST_DAYS, *apart]) if apart else 0
