"""
Long segments, cut where a reader would draw breath. Pure.

A translation model was trained on sentences of some length; past it, it forgets, repeats or stops,
and says nothing. So a segment over the limit is cut near its middle at the strongest mark found,
until every piece fits. Nothing is left out: the pieces joined by blanks are the segment.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["cut_clauses"]

# Strongest first; each matches the blank to cut at.
_MARKS: Final = (
    re.compile(r"(?<=[.!?…;:])[»”\")]* "),
    re.compile(r" (?=[–—-] )"),
    re.compile(r"(?<=,) "),
    re.compile(" "),
)
# A mark outside the middle of the text leaves a stub, which translates worse than a cut at a weaker
# mark.
_MIDDLE: Final = (0.2, 0.8)


def cut_clauses(text: str, fits: Callable[[str], bool]) -> list[str]:
    """
    Cut a text into pieces that fit.

    Args:
        text: One line.
        fits: Whether a piece is short enough; a piece of one word is kept whole whatever it says.

    Returns:
        One or more pieces; joined by single blanks they give the text again, blanks aside.
    """
    if fits(text):
        return [text]
    cut = _find_cut(text)
    if cut is None:
        return [text]
    start, end = cut
    before = cut_clauses(text[:start], fits)
    after = cut_clauses(text[end:], fits)
    return [*before, *after]


def _find_cut(text: str) -> tuple[int, int] | None:
    """Return start and end of the blank to cut at, None if the text is one word."""
    middle = len(text) / 2
    low = _MIDDLE[0] * len(text)
    high = _MIDDLE[1] * len(text)
    blanks: list[int] = []
    for mark in _MARKS:
        blanks = _find_blanks(mark, text)
        central = [blank for blank in blanks if low <= blank <= high]
        if central:
            blanks = central
            break
    if not blanks:
        return None
    # The last mark is any blank at all.
    best = min(blanks, key=lambda blank: abs(blank - middle))
    return best, best + 1


def _find_blanks(mark: re.Pattern[str], text: str) -> list[int]:
    """Return the blanks that a mark allows to cut at, closing quotes left to the piece before."""
    return [text.index(" ", match.start()) for match in mark.finditer(text)]
