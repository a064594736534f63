"""What a step leaves the next as text: rows of columns, and which of them are held back."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, TypeAlias

from aggregator.errors import FoundryError
from aggregator.foundry.corpora import clean_spaces, make_key, read_all_lines, read_set

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from aggregator.foundry.corpora import Pair, TextRecipe

__all__ = [
    "HELD",
    "PAIRS",
    "Row",
    "find_barred",
    "make_row",
    "read_held",
    "read_rows",
    "report_pairs",
    "write_rows",
]

# Number of the set, language, source, English.
Row: TypeAlias = tuple[str, str, str, str]

PAIRS: Final = "pairs.tsv"
HELD: Final = "held.tsv"


def read_held(corpora: Path, recipe: TextRecipe) -> Iterator[Row]:
    """
    Yield the rows held back, as they stand but for entities and white space.

    Evaluation text is not cleaned.
    """
    for part, one in enumerate(recipe.sets):
        if not one.hold_last:
            continue
        rows = read_set(corpora, one)
        for source, english in rows[-one.hold_last :]:
            yield str(part), one.language, clean_spaces(source), clean_spaces(english)


def find_barred(corpora: Path, evaluation: Iterable[str], held: Iterable[Row]) -> set[str]:
    """
    Return the keys of all sentences that must not be trained on.

    Args:
        corpora: Folder of the files.
        evaluation: Files of such sentences, one a line.
        held: Rows of such sentences.
    """
    texts = read_all_lines(corpora, evaluation)
    for _, _, source, english in held:
        texts += (source, english)
    barred = set(map(make_key, texts))
    barred.discard("")
    return barred


def make_row(pair: Pair) -> Row:
    """Return a pair as a row."""
    return str(pair.part), pair.language, pair.source, pair.english


def write_rows(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """Write rows, a line each."""
    lines = ["\t".join(row) + "\n" for row in rows]
    path.write_text("".join(lines), encoding="utf-8")


def read_rows(path: Path) -> list[list[str]]:
    """
    Read rows as ``write_rows`` writes them.

    Raises:
        FoundryError: There is no such file, or it is no text.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FoundryError(
            str(path), f"cannot be read, expected what `prepare` writes: {error}"
        ) from error
    return [line.split("\t") for line in text.splitlines()]


def report_pairs(
    pairs: Iterable[Pair],
    recipe: TextRecipe,
    say: Callable[[str], None],
) -> None:
    """Say how many pairs each file gave, by language."""
    counts = Counter((pair.part, pair.language) for pair in pairs)
    lines: Counter[tuple[str, str]] = Counter()
    for (part, language), count in counts.items():
        lines[recipe.sets[part].file, language] += count
    for (file, language), count in sorted(lines.items()):
        say(f"{count:>8,} pairs {language}  {file}")
