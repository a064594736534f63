"""Which pairs a round of training sees, in what order, and as tensors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import torch

from aggregator.embedding.packed import PAD
from aggregator.foundry.vocabulary import TARGET_BOS, TARGET_EOS, TARGET_PAD

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence

    from torch import Tensor

    from aggregator.foundry.model import FrozenEncoder
    from aggregator.foundry.recipe import Recipe

__all__ = ["Batch", "FrozenStates", "TrainingExample", "draw_round", "pack"]

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


def draw_round(
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
        whole = int(passes)
        rest = chance.random() < passes - whole
        chosen += [example] * (whole + rest)
    chance.shuffle(chosen)
    for start in range(0, len(chosen), _SORTED_TOGETHER):
        portion = chosen[start : start + _SORTED_TOGETHER]
        batches = list(pack(portion, batch_tokens))
        chance.shuffle(batches)
        yield from batches


def pack(
    examples: Sequence[TrainingExample],
    batch_tokens: int,
) -> Iterator[Batch]:
    """Yield all examples in batches of like lengths."""
    waiting: list[TrainingExample] = []
    longest = 0
    for example in sorted(examples, key=_make_length_key):
        source_length = len(example.source) * 3 // 4
        english_length = len(example.english) + 1
        length = max(longest, source_length, english_length)
        tokens = length * (len(waiting) + 1)
        if waiting and tokens > batch_tokens:
            yield _make_batch(waiting)
            waiting = []
            length = max(source_length, english_length)
        waiting.append(example)
        longest = length
    if waiting:
        yield _make_batch(waiting)


def _make_length_key(example: TrainingExample) -> tuple[int, int]:
    return len(example.english) // 4, len(example.source)


def _make_batch(examples: list[TrainingExample]) -> Batch:
    lengths = [len(example.english) + 1 for example in examples]
    shape = (len(examples), max(lengths))
    before = torch.full(shape, TARGET_PAD)
    after = torch.full(shape, -1)
    for row, example in enumerate(examples):
        ids = torch.tensor([TARGET_BOS, *example.english, TARGET_EOS])
        length = lengths[row]
        before[row, :length] = ids[:-1]
        after[row, :length] = ids[1:]
    return Batch(
        examples=examples,
        before=before,
        after=after,
        pieces=sum(lengths),
    )


class FrozenStates:
    """
    The states that the frozen encoder gives for a batch.

    Earlier ones are remembered, as far as memory is given.

    Args:
        encoder: Gives the states.
        cache_gib: Memory to remember them in, GiB.
    """

    def __init__(
        self,
        encoder: FrozenEncoder,
        cache_gib: float,
    ) -> None:
        self._encoder = encoder
        self.device = encoder.words.device
        self._free_bytes = int(cache_gib * 2**30)
        self._known: dict[int, Tensor] = {}

    def encode(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return states, B x S x H in bfloat16, and their mask, B x 1 x 1 x S."""
        ids = _pad_sources(batch.examples)
        mask = (ids != PAD)[:, None, None, :]
        known = [self._known.get(id(example)) for example in batch.examples]
        missing = [row for row, states in enumerate(known) if states is None]
        width = self._encoder.words.shape[1]
        states = torch.zeros(
            *ids.shape,
            width,
            dtype=torch.bfloat16,
            device=self.device,
        )
        if missing:
            missing_ids = ids[missing].to(self.device)
            states[missing] = self._encoder(missing_ids)
        for row, remembered in enumerate(known):
            if remembered is not None:
                states[row, : len(remembered)] = remembered
        for row in missing:
            self._remember(batch.examples[row], states[row])
        return states, mask.to(self.device)

    def _remember(
        self,
        example: TrainingExample,
        states: Tensor,
    ) -> None:
        length = len(example.source)
        size = length * states.shape[-1] * states.element_size()
        if size <= self._free_bytes and id(example) not in self._known:
            self._free_bytes -= size
            self._known[id(example)] = states[:length].clone()


def _pad_sources(examples: Sequence[TrainingExample]) -> Tensor:
    """Return the ids of the sources, B x S."""
    longest = max(len(example.source) for example in examples)
    ids = torch.full((len(examples), longest), PAD)
    for row, example in enumerate(examples):
        length = len(example.source)
        ids[row, :length] = torch.tensor(example.source)
    return ids
