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

    _Numbers = NDArray[np.int64]
    _Chances = NDArray[np.float64]

__all__ = [
    "CORPORA",
    "LANGUAGE_PAIRS",
    "find_bridges",
    "pack_bridges",
    "read_pairs",
]

LANGUAGE_PAIRS = (
    (KAZAKH, RUSSIAN),
    (KAZAKH, ENGLISH),
    (RUSSIAN, ENGLISH),
)
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
        if not path.exists():
            continue
        for cells in _read_cells(path):
            for _ in range(times):
                yield cells[0], cells[1]
    many = folder / _MANY
    if other == ENGLISH and many.exists():
        for cells in _read_cells(many):
            if cells[0] == one:
                yield cells[2], cells[3]


def _read_cells(path: Path) -> Iterator[list[str]]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = line.rstrip("\n")
            cells = row.split("\t")
            if len(cells) > 1:
                yield cells


@dataclass(slots=True)
class _Links:
    """Every stem of one text with every stem of the other, text by text."""

    ours: dict[str, int] = field(default_factory=dict)
    theirs: dict[str, int] = field(default_factory=dict)
    left: list[_Numbers] = field(default_factory=list)
    right: list[_Numbers] = field(default_factory=list)
    texts: list[_Numbers] = field(default_factory=list)

    def add(self, one: str, other: str) -> None:
        ours = _number_stems(one, self.ours)
        theirs = _number_stems(other, self.theirs)
        left = np.repeat(ours, len(theirs))
        right = np.tile(theirs, len(ours))
        text = len(self.texts)
        self.left.append(left)
        self.right.append(right)
        self.texts.append(np.full(len(left), text))


def _number_stems(text: str, known: dict[str, int]) -> _Numbers:
    stems = [word.stem for word in split_words(text)]
    spoken = [stem for stem in stems if not is_number(stem)]
    several = list(dict.fromkeys(spoken))
    numbers = []
    for stem in several[:_MOST_STEMS]:
        number = known.setdefault(stem, len(known))
        numbers.append(number)
    return np.array(numbers, dtype=np.int64)


def find_bridges(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return for stems of the first language those of the second, the likeliest first."""
    links = _Links()
    for one, other in pairs:
        links.add(one, other)
    left = np.concatenate(links.left)
    right = np.concatenate(links.right)
    texts = np.concatenate(links.texts)
    width = len(links.ours)
    height = len(links.theirs)
    keys, places = np.unique(left * height + right, return_inverse=True)
    ours = keys // height
    theirs = keys % height
    there, times_there = _learn_chances(
        places,
        ours,
        texts * height + right,
    )
    back, times_back = _learn_chances(
        places,
        theirs,
        texts * width + left,
    )
    chance = np.sqrt(there * back)
    is_likely = chance >= _LEAST_CHANCE
    is_frequent = times_there + times_back >= 2 * _LEAST_TIMES
    kept = np.flatnonzero(is_likely & is_frequent)
    likeliest_first = sorted(kept, key=lambda place: (-chance[place], place))
    names = list(links.ours)
    other_names = list(links.theirs)
    bridges: dict[str, list[str]] = defaultdict(list)
    for place in likeliest_first:
        name = names[ours[place]]
        mine = bridges[name]
        if len(mine) < _MOST_BRIDGES:
            mine.append(other_names[theirs[place]])
    return dict(bridges)


def _learn_chances(
    places: NDArray[np.intp],
    sources: _Numbers,
    targets: _Numbers,
) -> tuple[_Chances, _Chances]:
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
        expected = np.bincount(
            places,
            weights=shares / totals[slots],
            minlength=len(sources),
        )
        times = expected.astype(np.float64)
        of_sources = np.bincount(sources, weights=times).astype(np.float64)
        chances = times / of_sources[sources]
    return chances, times


def pack_bridges(bridges: Iterable[tuple[str, str, dict[str, Sequence[str]]]]) -> bytes:
    """Return the packed table: a line ``kk ru`` for each two languages, then a line a stem."""
    blocks = []
    for one, other, of_stems in bridges:
        block = [f"{one} {other}"]
        for stem, stems in sorted(of_stems.items()):
            translations = " ".join(stems)
            block.append(f"{stem}\t{translations}")
        blocks.append(block)
    lines = chain.from_iterable(blocks)
    table = "\n".join([*lines, ""])
    return lzma.compress(table.encode(), preset=9)
