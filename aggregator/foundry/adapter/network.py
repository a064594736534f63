"""
Gemma 3 in torch, with an adapter in every linear layer.

The base is frozen, as its file has it; A and B of each layer learn. Tensors have the file's names,
so an adapter's are ``blk.N.LAYER.A`` and ``.B``.

Of the two precisions: the base's products and what goes into them are of ``dtype``; the stream that
runs through all blocks, the norms and the adapter itself are of float32 always.

On a processor that multiplies fast a step is mostly what lies between the products: norms, turns,
gates, copies. So layers that read the same are one product, and the small functions between them
can be compiled, each into one pass over its numbers; the network as a whole gains nothing by that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

import torch
import torch.nn.functional as F  # noqa: N812  (as everybody calls it)
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from torch import Tensor

    from aggregator.foundry.adapter.base import BaseShape
    from aggregator.foundry.adapter.recipe import AdapterSize

    # Keys and values of all positions so far, by block.
    _Cache = dict[int, tuple[Tensor, Tensor]]
    # Cosines and sines of positions.
    _Turns = tuple[Tensor, Tensor]

__all__ = ["LAYERS", "AdaptedLinear", "AdaptedNetwork"]

LAYERS: Final = (
    "attn_q",
    "attn_k",
    "attn_v",
    "attn_output",
    "ffn_gate",
    "ffn_up",
    "ffn_down",
)
# Layers that read the same.
_READ_TOGETHER: Final = (
    ("attn_q", "attn_k", "attn_v"),
    ("attn_output",),
    ("ffn_gate", "ffn_up"),
    ("ffn_down",),
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


class LowRank(nn.Module):
    """
    What is learnt of one linear layer: B A of y = W x + scale B A x.

    Args:
        outputs: Length of y.
        inputs: Length of x.
        size: Of A and B.
    """

    def __init__(self, outputs: int, inputs: int, size: AdapterSize) -> None:
        super().__init__()
        self.A = nn.Parameter(torch.empty(size.rank, inputs))
        self.B = nn.Parameter(torch.zeros(outputs, size.rank))
        nn.init.kaiming_uniform_(self.A, a=math.sqrt(5))


class AdaptedLinear(torch.autograd.Function):
    """
    Linear layers that read the same x, as one: what they give stands side by side.

    Their products are few and large so, what is learnt is added where the base's product lies, and
    the same backwards; what that saves stands in docs/benchmarks.md.
    """

    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        weight: Tensor,
        scale: float,
        *learnt: Tensor,
    ) -> Tensor:
        """
        Return all y.

        Args:
            ctx: Keeps what ``backward`` needs.
            x: N x inputs.
            weight: W of all layers, one above the other.
            scale: Weight of what is learnt.
            learnt: A of each layer, then B of each.
        """
        many = len(learnt) // 2
        down = torch.cat(learnt[:many]).to(x.dtype)
        up = (torch.block_diag(*learnt[many:]) * scale).to(x.dtype)
        low = x @ down.t()
        ctx.save_for_backward(x, weight, down, up, low)
        ctx.scale = scale
        ctx.learnt_type = learnt[0].dtype
        ctx.sizes = [len(one) for one in learnt[many:]]
        return (x @ weight.t()).addmm_(low, up.t())

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of x, A and B; W is frozen."""
        x, weight, down, up, low = ctx.saved_tensors
        gradient = gradients[0]
        low_gradient = gradient @ up
        of_x = (gradient @ weight).addmm_(low_gradient, down) if ctx.needs_input_grad[0] else None
        rank = len(down) // len(ctx.sizes)
        of_a = (low_gradient.t() @ x).to(ctx.learnt_type).split(rank)
        blocks = ((gradient.t() @ low).to(ctx.learnt_type) * ctx.scale).split(ctx.sizes)
        of_b = [block[:, n * rank : (n + 1) * rank] for n, block in enumerate(blocks)]
        return of_x, None, None, *of_a, *of_b


def _normalise(x: Tensor, weight: Tensor, epsilon: float) -> Tensor:
    """Return x of any type normalised, in float32."""
    x = x.float()
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + epsilon) * weight


def _normalise_to(x: Tensor, weight: Tensor, epsilon: float, dtype: torch.dtype) -> Tensor:
    return _normalise(x, weight, epsilon).to(dtype)


def _add_normalised(stream: Tensor, x: Tensor, weight: Tensor, epsilon: float) -> Tensor:
    return stream + _normalise(x, weight, epsilon)


def _turn_normalised(x: Tensor, weight: Tensor, epsilon: float, turns: _Turns) -> Tensor:
    """Return queries or keys turned by their positions, two halves against each other."""
    cosines, sines = turns
    x = _normalise(x, weight, epsilon).to(x.dtype)
    first, second = x.chunk(2, -1)
    return x * cosines + torch.cat([-second, first], -1) * sines


def _open_gate(gate: Tensor, up: Tensor) -> Tensor:
    return F.gelu(gate, approximate="tanh") * up


@dataclass(frozen=True, slots=True)
class _Between:
    """What lies between the products, compiled or not."""

    normalise_to: Callable[..., Tensor] = _normalise_to
    add_normalised: Callable[..., Tensor] = _add_normalised
    turn_normalised: Callable[..., Tensor] = _turn_normalised
    open_gate: Callable[..., Tensor] = _open_gate


def _compile_between() -> _Between:
    """Compile, at the first call of each; that needs a C++ compiler at hand."""
    between = _Between()
    functions = [getattr(between, one.name) for one in fields(between)]
    return _Between(*(torch.compile(one, dynamic=True, fullgraph=True) for one in functions))


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
        self.scale = size.alpha / size.rank
        self.is_far = (number + 1) % _FAR_EVERY == 0
        for name in LAYERS:
            outputs, inputs = weights[f"blk.{number}.{name}.weight"].shape
            self.add_module(name, LowRank(outputs, inputs, size))
        for names in _READ_TOGETHER:
            parts = [weights[f"blk.{number}.{name}.weight"] for name in names]
            self.register_buffer(_name_weight(names), torch.cat(parts).to(dtype), persistent=False)
        for name in _NORMS:
            self.register_buffer(name, weights[f"blk.{number}.{name}.weight"], persistent=False)

    def forward(
        self,
        x: Tensor,
        turns: _Turns,
        mask: Tensor | None,
        cache: _Cache | None,
        between: _Between,
    ) -> Tensor:
        """Return the stream after the block, B x T x W."""
        epsilon = self.shape.epsilon
        inside = between.normalise_to(x, self.attn_norm, epsilon, self.dtype)
        queries, keys, values = self._multiply(inside, "attn_q", "attn_k", "attn_v")
        queries = self._split(queries, self.shape.heads)
        keys = self._split(keys, self.shape.key_heads)
        values = self._split(values, self.shape.key_heads)
        queries = between.turn_normalised(queries, self.attn_q_norm, epsilon, turns)
        keys = between.turn_normalised(keys, self.attn_k_norm, epsilon, turns)
        (seen,) = self._multiply(self._attend(queries, keys, values, mask, cache), "attn_output")
        x = between.add_normalised(x, seen, self.post_attention_norm, epsilon)
        inside = between.normalise_to(x, self.ffn_norm, epsilon, self.dtype)
        gate, up = self._multiply(inside, "ffn_gate", "ffn_up")
        (down,) = self._multiply(between.open_gate(gate, up), "ffn_down")
        return between.add_normalised(x, down, self.post_ffw_norm, epsilon)

    def _multiply(self, x: Tensor, *names: str) -> Sequence[Tensor]:
        """Return what the layers give, which read the same x, B x T x inputs."""
        layers = [getattr(self, name) for name in names]
        down = [layer.A for layer in layers]
        up = [layer.B for layer in layers]
        weight = getattr(self, _name_weight(names))
        y = AdaptedLinear.apply(x.flatten(0, 1), weight, self.scale, *down, *up)
        return y.view(*x.shape[:2], -1).split([len(one) for one in up], -1)

    def _attend(
        self,
        queries: Tensor,
        keys: Tensor,
        values: Tensor,
        mask: Tensor | None,
        cache: _Cache | None,
    ) -> Tensor:
        """Return what the heads see, side by side."""
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
            scale=self.shape.head_width**-0.5,
        )
        return seen.transpose(1, 2).flatten(2)

    def _split(self, x: Tensor, heads: int) -> Tensor:
        """Return B x heads x T x head width."""
        return x.unflatten(-1, (heads, self.shape.head_width)).transpose(1, 2)

    def _share(self, x: Tensor) -> Tensor:
        """Return the heads of keys or values, each for all that look at it."""
        times = self.shape.heads // self.shape.key_heads
        return x.unsqueeze(2).expand(-1, -1, times, -1, -1).flatten(1, 2)


def _name_weight(names: Sequence[str]) -> str:
    """Return the name of the weight of layers that read the same."""
    return "_".join((*names, "weight"))


class AdaptedNetwork(nn.Module):
    """
    A base with an adapter that adds nothing yet.

    Args:
        weights: Of the base, by the names in its file, float32.
        shape: Of the base.
        size: Of the adapter.
        dtype: Of the base's arithmetic.
        compiled: Compile what lies between the products: half a minute at the first step, and a
            C++ compiler is needed.
    """

    def __init__(
        self,
        weights: Mapping[str, Tensor],
        shape: BaseShape,
        size: AdapterSize,
        dtype: torch.dtype,
        *,
        compiled: bool = False,
    ) -> None:
        super().__init__()
        self.shape = shape
        self.dtype = dtype
        self.between = _compile_between() if compiled else _Between()
        self.register_buffer("embeddings", weights["token_embd.weight"], persistent=False)
        self.blk = nn.ModuleList(
            _Block(number, weights, shape, size, dtype) for number in range(shape.blocks)
        )
        self.register_buffer("output_norm", weights["output_norm.weight"], persistent=False)

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
            x = block(x, far if block.is_far else near, mask, cache, self.between)
        return _normalise(x, self.output_norm, self.shape.epsilon)

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
