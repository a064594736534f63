"""Runs of letters of a text, hashed. Pure."""

from __future__ import annotations

import re
import unicodedata
from zlib import crc32

__all__ = ["BUCKETS", "grams", "words_of"]

BUCKETS = 1 << 16
_LONGEST = 5
_WORD = re.compile(r"[^\W\d_]+(?:[-'’ʻʼ][^\W\d_]+)*")


def words_of(text: str) -> list[str]:
    """Return the words of a text: letters, with hyphens and apostrophes inside."""
    return _WORD.findall(unicodedata.normalize("NFC", text))


def grams(text: str) -> list[int]:
    """Return the runs of one to five letters of each word, its edges marked, and the words themselves, as buckets."""
    found = []
    for written in words_of(text):
        word = f"_{written.lower()}_"
        runs = (
            word[at : at + size]
            for size in range(1, _LONGEST + 1)
            for at in range(len(word) - size + 1)
        )
        found += [crc32(run.encode()) % BUCKETS for run in runs if run != "_"]
        found.append(crc32(f"={word}".encode()) % BUCKETS)
    return found
