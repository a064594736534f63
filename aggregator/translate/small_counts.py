"""
Does the English count another handful of people, years or things? Pure.

``translate.numbers`` lets words below eleven come and go, since translators do («двое», both, a
couple). Where the original has one that is a number for certain (``certain.spoken``) with what it
counts, or that counts people by itself («двое», «үшеу»), and the English has this one nowhere, in
no form, but another that stands nowhere in the original, one was put for the other: «погибли
двое», three killed.

The toll of a sentence may be added up in English («двое взрослых и трое детей», five people;
«мать и двое детей», three), so sums excuse.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from aggregator.languages import KAZAKH, RUSSIAN
from aggregator.translate.certain.nouns import find_noun
from aggregator.translate.certain.pieces import Words
from aggregator.translate.certain.spoken import read_spoken
from aggregator.translate.number_words import read_english_numbers, read_local_numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["swaps_small_count"]

_ENGLISH: Final = {
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
}
# Neither twenty-two, two thousand nor two-thirds.
_CARDINAL = re.compile(
    rf"(?<![\w.,-])({'|'.join(_ENGLISH)})\b"
    r"(?![ -](?:hundred|thousand|million|billion|trillion|dozen|decades"
    r"|thirds?|quarters?|fifths?|and a half)\b)",
    re.IGNORECASE,
)
# Of people alone.
_RUSSIAN_COLLECTIVES: Final = {
    2: "двое двоих двоим двоими",
    3: "трое троих троим троими",
    4: "четверо четверых четверым",
    5: "пятеро пятерых пятерым",
    6: "шестеро шестерых шестерым",
    7: "семеро семерых семерым",
}
_KAZAKH_COLLECTIVES: Final = {
    2: "екеу екеуі",
    3: "үшеу үшеуі",
    4: "төртеу төртеуі",
    5: "бесеу бесеуі",
    6: "алтау алтауы",
    7: "жетеу жетеуі",
}
_COLLECTIVES: Final[dict[str, dict[str, int]]] = {RUSSIAN: {}, KAZAKH: {}}
for _language, _table in ((RUSSIAN, _RUSSIAN_COLLECTIVES), (KAZAKH, _KAZAKH_COLLECTIVES)):
    for _value, _forms in _table.items():
        _COLLECTIVES[_language].update(dict.fromkeys(_forms.split(), _value))
# «Мать и двое детей»: one more.
_JOINED = re.compile(
    r"(?<!\w)(?:и|с|со|плюс|және|[мпб]ен)\s+(?:ещ[её]\s+|тағы\s+)?$", re.IGNORECASE
)
_REACH: Final = 12
_DIGITS = re.compile(r"\d+")
_SMALLEST: Final = 2
_LARGEST: Final = 10


def swaps_small_count(source: str, english: str, language: str) -> bool:
    """
    Say whether another number from two to ten stands in the place of a sure one.

    Args:
        source: Of one segment.
        english: Its translation.
        language: Of the source, ``kk`` or ``ru``; of any other nothing is known.
    """
    if language not in {KAZAKH, RUSSIAN}:
        return False
    new = {Decimal(_ENGLISH[word.lower()]) for word in _CARDINAL.findall(english)}
    if not new:
        return False
    words = Words(" ".join(source.split()), language)
    told = list(_list_counts(words))
    here = read_english_numbers(english) | _read_digits(english)
    if all(count in here for count, _ in told):
        return False
    there = read_local_numbers(source) | _read_digits(source)
    return not new <= there | _list_sums(told, there)


def _list_counts(words: Words) -> Iterator[tuple[Decimal, bool]]:
    """Give each sure number from two to ten with its noun, and whether it is joined to others."""
    collectives = _COLLECTIVES[words.language]
    for start, end, value in read_spoken(words):
        if _SMALLEST <= value <= _LARGEST and words.text[start:end].lower() not in collectives:
            number = words.find_word(end)
            if number is not None and find_noun(words, number, counted=True) is not None:
                yield value, _is_joined(words, start)
    for word, start, _ in words.words:
        if word.lower() in collectives:
            yield Decimal(collectives[word.lower()]), _is_joined(words, start)


def _is_joined(words: Words, start: int) -> bool:
    return bool(_JOINED.search(words.look_back(start, _REACH)))


def _list_sums(told: list[tuple[Decimal, bool]], there: frozenset[Decimal]) -> set[Decimal]:
    """Return what an English text may have added up."""
    counts = [count for count, _ in told]
    sums = {count + other for count in counts for other in there.difference(counts)}
    more = {count + 1 for count, joined in told if joined}
    return sums | more | {sum(counts, Decimal(0))}


def _read_digits(text: str) -> frozenset[Decimal]:
    return frozenset(Decimal(digits) for digits in _DIGITS.findall(text))
