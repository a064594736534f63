"""Runs of letters of a text, hashed. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["BUCKETS", "grams", "list_words"]

BUCKETS = 1 << 16
_LONGEST = 5
_WORD = re.compile(r"[^\W\d_]+(?:[-'’ʻʼ][^\W\d_]+)*")


def list_words(text: str) -> list[str]:
    """Return the words of a text: letters, with hyphens and apostrophes inside."""
    composed = unicodedata.normalize("NFC", text)
    return _WORD.findall(composed)


def grams(text: str) -> list[int]:
    """
    Return the runs of one to five letters of each word, and the words themselves.

    Each as one of ``BUCKETS`` numbers. The edges of a word count as letters.
    """
    buckets: list[int] = []
    for written in list_words(text):
        word = f"_{written.lower()}_"
        runs = [run for run in _list_runs(word) if run != "_"]
        runs.append(f"={word}")
        buckets += map(_find_bucket, runs)
    return buckets


def _list_runs(word: str) -> Iterator[str]:
    """Yield the runs of a word, the shortest first."""
    for size in range(1, _LONGEST + 1):
        starts = range(len(word) - size + 1)
        for start in starts:
            yield word[start : start + size]


def _find_bucket(run: str) -> int:
    return crc32(run.encode()) % BUCKETS
