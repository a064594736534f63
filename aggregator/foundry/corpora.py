"""
Parallel text, read and cleaned: what a model learns from must be what it should write.

Cleaning, in order: entities and odd white space; case and spacing given back to text that lost
them; quotation marks and dashes made plain on the English side (the vocabulary is small); pairs
dropped that are no translation by their look (lengths, scripts, numbers); pairs dropped that were
seen, or whose either side stands in evaluation text.
"""

from __future__ import annotations

import html
import lzma
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aggregator.errors import FoundryError
from aggregator.languages import KAZAKH, RUSSIAN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from aggregator.foundry.recipe import ParallelSet, Recipe

__all__ = ["CaseTable", "Pair", "key", "read_lines", "read_pairs", "read_set"]

_CYRILLIC = re.compile("[А-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі]")
_LATIN = re.compile("[A-Za-z]")
_DIGITS = re.compile(r"\d+")
_MAX_WORDS = 45
# Of characters, source by English; Kazakh says in two words what English says in five.
_LEAST_SHARE = 0.3
_MOST_SHARE = 3.0
_CYRILLIC_LANGUAGES: Final = (KAZAKH, RUSSIAN, "uk")
_PLAIN = str.maketrans(
    {
        "“": '"',
        "”": '"',
        "„": '"',
        "«": '"',
        "»": '"',
        "’": "'",
        "‘": "'",
        "–": "-",
        "—": "-",
    }
)
_NO_SPACE_BEFORE = re.compile(r"\s+([.,;:!?%)\]»”])")
_NO_SPACE_AFTER = re.compile(r"([(\[«“])\s+")
_POSSESSIVE = re.compile(r"\s+'\s*s\b")
_INITIAL = re.compile(r"\b([а-яәғқңөұүһі]|[a-z]) \. (?=\w)")


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence and its translation. ``part`` is the number of its set in the recipe."""

    source: str
    english: str
    language: str
    part: int


class CaseTable:
    """How words are written within sentences, counted in text that has its case."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Count. The first word of a sentence says nothing: it is capital whatever it is."""
        counts: Counter[str] = Counter()
        for text in texts:
            counts.update(
                word for raw in text.split()[1:] if (word := raw.strip(".,:;()\"'«»“”?!"))
            )
        self._best: dict[str, str] = {}
        for word, count in counts.items():
            if count > counts[self._best.get(word.lower(), "")]:
                self._best[word.lower()] = word

    def restore(self, text: str) -> str:
        """Return text with its case and spacing back, as far as that is known."""
        text = _INITIAL.sub(lambda found: f"{found[1].upper()}. ", text)
        text = _POSSESSIVE.sub("'s", _NO_SPACE_AFTER.sub(r"\1", _NO_SPACE_BEFORE.sub(r"\1", text)))
        words = [self._word(word) if word.islower() else word for word in text.split()]
        text = " ".join(words)
        return text[:1].upper() + text[1:]

    def _word(self, word: str) -> str:
        bare = word.strip(".,:;()\"'«»“”?!")
        return word.replace(bare, self._best.get(bare, bare), 1) if bare else word


def key(text: str) -> str:
    """Return what two copies of a sentence share: letters and digits, folded."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


def read_lines(path: Path) -> list[str]:
    """
    Read a text file, packed or not.

    Raises:
        FoundryError: It cannot be read.
    """
    try:
        data = lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()
        return data.decode("utf-8").splitlines()
    except (OSError, lzma.LZMAError, UnicodeDecodeError) as e:
        raise FoundryError(str(path), f"cannot be read: {e}") from e


def read_set(folder: Path, one: ParallelSet) -> list[tuple[str, str]]:
    """
    Return the pairs of a set as they stand in its file.

    Raises:
        FoundryError: A line has neither two columns nor four; says which.
    """
    path = folder / one.file
    rows: list[tuple[str, str]] = []
    for number, line in enumerate(read_lines(path), 1):
        match line.split("\t"):
            case [source, english]:
                rows.append((source, english))
            case [language, kind, source, english]:
                if language == one.language and one.kind in {"", kind}:
                    rows.append((source, english))
            case columns:
                raise FoundryError(
                    f"{path}:{number}", f"found {len(columns)} columns, expected 2 or 4"
                )
    return rows


def read_pairs(folder: Path, recipe: Recipe, *, held_out: set[str]) -> Iterator[Pair]:
    """
    Yield clean pairs of all sets, each once, none whose either side is held out.

    Args:
        folder: Of the corpora.
        recipe: Which, and how.
        held_out: Keys of evaluation sentences, as ``key`` makes them.

    Raises:
        FoundryError: A file is missing or not of the form.
    """
    seen: set[tuple[str, str]] = set()
    tables = _case_tables(folder, recipe)
    for part, one in enumerate(recipe.sets):
        rows = read_set(folder, one)
        for source, english in rows[: len(rows) - one.hold_last]:
            pair = _clean(source, english, one, part, tables)
            if pair is None:
                continue
            keys = key(pair.source), key(pair.english)
            if keys in seen or held_out & set(keys):
                continue
            seen.add(keys)
            yield pair


def _case_tables(folder: Path, recipe: Recipe) -> dict[bool, CaseTable]:
    """Return the case of words by whether they are English."""
    cased = [pair for one in recipe.sets if not one.restore for pair in read_set(folder, one)]
    english = [text for name in recipe.english for text in read_lines(folder / name)]
    texts = [text for name in recipe.texts for text in read_lines(folder / name)]
    return {
        True: CaseTable([*(pair[1] for pair in cased), *english]),
        False: CaseTable([*(pair[0] for pair in cased), *texts]),
    }


def _clean(
    source: str,
    english: str,
    one: ParallelSet,
    part: int,
    tables: dict[bool, CaseTable],
) -> Pair | None:
    source, english = (" ".join(html.unescape(text).split()) for text in (source, english))
    if one.restore:
        source = tables[False].restore(source)
        english = tables[True].restore(english)
    source = unicodedata.normalize("NFC", source)
    english = unicodedata.normalize("NFC", english).translate(_PLAIN)
    pair = Pair(source, english, one.language, part)
    return pair if _looks_translated(pair) else None


def _looks_translated(pair: Pair) -> bool:
    """Tell whether two texts may be translations, by what can be seen without knowing the language."""
    if pair.language in _CYRILLIC_LANGUAGES and not _CYRILLIC.search(pair.source):
        return False
    if not _LATIN.search(pair.english) or _CYRILLIC.search(pair.english) or "http" in pair.source:
        return False
    words = len(pair.english.split())
    if (
        words > _MAX_WORDS
        or not _LEAST_SHARE < (len(pair.source) + 8) / (len(pair.english) + 8) < _MOST_SHARE
    ):
        return False
    numbers, others = (set(_DIGITS.findall(text)) for text in (pair.source, pair.english))
    # Numbers written out on one side are common; three that differ are another sentence.
    return len(numbers ^ others) < 3  # noqa: PLR2004
