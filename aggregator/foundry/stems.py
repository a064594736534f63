"""
The table of how rare stems are, made from parallel news text.

Only counts are kept: of a text nothing can be read back. A line of a corpus is a text; both sides
of a pair are read.
"""

from __future__ import annotations

import lzma
from collections import Counter
from typing import TYPE_CHECKING

from aggregator.grouping.words import is_number, split_words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["NEWS", "count_stems", "read_texts"]

# News and official texts with case; licences in the corpora's own notes. Software messages would
# teach other words.
NEWS = (
    "kaznu_titles.kk-en.tsv.xz",
    "kaznerd.kk.txt.xz",
    "wmt13_17.ru-en.tsv.xz",
    "apertium_kazrus.kk-ru.tsv.xz",
)
# A stem that fewer texts hold is as good as unknown, and there are a great many of them.
_LEAST_TEXTS = 4


def read_texts(
    folder: Path,
    names: Iterable[str] = NEWS,
) -> Iterable[str]:
    """Give the texts of corpora: every side of every line."""
    for name in names:
        with lzma.open(folder / name, "rt", encoding="utf-8") as lines:
            for line in lines:
                yield from line.rstrip("\n").split("\t")


def count_stems(texts: Iterable[str]) -> bytes:
    """Return the packed table: the number of texts, then a line a stem, see ``grouping.rarity``."""
    total = 0
    seen: Counter[str] = Counter()
    balance: Counter[str] = Counter()
    for text in texts:
        total += 1
        words = [word for word in split_words(text) if not is_number(word.stem)]
        seen.update({word.stem for word in words})
        for word in words:
            if not word.first:
                balance[word.stem] += 1 if word.capital else -1
    rows = []
    for stem, count in sorted(seen.items()):
        if count >= _LEAST_TEXTS:
            rows.append(f"{stem}\t{count}\t{balance[stem]}")
    table = "\n".join([str(total), *rows, ""])
    return lzma.compress(table.encode(), preset=9)
