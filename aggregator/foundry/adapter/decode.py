"""Greedy translation with a network in training: what it says, before anything is packed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import torch
import torch.nn.functional as F  # noqa: N812  (as everybody calls it)

from aggregator.foundry.adapter.vocabulary import NEWLINES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import sentencepiece
    from torch import Tensor

    from aggregator.foundry.adapter.network import AdaptedNetwork

__all__ = ["GreedyTranslator"]

_AT_ONCE: Final = 16
# News runs to 1.3 times its source; a loop runs on.
_MAX_SHARE: Final = 2
_MAX_MORE: Final = 16


class GreedyTranslator:
    """
    Prompts to English.

    Args:
        network: As it is.
        tokenizer: Of its vocabulary.
    """

    def __init__(
        self,
        network: AdaptedNetwork,
        tokenizer: sentencepiece.SentencePieceProcessor,
    ) -> None:
        self._network = network
        self._tokenizer = tokenizer
        self._outputs = network.embeddings.to(network.dtype)
        ends = [tokenizer.eos_id(), *map(tokenizer.piece_to_id, NEWLINES)]
        self._ends = torch.tensor(ends, device=network.embeddings.device)

    def translate(self, prompts: Sequence[list[int]]) -> list[str]:
        """Return what follows each prompt, up to its end, in their order."""
        order = sorted(range(len(prompts)), key=lambda number: len(prompts[number]))
        made: dict[int, str] = {}
        for start in range(0, len(order), _AT_ONCE):
            numbers = order[start : start + _AT_ONCE]
            written = self._continue([prompts[number] for number in numbers])
            for number, ids in zip(numbers, written, strict=True):
                made[number] = " ".join(self._tokenizer.decode(ids).split())
        return [made[number] for number in range(len(prompts))]

    @torch.no_grad()
    def _continue(self, prompts: Sequence[list[int]]) -> list[list[int]]:
        device = self._network.embeddings.device
        lengths = torch.tensor([len(prompt) for prompt in prompts], device=device)
        longest = int(lengths.max())
        ids = torch.zeros(len(prompts), longest, dtype=torch.long, device=device)
        for number, prompt in enumerate(prompts):
            ids[number, : len(prompt)] = torch.tensor(prompt, device=device)
        cache: dict[int, tuple[Tensor, Tensor]] = {}
        states = self._network(ids, cache=cache)
        rows = torch.arange(len(prompts), device=device)
        state = states[rows, lengths - 1]
        # What was padded is not seen: a row sees its own prompt, and all that came after any.
        seen = torch.arange(longest, device=device) < lengths[:, None]
        written: list[Tensor] = []
        is_done = torch.zeros(len(prompts), dtype=torch.bool, device=device)
        for number in range(_MAX_SHARE * longest + _MAX_MORE):
            piece = F.linear(state.to(self._outputs.dtype), self._outputs).argmax(-1)
            is_done |= torch.isin(piece, self._ends)
            written.append(piece.masked_fill(is_done, -1))
            if bool(is_done.all()):
                break
            seen = torch.cat([seen, torch.ones_like(seen[:, :1])], 1)
            positions = (lengths + number)[:, None]
            mask = seen[:, None, None, :]
            state = self._network(piece[:, None], positions, mask, cache)[:, 0]
        table = torch.stack(written, 1).tolist()
        return [[piece for piece in row if piece >= 0] for row in table]
