"""
First step: clean pairs and two vocabularies, in the work folder.

    pairs.tsv       set, language, source, English; the English side is what the model should write
    held.tsv        likewise: the last lines of sets that hold some back, for evaluation
    full.model      XLM-R's tokenizer
    train.model     what of it the pairs use; train-keep.json: the old ids of its pieces
    source.model    what of it the languages that the package reads use, to be shipped; keep.json:
                    the old ids of its pieces
    target.model    the English vocabulary
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from aggregator.foundry.corpora import read_all_lines, read_pairs
from aggregator.foundry.e5 import find_packed_file, read_e5
from aggregator.foundry.likeness import Likeness
from aggregator.foundry.rows import (
    HELD,
    PAIRS,
    find_barred,
    make_row,
    read_held,
    report_pairs,
    write_rows,
)
from aggregator.foundry.vocabulary import make_full_source, prune, train_target

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aggregator.foundry.corpora import Pair
    from aggregator.foundry.recipe import Recipe

__all__ = [
    "KEEP",
    "SOURCE_MODEL",
    "TARGET_MODEL",
    "TRAIN_KEEP",
    "TRAIN_MODEL",
    "prepare",
]

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
        recipe: Names the sets, and what the package reads.
        corpora: Folder that the recipe's file names are relative to.
        work: To write into, made if need be.
        say: Called with a line of progress at a time.

    Raises:
        FoundryError: A file is missing or not of the form.
    """
    work.mkdir(parents=True, exist_ok=True)
    held = list(read_held(corpora, recipe))
    barred = find_barred(corpora, recipe.evaluation, held)
    pairs = list(read_pairs(corpora, recipe, held_out=barred))
    full = _write_vocabularies(recipe, corpora, work, pairs)
    pairs = _drop_misaligned(pairs, recipe, full, say)
    write_rows(work / HELD, held)
    write_rows(work / PAIRS, map(make_row, pairs))
    report_pairs(pairs, recipe, say)
    say(f"{len(pairs):>8,} pairs in all, {len(held):,} held back")


def _drop_misaligned(
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
    likeness = Likeness(full, recipe.training.device)
    texts = [(pair.source, pair.english) for pair in doubted]
    cosines = likeness.compare_pairs(texts)
    poor = set()
    for pair, cosine in zip(doubted, cosines, strict=True):
        if cosine < recipe.sets[pair.part].least_likeness:
            poor.add(pair)
    say(f"{len(poor):>8,} pairs dropped as misaligned")
    return [pair for pair in pairs if pair not in poor]


def _write_vocabularies(
    recipe: Recipe,
    corpora: Path,
    work: Path,
    pairs: list[Pair],
) -> bytes:
    """Write all models; returns XLM-R's whole tokenizer."""
    english = [pair.english for pair in pairs]
    english += read_all_lines(corpora, recipe.english)
    target = train_target(english, recipe.training.target_pieces)
    full = make_full_source(read_e5(find_packed_file()), target)
    (work / TARGET_MODEL).write_bytes(target)
    (work / "full.model").write_bytes(full)
    texts = read_all_lines(corpora, recipe.texts)
    sources = [pair.source for pair in pairs]
    shipped = [pair.source for pair in pairs if pair.language in recipe.reads]
    _write_pruned(full, [*sources, *texts], work / TRAIN_MODEL, work / TRAIN_KEEP)
    _write_pruned(full, [*shipped, *texts], work / SOURCE_MODEL, work / KEEP)
    return full


def _write_pruned(
    full: bytes,
    texts: list[str],
    model: Path,
    ids: Path,
) -> None:
    """Write what of a tokenizer some texts use, and the old ids of its pieces."""
    smaller, keep = prune(full, texts)
    model.write_bytes(smaller)
    ids.write_text(json.dumps(keep), encoding="utf-8")
