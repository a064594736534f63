"""
Which pairs a step learns from, in what order, and as tensors.

The order is a function of pairs, recipe and seed: a training that was stopped at any step goes on
with the next one, as if it had not been.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Final

import torch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from torch import Tensor

    from aggregator.foundry.adapter.recipe import AdapterRecipe

__all__ = ["PromptBatch", "PromptedPair", "ShownPair", "draw_steps", "make_batch", "pack_pairs"]

# So many are sorted by length together: enough for little padding, few enough for much chance.
_SORTED_TOGETHER: Final = 4_000
# Two rounds of neighbouring seeds must not be the same.
_SEEDS_APART: Final = 1_000_003


@dataclass(eq=False, slots=True)
class PromptedPair:
    """
    A pair as ids.

    Attributes:
        plain: The prompt without a draft.
        drafted: The prompt with one; empty if there is none.
        english: The translation, without its end.
        part: Number of its set in the recipe.
    """

    plain: list[int]
    drafted: list[int]
    english: list[int]
    part: int


@dataclass(frozen=True, slots=True)
class ShownPair:
    """A pair as it is shown once: one of its prompts, and the translation."""

    prompt: list[int]
    english: list[int]

    @property
    def tokens(self) -> int:
        """How many tokens the network reads."""
        return len(self.prompt) + len(self.english)


@dataclass(eq=False, slots=True)
class PromptBatch:
    """
    Pairs of like lengths.

    Attributes:
        ids: Prompts and translations, padded at the end, B x T.
        places: Of the N states, counted through all of B x T, that must say what comes next: the
            last of each prompt and all of its translation.
        targets: What must be said, N rows of the pieces that may be written.
        tokens: Read, padding not counted.
    """

    ids: Tensor
    places: Tensor
    targets: Tensor
    tokens: int


def draw_steps(
    pairs: Sequence[PromptedPair],
    recipe: AdapterRecipe,
) -> Iterator[list[list[ShownPair]]]:
    """
    Yield steps for ever, each the batches it learns from.

    Args:
        pairs: All of them, one or more.
        recipe: Of which sets they are, how often each is seen, with which share of drafts.
    """
    step: list[list[ShownPair]] = []
    tokens = 0
    for batch in _draw_batches(pairs, recipe):
        step.append(batch)
        tokens += sum(pair.tokens for pair in batch)
        if tokens >= recipe.training.step_tokens:
            yield step
            step = []
            tokens = 0


def _draw_batches(
    pairs: Sequence[PromptedPair],
    recipe: AdapterRecipe,
) -> Iterator[list[ShownPair]]:
    for number in count():
        seed = recipe.training.seed * _SEEDS_APART + number
        chance = random.Random(seed)  # noqa: S311  (no secret)
        chosen = _choose_pairs(pairs, recipe, chance)
        for start in range(0, len(chosen), _SORTED_TOGETHER):
            portion = chosen[start : start + _SORTED_TOGETHER]
            shown = [_show(pair, recipe.drafts.share, chance) for pair in portion]
            batches = list(pack_pairs(shown, recipe.training.batch_tokens))
            chance.shuffle(batches)
            yield from batches


def _choose_pairs(
    pairs: Sequence[PromptedPair],
    recipe: AdapterRecipe,
    chance: random.Random,
) -> list[PromptedPair]:
    """Return every pair as often as its set's ``passes`` says, the part of a pass by lot."""
    chosen: list[PromptedPair] = []
    for pair in pairs:
        passes = recipe.sets[pair.part].passes
        whole = int(passes)
        rest = chance.random() < passes - whole
        chosen += [pair] * (whole + rest)
    chance.shuffle(chosen)
    return chosen


def _show(pair: PromptedPair, share: float, chance: random.Random) -> ShownPair:
    is_drafted = bool(pair.drafted) and chance.random() < share
    return ShownPair(pair.drafted if is_drafted else pair.plain, pair.english)


def pack_pairs(pairs: Iterable[ShownPair], batch_tokens: int) -> Iterator[list[ShownPair]]:
    """Yield all pairs in batches of like lengths, the shortest first."""
    batch: list[ShownPair] = []
    for pair in sorted(pairs, key=lambda pair: pair.tokens):
        if batch and (len(batch) + 1) * pair.tokens > batch_tokens:
            yield batch
            batch = []
        batch.append(pair)
    if batch:
        yield batch


def make_batch(pairs: Sequence[ShownPair], rows: Tensor, end: int) -> PromptBatch:
    """
    Return pairs as tensors.

    Args:
        pairs: One or more.
        rows: For each piece, its row among those that may be written.
        end: Id of the piece that ends a translation.
    """
    longest = max(pair.tokens for pair in pairs)
    ids = torch.zeros(len(pairs), longest, dtype=torch.long)
    places: list[Tensor] = []
    targets: list[Tensor] = []
    for number, pair in enumerate(pairs):
        ids[number, : pair.tokens] = torch.tensor([*pair.prompt, *pair.english])
        first = number * longest + len(pair.prompt) - 1
        places.append(torch.arange(first, first + len(pair.english) + 1))
        targets.append(rows[torch.tensor([*pair.english, end])])
    return PromptBatch(
        ids=ids,
        places=torch.cat(places),
        targets=torch.cat(targets),
        tokens=sum(pair.tokens for pair in pairs),
    )
