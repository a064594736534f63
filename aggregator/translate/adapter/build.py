"""
Base and adapter made into one model that CTranslate2 reads. No torch.

    y = W x + scale * B A x      so W + scale * B A is the layer, and the adapter costs nothing
    embedding                    the rows of the adapter's own vocabulary alone
    8 bits                       a scale a row, as CTranslate2 does it

The same bytes come out on every machine. The product B A is the one sum whose order a processor
chooses; it is taken in 64 bits, whose differences vanish when the sum is rounded to 32.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from aggregator.translate.adapter.base import LAYERS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from aggregator.translate.adapter.base import BaseWeights, Floats

__all__ = ["Vocabulary", "build_model"]

# Gemma 3: every sixth layer looks at the whole text and turns positions with a base of 1,000,000;
# the others look back 512 tokens and turn with 10,000 (technical report, section 2). Clauses are
# cut far shorter than that, so no window is written down.
_WHOLE_TEXT_EVERY: Final = 6
_WHOLE_TEXT_BASE: Final = 1_000_000
_WINDOW_BASE: Final = 10_000
_HEADS: Final = 4
_HEAD_SIZE: Final = 256
_EPSILON: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """
    The pieces that a model reads and writes.

    Attributes:
        pieces: As the tokenizer names them, in the model's order.
        rows: Of each piece, its row in the base's embedding; shape (pieces,).
    """

    pieces: tuple[str, ...]
    rows: NDArray[np.int32]


def build_model(
    base: BaseWeights,
    lora: Mapping[str, NDArray[np.generic]],
    scale: float,
    vocabulary: Vocabulary,
    folder: Path,
    told: Callable[[int, int], None],
) -> None:
    """
    Write the merged model, in 8 bits.

    Args:
        lora: Tensors ``blk.N.LAYER.A`` of shape (rank, columns) and ``.B`` of (rows, rank).
        scale: What B A is multiplied by: alpha through rank.
        folder: To write into; must exist.
        told: Called after each layer with how many are done and how many there are.

    Raises:
        PackageError: The base lacks a tensor.
        OSError: The folder cannot be written.
    """
    # Half a second to import: paid where a model is built.
    from ctranslate2.specs import common_spec, transformer_spec  # noqa: PLC0415  (see above)

    spec = transformer_spec.TransformerDecoderModelSpec.from_config(
        LAYERS,
        _HEADS,
        activation=common_spec.Activation.GELUTanh,
        pre_norm=True,
        ffn_glu=True,
        rms_norm=True,
        rotary_dim=_HEAD_SIZE,
        rotary_interleave=False,
        rotary_base=_WINDOW_BASE,
        num_heads_kv=1,
        head_dim=_HEAD_SIZE,
        pre_post_layer_norm=True,
        qk_norm=True,
    )
    merged = _Merged(base, lora, scale)
    decoder = spec.decoder
    decoder.scale_embeddings = True
    decoder.start_from_zero_embedding = False
    decoder.embeddings.weight = base.read_embedding(vocabulary.rows)
    decoder.projection.weight = decoder.embeddings.weight
    _set_norm(decoder.layer_norm, base.read("output_norm.weight"))
    for number, layer in enumerate(decoder.layer):
        _fill_layer(layer, merged, number)
        told(number + 1, LAYERS)
    spec.register_vocabulary(list(vocabulary.pieces))
    spec.config.bos_token = "<bos>"  # noqa: S105  (a piece)
    spec.config.eos_token = "<eos>"  # noqa: S105  (a piece)
    spec.config.unk_token = "<unk>"  # noqa: S105  (a piece)
    spec.config.layer_norm_epsilon = _EPSILON
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(folder))


@dataclass(frozen=True, slots=True)
class _Merged:
    """The base's layers with the adapter in them."""

    base: BaseWeights
    lora: Mapping[str, NDArray[np.generic]]
    scale: float

    def read(self, name: str) -> Floats:
        weight = self.base.read(f"{name}.weight")
        first = np.asarray(self.lora[f"{name}.A"], np.float64)
        second = np.asarray(self.lora[f"{name}.B"], np.float64)
        return np.asarray(weight + self.scale * (second @ first), np.float32)


def _fill_layer(layer: Any, merged: _Merged, number: int) -> None:
    """Fill a layer's specification; names on the left are CTranslate2's, on the right GGUF's."""
    name = f"blk.{number}"
    looks_everywhere = (number + 1) % _WHOLE_TEXT_EVERY == 0
    attention = layer.self_attention
    attention.rotary_base = np.float32(_WHOLE_TEXT_BASE if looks_everywhere else _WINDOW_BASE)
    norms = {
        "attn_norm": layer.input_layer_norm,
        "post_attention_norm": layer.post_attention_layer_norm,
        "ffn_norm": layer.pre_feedforward_layer_norm,
        "post_ffw_norm": layer.post_feedforward_layer_norm,
        "attn_q_norm": attention.q_norm,
        "attn_k_norm": attention.k_norm,
    }
    for kind, spec in norms.items():
        _set_norm(spec, merged.base.read(f"{name}.{kind}.weight"))
    parts = [merged.read(f"{name}.attn_{kind}") for kind in "qkv"]
    attention.linear[0].weight = np.concatenate(parts)
    attention.linear[1].weight = merged.read(f"{name}.attn_output")
    layer.ffn.linear_0.weight = merged.read(f"{name}.ffn_gate")
    layer.ffn.linear_0_noact.weight = merged.read(f"{name}.ffn_up")
    layer.ffn.linear_1.weight = merged.read(f"{name}.ffn_down")


def _set_norm(spec: Any, weight: Floats) -> None:
    spec.gamma = weight
    # CTranslate2 adds one where a flag says so, as Gemma's own code does; the base's reader did.
