"""
First step: clean pairs and two vocabularies, in the work folder.

    pairs.tsv       set, language, source, English; the English side is what the model should write
    held.tsv        likewise: the last lines of sets that hold some back, for evaluation
    full.model      XLM-R's tokenizer
    train.model     what of it the pairs use; train-keep.json: the old ids of its pieces
    source.model    what of it the languages that the package reads use, to be shipped; keep.json likewise
    target.model    the English vocabulary
"""

from __future__ import annotations

import html
import json
from collections import Counter
from typing import TYPE_CHECKING, Final

from aggregator.foundry.corpora import key, read_lines, read_pairs, read_set
from aggregator.foundry.e5 import packed_file, read_e5
from aggregator.foundry.likeness import Likeness
from aggregator.foundry.vocabulary import full_source, prune, train_target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from aggregator.foundry.corpora import Pair
    from aggregator.foundry.recipe import Recipe

__all__ = [
    "HELD",
    "KEEP",
    "PAIRS",
    "SOURCE_MODEL",
    "TARGET_MODEL",
    "TRAIN_KEEP",
    "TRAIN_MODEL",
    "prepare",
]

PAIRS: Final = "pairs.tsv"
HELD: Final = "held.tsv"
KEEP: Final = "keep.json"
SOURCE_MODEL: Final = "source.model"
TRAIN_MODEL: Final = "train.model"
TRAIN_KEEP: Final = "train-keep.json"
TARGET_MODEL: Final = "target.model"


def prepare(
    recipe: Recipe,
    corpora: Path,
    work: Path,
    *,
    say: Callable[[str], None],
) -> None:
    """
    Write the step's files; done again, it writes the same.

    Args:
        recipe: What to make.
        corpora: Folder that the recipe's file names are relative to.
        work: To write into, made if need be.
        say: Told of progress, a line at a time.

    Raises:
        FoundryError: A file is missing or not of the form.
    """
    work.mkdir(parents=True, exist_ok=True)
    held = list(_held(corpora, recipe))
    sentences = [line for name in recipe.evaluation for line in read_lines(corpora / name)]
    barred = {key(text) for text in sentences} | {key(text) for row in held for text in row[2:]}
    pairs = list(read_pairs(corpora, recipe, held_out=barred - {""}))
    full = _vocabularies(recipe, corpora, work, pairs)
    pairs = _aligned(pairs, recipe, full, say)
    (work / HELD).write_text("".join("\t".join(row) + "\n" for row in held), encoding="utf-8")
    (work / PAIRS).write_text("".join(map(_row, pairs)), encoding="utf-8")
    counts = Counter((recipe.sets[pair.part].file, pair.language) for pair in pairs)
    for (file, language), count in sorted(counts.items()):
        say(f"{count:>8,} pairs {language}  {file}")
    say(f"{len(pairs):>8,} pairs in all, {len(held):,} held back")


def _row(pair: Pair) -> str:
    return f"{pair.part}\t{pair.language}\t{pair.source}\t{pair.english}\n"


def _held(corpora: Path, recipe: Recipe) -> Iterator[tuple[str, str, str, str]]:
    """Yield the rows held back, as they stand but for entities and white space: evaluation text is not cleaned."""
    for part, one in enumerate(recipe.sets):
        for row in read_set(corpora, one)[-one.hold_last :] if one.hold_last else []:
            source, english = (" ".join(html.unescape(text).split()) for text in row)
            yield str(part), one.language, source, english


def _aligned(
    pairs: list[Pair],
    recipe: Recipe,
    full: bytes,
    say: Callable[[str], None],
) -> list[Pair]:
    """Return pairs without those that their sets' likeness finds misaligned."""
    doubted = [pair for pair in pairs if recipe.sets[pair.part].least_likeness > 0]
    if not doubted:
        return pairs
    say(f"comparing {len(doubted):,} pairs")
    found = Likeness(full, recipe.training.device).of_pairs(
        [(pair.source, pair.english) for pair in doubted]
    )
    judged = zip(doubted, found, strict=True)
    poor = {pair for pair, likeness in judged if likeness < recipe.sets[pair.part].least_likeness}
    say(f"{len(poor):>8,} pairs dropped as misaligned")
    return [pair for pair in pairs if pair not in poor]


def _vocabularies(
    recipe: Recipe,
    corpora: Path,
    work: Path,
    pairs: list[Pair],
) -> bytes:
    """Write all models; returns XLM-R's whole tokenizer."""
    english = [text for name in recipe.english for text in read_lines(corpora / name)]
    target = train_target(
        [*(pair.english for pair in pairs), *english], recipe.training.target_pieces
    )
    full = full_source(read_e5(packed_file()), target)
    texts = [text for name in recipe.texts for text in read_lines(corpora / name)]
    read = [pair.source for pair in pairs if pair.language in recipe.reads]
    (work / TARGET_MODEL).write_bytes(target)
    (work / "full.model").write_bytes(full)
    for model, ids, sources in (
        (TRAIN_MODEL, TRAIN_KEEP, [pair.source for pair in pairs]),
        (SOURCE_MODEL, KEEP, read),
    ):
        smaller, keep = prune(full, [*sources, *texts])
        (work / model).write_bytes(smaller)
        (work / ids).write_text(json.dumps(keep), encoding="utf-8")
    return full
