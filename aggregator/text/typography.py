"""
Typographic noise out of texts: what no reader sees, but every comparison and every model does.

Look-alikes. Kazakh is often typed with Latin letters that look the same (``i`` for ``і``, ``h`` for
``һ``, ``ə`` for ``ә``), since older layouts lacked the letters. Requirement: a repaired word must
be the word that was meant; a foreign name must never be touched, so misses are better than false
repairs. A word is repaired only if all its Latin letters have Cyrillic twins, they are no more than
its Cyrillic letters, and no more than two stand in a row: ``МТC`` and ``шiлде`` are, ``iPhone``,
``TOPтан`` and ``COVIDті`` are not.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["fit_line", "squeeze", "tidy"]

_ELLIPSIS = "…"

# Line breaks other than \n: CR and CRLF, vertical tab, form feed, NEL, line and paragraph
# separators.
_BREAKS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# Unicode's control and format characters (Cc, Cf): soft hyphen, zero width, bidi marks and
# overrides, BOM, tags; with the combining grapheme joiner and the blank Hangul letters. Private use
# is icon fonts; the rest are no characters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e"
    "\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
# Tab and all of Unicode's spaces (Zs): no-break, thin, figure, ideographic...
_SPACES = re.compile("[ \t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
# Normalising takes the square of a run of accents: 316 s for 600,000 of them. No script stacks more
# than eight; Unicode's bound for such runs (UAX 15, Stream-Safe Text Format) is 30. Accents are no
# word characters, so this finds them, with dashes and the like.
_MAX_ACCENTS = 8
_PILE = re.compile(rf"[^\w\s\x00-\x7f]{{{_MAX_ACCENTS + 1},}}")
_AROUND_BREAK = re.compile(" ?\n ?")

_TWINS = str.maketrans(
    "aceiopxyhəɵëABCEHIKMOPTXYƏƟË",
    "асеіорхуһәөёАВСЕНІКМОРТХУӘӨЁ",
)
_LATIN = "A-Za-zƏəƟɵËë"
_CYRILLIC = "\u0400-\u04ff"
# Accents belong to their word: a letter that is repaired may merge with the accent behind it.
_ACCENTS = "\u0300-\u036f"
_LETTERS = _CYRILLIC + _ACCENTS + _LATIN
# A word with letters of both alphabets. Most have those of one, and are passed by without a call.
_MIXED_WORD = re.compile(
    f"(?<![{_LETTERS}])"
    f"(?:[{_CYRILLIC}{_ACCENTS}]++[{_LATIN}]|[{_LATIN}{_ACCENTS}]++[{_CYRILLIC}])[{_LETTERS}]*+"
)
_LATIN_LETTER = re.compile(f"[{_LATIN}]")
_LATIN_RUN = re.compile(f"[{_LATIN}]{{3}}")
_CYRILLIC_LETTER = re.compile(f"[{_CYRILLIC}]")


def tidy(text: str) -> str:
    """
    Clean a plain text.

    Returns:
        NFC; no control, format or private characters; one space where there were several or other
        ones; newlines kept, with no blanks around them nor at the ends; Latin look-alikes in
        Cyrillic words repaired.
    """
    # Most texts have neither odd blanks nor letters of two alphabets. To look for that first takes
    # a third of the time that going through them for each would.
    is_even = text.replace("\n", " ").isprintable()
    if not is_even:
        text = _BREAKS.sub("\n", text)
    text = _UNSEEN.sub("", text)
    text = _PILE.sub(_cut_accents, text)
    if not is_even or "  " in text:
        text = _SPACES.sub(" ", text)
    if " \n" in text or "\n " in text:
        text = _AROUND_BREAK.sub("\n", text)
    composed = unicodedata.normalize("NFC", text.strip(" \n"))
    if composed.isascii() or not _LATIN_LETTER.search(composed):
        return composed
    repaired = _MIXED_WORD.sub(_repair, composed)
    return unicodedata.normalize("NFC", repaired)


def squeeze(text: str) -> str:
    """Make one blank of each run of white space, at the ends too."""
    return " ".join(f"|{text}|".split())[1:-1]


def fit_line(text: str, max_chars: int) -> str:
    """
    Make a text one line, cut at the end of a word.

    Args:
        text: Tidy or not; all blanks become single spaces.
        max_chars: At most so many characters come back, the ellipsis of a cut text included; 1 or
            more.
    """
    line = " ".join(text.split())
    if len(line) <= max_chars:
        return line
    most = max_chars - len(_ELLIPSIS)
    end = line.rfind(" ", 0, most + 1)
    # A first word longer than half of it (an address, a hashtag) is cut inside rather than lost.
    if end <= most // 2:
        end = most
    start = line[:end].rstrip(' ,;:-–—(«"')
    return start + _ELLIPSIS


def _cut_accents(match: re.Match[str]) -> str:
    kept = []
    run = 0
    for letter in match[0]:
        run = run + 1 if unicodedata.combining(letter) else 0
        if run <= _MAX_ACCENTS:
            kept.append(letter)
    return "".join(kept)


def _repair(match: re.Match[str]) -> str:
    word = match[0]
    latin = _LATIN_LETTER.findall(word)
    cyrillic = _CYRILLIC_LETTER.findall(word)
    if not latin or _LATIN_RUN.search(word) or len(latin) > len(cyrillic):
        return word
    if all(ord(letter) in _TWINS for letter in latin):
        return word.translate(_TWINS)
    return word
