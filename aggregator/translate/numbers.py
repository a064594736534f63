"""
Do two texts speak of the same numbers? Pure.

A number is what is written with digits. Each is read as a value: ``1 200``, ``1,200`` and ``1200``
are one, ``6,4`` and ``6.4`` are one, ``31 млрд`` and ``31 billion`` are one, and ``31 million`` is
another. Where notation is ambiguous (``1,200`` may be 1.2 in Russian) a number has several
readings, and one in common is enough.

What one text writes with digits the other may write as a word (``тоғыз ауыл``, ``9 villages``), so
words of number (``translate.number_words``) excuse digits. Those from eleven to ninety-nine are
asked for themselves, too: where one text says ``eighty`` and the other has no number that it could
be, they differ. Smaller words are not (``one`` and ``first`` come and go in translation; ``он`` is
ten in Kazakh and he in Russian), nor ``hundreds of`` and the like. ``translate.small_counts`` asks
for some of the smaller.

``20.30`` is a number and a time of day, so texts with one are read both ways.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from aggregator.translate.number_words import (
    read_english_numbers,
    read_english_tens,
    read_local_numbers,
    read_local_tens,
)

__all__ = ["have_same_numbers"]

_DIGITS = re.compile(r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)|\d+(?:[.,:/]\d+)*")
_SCALE: Final = re.compile(
    r"(?:-[а-яё]{1,3}(?= ))?[ \u00a0-]*(?:(?P<thousand>тыс|мың|thousand|(?<=\d)K\b)"
    r"|(?P<million>млн|миллион|million|mln|mn\b)"
    r"|(?P<billion>млрд|миллиард|billion|bln|bn\b)|(?P<trillion>трлн|триллион|trillion|trln|tn\b))[^\W\d_]*\.?",
    re.IGNORECASE,
)
_SCALES: Final = {
    "thousand": Decimal(1_000),
    "million": Decimal(1_000_000),
    "billion": Decimal(1_000_000_000),
    "trillion": Decimal(1_000_000_000_000),
}
# km2, м3, CO2, whichever alphabet: figures that belong to a letter before them.
_UNITS = re.compile(r"(?<![^\W\d_])(?:(?:[kcdm]?m|[кдсм]?м)[23]|[CС][OО]2)\b")
_AFTERNOON = re.compile(r" ?p\.?m\b| in the (?:afternoon|evening)\b", re.IGNORECASE)
# «В 20.30», and not «20.30 процента».
_DOTTED_TIME = re.compile(
    r"(?<![\d.,:])([01]?\d|2[0-3])\.([0-5]\d)(?![\d:]|[.,]\d"
    r"| ?(?:%|процент|percent|пайыз|тыс|мың|млн|млрд|миллион|миллиард|million|billion|тенге|теңге"
    r"|доллар|рубл|сом))",
    re.IGNORECASE,
)
_FULL_HOUR = re.compile(r"(\d{1,2})[:.]00\b(?! ?\d)")
_RANGE = re.compile(r" ?[–—-] ?(?=\d)")
_GROUP_DIGITS = 3
_DATE_PARTS = 3
_NOON = 12


@dataclass(frozen=True, slots=True)
class _Number:
    """A number found: its possible values without scale, its scale, and where it stands."""

    values: frozenset[Decimal]
    scale: Decimal
    start: int
    end: int

    @property
    def readings(self) -> frozenset[Decimal]:
        return frozenset(value * self.scale for value in self.values)


def have_same_numbers(source: str, english: str) -> bool:
    """
    Say whether no number was lost and none invented.

    Args:
        source: Kazakh or Russian.
        english: Its translation.
    """
    return any(
        _have_same(there, here)
        for there in _list_readings(source)
        for here in _list_readings(english)
    )


def _list_readings(text: str) -> tuple[str, ...]:
    """Return a text, and with times that are written with a point written with a colon."""
    timed = _DOTTED_TIME.sub(r"\1:\2", text)
    return (text,) if timed == text else (text, timed)


def _have_same(source: str, english: str) -> bool:
    there = _read_numbers(source)
    here = _read_numbers(english)
    lost = _find_unmatched(there, here)
    new = _find_unmatched(here, there)
    english_excuses = read_english_numbers(english) if lost else frozenset()
    local_excuses = read_local_numbers(source) if new else frozenset()
    if not all(number & english_excuses for number in lost):
        return False
    if not all(number & local_excuses for number in new):
        return False
    return _have_same_tens(source, there, english, here)


def _have_same_tens(
    source: str,
    there: list[frozenset[Decimal]],
    english: str,
    here: list[frozenset[Decimal]],
) -> bool:
    """Say whether one of the tens that either text has in words is a number of the other."""
    local = read_local_numbers(source).union(*there)
    spoken = read_english_numbers(english).union(*here)
    local_tens = read_local_tens(source)
    english_tens = read_english_tens(english)
    is_lost = local_tens and local_tens.isdisjoint(spoken)
    is_new = english_tens and english_tens.isdisjoint(local)
    return not (is_lost or is_new)


def _find_unmatched(
    numbers: list[frozenset[Decimal]],
    others: list[frozenset[Decimal]],
) -> list[frozenset[Decimal]]:
    """Return the numbers that have no reading in common with any of the others."""
    return [number for number in numbers if all(map(number.isdisjoint, others))]


def _read_numbers(text: str) -> list[frozenset[Decimal]]:
    """Return each number of a text as the values it may have."""
    numbers: list[_Number] = []
    text = _FULL_HOUR.sub(r"\1", _UNITS.sub("", text))
    for match in _DIGITS.finditer(text):
        scaled = _SCALE.match(text, match.end())
        scale = _read_scale(scaled)
        end = (scaled or match).end()
        parts = _list_values(match[0])
        if _AFTERNOON.match(text, match.end()):
            parts[0] |= {value + _NOON for value in parts[0]}
        is_first = not numbers
        numbers += [
            _Number(
                values,
                scale,
                match.start(),
                end,
            )
            for values in parts
        ]
        if scaled and not is_first and _RANGE.fullmatch(text, numbers[-2].end, match.start()):
            numbers[-2] = replace(numbers[-2], scale=scale)
    return _join_groups(numbers, text)


def _read_scale(scaled: re.Match[str] | None) -> Decimal:
    if scaled is None or scaled.lastgroup is None:
        return Decimal(1)
    return _SCALES[scaled.lastgroup]


def _join_groups(numbers: list[_Number], text: str) -> list[frozenset[Decimal]]:
    """Add up what is one number in parts: ``1 млн 200 мың``, ``2 мың 500``."""
    readings: list[frozenset[Decimal]] = []
    before: _Number | None = None
    for number in numbers:
        if before is not None and _is_continuation(before, number, text):
            sums = {whole + part for whole in readings[-1] for part in number.readings}
            readings[-1] = frozenset(sums)
        else:
            readings.append(number.readings)
        before = number
    return readings


def _is_continuation(
    before: _Number,
    number: _Number,
    text: str,
) -> bool:
    """Say whether a number is the smaller part of the one that stands right before it."""
    between = text[before.end : number.start]
    return before.scale > number.scale and not between.strip()


def _list_values(digits: str) -> list[frozenset[Decimal]]:
    """Return the numbers that a run of digits stands for, each as its possible values."""
    parts = re.split("[:/]", digits)
    if len(parts) > 1:  # a score, a time, 24/7
        values = []
        for part in parts:
            values += _list_values(part)
        return values
    groups = digits.split()
    if len(groups) > 1:
        return [_make_value("".join(groups))]
    first, *rest = re.split("[.,]", digits)
    return _list_dotted_values(first, rest)


def _list_dotted_values(first: str, rest: list[str]) -> list[frozenset[Decimal]]:
    """Return the same of digits with points or commas between them: a date, a fraction."""
    if not rest:
        return [_make_value(first)]
    grouped = {len(part) for part in rest} == {_GROUP_DIGITS}
    if len(rest) + 1 >= _DATE_PARTS and not grouped:  # 20.08.2025: English names the month
        return [_make_value(first), _make_value(rest[-1])]
    values: set[Decimal] = set()
    if grouped:
        values.add(Decimal(first + "".join(rest)))
    if len(rest) == 1:
        values.add(Decimal(f"{first}.{rest[0]}"))
    return [frozenset(values)]


def _make_value(digits: str) -> frozenset[Decimal]:
    return frozenset({Decimal(digits)})
