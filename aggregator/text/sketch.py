"""
Fingerprints of texts, for finding copies.

Copies are reprints, agency texts under other headlines, corrected versions.

Requirement. A copy missed is printed once more beside its original, a small nuisance, and grouping
by meaning usually catches it. Two different texts taken for one lose an outlet's own report among
"the same text": the worse mistake.

Theory. A text is the set of its runs of three words. Of their hashes the smallest 128 are kept (a
bottom-k sketch, A. Broder, "On the resemblance and containment of documents", 1997); of a short
text, all. How much of A is in B can be read from the sketches: of A's hashes that are small enough
to be in B's sketch if they were in B at all, the share that is. Containment rather than
resemblance, because a teaser is a copy of its full text. Which way it holds is distinguished
(``repeats``, ``same_text``), because a summary of the day also holds whole teasers, and is a copy
of none.

Known exceptions. Reports made daily from one template share half of their runs and differ in the
numbers: the threshold lies above that, though not by much (two days' exchange rates: 0.63 at 40
words), so whoever has the texts at hand should compare their numbers too. Texts with fewer than ten
runs say too little and match nothing: two teasers of one agency text, cut after one sentence, are
left to grouping. So is a teaser shorter than a thirteenth of its text: of a long text only the
smallest hashes are known, and fewer than ten of the teaser's are that small.

Roads not taken. SimHash needs long texts to be calm: on news teasers its distances for copies and
for other texts overlap. Whole-text hashes break at the first corrected comma. Character runs find
copies through OCR noise, which feeds do not have, and cost five times as many hashes.
"""

from __future__ import annotations

import re
from zlib import crc32

__all__ = ["SIZE", "is_contained", "is_same_text", "measure_containment", "sketch"]

SIZE = 128
_RUN = 3
_LEAST_RUNS = 10
_SAME = 0.65
_WORD = re.compile(r"\w+")


def sketch(text: str) -> tuple[int, ...]:
    """
    Return the smallest hashes of a text's runs of words, 32 bits each, sorted.

    At most ``SIZE``.
    """
    words = _WORD.findall(text.casefold())
    starts = range(len(words) - _RUN + 1)
    runs = {" ".join(words[start : start + _RUN]) for start in starts}
    hashes = {crc32(run.encode()) for run in runs}
    smallest = sorted(hashes)[:SIZE]
    return tuple(smallest)


def measure_containment(part: tuple[int, ...], whole: tuple[int, ...]) -> tuple[float, int]:
    """
    Estimate how much of one text is in another.

    Args:
        part: Sketch of the text that may be contained.
        whole: Sketch of the text that may contain it.

    Returns:
        The share, 0 to 1, and of how many runs it was read.
    """
    # A sketch that is not full holds all of its text's hashes; a full one knows nothing above its
    # largest.
    comparable = list(part)
    if len(whole) == SIZE:
        largest = whole[-1]
        comparable = [number for number in part if number <= largest]
    runs = len(comparable)
    if not runs:
        return 0.0, 0
    contained = frozenset(whole)
    common = sum(number in contained for number in comparable)
    return common / runs, runs


def is_contained(part: tuple[int, ...], whole: tuple[int, ...]) -> bool:
    """Say whether all of the text of sketch ``part``, or nearly, stands in that of ``whole``."""
    if not part or not whole:
        return False
    share, runs = measure_containment(part, whole)
    return runs >= _LEAST_RUNS and share >= _SAME


def is_same_text(left: tuple[int, ...], right: tuple[int, ...]) -> bool:
    """Say whether one of two texts is a copy of the other, whole or as a teaser."""
    if is_contained(left, right):
        return True
    return is_contained(right, left)
