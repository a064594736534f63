"""
Is this translation fit to be shown? Pure; judged from the two texts alone.

Requirement. A bad translation shown is worse than a good one withheld: the reader cannot see that
it is bad, while an original says plainly what it is. Yet a guard that fires without need empties
the digest of English, so each one looks for a defect that can be seen without knowing the
languages, and none asks whether the English is well put.

What no guard here can see: fluent English about something else, with the right numbers in it. The
model's confidence sees some of it (AUC 0.78 on labelled pairs; the cosine of e5's embeddings, at
half the speed, 0.70), so a package may name the least that it is to be believed with.
"""

from __future__ import annotations

import re
from collections import Counter

from aggregator.models.flag import Reason
from aggregator.translate.details import loses_part, swaps_daytime, swaps_percent, swaps_times
from aggregator.translate.inventions import invents_date, invents_place, invents_vehicle
from aggregator.translate.numbers import have_same_numbers
from aggregator.translate.reversals import swaps_by_and_to, turns_denial, turns_move
from aggregator.translate.roles import turns_roles
from aggregator.translate.small_counts import swaps_small_count
from aggregator.translate.swaps import (
    lifts_denial,
    loses_thing,
    swaps_counted,
    swaps_things,
    swaps_vague_number,
)

__all__ = ["check", "check_things", "keeps_names", "repeats"]


_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
# All of Cyrillic with its supplements, and the Arabic and Greek that models leave standing just as
# well.
_FOREIGN = re.compile(
    "[\u0370-\u03ff\u0400-\u052f\u0600-\u06ff\u1c80-\u1c8f\u2de0-\u2dff\ua640-\ua69f]"
)
_JUNK = re.compile(
    r"\ufffd|\u2047|<unk>|</?s>|&[a-z]+;|[▁█♪]|([!?.,\"'-])(?: ?\1){4}"
    # No word has a letter three times running but XVIII and XXIII.
    r"|\b(?!(?-i:[IVXLC]+(?:th|st|nd|rd)?\b))(?=\w{5})\w*([a-z])\2\2",
    re.IGNORECASE,
)

# Kazakh packs into one word what English says in three; measured shares stand in the tests.
_MOST = 3.0
_LEAST = 0.3
_FREE_CHARS = 24
_MAY_DOUBLE = frozenset({"that", "had"})
_CIRCLES = 4
_LONGEST_CIRCLE = 8
_DOUBLED = re.compile(r"\b([^\W\d_]{3,}) \1\b", re.IGNORECASE)
# Numerals and codes of money are no names: English says the 18th, and dollars.
_LATIN_NAME = re.compile(
    r"(?<![\w@./])(?!(?:[IVXL]+|AED|AZN|BYN|CHF|CNY|EUR|GBP|INR|JPY|KGS|KRW|KZT|RMB|RUB|RUR|TJS|TMT"
    r"|TRY|UAH|USD|UZS)\b)[A-Z][A-Za-z]*[A-Za-z0-9]{2}(?![\w@/])"
)

_BREAK = re.compile(r"[\s-]")


def check(
    source: str,
    english: str,
    *,
    cut: bool = False,
    lost_names: bool = False,
    doubled_names: bool = False,
    unsure: bool = False,
) -> tuple[Reason, ...]:
    """
    Judge a translation.

    Args:
        source: Original segment, Kazakh or Russian.
        english: Its translation.
        cut: The engine stopped before the model had finished.
        unsure: The model's own confidence is below what the package wants.
        lost_names: A name that the glossary knows stands in the source and not in the English.
        doubled_names: One stands in the English more often than in the source.

    Returns:
        Everything that is wrong, in the order of ``Reason``; empty if it may be shown.
    """
    if not _LETTER.search(english):
        return (Reason.EMPTY,)
    wrong = {
        Reason.SCRIPT: bool(_FOREIGN.search(english)),
        Reason.LOOP: doubled_names or (repeats(english) and not repeats(source)),
        Reason.NUMBERS: not have_same_numbers(source, english),
        Reason.PLACES: invents_place(source, english),
        Reason.DATES: invents_date(source, english),
        Reason.NAMES: lost_names or not keeps_names(source, english),
        Reason.TOO_LONG: len(english) > _MOST * len(source) + _FREE_CHARS,
        Reason.TOO_SHORT: _is_too_short(source, english),
        Reason.CUT: cut,
        Reason.UNSURE: unsure,
        Reason.JUNK: _holds_junk(source, english),
    }
    return tuple(reason for reason in wrong if wrong[reason])


def check_things(
    source: str, english: str, language: str, *, doubtful: bool = False
) -> tuple[Reason, ...]:
    """
    Judge whether a translation speaks of the things that the original speaks of.

    Args:
        source: Original segment.
        english: Its translation.
        language: Of the original; of others than Kazakh and Russian hardly anything is known.
        doubtful: The model was not sure, so that nothing may be lost either.

    Returns:
        What is wrong, in the order of ``Reason``.
    """
    counts = swaps_counted(source, english, language) or swaps_vague_number(source, english)
    counts = counts or swaps_small_count(source, english, language)
    counts = counts or swaps_percent(source, english)
    counts = counts or swaps_times(source, english)
    things = swaps_things(source, english, language) or lifts_denial(source, english)
    things = things or turns_move(source, english, language)
    things = things or swaps_by_and_to(source, english, language)
    things = things or turns_denial(source, english, language)
    things = things or turns_roles(source, english, language)
    things = things or invents_vehicle(source, english)
    things = things or loses_part(source, english, language)
    things = things or swaps_daytime(source, english, language)
    things = things or (doubtful and loses_thing(source, english, language))
    wrong = {Reason.NUMBERS: counts, Reason.THINGS: things}
    return tuple(reason for reason in wrong if wrong[reason])


def _is_too_short(source: str, english: str) -> bool:
    """One word cannot say what three or more said."""
    if len(english) < _LEAST * len(source) - _FREE_CHARS / 4:
        return True
    words = len(_WORD.findall(english))
    source_words = len(_WORD.findall(source))
    return words == 1 and source_words > 2  # noqa: PLR2004  (as the first line says)


def _holds_junk(source: str, english: str) -> bool:
    if _JUNK.search(english):
        return True
    is_open = english.count('"') % 2 == 1
    was_open = source.count('"') % 2 == 1
    return is_open and not was_open


def repeats(text: str) -> bool:
    """
    Say whether a text goes round in a circle.

    That is: a word three times running, or twice with nothing but a blank between; two or more
    words said again at once; three words that come four times anywhere.
    """
    doubled = {word.lower() for word in _DOUBLED.findall(text)}
    if doubled - _MAY_DOUBLE:
        return True
    words = [word.lower() for word in _WORD.findall(text)]
    if _has_repeat(words, 1, times=3):
        return True
    sizes = range(2, _LONGEST_CIRCLE + 1)
    if any(_has_repeat(words, size, times=2) for size in sizes):
        return True
    threes = Counter(
        zip(
            words,
            words[1:],
            words[2:],
            strict=False,
        )
    )
    return any(count >= _CIRCLES for count in threes.values())


def _has_repeat(
    words: list[str],
    size: int,
    *,
    times: int,
) -> bool:
    """Say whether some run of ``size`` words stands so many times in a row."""
    for start in range(len(words) - size * times + 1):
        run = words[start : start + size]
        if run * times == words[start : start + size * times]:
            return True
    return False


def keeps_names(source: str, english: str) -> bool:
    """Say whether names in Latin letters of the original (WhatsApp) stand in the English."""
    said = english.casefold()
    unbroken = _BREAK.sub("", said)  # Wi-Fi is WiFi
    names = map(str.casefold, _LATIN_NAME.findall(source))
    return all(name in said or name in unbroken for name in names)
