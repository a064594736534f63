"""
Long segments, cut where a reader would draw breath. Pure.

A translation model was trained on sentences of some length; past it, it forgets, repeats or stops, and says nothing.
So a segment over the limit is cut near its middle at the strongest mark found, until every piece fits. Nothing is
left out: the pieces joined by blanks are the segment.
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
# A mark outside the middle of the text leaves a stub, which translates worse than a cut at a weaker mark.
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
    if fits(text) or (cut := _find_cut(text)) is None:
        return [text]
    start, end = cut
    return [*cut_clauses(text[:start], fits), *cut_clauses(text[end:], fits)]


def _find_cut(text: str) -> tuple[int, int] | None:
    """Return start and end of the blank to cut at, None if the text is one word."""
    middle = len(text) / 2
    low, high = (share * len(text) for share in _MIDDLE)
    for mark in _MARKS:
        spans = [_blank(match, text) for match in mark.finditer(text)]
        if central := [span for span in spans if low <= span[0] <= high]:
            return min(central, key=lambda span: abs(span[0] - middle))
    spans = [_blank(match, text) for match in _MARKS[-1].finditer(text)]
    return min(spans, key=lambda span: abs(span[0] - middle)) if spans else None


def _blank(match: re.Match[str], text: str) -> tuple[int, int]:
    """Return the blank of a match, closing quotes left to the piece before."""
    start = text.index(" ", match.start())
    return start, start + 1
