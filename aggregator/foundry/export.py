"""
Third step: the trained network as an Argos package.

That is a CTranslate2 model in eight bits, its tokenizer, metadata, and a card that says what it was
made from.

Argos decodes with the same SentencePiece model that it encodes with, and ours has two vocabularies.
The source's alone is enough: SentencePiece joins pieces that it does not know as they stand.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sentencepiece
import torch
from ctranslate2.specs import common_spec, transformer_spec

from aggregator.errors import FoundryError
from aggregator.foundry.e5 import WIDTH, packed_file, read_e5
from aggregator.foundry.model import DECODER_HEADS, EncoderLayer, sinusoids
from aggregator.foundry.prepare import KEEP, SOURCE_MODEL, TARGET_MODEL
from aggregator.foundry.train import CHECKPOINT, build
from aggregator.languages import ENGLISH, readers_name
from aggregator.translate.packages.archive import pack

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray
    from torch import nn

    from aggregator.foundry.e5 import E5
    from aggregator.foundry.model import DecoderLayer, Network
    from aggregator.foundry.recipe import Recipe

__all__ = ["export", "package_name"]

# Languages that models read and we do not name.
_NEIGHBOURS: Final = {"uk": "Ukrainian", "tr": "Turkish"}


def package_name(recipe: Recipe) -> str:
    """Return the name of the package's file."""
    return f"{recipe.name}-{recipe.version.replace('.', '_')}.argosmodel"


def export(
    recipe: Recipe,
    work: Path,
    *,
    card: str,
    say: Callable[[str], None],
) -> Path:
    """
    Write the package into the work folder.

    Args:
        recipe: What was trained.
        work: Holds the checkpoint.
        card: Its README.md.
        say: Told of progress.

    Raises:
        FoundryError: There is no checkpoint, or it is of another recipe.
    """
    e5 = read_e5(packed_file())
    _, network = build(e5, recipe, work, torch.device("cpu"))
    try:
        saved = torch.load(work / CHECKPOINT, weights_only=True, map_location="cpu")
        network.load_state_dict(saved["network"])
    except (OSError, RuntimeError, KeyError) as e:
        raise FoundryError(
            str(work / CHECKPOINT), f"cannot be used, expected what `train` writes: {e}"
        ) from e
    keep = json.loads((work / KEEP).read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(dir=work) as name:
        folder = Path(name) / "package"
        folder.mkdir()
        spec = _spec(e5, recipe, network, work, keep)
        spec.validate()
        spec.optimize(quantization="int8")
        (folder / "model").mkdir()
        spec.save(str(folder / "model"))
        _write_small_files(recipe, work, folder, card)
        made = work / package_name(recipe)
        pack(folder, made, recipe.name)
    say(f"{made.stat().st_size:,} bytes  {made}")
    return made


def _spec(
    e5: E5,
    recipe: Recipe,
    network: Network,
    work: Path,
    keep: list[int],
) -> Any:
    how = recipe.training
    encoder = transformer_spec.TransformerEncoderSpec(
        e5.layers,
        e5.heads,
        pre_norm=False,
        activation=common_spec.Activation.GELU,
        layernorm_embedding=True,
    )
    decoder = transformer_spec.TransformerDecoderSpec(
        how.decoder_layers,
        DECODER_HEADS,
        pre_norm=True,
        activation=common_spec.Activation.RELU,
    )
    spec = transformer_spec.TransformerSpec(encoder, decoder)
    _fill_encoder(encoder, e5, network, keep)
    _fill_decoder(decoder, network)
    source = sentencepiece.SentencePieceProcessor(model_file=str(work / SOURCE_MODEL))
    target = sentencepiece.SentencePieceProcessor(model_file=str(work / TARGET_MODEL))
    spec.register_source_vocabulary(
        [source.id_to_piece(number) for number in range(source.get_piece_size())]
    )
    spec.register_target_vocabulary(
        [target.id_to_piece(number) for number in range(target.get_piece_size())]
    )
    spec.config.add_source_bos = spec.config.add_source_eos = True
    spec.config.decoder_start_token = "<s>"  # noqa: S105  (a token of text)
    spec.config.layer_norm_epsilon = 1e-5
    return spec


def _fill_encoder(
    spec: Any,
    e5: E5,
    network: Network,
    keep: list[int],
) -> None:
    spec.embeddings[0].weight = e5.tensor("emb.word", -1, WIDTH)[keep]
    spec.scale_embeddings = False
    spec.position_encodings.encodings = e5.positions()
    spec.layernorm_embedding.gamma = e5.tensor("emb.ln.w", WIDTH)
    spec.layernorm_embedding.beta = e5.tensor("emb.ln.b", WIDTH)
    below = [EncoderLayer(e5, number) for number in range(e5.layers - len(network.tuned))]
    for layer, filled in zip([*below, *network.tuned], spec.layer, strict=True):
        attention = filled.self_attention
        _linear(attention.linear[0], layer.qkv)
        _linear(attention.linear[1], layer.out)
        _norm(attention.layer_norm, layer.norm1)
        _feed_forward(filled.ffn, layer, layer.norm2)


def _fill_decoder(spec: Any, network: Network) -> None:
    decoder = network.decoder
    spec.embeddings.weight = _array(decoder.embedding.weight)
    spec.scale_embeddings = True
    spec.position_encodings.encodings = sinusoids(len(decoder.positions)).numpy()
    _norm(spec.layer_norm, decoder.norm)
    spec.projection.weight = _array(decoder.embedding.weight)
    for layer, filled in zip(decoder.layers, spec.layer, strict=True):
        _linear(filled.self_attention.linear[0], layer.qkv)
        _linear(filled.self_attention.linear[1], layer.out)
        _linear(filled.attention.linear[0], layer.q)
        _linear(filled.attention.linear[1], layer.kv)
        _linear(filled.attention.linear[2], layer.cross)
        _norm(filled.self_attention.layer_norm, layer.norm1)
        _norm(filled.attention.layer_norm, layer.norm2)
        _feed_forward(filled.ffn, layer, layer.norm3)


def _feed_forward(spec: Any, layer: EncoderLayer | DecoderLayer, norm: nn.LayerNorm) -> None:
    _linear(spec.linear_0, layer.up)
    _linear(spec.linear_1, layer.down)
    _norm(spec.layer_norm, norm)


def _linear(spec: Any, layer: nn.Linear) -> None:
    spec.weight = _array(layer.weight)
    spec.bias = _array(layer.bias)


def _norm(spec: Any, layer: nn.LayerNorm) -> None:
    spec.gamma = _array(layer.weight)
    spec.beta = _array(layer.bias)


def _array(tensor: torch.Tensor) -> NDArray[np.float32]:
    found: NDArray[np.float32] = tensor.detach().float().numpy()
    return found


def _write_small_files(
    recipe: Recipe,
    work: Path,
    folder: Path,
    card: str,
) -> None:
    shutil.copyfile(work / SOURCE_MODEL, folder / "sentencepiece.model")
    first = recipe.reads[0]
    metadata = {
        "package_version": recipe.version,
        "argos_version": "1.9",
        "from_code": first,
        "from_name": _NEIGHBOURS.get(first) or readers_name(first),
        "to_code": ENGLISH,
        "to_name": readers_name(ENGLISH),
        "code": recipe.name,
        "type": "translate",
    }
    (folder / "metadata.json").write_text(json.dumps(metadata, indent=2) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(card, encoding="utf-8")
