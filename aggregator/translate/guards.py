"""
Is this translation fit to be shown? Pure; judged from the two texts alone.

Requirement. A bad translation shown is worse than a good one withheld: the reader cannot see that it is bad, while an
original says plainly what it is. Yet a guard that fires without need empties the digest of English, so each one looks
for a defect that can be seen without knowing the languages, and none asks whether the English is well put.

What no guard here can see: fluent English about something else, with the right numbers in it. The model's confidence
sees some of it (AUC 0.78 on labelled pairs; the cosine of e5's embeddings, at half the speed, 0.70), so a package may
name the least that it is to be believed with.
"""

from __future__ import annotations

import re
from enum import StrEnum

from aggregator.translate.inventions import invents_date, invents_place
from aggregator.translate.numbers import same_numbers

__all__ = ["Flag", "check"]


class Flag(StrEnum):
    """Why a translation is not shown, in the words that readers see."""

    EMPTY = "the translation is empty"
    SCRIPT = "part of the original was left untranslated"
    LOOP = "the translation repeats itself"
    NUMBERS = "numbers differ from the original"
    PLACES = "a place is named that the original does not name"
    DATES = "a month or weekday is named that the original does not name"
    NAMES = "a name from the original is missing"
    TOO_LONG = "the translation is far longer than the original"
    TOO_SHORT = "the translation is far shorter than the original"
    CUT = "the translation breaks off"
    UNSURE = "the model was unsure of the translation"
    JUNK = "the translation holds broken words or marks"


_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
# All of Cyrillic with its supplements, and the Arabic and Greek that models leave standing just as well.
_FOREIGN = re.compile("[\u0370-\u03ff\u0400-\u052f\u0600-\u06ff\u1c80-\u1c8f\u2de0-\u2dff\ua640-\ua69f]")
_JUNK = re.compile(
    r"\ufffd|\u2047|<unk>|</?s>|&[a-z]+;|[▁█♪]|([!?.,\"'-])(?: ?\1){4}|\b(?=\w{5})\w*([a-z])\2\2",
    re.IGNORECASE,
)

# Kazakh packs into one word what English says in three; measured shares stand in the tests.
_MOST, _LEAST = 3.0, 0.3
_FREE_CHARS = 24
_MAY_DOUBLE = frozenset({"that", "had"})
_CIRCLES, _LONGEST_CIRCLE = 4, 8
_DOUBLED = re.compile(r"\b([^\W\d_]{3,}) \1\b", re.IGNORECASE)
_LATIN_NAME = re.compile(r"(?![IVX]+\b)(?<![\w@./])[A-Z][A-Za-z]*[A-Za-z0-9]{2}(?![\w@/])")


def check(
    source: str, english: str, *, cut: bool = False, lost_names: bool = False, unsure: bool = False
) -> tuple[Flag, ...]:
    """
    Judge a translation.

    Args:
        source: Original segment, Kazakh or Russian.
        english: Its translation.
        cut: The engine stopped before the model had finished.
        unsure: The model's own confidence is below what the package wants.
        lost_names: A name that the glossary knows stands in the source and not in the English.

    Returns:
        Everything that is wrong, in the order of ``Flag``; empty if it may be shown.
    """
    if not _LETTER.search(english):
        return (Flag.EMPTY,)
    found = {
        Flag.SCRIPT: bool(_FOREIGN.search(english)),
        Flag.LOOP: repeats(english) and not repeats(source),
        Flag.NUMBERS: not same_numbers(source, english),
        Flag.PLACES: invents_place(source, english),
        Flag.DATES: invents_date(source, english),
        Flag.NAMES: lost_names or not keeps_names(source, english),
        Flag.TOO_LONG: len(english) > _MOST * len(source) + _FREE_CHARS,
        Flag.TOO_SHORT: len(english) < _LEAST * len(source) - _FREE_CHARS / 4 or _is_stub(source, english),
        Flag.CUT: cut,
        Flag.UNSURE: unsure,
        Flag.JUNK: bool(_JUNK.search(english)) or english.count('"') % 2 > source.count('"') % 2,
    }
    return tuple(flag for flag, wrong in found.items() if wrong)


def _is_stub(source: str, english: str) -> bool:
    """One word cannot say what three or more said."""
    return len(_WORD.findall(english)) == 1 and len(_WORD.findall(source)) > 2  # noqa: PLR2004  (as the line above says)


def repeats(text: str) -> bool:
    """
    Tell whether a text goes round in a circle.

    That is: a word three times running, or twice with nothing but a blank between; two or more words said again at
    once; three words that come four times anywhere.
    """
    if any(word.lower() not in _MAY_DOUBLE for word in _DOUBLED.findall(text)):
        return True
    words = [word.lower() for word in _WORD.findall(text)]
    if any(_comes_again(words, size, times=3 if size == 1 else 2) for size in range(1, _LONGEST_CIRCLE + 1)):
        return True
    threes = [tuple(words[n : n + 3]) for n in range(len(words) - 2)]
    return any(threes.count(three) >= _CIRCLES for three in set(threes))


def _comes_again(words: list[str], size: int, *, times: int) -> bool:
    """Tell whether some run of ``size`` words stands so many times in a row."""
    return any(
        words[start : start + size] * times == words[start : start + size * times]
        for start in range(len(words) - size * times + 1)
    )


def keeps_names(source: str, english: str) -> bool:
    """Tell whether names that the original writes in Latin letters (WhatsApp, Telegram) stand in the English."""
    said = english.casefold()
    return all(name.casefold() in said for name in _LATIN_NAME.findall(source))
