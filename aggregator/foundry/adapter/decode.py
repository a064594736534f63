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

    _Prompt = list[int]
    _Cache = dict[int, tuple[Tensor, Tensor]]

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
        embeddings = network.embeddings
        self._outputs = embeddings.to(network.dtype)
        end = tokenizer.eos_id()
        newlines = map(tokenizer.piece_to_id, NEWLINES)
        ends = [end, *newlines]
        self._ends = torch.tensor(ends, device=embeddings.device)

    def translate(self, prompts: Sequence[_Prompt]) -> list[str]:
        """Return what follows each prompt, up to its end, in their order."""
        count = len(prompts)

        def measure(number: int) -> int:
            return len(prompts[number])

        order = sorted(range(count), key=measure)
        made: dict[int, str] = {}
        starts = range(0, count, _AT_ONCE)
        for start in starts:
            end = start + _AT_ONCE
            numbers = order[start:end]
            batch = [prompts[number] for number in numbers]
            written = self._continue(batch)
            for number, ids in zip(numbers, written, strict=True):
                words = self._tokenizer.decode(ids).split()
                made[number] = " ".join(words)
        return [made[number] for number in range(count)]

    @torch.no_grad()
    def _continue(self, prompts: Sequence[_Prompt]) -> list[list[int]]:
        device = self._network.embeddings.device
        count = len(prompts)
        outputs = self._outputs
        prompt_lengths = [len(prompt) for prompt in prompts]
        lengths = torch.tensor(prompt_lengths, device=device)
        longest = int(lengths.max())
        ids = torch.zeros(
            count,
            longest,
            dtype=torch.long,
            device=device,
        )
        for number, prompt in enumerate(prompts):
            pieces = torch.tensor(prompt, device=device)
            ids[number, : len(prompt)] = pieces
        cache: _Cache = {}
        states = self._network(ids, cache=cache)
        rows = torch.arange(count, device=device)
        last = lengths - 1
        state = states[rows, last]
        # What was padded is not seen: a row sees its own prompt, and all that came after any.
        places = torch.arange(longest, device=device)
        row_lengths = lengths[:, None]
        seen = places < row_lengths
        written: list[Tensor] = []
        is_done = torch.zeros(
            count,
            dtype=torch.bool,
            device=device,
        )
        most_pieces = _MAX_SHARE * longest + _MAX_MORE
        for number in range(most_pieces):
            state = state.to(outputs.dtype)
            piece = F.linear(state, outputs).argmax(-1)
            is_end = torch.isin(piece, self._ends)
            is_done |= is_end
            visible = piece.masked_fill(is_done, -1)
            written.append(visible)
            if bool(is_done.all()):
                break
            column = seen[:, :1]
            newest = torch.ones_like(column)
            seen = torch.cat([seen, newest], 1)
            positions = (lengths + number)[:, None]
            mask = seen[:, None, None, :]
            states = self._network(
                piece[:, None],
                positions,
                mask,
                cache,
            )
            state = states[:, 0]
        stacked = torch.stack(written, 1)
        table = stacked.tolist()
        return [_drop_filling(row) for row in table]


def _drop_filling(row: list[int]) -> list[int]:
    """Return the pieces of a row up to its end, behind which it is filled with -1."""
    return [piece for piece in row if piece >= 0]
