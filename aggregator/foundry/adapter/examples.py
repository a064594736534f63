"""What ``prepare`` wrote, as the ids that training works with."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

import numpy as np
import sentencepiece

from aggregator.errors import FoundryError
from aggregator.foundry.adapter.batches import PromptedPair, ShownPair
from aggregator.foundry.adapter.prepare import DRAFTS, HELD_DRAFTS, ROWS, TOKENIZER, WRITTEN
from aggregator.foundry.adapter.prompts import PromptEncoder
from aggregator.foundry.rows import HELD, PAIRS, read_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from aggregator.foundry.adapter.recipe import AdapterRecipe

__all__ = ["AdapterVocabulary", "TrainingText", "read_training_text", "read_vocabulary"]

# Of a set's rows held back so many are measured while training goes on.
_MEASURED: Final = 64
# Of which pairs are set aside: never the recipe's, or another seed would train on them.
_ASIDE_SEED: Final = 0


@dataclass(frozen=True, slots=True)
class AdapterVocabulary:
    """
    The pieces of an adapter.

    Attributes:
        tokenizer: What is left of the base's.
        base_rows: For each piece, its row in the base's embeddings.
        written: Ids of the pieces that may be written, ascending.
    """

    tokenizer: sentencepiece.SentencePieceProcessor
    base_rows: NDArray[np.int32]
    written: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class TrainingText:
    """
    All text of a training.

    Attributes:
        learn: To learn from.
        measured: To look at only, by what they are called in the log.
    """

    learn: list[PromptedPair]
    measured: dict[str, list[ShownPair]]


def read_vocabulary(work: Path) -> AdapterVocabulary:
    """
    Read the vocabulary out of a work folder.

    Raises:
        FoundryError: A file of it is missing.
    """
    try:
        return AdapterVocabulary(
            sentencepiece.SentencePieceProcessor(model_proto=(work / TOKENIZER).read_bytes()),
            np.load(work / ROWS),
            np.load(work / WRITTEN),
        )
    except OSError as error:
        raise FoundryError(
            str(work), f"cannot be used, expected what `prepare` writes: {error}"
        ) from error


def read_training_text(
    recipe: AdapterRecipe,
    work: Path,
    vocabulary: AdapterVocabulary,
) -> TrainingText:
    """
    Read pairs, mixed, and what is only measured.

    Raises:
        FoundryError: A file of ``prepare`` is missing, or no pair is short enough.
    """
    encoder = PromptEncoder(vocabulary.tokenizer)
    limit = recipe.training.max_tokens
    pairs = _encode_pairs(read_rows(work / PAIRS), read_rows(work / DRAFTS), encoder, limit)
    chance = random.Random(_ASIDE_SEED)  # noqa: S311  (no secret)
    chance.shuffle(pairs)
    learn, measured = _set_aside(pairs, recipe)
    if not any(recipe.sets[pair.part].passes for pair in learn):
        raise FoundryError(
            str(work / PAIRS),
            f"has no pair of at most {limit} tokens in a set with passes, expected one at least",
        )
    held = _encode_pairs(read_rows(work / HELD), read_rows(work / HELD_DRAFTS), encoder, limit)
    written = set(vocabulary.written.tolist())
    # What cannot be written can be no target.
    fitting = [pair for pair in held if written.issuperset(pair.english)]
    for part, language in enumerate(one.language for one in recipe.sets):
        first = list(islice((pair for pair in fitting if pair.part == part), _MEASURED))
        if first:
            _add_held(measured, f"{language}_held_{part}", first)
    return TrainingText(learn, measured)


def _encode_pairs(
    rows: Sequence[Sequence[str]],
    drafts: Sequence[Sequence[str]],
    encoder: PromptEncoder,
    limit: int,
) -> list[PromptedPair]:
    """Return the rows that are not too long; neither are those of the prompts with drafts."""
    sources = encoder.encode_sources([(row[1], row[2]) for row in rows])
    english = encoder.encode_english([row[3] for row in rows])
    drafted = encoder.encode_english([draft[0] for draft in drafts])
    pairs: list[PromptedPair] = []
    for number, row in enumerate(rows):
        room = limit - len(english[number]) - 1  # for the end
        plain = encoder.join(sources[number], [])
        longer: list[int] = []
        if drafts[number][0]:
            longer = encoder.join(sources[number], drafted[number])
        if len(plain) <= room:
            fits = len(longer) <= room
            pairs.append(PromptedPair(plain, longer if fits else [], english[number], int(row[0])))
    return pairs


def _set_aside(
    pairs: Sequence[PromptedPair],
    recipe: AdapterRecipe,
) -> tuple[list[PromptedPair], dict[str, list[ShownPair]]]:
    """Return the pairs to learn from, and the first of each set that has ``aside``."""
    learn: list[PromptedPair] = []
    measured: dict[str, list[ShownPair]] = {}
    counts: Counter[int] = Counter()
    for pair in pairs:
        one = recipe.sets[pair.part]
        if counts[pair.part] < one.aside:
            counts[pair.part] += 1
            name = f"{one.language}_set_{pair.part}"
            measured.setdefault(name, []).append(ShownPair(pair.plain, pair.english))
        else:
            learn.append(pair)
    return learn, measured


def _add_held(
    measured: dict[str, list[ShownPair]],
    name: str,
    pairs: Sequence[PromptedPair],
) -> None:
    """Add pairs as they are without drafts, and, if any has one, the same pairs with them."""
    measured[name] = [ShownPair(pair.plain, pair.english) for pair in pairs]
    drafted = [pair for pair in pairs if pair.drafted]
    if drafted:
        measured[f"{name}_drafted"] = [ShownPair(pair.drafted, pair.english) for pair in drafted]
