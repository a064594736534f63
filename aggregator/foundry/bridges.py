"""
The table of stems that translate each other, made from parallel text and word lists.

IBM's first model (Brown and others, 1993), both ways, a few rounds; what is kept of two stems is
the geometric mean of the two chances that one is translated by the other. Only the likeliest pairs
are kept: of a text nothing can be read back.
"""

from __future__ import annotations

import lzma
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from aggregator.grouping.words import is_number, split_words
from aggregator.languages import ENGLISH, KAZAKH, RUSSIAN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["CORPORA", "LANGUAGE_PAIRS", "find_bridges", "pack_bridges", "read_pairs"]

LANGUAGE_PAIRS = ((KAZAKH, RUSSIAN), (KAZAKH, ENGLISH), (RUSSIAN, ENGLISH))
# Sets of parallel text of each pair of languages, and how often each is read: an entry of a word
# list says more than a sentence. Software messages and scripture are left out.
CORPORA = (
    ("apertium_kazrus", 1),
    ("cldr_names", 3),
    ("copa", 1),
    ("kaznu_economy", 1),
    ("kaznu_primeminister", 1),
    ("kaznu_titles", 1),
    ("lexicon_apertium", 3),
    ("lexicon_wiktionary", 3),
    ("mlqe_pe", 1),
    ("pud", 1),
    ("rubq", 1),
    ("sdg", 1),
    ("stsb_mt", 1),
    ("tatoeba", 1),
    ("tico19", 1),
    ("udhr", 1),
    ("unicef", 1),
    ("web_l10n_open", 1),
    ("wmt12_14", 1),
    ("wmt13_17", 1),
    ("xquad", 1),
)
# Has its language in a column: ``language kind source English``.
_MANY = "wmt_multi.x-en.tsv.xz"
_MOST_STEMS = 60
_ROUNDS = 6
_LEAST_CHANCE = 0.06
_LEAST_TIMES = 1.5
_MOST_BRIDGES = 8


def read_pairs(folder: Path, one: str, other: str) -> Iterator[tuple[str, str]]:
    """Give the texts of two languages that translate each other."""
    for name, times in CORPORA:
        path = folder / f"{name}.{one}-{other}.tsv.xz"
        if path.exists():
            for cells in _read_cells(path):
                for _ in range(times):
                    yield cells[0], cells[1]
    if other == ENGLISH and (folder / _MANY).exists():
        for cells in _read_cells(folder / _MANY):
            if cells[0] == one:
                yield cells[2], cells[3]


def _read_cells(path: Path) -> Iterator[list[str]]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            cells = line.rstrip("\n").split("\t")
            if len(cells) > 1:
                yield cells


@dataclass(slots=True)
class _Links:
    """Every stem of one text with every stem of the other, text by text."""

    ours: dict[str, int] = field(default_factory=dict)
    theirs: dict[str, int] = field(default_factory=dict)
    left: list[NDArray[np.int64]] = field(default_factory=list)
    right: list[NDArray[np.int64]] = field(default_factory=list)
    texts: list[NDArray[np.int64]] = field(default_factory=list)

    def add(self, one: str, other: str) -> None:
        ours = _number_stems(one, self.ours)
        theirs = _number_stems(other, self.theirs)
        self.left.append(np.repeat(ours, len(theirs)))
        self.right.append(np.tile(theirs, len(ours)))
        self.texts.append(np.full(len(ours) * len(theirs), len(self.texts)))


def _number_stems(text: str, known: dict[str, int]) -> NDArray[np.int64]:
    stems = [word.stem for word in split_words(text) if not is_number(word.stem)]
    several = list(dict.fromkeys(stems))[:_MOST_STEMS]
    return np.array([known.setdefault(stem, len(known)) for stem in several], dtype=np.int64)


def find_bridges(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return for stems of the first language those of the second, the likeliest first."""
    links = _Links()
    for one, other in pairs:
        links.add(one, other)
    left, right, texts = map(np.concatenate, (links.left, links.right, links.texts))
    height = len(links.theirs)
    keys, places = np.unique(left * height + right, return_inverse=True)
    ours, theirs = keys // height, keys % height
    there, times_there = _learn_chances(places, ours, texts * height + right)
    back, times_back = _learn_chances(places, theirs, texts * len(links.ours) + left)
    chance = np.sqrt(there * back)
    kept = (chance >= _LEAST_CHANCE) & (times_there + times_back >= 2 * _LEAST_TIMES)
    names, other_names = list(links.ours), list(links.theirs)
    bridges: dict[str, list[str]] = defaultdict(list)
    for place in sorted(np.flatnonzero(kept), key=lambda place: (-chance[place], place)):
        mine = bridges[names[ours[place]]]
        if len(mine) < _MOST_BRIDGES:
            mine.append(other_names[theirs[place]])
    return dict(bridges)


def _learn_chances(
    places: NDArray[np.intp], sources: NDArray[np.int64], targets: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Return the chance of each pair of stems, its source given, and how often it is expected.

    Args:
        places: Of each link, its pair.
        sources: Of each pair, the stem that is translated.
        targets: Of each link, the word that translates, a number of its own in each text.
    """
    _, slots = np.unique(targets, return_inverse=True)
    chances = np.ones(len(sources))
    times = chances.copy()
    for _ in range(_ROUNDS):
        shares = chances[places]
        totals = np.bincount(slots, weights=shares).astype(np.float64)
        expected = np.bincount(places, weights=shares / totals[slots], minlength=len(sources))
        times = expected.astype(np.float64)
        chances = times / np.bincount(sources, weights=times).astype(np.float64)[sources]
    return chances, times


def pack_bridges(bridges: Iterable[tuple[str, str, dict[str, Sequence[str]]]]) -> bytes:
    """Return the packed table: a line ``kk ru`` for each two languages, then a line a stem."""
    blocks = []
    for one, other, of_stems in bridges:
        lines = [f"{stem}\t{' '.join(stems)}" for stem, stems in sorted(of_stems.items())]
        blocks.append([f"{one} {other}", *lines])
    table = "\n".join([*chain.from_iterable(blocks), ""])
    return lzma.compress(table.encode(), preset=9)
