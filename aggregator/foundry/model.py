"""
The network: e5's encoder, of which the last layers learn, and a small new pre-norm decoder.

    source ids -> FrozenEncoder (bf16, never trained, its states kept in memory)
               -> tuned layers -> memory
    English ids -> Decoder (self-attention, attention to memory, feed-forward)
                -> one score a piece

Frozen below and tuned above is what two cores afford: training all twelve layers takes twice the
time, and what makes the encoder multilingual must not be forgotten. Shapes: B sentences, S source
pieces, T English ones, H = 384.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from aggregator.embedding.packed import PAD, WIDTH

if TYPE_CHECKING:
    from aggregator.foundry.e5 import E5

__all__ = [
    "Decoder",
    "EncoderLayer",
    "FrozenEncoder",
    "Network",
    "make_encoder_layers",
    "make_sinusoids",
]

DECODER_HEADS = 6
_MAX_POSITIONS = 512
# CTranslate2 knows one epsilon for both sides; e5's own 1e-12 differs by less than bf16 shows.
_EPSILON = 1e-5


class EncoderLayer(nn.Module):
    """One post-norm layer of BERT."""

    def __init__(self, e5: E5, number: int) -> None:
        super().__init__()
        self.heads = e5.heads
        inner = e5.tensors[f"l{number}.fi.b"].size
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.up = nn.Linear(WIDTH, inner)
        self.down = nn.Linear(inner, WIDTH)
        self.norm1 = nn.LayerNorm(WIDTH, _EPSILON)
        self.norm2 = nn.LayerNorm(WIDTH, _EPSILON)
        self._fill(e5, number, inner)

    def _fill(
        self,
        e5: E5,
        number: int,
        inner: int,
    ) -> None:
        def take(name: str, *shape: int) -> Tensor:
            tensor = e5.tensor(f"l{number}.{name}", *shape)
            return torch.from_numpy(tensor.copy())

        square = (WIDTH, WIDTH)
        weights = [take(f"{part}.w", *square) for part in "qkv"]
        biases = [take(f"{part}.b", WIDTH) for part in "qkv"]
        state = {
            "qkv.weight": torch.cat(weights),
            "qkv.bias": torch.cat(biases),
            "out.weight": take("ao.w", *square),
            "out.bias": take("ao.b", WIDTH),
            "up.weight": take("fi.w", inner, WIDTH),
            "up.bias": take("fi.b", inner),
            "down.weight": take("fo.w", WIDTH, inner),
            "down.bias": take("fo.b", WIDTH),
            "norm1.weight": take("aln.w", WIDTH),
            "norm1.bias": take("aln.b", WIDTH),
            "norm2.weight": take("oln.w", WIDTH),
            "norm2.bias": take("oln.b", WIDTH),
        }
        self.load_state_dict(state)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """
        Return the next states, B x S x H.

        ``mask`` is B x 1 x 1 x S, true where a piece stands.
        """
        query, key, value = self.qkv(x).chunk(3, -1)
        attended = _attend(
            query,
            key,
            value,
            self.heads,
            mask,
        )
        x = self.norm1(x + self.out(attended))
        inner = functional.gelu(self.up(x))
        y: Tensor = self.norm2(x + self.down(inner))
        return y


class FrozenEncoder:
    """Embeddings and the lower layers, in bfloat16, without gradients."""

    def __init__(
        self,
        e5: E5,
        keep: list[int],
        layers: list[EncoderLayer],
        device: torch.device,
    ) -> None:
        def halve(array: object) -> Tensor:
            return torch.tensor(array).to(device, torch.bfloat16)

        words = e5.tensor("emb.word", -1, WIDTH)
        self.words = halve(words[keep])
        self.positions = halve(e5.make_positions())
        self.norm_weight = halve(e5.tensor("emb.ln.w", WIDTH))
        self.norm_bias = halve(e5.tensor("emb.ln.b", WIDTH))
        self.layers = layers
        for layer in layers:
            layer.to(device, torch.bfloat16)
            layer.requires_grad_(requires_grad=False)

    @torch.no_grad()
    def __call__(self, ids: Tensor) -> Tensor:
        """Return states, B x S x H in bfloat16, of padded ids, B x S."""
        x = self.words[ids] + self.positions[: ids.shape[1]]
        x = functional.layer_norm(
            x,
            (WIDTH,),
            self.norm_weight,
            self.norm_bias,
            _EPSILON,
        )
        mask = (ids != PAD)[:, None, None, :]
        for layer in self.layers:
            x = layer(x, mask)
        return x


class DecoderLayer(nn.Module):
    """One pre-norm layer."""

    def __init__(self, inner: int, dropout: float) -> None:
        super().__init__()
        self.dropout = dropout
        self.norm1 = nn.LayerNorm(WIDTH, _EPSILON)
        self.norm2 = nn.LayerNorm(WIDTH, _EPSILON)
        self.norm3 = nn.LayerNorm(WIDTH, _EPSILON)
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.q = nn.Linear(WIDTH, WIDTH)
        self.kv = nn.Linear(WIDTH, 2 * WIDTH)
        self.cross = nn.Linear(WIDTH, WIDTH)
        self.up = nn.Linear(WIDTH, inner)
        self.down = nn.Linear(inner, WIDTH)

    def forward(
        self,
        x: Tensor,
        memory: Tensor,
        mask: Tensor,
    ) -> Tensor:
        """Return the next states, B x T x H."""
        x = x + self._drop(self._attend_to_itself(x))
        x = x + self._drop(self._attend_to_memory(x, memory, mask))
        return x + self._drop(self._feed_forward(x))

    def _attend_to_itself(self, x: Tensor) -> Tensor:
        joined = self.qkv(self.norm1(x))
        query, key, value = joined.chunk(3, -1)
        attended = _attend(
            query,
            key,
            value,
            DECODER_HEADS,
            None,
        )
        out: Tensor = self.out(attended)
        return out

    def _attend_to_memory(
        self,
        x: Tensor,
        memory: Tensor,
        mask: Tensor,
    ) -> Tensor:
        query = self.q(self.norm2(x))
        key, value = self.kv(memory).chunk(2, -1)
        attended = _attend(
            query,
            key,
            value,
            DECODER_HEADS,
            mask,
        )
        out: Tensor = self.cross(attended)
        return out

    def _feed_forward(self, x: Tensor) -> Tensor:
        inner = functional.relu(self.up(self.norm3(x)))
        out: Tensor = self.down(inner)
        return out

    def _drop(self, x: Tensor) -> Tensor:
        return functional.dropout(x, self.dropout, self.training)


class Decoder(nn.Module):
    """The decoder; its output shares the weights of its embeddings."""

    positions: Tensor

    def __init__(
        self,
        words: Tensor,
        layers: int,
        inner: int,
        dropout: float,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(words, freeze=False)
        made = [DecoderLayer(inner, dropout) for _ in range(layers)]
        self.layers = nn.ModuleList(made)
        self.norm = nn.LayerNorm(WIDTH, _EPSILON)
        self.register_buffer("positions", make_sinusoids(_MAX_POSITIONS), persistent=False)

    def forward(
        self,
        ids: Tensor,
        memory: Tensor,
        mask: Tensor,
    ) -> Tensor:
        """Return scores before the softmax, B x T x pieces."""
        words = self.embedding(ids) * math.sqrt(WIDTH)
        x = words + self.positions[: ids.shape[1]]
        for layer in self.layers:
            x = layer(x, memory, mask)
        return functional.linear(self.norm(x), self.embedding.weight)


class Network(nn.Module):
    """All that learns: the tuned layers of the encoder and the decoder."""

    def __init__(
        self,
        tuned: list[EncoderLayer],
        decoder: Decoder,
    ) -> None:
        super().__init__()
        self.tuned = nn.ModuleList(tuned)
        self.decoder = decoder

    def forward(
        self,
        states: Tensor,
        mask: Tensor,
        before: Tensor,
        after: Tensor,
        smoothing: float,
    ) -> Tensor:
        """
        Return the mean loss of the next pieces.

        Args:
            states: What the frozen encoder gives, B x S x H.
            mask: B x 1 x 1 x S.
            before: English ids, each sentence after its start, B x T.
            after: The same, each sentence with its end; padding is -1.
            smoothing: Share of each label given to all pieces alike, 0 to 1.
        """
        for layer in self.tuned:
            states = layer(states, mask)
        decoded = self.decoder(before, states, mask)
        scores = decoded.flatten(0, 1).float()
        wanted = after.flatten()
        known = (wanted >= 0).float()
        places = wanted.clamp(min=0)[:, None]
        total = torch.logsumexp(scores, -1)
        surprise = total - scores.gather(1, places).squeeze(1)
        spread = total - scores.mean(-1)
        losses = (1 - smoothing) * surprise + smoothing * spread
        return losses.mul(known).sum() / known.sum()


def make_encoder_layers(e5: E5) -> list[EncoderLayer]:
    """Return all layers of the encoder, with e5's weights."""
    return [EncoderLayer(e5, number) for number in range(e5.layers)]


def make_sinusoids(count: int) -> Tensor:
    """
    Return the positions of Vaswani et al. 2017 (section 3.5), count x H.

    They need no training to go far.
    """
    scale = -math.log(10_000.0) / WIDTH
    frequencies = torch.exp(torch.arange(0, WIDTH, 2) * scale)
    angles = torch.arange(count)[:, None] * frequencies
    waves = torch.stack([angles.sin(), angles.cos()], -1)
    return waves.flatten(1)


def _attend(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    heads: int,
    mask: Tensor | None,
) -> Tensor:
    """Return attention over keys and values; without a mask it is causal."""
    attended = functional.scaled_dot_product_attention(
        _split_heads(query, heads),
        _split_heads(key, heads),
        _split_heads(value, heads),
        attn_mask=mask,
        is_causal=mask is None,
    )
    return attended.transpose(1, 2).flatten(2)


def _split_heads(states: Tensor, heads: int) -> Tensor:
    split = states.unflatten(-1, (heads, -1))
    return split.transpose(1, 2)
