"""A segment made ready for the model, and its English made ready for the page. Pure."""

from __future__ import annotations

import re

from aggregator.models import SegmentKind

__all__ = ["polish", "prepare"]

# A full stop after a word of three letters, a number or a bracket: neither an ellipsis nor an
# abbreviation's.
_FULL_STOP = re.compile(
    r"(?<=[^\W\d_][^\W\d_][^\W\d_]|[^\W\d_][^\W\d_][»”\")]|\d\d[%»”\")]|\d\d\d)\.$"
)
# What agencies put behind a headline, and a model that learnt from theirs.
_TAG = re.compile(
    r"(?<!\s)\s*(?:[-–—|]\s*)?[(\[]?\b(?:PHOTOS?|VIDEO|INFOGRAPHICS?|KAZINFORM)[)\]]?$"
)
_ENDS_OPEN = re.compile(r"[^\W_][)\"”’%]*$")
_REGION = re.compile(r"\brgn\b\.?")
_SPACE_BEFORE = re.compile(r"(?<! ) +(?=[,.;:!?%)](?:\s|$))")


def prepare(text: str, kind: SegmentKind) -> str:
    """Return what to give the model: one line, and a headline without a full stop."""
    line = " ".join(text.split())
    return _FULL_STOP.sub("", line) if kind == SegmentKind.HEADLINE else line


def polish(
    english: str,
    source: str,
    kind: SegmentKind,
) -> str:
    """
    Return English as a page shows it.

    A capital first if the original begins with one or is a headline; no full stop after a headline,
    one after a sentence whose original has one; no blanks before marks; ``rgn``, the shipped
    package's habit, in full; no ``(PHOTO)`` behind a headline. No other word is touched.
    """
    line = " ".join(english.split())
    line = _SPACE_BEFORE.sub("", line)
    line = _REGION.sub("region", line)
    is_headline = kind == SegmentKind.HEADLINE
    first = next(filter(str.isalnum, source), "")
    if is_headline or first.isupper():
        line = line[:1].upper() + line[1:]
    if is_headline:
        return _FULL_STOP.sub("", _TAG.sub("", line)) or line
    has_stop = source.rstrip('»”") ').endswith(".")
    if has_stop and _ENDS_OPEN.search(line):
        return f"{line}."
    return line
