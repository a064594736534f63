"""
Text made safe to be shown: the one place where that is done. Pure.

A terminal obeys what cannot be seen: an escape sequence clears the screen, sets the title or hides
a line; a mark of direction (bidi) makes ``cod.exe`` of ``exe.doc``. What strangers wrote (feeds,
answers, files, whoever filled the store) is shown with a mark in the place of each such character,
so that somebody sees that something was there. What is for machines has the same character escaped
and loses nothing.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

__all__ = ["escape_json", "make_line", "make_printable"]

_MARK = "\ufffd"
# Characters of control and format, halves of surrogate pairs, separators of lines and paragraphs.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_KEPT = frozenset("\n\t")
# All that Python counts as no part of a printed text, of which some is (new emoji, odd blanks).
_DOUBTFUL = re.compile(r"[^ -~\n]")
_BMP = 0xFFFF


@cache
def _is_unseen(letter: str) -> bool:
    return letter not in _KEPT and unicodedata.category(letter) in _UNSEEN


def make_printable(text: str) -> str:
    """Return a text that steers no terminal; its lines and tabs stay."""
    return text if text.isprintable() else _DOUBTFUL.sub(_mark, text)


def make_line(text: str) -> str:
    r"""Return a text that steers no terminal and is one line: breaks are shown as ``\n``."""
    return make_printable(text).replace("\n", "\\n")


def escape_json(text: str) -> str:
    r"""Return JSON that says the same with what steers terminals as ``\u009b``."""
    return text if text.isprintable() else _DOUBTFUL.sub(_escape, text)


def _mark(letter: re.Match[str]) -> str:
    return _MARK if _is_unseen(letter[0]) else letter[0]


def _escape(letter: re.Match[str]) -> str:
    if not _is_unseen(letter[0]):
        return letter[0]
    code = ord(letter[0])
    if code <= _BMP:
        return f"\\u{code:04x}"
    units = letter[0].encode("utf-16-be")
    return f"\\u{units[:2].hex()}\\u{units[2:].hex()}"
