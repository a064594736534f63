"""
The time zones that dates name: abbreviations and offsets; pure.

Abbreviations are nobody's standard: those here mean one thing in the mail and the press of Europe
and of the former Union (RFC 822, 5; IANA tz database). Those that name several zones (IST, BST,
AST, AMT) are left out, and what looks like one and is not known is told apart from none: the zone
that a date goes without would put it hours off.
"""

from __future__ import annotations

import re
from datetime import timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

__all__ = ["find_last_zone", "find_zone", "names_unknown_zone"]

# In hours from UTC.
_OFFSETS_H = {
    # RFC 822
    "z": 0, "ut": 0, "utc": 0, "gmt": 0,
    "est": -5, "edt": -4,
    "cst": -6, "cdt": -5,
    "mst": -7, "mdt": -6,
    "pst": -8, "pdt": -7,
    # Europe
    "wet": 0, "west": 1,
    "cet": 1, "cest": 2,
    "met": 1, "mest": 2,
    "eet": 2, "eest": 3,
    # Russia
    "msk": 3, "мск": 3,
    "msd": 4, "мсд": 4,
    "samt": 4, "yekt": 5, "omst": 6, "novt": 7, "krat": 7, "irkt": 8, "yakt": 9, "vlat": 10,
    "magt": 11, "pett": 12,
    # Neighbours, and further east
    "azt": 4, "uzt": 5, "tjt": 5, "tmt": 5, "pkt": 5, "kgt": 6,
    "hkt": 8, "sgt": 8, "jst": 9, "kst": 9, "aest": 10, "aedt": 11,
}  # fmt: skip
# Kazakhstan's are zones: the country moved to one time on 1 March 2024, most of it an hour back
# (IANA tz database).
_KAZAKH_ZONES = {
    "almt": "Asia/Almaty",
    "qyzt": "Asia/Almaty",
    "aqtt": "Asia/Aqtobe",
    "orat": "Asia/Oral",
}
_MOSCOW_NAMES = frozenset({"msk", "мск"})
# Three and four capitals behind a time that are no zone.
_OTHER_NAMES = frozenset({
    "mon", "tue", "tues", "wed", "thu", "thur", "fri", "sat", "sun",
    "jan", "feb", "mar", "apr", "may", "jun", "june", "jul", "july", "aug", "sep", "sept", "oct",
    "nov", "dec",
    "hrs",
})  # fmt: skip
# The widest offset in use is +14:00; more is a range of hours or a misprint.
_MAX_OFFSET_H = 14

_OFFSET = r"(?:([+\-\u2212])(\d{1,2})(?::?(\d{2}))?(?!\d))?"
_ZONE = re.compile(rf"[\s(]*([^\W\d_]{{1,4}}(?![^\W\d_]))?\s*{_OFFSET}")
# Behind the day: "14:15, 28.11.2026 МСК", "14:15 28.11.2026 +0500".
_LAST_ZONE = re.compile(
    rf"[\s(,](?:([^\W\d_]{{3,4}})\s*+{_OFFSET}|([+\-\u2212])(\d{{2}}):?(\d{{2}}))[\s).]*+$"
)
# No part of a name: NUR.KZ, RSS-лента.
_CAPITALS = re.compile(r"[\s(]*([A-Z]{3,4})(?![\w-]|[./]\w)")


def find_zone(text: str) -> tuple[tzinfo | None, str]:
    """
    Find the zone that a text begins with.

    Returns:
        The zone and what stands behind it; None and the text if it begins with none.
    """
    match = _ZONE.match(text)
    if not match:
        return None, text
    name, sign, hours, minutes = match.groups("")
    zone = _make_zone(name, sign, hours, minutes)
    if not zone:
        return None, text
    behind = text[match.end() :]
    return zone, behind


def find_last_zone(text: str) -> tuple[tzinfo | None, str]:
    """
    Find the zone that a text ends with: a name of three letters or more, or four digits.

    Returns:
        The zone and what stands before it; None and the text if it ends with none.
    """
    match = _LAST_ZONE.search(text)
    if not match:
        return None, text
    name, sign, hours, minutes, *bare = match.groups("")
    if not name:
        zone = _make_zone("", *bare)
    elif _is_known(name):
        zone = _make_zone(name, sign, hours, minutes)
    else:
        zone = None
    if not zone:
        return None, text
    before = text[: match.start()]
    return zone, before


def _is_known(name: str) -> bool:
    low = name.lower()
    return low in _OFFSETS_H or low in _KAZAKH_ZONES


def names_unknown_zone(text: str) -> bool:
    """Say whether a text begins with three or four capitals, as zones have, that are none known."""
    match = _CAPITALS.match(text)
    if not match:
        return False
    name = match[1]
    if _make_zone(name) is not None:
        return False
    return name.lower() not in _OTHER_NAMES


def _make_zone(
    name: str,
    sign: str = "",
    hours: str = "",
    minutes: str = "",
) -> tzinfo | None:
    name = name.lower()
    if sign and int(hours) <= _MAX_OFFSET_H:
        offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
        # The railways' way: МСК+2. Behind other names the offset is the whole of it.
        base_h = _OFFSETS_H[name] if name in _MOSCOW_NAMES else 0
        base = timedelta(hours=base_h)
        return timezone(base + offset if sign == "+" else base - offset)
    if name in _KAZAKH_ZONES:
        key = _KAZAKH_ZONES[name]
        return ZoneInfo(key)
    if name in _OFFSETS_H:
        offset = timedelta(hours=_OFFSETS_H[name])
        return timezone(offset)
    return None
