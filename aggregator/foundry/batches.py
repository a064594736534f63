"""Which pairs a round of training sees, in what order, and as tensors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import torch

from aggregator.foundry.e5 import PAD
from aggregator.foundry.vocabulary import TARGET_BOS, TARGET_EOS, TARGET_PAD

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence

    from torch import Tensor

    from aggregator.foundry.model import FrozenEncoder
    from aggregator.foundry.recipe import Recipe

__all__ = ["Batch", "FrozenStates", "TrainingExample", "pack", "rounds"]

# So many are sorted by length together: enough for little padding, few enough for much chance.
_SORTED_TOGETHER: Final = 6_000


@dataclass(eq=False, slots=True)
class TrainingExample:
    """A pair as ids: the source with its start and end, the English without."""

    source: list[int]
    english: list[int]
    language: str
    part: int


@dataclass(eq=False, slots=True)
class Batch:
    """
    Examples of like lengths.

    Attributes:
        examples: B of them.
        before: English ids, each after the start, B x T.
        after: English ids, each with its end; padding is -1, B x T.
        pieces: English pieces, padding not counted.
    """

    examples: list[TrainingExample]
    before: Tensor
    after: Tensor
    pieces: int


def rounds(
    learn: Sequence[TrainingExample],
    recipe: Recipe,
    batch_tokens: int,
    chance: random.Random,
    *,
    narrow: bool,
) -> Iterator[Batch]:
    """
    Yield one round: every pair as often as its set's ``passes`` says, the part of a pass by lot.

    Args:
        learn: All pairs.
        recipe: Of which sets they are.
        batch_tokens: English pieces a batch, padding included.
        chance: Source of the order.
        narrow: Only ``focus_languages``, whole sentences at least.
    """
    chosen: list[TrainingExample] = []
    for example in learn:
        if narrow and example.language not in recipe.training.focus_languages:
            continue
        passes = recipe.sets[example.part].passes
        chosen += [example] * (int(passes) + (chance.random() < passes % 1))
    chance.shuffle(chosen)
    for start in range(0, len(chosen), _SORTED_TOGETHER):
        batches = list(pack(chosen[start : start + _SORTED_TOGETHER], batch_tokens))
        chance.shuffle(batches)
        yield from batches


def pack(examples: Sequence[TrainingExample], batch_tokens: int) -> Iterator[Batch]:
    """Yield all examples in batches of like lengths."""
    waiting: list[TrainingExample] = []
    longest = 0
    for example in sorted(examples, key=lambda one: (len(one.english) // 4, len(one.source))):
        length = max(len(example.english) + 1, len(example.source) * 3 // 4)
        if waiting and max(longest, length) * (len(waiting) + 1) > batch_tokens:
            yield _batch(waiting)
            waiting = []
            longest = 0
        waiting.append(example)
        longest = max(longest, length)
    if waiting:
        yield _batch(waiting)


def _batch(examples: list[TrainingExample]) -> Batch:
    longest = max(len(example.english) for example in examples) + 1
    before = torch.full((len(examples), longest), TARGET_PAD)
    after = torch.full((len(examples), longest), -1)
    for row, example in enumerate(examples):
        ids = torch.tensor([TARGET_BOS, *example.english, TARGET_EOS])
        before[row, : len(ids) - 1], after[row, : len(ids) - 1] = ids[:-1], ids[1:]
    return Batch(examples, before, after, sum(len(example.english) + 1 for example in examples))


class FrozenStates:
    """
    What the frozen encoder says of a batch.

    What was said before is remembered, as far as memory is given.
    """

    def __init__(self, encoder: FrozenEncoder, cache_gib: float) -> None:
        self._encoder = encoder
        self.device = encoder.words.device
        self._room = int(cache_gib * 2**30)
        self._known: dict[int, Tensor] = {}

    def of(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return states, B x S x H in bfloat16, and their mask, B x 1 x 1 x S."""
        longest = max(len(example.source) for example in batch.examples)
        ids = torch.full((len(batch.examples), longest), PAD)
        for row, example in enumerate(batch.examples):
            ids[row, : len(example.source)] = torch.tensor(example.source)
        mask = (ids != PAD)[:, None, None, :].to(self.device)
        known = [self._known.get(id(example)) for example in batch.examples]
        missing = [row for row, states in enumerate(known) if states is None]
        states = torch.zeros(
            *ids.shape,
            self._encoder.words.shape[1],
            dtype=torch.bfloat16,
            device=self.device,
        )
        if missing:
            states[missing] = self._encoder(ids[missing].to(self.device))
        for row, before in enumerate(known):
            if before is not None:
                states[row, : len(before)] = before
        for row in missing:
            self._remember(batch.examples[row], states[row])
        return states, mask

    def _remember(self, example: TrainingExample, states: Tensor) -> None:
        size = len(example.source) * states.shape[-1] * states.element_size()
        if size <= self._room and id(example) not in self._known:
            self._room -= size
            self._known[id(example)] = states[: len(example.source)].clone()
