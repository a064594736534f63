"""
Training that begins from a package instead of from nothing.

Its weights are read back out of CTranslate2's eight bits. For a longer run whose checkpoint is
gone, and for a package that shall learn new text. Eight bits cost little: a weight is off by half a
step of 127 of its row's largest, which the first minutes of training make good. The vocabularies
must be the package's own, so ``prepare`` has to have made the same ones; that is checked, not
assumed.

The form of ``model.bin`` is that of CTranslate2's ``ModelSpec._serialize`` (version 6).
"""

from __future__ import annotations

import json
import struct
import zipfile
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import sentencepiece
import torch

from aggregator.errors import FoundryError
from aggregator.foundry.prepare import TARGET_MODEL

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from aggregator.foundry.model import Network

    _Weights = NDArray[np.float32]

__all__ = ["read_variables", "start_from"]

_VERSION: Final = 6
_TYPES: Final = ("<f4", "<i1", "<i2", "<i4", "<f2")
_MODEL: Final = "model/model.bin"
_VOCABULARY: Final = "model/target_vocabulary.json"
_ENCODER: Final = {
    "qkv": "self_attention/linear_0",
    "out": "self_attention/linear_1",
    "norm1": "self_attention/layer_norm",
    "up": "ffn/linear_0",
    "down": "ffn/linear_1",
    "norm2": "ffn/layer_norm",
}
_DECODER: Final = {
    "qkv": "self_attention/linear_0",
    "out": "self_attention/linear_1",
    "norm1": "self_attention/layer_norm",
    "q": "attention/linear_0",
    "kv": "attention/linear_1",
    "cross": "attention/linear_2",
    "norm2": "attention/layer_norm",
    "up": "ffn/linear_0",
    "down": "ffn/linear_1",
    "norm3": "ffn/layer_norm",
}


def start_from(package: Path, network: Network, work: Path) -> None:
    """
    Give a network the weights of a package that was made with the same recipe's shapes.

    Args:
        package: An ``.argosmodel`` of this foundry.
        network: Filled in place.
        work: Where ``prepare`` wrote.

    Raises:
        FoundryError: The package cannot be read, has another form, or another English vocabulary.
    """
    members = _read_members(package)
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(work / TARGET_MODEL))
    numbers = range(pieces.get_piece_size())
    ours = [pieces.id_to_piece(number) for number in numbers]
    theirs = json.loads(members[_VOCABULARY])
    if theirs != ours:
        raise FoundryError(
            str(package),
            "has another English vocabulary than this work folder; prepare its recipe first",
        )
    variables = read_variables(members[_MODEL], str(package))
    tuned = len(network.tuned)
    layers = len(network.decoder.layers)
    try:
        network.load_state_dict(_make_state(variables, tuned, layers))
    except (KeyError, RuntimeError, ValueError) as error:
        raise FoundryError(str(package), f"has other layers than the recipe: {error}") from error


def _read_members(package: Path) -> dict[str, bytes]:
    """Return the model and the English vocabulary of a package."""
    try:
        with zipfile.ZipFile(package) as archive:
            names = {}
            for name in archive.namelist():
                _, _, member = name.partition("/")
                names[member] = name
            return {
                _MODEL: archive.read(names[_MODEL]),
                _VOCABULARY: archive.read(names[_VOCABULARY]),
            }
    except (OSError, zipfile.BadZipFile, KeyError) as error:
        raise FoundryError(
            str(package), f"cannot be read, expected a package of this foundry: {error}"
        ) from error


def read_variables(data: bytes, name: str) -> dict[str, _Weights]:
    """
    Return the tensors of a CTranslate2 model in float32, by name.

    Eight bits are turned back by their rows' scales.

    Args:
        data: Bytes of ``model.bin``.
        name: The package, as errors call it.

    Raises:
        FoundryError: Another version, or cut short.
    """
    reader = _Reader(data)
    try:
        version = reader.read_number("I")
        if version != _VERSION:
            raise FoundryError(name, f"has a model.bin of version {version}, expected {_VERSION}")
        reader.read_text()
        reader.read_number("I")
        count = reader.read_number("I")
        raw = dict(reader.read_variable() for _ in range(count))
    except (struct.error, IndexError, ValueError) as error:
        raise FoundryError(name, f"has a model.bin that cannot be read: {error}") from error
    return {key: _make_whole(key, raw) for key in raw}


def _make_whole(key: str, raw: dict[str, NDArray[Any]]) -> _Weights:
    """Return a variable in float32."""
    value = raw[key]
    whole: _Weights = value.astype(np.float32)
    if value.dtype != np.int8 or value.ndim <= 1:
        return whole
    scale = raw[f"{key}_scale"].astype(np.float32)
    return whole / scale.reshape(-1, 1)


class _Reader:
    """Reads one value of the file behind the other."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    def read_number(self, layout: str) -> int:
        little_endian = f"<{layout}"
        (value,) = struct.unpack_from(little_endian, self.data, self.position)
        self.position += struct.calcsize(little_endian)
        return int(value)

    def read_bytes(self, count: int) -> bytes:
        start = self.position
        self.position += count
        return self.data[start : self.position]

    def read_text(self) -> str:
        length = self.read_number("H")
        return self.read_bytes(length).rstrip(b"\0").decode()

    def read_variable(self) -> tuple[str, NDArray[Any]]:
        name = self.read_text()
        dimensions = self.read_number("B")
        shape = [self.read_number("I") for _ in range(dimensions)]
        kind = np.dtype(_TYPES[self.read_number("B")])
        size = self.read_number("I")
        flat = np.frombuffer(self.read_bytes(size), kind)
        return name, flat.reshape(shape)


def _make_state(
    variables: dict[str, _Weights],
    tuned: int,
    layers: int,
) -> dict[str, torch.Tensor]:
    """
    Return a network's weights by their names in ``foundry.model``.

    Args:
        variables: By their names in ``model.bin``.
        tuned: Layers of the encoder that learn, the last ones.
        layers: Layers of the decoder.
    """
    state = {"decoder.embedding.weight": variables["decoder/embeddings/weight"]}
    state |= _make_pair("decoder.norm", "decoder/layer_norm", variables)
    first_tuned = _count_encoder_layers(variables) - tuned
    for number in range(tuned):
        layer = f"encoder/layer_{first_tuned + number}"
        for ours, theirs in _ENCODER.items():
            state |= _make_pair(f"tuned.{number}.{ours}", f"{layer}/{theirs}", variables)
    for number in range(layers):
        layer = f"decoder/layer_{number}"
        for ours, theirs in _DECODER.items():
            name = f"decoder.layers.{number}.{ours}"
            state |= _make_pair(name, f"{layer}/{theirs}", variables)
    return {name: torch.from_numpy(value.copy()) for name, value in state.items()}


def _count_encoder_layers(variables: Iterable[str]) -> int:
    numbers = []
    for name in variables:
        if name.startswith("encoder/layer_"):
            _, layer, *_ = name.split("/")
            numbers.append(int(layer.removeprefix("layer_")))
    return 1 + max(numbers)


def _make_pair(
    ours: str,
    theirs: str,
    variables: dict[str, _Weights],
) -> dict[str, _Weights]:
    """Return weight and bias of one part of a layer."""
    is_norm = theirs.endswith("layer_norm")
    weight = "gamma" if is_norm else "weight"
    bias = "beta" if is_norm else "bias"
    return {
        f"{ours}.weight": variables[f"{theirs}/{weight}"],
        f"{ours}.bias": variables[f"{theirs}/{bias}"],
    }
