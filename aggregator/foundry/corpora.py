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
from typing import TYPE_CHECKING, Final, Protocol

from aggregator.errors import FoundryError
from aggregator.languages import KAZAKH, RUSSIAN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from aggregator.foundry.recipe import TextSet

__all__ = [
    "CaseTable",
    "Pair",
    "TextRecipe",
    "clean_spaces",
    "make_key",
    "read_all_lines",
    "read_lines",
    "read_pairs",
    "read_set",
]

_CYRILLIC = re.compile("[А-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі]")
_LATIN = re.compile("[A-Za-z]")
_DIGITS = re.compile(r"\d+")
_NO_WORD = re.compile(r"[\W_]+")
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
_NO_SPACE_BEFORE = re.compile(r"(?<!\s)\s+([.,;:!?%)\]»”])")
_NO_SPACE_AFTER = re.compile(r"([(\[«“])\s+")
_POSSESSIVE = re.compile(r"(?<!\s)\s+'\s*s\b")
_MARKS: Final = ".,:;()\"'«»“”?!"
_INITIAL = re.compile(r"\b([а-яәғқңөұүһі]|[a-z]) \. (?=\w)")


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence and its translation. ``part`` is the number of its set in the recipe."""

    source: str
    english: str
    language: str
    part: int


class TextRecipe(Protocol):
    """The part of a recipe that says which text is read, and how."""

    @property
    def sets(self) -> Sequence[TextSet]:
        """Files of parallel text."""
        ...

    @property
    def english(self) -> Sequence[str]:
        """Files of English alone."""
        ...

    @property
    def texts(self) -> Sequence[str]:
        """Files of the languages read."""
        ...


class CaseTable:
    """How words are written within sentences, counted in text that has its case."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Count. The first word of a sentence says nothing: it is capital whatever it is."""
        counts: Counter[str] = Counter()
        for text in texts:
            _, *rest = text.split() or [""]
            words = [word.strip(_MARKS) for word in rest]
            counts.update(filter(None, words))
        self._best: dict[str, str] = {}
        for word, count in counts.items():
            low = word.lower()
            best = self._best.get(low, "")
            if count > counts[best]:
                self._best[low] = word

    def restore(self, text: str) -> str:
        """Return text with its case and spacing back, as far as that is known."""
        text = _INITIAL.sub(lambda match: f"{match[1].upper()}. ", text)
        text = _NO_SPACE_BEFORE.sub(r"\1", text)
        text = _NO_SPACE_AFTER.sub(r"\1", text)
        text = _POSSESSIVE.sub("'s", text)
        words = map(self._restore_word, text.split())
        text = " ".join(words)
        return text[:1].upper() + text[1:]

    def _restore_word(self, word: str) -> str:
        bare = word.strip(_MARKS)
        if not bare or not word.islower():
            return word
        best = self._best.get(bare, bare)
        return word.replace(bare, best, 1)


def clean_spaces(text: str) -> str:
    """Return a text with its entities read and one blank for all white space."""
    return " ".join(html.unescape(text).split())


def make_key(text: str) -> str:
    """Return what two copies of a sentence share: letters and digits, folded."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _NO_WORD.sub("", folded)


def read_lines(path: Path) -> list[str]:
    """
    Read a text file, packed or not.

    Raises:
        FoundryError: It cannot be read.
    """
    try:
        data = path.read_bytes()
        if path.suffix == ".xz":
            data = lzma.decompress(data)
        text = data.decode("utf-8")
    except (OSError, lzma.LZMAError, UnicodeDecodeError) as error:
        raise FoundryError(str(path), f"cannot be read: {error}") from error
    return text.splitlines()


def read_all_lines(folder: Path, names: Iterable[str]) -> list[str]:
    """Read the lines of several text files, see ``read_lines``."""
    lines: list[str] = []
    for name in names:
        lines += read_lines(folder / name)
    return lines


def read_set(
    folder: Path,
    one: TextSet,
) -> list[tuple[str, str]]:
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


def read_pairs(
    folder: Path,
    recipe: TextRecipe,
    *,
    held_out: set[str],
) -> Iterator[Pair]:
    """
    Yield clean pairs of all sets, each once, none whose either side is held out.

    Args:
        folder: Of the corpora.
        recipe: Names the sets and how each is cleaned.
        held_out: Keys of evaluation sentences, as ``make_key`` makes them.

    Raises:
        FoundryError: A file is missing or not of the form.
    """
    seen: set[tuple[str, str]] = set()
    tables = _make_case_tables(folder, recipe)
    for part, one in enumerate(recipe.sets):
        rows = read_set(folder, one)
        free = rows[: len(rows) - one.hold_last]
        for source, english in free:
            pair = _clean(source, english, one, part, tables)
            if pair is None:
                continue
            keys = make_key(pair.source), make_key(pair.english)
            if keys not in seen and held_out.isdisjoint(keys):
                seen.add(keys)
                yield pair


def _make_case_tables(
    folder: Path,
    recipe: TextRecipe,
) -> dict[bool, CaseTable]:
    """Return the case of words by whether they are English."""
    sources: list[str] = []
    english: list[str] = []
    for one in recipe.sets:
        if not one.restore:
            rows = read_set(folder, one)
            sources += [row[0] for row in rows]
            english += [row[1] for row in rows]
    sources += read_all_lines(folder, recipe.texts)
    english += read_all_lines(folder, recipe.english)
    return {True: CaseTable(english), False: CaseTable(sources)}


def _clean(
    source: str,
    english: str,
    one: TextSet,
    part: int,
    tables: dict[bool, CaseTable],
) -> Pair | None:
    source = clean_spaces(source)
    english = clean_spaces(english)
    if one.restore:
        source = tables[False].restore(source)
        english = tables[True].restore(english)
    source = unicodedata.normalize("NFC", source)
    english = unicodedata.normalize("NFC", english).translate(_PLAIN)
    pair = Pair(source, english, one.language, part)
    return pair if _looks_translated(pair) else None


def _looks_translated(pair: Pair) -> bool:
    """Say whether two texts may be translations, by what needs no knowledge of the language."""
    return _has_right_script(pair) and _has_like_lengths(pair) and _has_like_numbers(pair)


def _has_right_script(pair: Pair) -> bool:
    if pair.language in _CYRILLIC_LANGUAGES and not _CYRILLIC.search(pair.source):
        return False
    if "http" in pair.source or _CYRILLIC.search(pair.english):
        return False
    return _LATIN.search(pair.english) is not None


def _has_like_lengths(pair: Pair) -> bool:
    words = pair.english.split()
    source_chars = len(pair.source) + 8
    english_chars = len(pair.english) + 8
    share = source_chars / english_chars
    return len(words) <= _MAX_WORDS and _LEAST_SHARE < share < _MOST_SHARE


def _has_like_numbers(pair: Pair) -> bool:
    source_numbers = set(_DIGITS.findall(pair.source))
    english_numbers = set(_DIGITS.findall(pair.english))
    # Numbers written out on one side are common; three that differ are another sentence.
    return len(source_numbers ^ english_numbers) < 3  # noqa: PLR2004
