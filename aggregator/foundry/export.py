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

from aggregator.embedding.packed import WIDTH
from aggregator.errors import FoundryError
from aggregator.foundry.e5 import find_packed_file, read_e5
from aggregator.foundry.model import DECODER_HEADS, EncoderLayer, make_sinusoids
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

__all__ = ["export", "make_package_name"]

# Languages that models read and we do not name.
_NEIGHBOURS: Final = {"uk": "Ukrainian", "tr": "Turkish"}


def make_package_name(recipe: Recipe) -> str:
    """Return the name of the package's file."""
    version = recipe.version.replace(".", "_")
    return f"{recipe.name}-{version}.argosmodel"


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
        card: Text of its README.md.
        say: Called with a line of progress at a time.

    Raises:
        FoundryError: There is no checkpoint, or it is of another recipe.
    """
    e5 = read_e5(find_packed_file())
    network = _load_network(e5, recipe, work)
    keep = json.loads((work / KEEP).read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(dir=work) as name:
        folder = Path(name) / "package"
        folder.mkdir()
        spec = _make_spec(e5, recipe, network, work, keep)
        spec.validate()
        spec.optimize(quantization="int8")
        (folder / "model").mkdir()
        spec.save(str(folder / "model"))
        _write_small_files(recipe, work, folder, card)
        made = work / make_package_name(recipe)
        pack(folder, made, recipe.name)
    say(f"{made.stat().st_size:,} bytes  {made}")
    return made


def _load_network(e5: E5, recipe: Recipe, work: Path) -> Network:
    """Return the network with the weights of the checkpoint."""
    _, network = build(e5, recipe, work, torch.device("cpu"))
    path = work / CHECKPOINT
    try:
        saved = torch.load(path, weights_only=True, map_location="cpu")
        network.load_state_dict(saved["network"])
    except (OSError, RuntimeError, KeyError) as error:
        raise FoundryError(
            str(path), f"cannot be used, expected what `train` writes: {error}"
        ) from error
    return network


def _make_spec(
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
    spec.register_source_vocabulary(_list_pieces(work / SOURCE_MODEL))
    spec.register_target_vocabulary(_list_pieces(work / TARGET_MODEL))
    spec.config.add_source_bos = True
    spec.config.add_source_eos = True
    spec.config.decoder_start_token = "<s>"  # noqa: S105  (a token of text)
    spec.config.layer_norm_epsilon = 1e-5
    return spec


def _list_pieces(path: Path) -> list[str]:
    """Return the pieces of a SentencePiece model in the order of their ids."""
    model = sentencepiece.SentencePieceProcessor(model_file=str(path))
    numbers = range(model.get_piece_size())
    return [model.id_to_piece(number) for number in numbers]


def _fill_encoder(
    spec: Any,
    e5: E5,
    network: Network,
    keep: list[int],
) -> None:
    words = e5.tensor("emb.word", -1, WIDTH)
    spec.embeddings[0].weight = words[keep]
    spec.scale_embeddings = False
    spec.position_encodings.encodings = e5.make_positions()
    spec.layernorm_embedding.gamma = e5.tensor("emb.ln.w", WIDTH)
    spec.layernorm_embedding.beta = e5.tensor("emb.ln.b", WIDTH)
    frozen = e5.layers - len(network.tuned)
    below = [EncoderLayer(e5, number) for number in range(frozen)]
    layers = [*below, *network.tuned]
    for layer, filled in zip(layers, spec.layer, strict=True):
        attention = filled.self_attention
        _fill_linear(attention.linear[0], layer.qkv)
        _fill_linear(attention.linear[1], layer.out)
        _fill_norm(attention.layer_norm, layer.norm1)
        _fill_feed_forward(filled.ffn, layer, layer.norm2)


def _fill_decoder(spec: Any, network: Network) -> None:
    decoder = network.decoder
    spec.embeddings.weight = _make_array(decoder.embedding.weight)
    spec.scale_embeddings = True
    spec.position_encodings.encodings = make_sinusoids(len(decoder.positions)).numpy()
    _fill_norm(spec.layer_norm, decoder.norm)
    spec.projection.weight = _make_array(decoder.embedding.weight)
    for layer, filled in zip(decoder.layers, spec.layer, strict=True):
        own = filled.self_attention
        memory = filled.attention
        _fill_linear(own.linear[0], layer.qkv)
        _fill_linear(own.linear[1], layer.out)
        _fill_linear(memory.linear[0], layer.q)
        _fill_linear(memory.linear[1], layer.kv)
        _fill_linear(memory.linear[2], layer.cross)
        _fill_norm(own.layer_norm, layer.norm1)
        _fill_norm(memory.layer_norm, layer.norm2)
        _fill_feed_forward(filled.ffn, layer, layer.norm3)


def _fill_feed_forward(
    spec: Any,
    layer: EncoderLayer | DecoderLayer,
    norm: nn.LayerNorm,
) -> None:
    _fill_linear(spec.linear_0, layer.up)
    _fill_linear(spec.linear_1, layer.down)
    _fill_norm(spec.layer_norm, norm)


def _fill_linear(spec: Any, layer: nn.Linear) -> None:
    spec.weight = _make_array(layer.weight)
    spec.bias = _make_array(layer.bias)


def _fill_norm(spec: Any, layer: nn.LayerNorm) -> None:
    spec.gamma = _make_array(layer.weight)
    spec.beta = _make_array(layer.bias)


def _make_array(tensor: torch.Tensor) -> NDArray[np.float32]:
    array: NDArray[np.float32] = tensor.detach().float().numpy()
    return array


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
    text = json.dumps(metadata, indent=2) + "\n"
    (folder / "metadata.json").write_text(text, encoding="utf-8")
    (folder / "README.md").write_text(card, encoding="utf-8")
