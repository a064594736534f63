"""
A set that nobody translated, by way of another language that a package reads well.

Kazakh that stands beside Russian is many times what stands beside English. English made of the
Russian by a package is worse than a person's, and better than what the package makes of the Kazakh;
that difference is what the Kazakh learns.

Web pages are aligned badly, and a package errs, so a pair must pass: by length, by numbers, by how
alike the two sides are to a multilingual encoder, and by how sure the package is.
"""

from __future__ import annotations

import html
import lzma
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from aggregator.foundry.corpora import clean_spaces, read_set

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from aggregator.foundry.recipe import TextSet
    from aggregator.ports import Embedder

    # English of some texts, with how sure its writer is of each: 0 at most.
    Translate = Callable[[Sequence[str]], Sequence[tuple[str, float]]]

__all__ = ["PivotLimits", "find_alike", "read_sides", "translate_middle", "write_pivot"]

_TAG: Final = re.compile(r"</?\w+>")
_DIGITS: Final = re.compile(r"\d+")
_CYRILLIC: Final = re.compile("[А-Яа-яЁё]")
_BULLETS: Final = " >•-–—\u200b"
# What a page puts where it hides an address.
_NO_TEXT: Final = ("spambot", "JavaScript")
_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PivotLimits:
    """
    What a pair must pass.

    Attributes:
        least_chars: Of either side.
        most_chars: Of either side: longer ones are often several sentences, badly aligned.
        most_times: How often the longer side may hold the shorter one.
        least_alike: Cosine of the two sides; by multilingual-e5-small unrelated ones lie at 0.78.
        least_confidence: Of the English, as ``translate.model`` counts it.
    """

    least_chars: int = 12
    most_chars: int = 260
    most_times: float = 2.0
    least_alike: float = 0.865
    least_confidence: float = -1.35


def read_sides(folder: Path, one: TextSet, limits: PivotLimits) -> list[tuple[str, str]]:
    """
    Return the pairs of a file that may be translations by length and numbers, each source once.

    Args:
        folder: Of the file.
        one: The file: the language to learn, a tab, the language that a package reads well.
        limits: To keep to.

    Raises:
        FoundryError: The file cannot be read, or is of another form.
    """
    sides: dict[str, str] = {}
    for source, middle in read_set(folder, one):
        source, middle = _clean(source), _clean(middle)  # noqa: PLW2901  (the same, cleaned)
        if _may_be_alike(source, middle, limits) and not source.isupper():
            sides.setdefault(source, middle)
    return list(sides.items())


def find_alike(
    sides: Sequence[tuple[str, str]],
    embedder: Embedder,
    least: float,
) -> list[tuple[str, str]]:
    """Return the pairs whose sides are alike to an encoder that reads both languages."""
    left = embedder.embed([source for source, _ in sides])
    right = embedder.embed([middle for _, middle in sides])
    cosines = np.einsum("ij,ij->i", left, right)
    return [pair for pair, cosine in zip(sides, cosines, strict=True) if cosine >= least]


def translate_middle(
    sides: Sequence[tuple[str, str]],
    translate: Translate,
    limits: PivotLimits,
    *,
    say: Callable[[str], None],
) -> Iterator[tuple[str, str]]:
    """
    Yield each source with the English of its other side, where that is sure and whole.

    Args:
        sides: Pairs that are alike.
        translate: A package's translation.
        limits: To keep to.
        say: Called with a line of progress at a time.
    """
    for start in range(0, len(sides), _AT_ONCE):
        portion = sides[start : start + _AT_ONCE]
        made = translate([middle for _, middle in portion])
        for (source, _), (english, confidence) in zip(portion, made, strict=True):
            is_sure = confidence >= limits.least_confidence
            if is_sure and _may_be_english(source, english, limits):
                yield source, english
        say(f"{start + len(portion):>8,} of {len(sides):,} translated")


def write_pivot(path: Path, pairs: Iterable[tuple[str, str]]) -> int:
    """Write a set, ``source<TAB>English`` a line, packed; returns how many pairs."""
    lines = [f"{source}\t{english}\n" for source, english in pairs]
    path.write_bytes(lzma.compress("".join(lines).encode()))
    return len(lines)


def _clean(text: str) -> str:
    """Return a text without entities, even those of entities, tags and bullets."""
    text = html.unescape(html.unescape(text))
    return clean_spaces(_TAG.sub(" ", text)).strip(_BULLETS)


def _may_be_alike(source: str, middle: str, limits: PivotLimits) -> bool:
    if any(sign in middle for sign in _NO_TEXT):
        return False
    lengths = (len(source), len(middle))
    if min(lengths) < limits.least_chars or max(lengths) > limits.most_chars:
        return False
    return _may_say_the_same(source, middle, limits)


def _may_be_english(source: str, english: str, limits: PivotLimits) -> bool:
    if not english or _CYRILLIC.search(english):
        return False
    return _may_say_the_same(source, english, limits)


def _may_say_the_same(one: str, other: str, limits: PivotLimits) -> bool:
    """Say whether two texts are about as long and have the same numbers."""
    shorter, longer = sorted((len(one), len(other)))
    if longer >= limits.most_times * shorter:
        return False
    return sorted(_DIGITS.findall(one)) == sorted(_DIGITS.findall(other))
