"""
First step: everything that training needs, in the work folder.

    pairs.tsv           set, language, source, English
    drafts.tsv          a draft for each line of these, mostly empty
    held.tsv            the rows held back: set, language, source, English
    held-drafts.tsv     a draft for each
    base.gguf           the base
    start.safetensors   the adapter to go on from, if there is one
    sentencepiece.model what is left of the base's tokenizer
    rows.npy            for each of its pieces, the row of the base's embeddings
    written.npy         which of its pieces may be written: those of the English
"""

from __future__ import annotations

import random
import shutil
from itertools import chain
from typing import TYPE_CHECKING, Final

import numpy as np
import sentencepiece

from aggregator.errors import FoundryError
from aggregator.foundry.adapter.base import open_base
from aggregator.foundry.adapter.drafts import DraftWriter
from aggregator.foundry.adapter.prompts import LANGUAGE_NAMES, PromptEncoder, label_source
from aggregator.foundry.adapter.vocabulary import count_pieces, make_full, prune_pieces
from aggregator.foundry.corpora import read_all_lines, read_pairs
from aggregator.foundry.rows import (
    HELD,
    PAIRS,
    Row,
    find_barred,
    make_row,
    read_held,
    report_pairs,
    write_rows,
)
from aggregator.names.glossary import read_glossary
from aggregator.names.put import put_names
from aggregator.translate.adapter.prompts import DRAFT_LABEL, ENGLISH_LABEL

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from aggregator.foundry.adapter.base import BaseFile
    from aggregator.foundry.adapter.recipe import AdapterRecipe
    from aggregator.names.glossary import Glossary

__all__ = [
    "BASE",
    "DRAFTS",
    "HELD_DRAFTS",
    "ROWS",
    "START",
    "TOKENIZER",
    "WRITTEN",
    "prepare_adapter",
]

DRAFTS: Final = "drafts.tsv"
HELD_DRAFTS: Final = "held-drafts.tsv"
BASE: Final = "base.gguf"
START: Final = "start.safetensors"
TOKENIZER: Final = "sentencepiece.model"
ROWS: Final = "rows.npy"
WRITTEN: Final = "written.npy"


def prepare_adapter(
    recipe: AdapterRecipe,
    corpora: Path,
    base: Path,
    work: Path,
    *,
    say: Callable[[str], None],
) -> None:
    """
    Write the step's files; done again, it writes the same.

    Args:
        recipe: Names the sets, the base and the package that drafts.
        corpora: Folder that the recipe's file names are relative to.
        base: GGUF file.
        work: To write into, made if need be.
        say: Called with a line of progress at a time.

    Raises:
        FoundryError: A file is missing, not of the form, or not the one that the recipe names.
        ConfigError: The glossary is missing, or broken.
    """
    work.mkdir(parents=True, exist_ok=True)
    opened = open_base(base, recipe.base_sha256)
    _check_window(recipe, opened, base)
    held = list(read_held(corpora, recipe))
    barred = find_barred(corpora, recipe.evaluation, held)
    pairs = list(read_pairs(corpora, recipe, held_out=barred))
    report_pairs(pairs, recipe, say)
    say(f"{len(pairs):>8,} pairs in all, {len(held):,} held back")
    rows = _put_names([make_row(pair) for pair in pairs], recipe, corpora, say)
    drafts, held_drafts = _make_drafts(recipe, corpora, rows, held, say)
    write_rows(work / PAIRS, rows)
    write_rows(work / HELD, held)
    write_rows(work / DRAFTS, [[draft] for draft in drafts])
    write_rows(work / HELD_DRAFTS, [[draft] for draft in held_drafts])
    full = make_full(opened.read_pieces())
    counts = _count_texts(full, recipe, corpora, rows, drafts)
    _write_vocabulary(full, counts, recipe, work, [row[3] for row in rows], say)
    _copy(base, work / BASE)
    if recipe.from_:
        _copy(corpora / recipe.from_, work / START)
    else:
        (work / START).unlink(missing_ok=True)


def _check_window(recipe: AdapterRecipe, base: BaseFile, path: Path) -> None:
    window = base.read_shape().window
    if recipe.training.max_tokens > window:
        raise FoundryError(
            str(path),
            f"most of its blocks see {window} tokens, "
            f"expected max_tokens of {recipe.training.max_tokens} at least",
        )


def _put_names(
    rows: Sequence[Row],
    recipe: AdapterRecipe,
    corpora: Path,
    say: Callable[[str], None],
) -> list[Row]:
    """Return the rows, with the names of some sources in English, by lot."""
    if not recipe.names.glossary:
        return list(rows)
    glossary = read_glossary(corpora / recipe.names.glossary)
    chance = random.Random(recipe.training.seed)  # noqa: S311  (no secret)
    put = [_put_row_names(row, glossary, recipe.names.share, chance) for row in rows]
    changed = sum(new != old for new, old in zip(put, rows, strict=True))
    say(f"{changed:>8,} sources show their names in English")
    return put


def _put_row_names(row: Row, glossary: Glossary, share: float, chance: random.Random) -> Row:
    part, language, source, english = row
    # A name that the English writes otherwise, or not at all, would teach to pass it over.
    said = [match for match in glossary.find(source, language) if match.name.english in english]
    if not said or chance.random() >= share:
        return row
    return part, language, put_names(source, said, language), english


def _make_drafts(
    recipe: AdapterRecipe,
    corpora: Path,
    rows: Sequence[Sequence[str]],
    held: Sequence[Sequence[str]],
    say: Callable[[str], None],
) -> tuple[list[str], list[str]]:
    """Return drafts for the rows and for those held back, empty where none is wanted."""
    drafts = [""] * len(rows)
    held_drafts = [""] * len(held)
    if recipe.drafts.package:
        how = recipe.training
        file = corpora / recipe.drafts.package
        writer = DraftWriter(file, recipe.drafts, threads=how.threads, seed=how.seed)
        wanted = [number for number, row in enumerate(rows) if recipe.sets[int(row[0])].drafts]
        sampled = writer.sample([rows[number][2] for number in wanted], say=say)
        for number, draft in zip(wanted, sampled, strict=True):
            drafts[number] = draft
        drafted = [number for number, row in enumerate(held) if recipe.sets[int(row[0])].drafts]
        likeliest = writer.write([held[number][2] for number in drafted])
        for number, draft in zip(drafted, likeliest, strict=True):
            held_drafts[number] = draft
    return drafts, held_drafts


def _count_texts(
    full: bytes,
    recipe: AdapterRecipe,
    corpora: Path,
    rows: Sequence[Sequence[str]],
    drafts: Sequence[str],
) -> Counter[int]:
    """Return how often all texts use the pieces of a tokenizer."""
    sources = [label_source(row[1], row[2]) for row in rows]
    english = [f" {row[3]}" for row in rows]
    drafted = [f" {draft}" for draft in drafts if draft]
    more = read_all_lines(corpora, [*recipe.texts, *recipe.english])
    counts = count_pieces(full, [*sources, *english, *drafted, *more])
    # What every prompt has is kept, were there but one pair.
    fixed = [
        DRAFT_LABEL,
        ENGLISH_LABEL,
        *(label_source(language, "") for language in LANGUAGE_NAMES),
    ]
    for piece in count_pieces(full, fixed):
        counts[piece] += recipe.least_uses
    return counts


def _write_vocabulary(
    full: bytes,
    counts: Counter[int],
    recipe: AdapterRecipe,
    work: Path,
    english: Sequence[str],
    say: Callable[[str], None],
) -> None:
    model, kept = prune_pieces(full, counts, least=recipe.least_uses)
    (work / TOKENIZER).write_bytes(model)
    np.save(work / ROWS, kept)
    written = _find_written(model, english)
    np.save(work / WRITTEN, written)
    say(f"{len(kept):>8,} pieces are read, {len(written):,} written")


def _find_written(model: bytes, english: Sequence[str]) -> NDArray[np.int32]:
    """Return the ids of the pieces of English, of the end and of all bytes, ascending."""
    tokenizer = sentencepiece.SentencePieceProcessor(model_proto=model)
    used = set(chain.from_iterable(PromptEncoder(tokenizer).encode_english(english)))
    used.add(tokenizer.eos_id())
    used.update(filter(tokenizer.is_byte, range(tokenizer.get_piece_size())))
    return np.array(sorted(used), np.int32)


def _copy(path: Path, to: Path) -> None:
    """Copy a file beside its new place first, so that half a file is never taken for all of it."""
    part = to.with_suffix(".part")
    try:
        shutil.copyfile(path, part)
    except OSError as error:
        raise FoundryError(str(path), f"cannot be copied: {error}") from error
    part.replace(to)
