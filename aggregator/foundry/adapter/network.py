"""
Gemma 3 in torch, with an adapter in every linear layer.

The base is frozen, as its file has it; A and B of each layer learn. Tensors have the file's names,
so an adapter's are ``blk.N.LAYER.A`` and ``.B``.

Of the two precisions: the base's products and what goes into them are of ``dtype``; the stream that
runs through all blocks, the norms and the adapter itself are of float32 always.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import torch
import torch.nn.functional as F  # noqa: N812  (as everybody calls it)
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from aggregator.foundry.adapter.base import BaseShape
    from aggregator.foundry.adapter.recipe import AdapterSize

    # Keys and values of all positions so far, by block.
    _Cache = dict[int, tuple[Tensor, Tensor]]
    # Cosines and sines of positions.
    _Turns = tuple[Tensor, Tensor]

__all__ = ["LAYERS", "AdaptedNetwork", "LowRankLinear"]

LAYERS: Final = (
    "attn_q",
    "attn_k",
    "attn_v",
    "attn_output",
    "ffn_gate",
    "ffn_up",
    "ffn_down",
)
_NORMS: Final = (
    "attn_norm",
    "attn_q_norm",
    "attn_k_norm",
    "post_attention_norm",
    "ffn_norm",
    "post_ffw_norm",
)
# Every sixth block sees all that came before, the others a window; the file tells the base of
# positions of the former alone.
_FAR_EVERY: Final = 6
_NEAR_BASE: Final = 10_000.0


class LowRankLinear(nn.Module):
    """
    A frozen linear layer with what is learnt: y = W x + scale B A x.

    Args:
        weight: W, outputs x inputs.
        size: Of A and B.
    """

    def __init__(self, weight: Tensor, size: AdapterSize) -> None:
        super().__init__()
        outputs, inputs = weight.shape
        self.register_buffer("weight", weight, persistent=False)
        self.A = nn.Parameter(torch.empty(size.rank, inputs))
        self.B = nn.Parameter(torch.zeros(outputs, size.rank))
        self.scale = size.alpha / size.rank
        nn.init.kaiming_uniform_(self.A, a=math.sqrt(5))

    def forward(self, x: Tensor) -> Tensor:
        """Return y in the type of x."""
        low = F.linear(x, self.A.to(x.dtype))
        added = F.linear(low, (self.B * self.scale).to(x.dtype))
        return F.linear(x, self.weight) + added


class _Norm(nn.Module):
    """Root-mean-square norm; takes any type, gives float32."""

    def __init__(self, weight: Tensor, epsilon: float) -> None:
        super().__init__()
        self.register_buffer("weight", weight, persistent=False)
        self.epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        return F.rms_norm(x.float(), self.weight.shape, self.weight, self.epsilon)


class _Block(nn.Module):
    """One of the network's blocks."""

    def __init__(
        self,
        number: int,
        weights: Mapping[str, Tensor],
        shape: BaseShape,
        size: AdapterSize,
        dtype: torch.dtype,
    ) -> None:
        super().__init__()
        self.number = number
        self.shape = shape
        self.dtype = dtype
        self.is_far = (number + 1) % _FAR_EVERY == 0
        for name in LAYERS:
            weight = weights[f"blk.{number}.{name}.weight"]
            self.add_module(name, LowRankLinear(weight.to(dtype), size))
        for name in _NORMS:
            weight = weights[f"blk.{number}.{name}.weight"]
            self.add_module(name, _Norm(weight, shape.epsilon))

    def forward(
        self,
        x: Tensor,
        turns: _Turns,
        mask: Tensor | None,
        cache: _Cache | None,
    ) -> Tensor:
        """Return the stream after the block, B x T x W."""
        x = x + self.post_attention_norm(self._attend(x, turns, mask, cache))
        inside = self.ffn_norm(x).to(self.dtype)
        gate = F.gelu(self.ffn_gate(inside), approximate="tanh")
        return x + self.post_ffw_norm(self.ffn_down(gate * self.ffn_up(inside)))

    def _attend(
        self,
        x: Tensor,
        turns: _Turns,
        mask: Tensor | None,
        cache: _Cache | None,
    ) -> Tensor:
        shape = self.shape
        inside = self.attn_norm(x).to(self.dtype)
        queries = self._split(self.attn_q(inside), shape.heads)
        keys = self._split(self.attn_k(inside), shape.key_heads)
        values = self._split(self.attn_v(inside), shape.key_heads)
        queries = _turn(self.attn_q_norm(queries).to(self.dtype), turns)
        keys = _turn(self.attn_k_norm(keys).to(self.dtype), turns)
        if cache is not None:
            if self.number in cache:
                old_keys, old_values = cache[self.number]
                keys = torch.cat([old_keys, keys], 2)
                values = torch.cat([old_values, values], 2)
            cache[self.number] = keys, values
        seen = F.scaled_dot_product_attention(
            queries,
            self._share(keys),
            self._share(values),
            attn_mask=mask,
            is_causal=mask is None,
            scale=shape.head_width**-0.5,
        )
        return self.attn_output(seen.transpose(1, 2).flatten(2))

    def _split(self, x: Tensor, heads: int) -> Tensor:
        """Return B x heads x T x head width."""
        return x.unflatten(-1, (heads, self.shape.head_width)).transpose(1, 2)

    def _share(self, x: Tensor) -> Tensor:
        """Return the heads of keys or values, each for all that look at it."""
        times = self.shape.heads // self.shape.key_heads
        return x.unsqueeze(2).expand(-1, -1, times, -1, -1).flatten(1, 2)


class AdaptedNetwork(nn.Module):
    """
    A base with an adapter that adds nothing yet.

    Args:
        weights: Of the base, by the names in its file, float32.
        shape: Of the base.
        size: Of the adapter.
        dtype: Of the base's arithmetic.
    """

    def __init__(
        self,
        weights: Mapping[str, Tensor],
        shape: BaseShape,
        size: AdapterSize,
        dtype: torch.dtype,
    ) -> None:
        super().__init__()
        self.shape = shape
        self.dtype = dtype
        self.register_buffer("embeddings", weights["token_embd.weight"], persistent=False)
        self.blk = nn.ModuleList(
            _Block(number, weights, shape, size, dtype) for number in range(shape.blocks)
        )
        self.output_norm = _Norm(weights["output_norm.weight"], shape.epsilon)

    def forward(
        self,
        ids: Tensor,
        positions: Tensor | None = None,
        mask: Tensor | None = None,
        cache: _Cache | None = None,
    ) -> Tensor:
        """
        Return the states that say what comes next, B x T x W, float32.

        Args:
            ids: B x T; what is padded is padded at the end.
            positions: Of the ids, B x T; None: from 0 on.
            mask: What each may see, B x 1 x T x S; None: all before it and itself.
            cache: What earlier calls saw, added to; S counts it.
        """
        x = F.embedding(ids, self.embeddings) * math.sqrt(self.shape.width)
        if positions is None:
            positions = torch.arange(ids.shape[1], device=ids.device)[None]
        near = self._make_turns(positions, _NEAR_BASE)
        far = self._make_turns(positions, self.shape.far_base)
        for block in self.blk:
            x = block(x, far if block.is_far else near, mask, cache)
        return self.output_norm(x)

    def read_adapter(self) -> dict[str, Tensor]:
        """Return what learns, by name."""
        return {name: tensor.detach() for name, tensor in self.named_parameters()}

    def _make_turns(self, positions: Tensor, base: float) -> _Turns:
        """Return cosines and sines, each B x 1 x T x head width."""
        width = self.shape.head_width
        exponents = torch.arange(0, width, 2, device=positions.device).float() / width
        angles = positions[:, None, :, None].float() * (1.0 / base**exponents)
        both = torch.cat([angles, angles], -1)
        return both.cos().to(self.dtype), both.sin().to(self.dtype)


def _turn(x: Tensor, turns: _Turns) -> Tensor:
    """Return queries or keys turned by their positions, two halves against each other."""
    cosines, sines = turns
    first, second = x.chunk(2, -1)
    return x * cosines + torch.cat([-second, first], -1) * sines
