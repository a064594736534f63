"""
Training that begins from a package instead of from nothing: its weights read back out of
CTranslate2's eight bits.

For a longer run whose checkpoint is gone, and for a package that shall learn new text. Eight bits
cost little: a weight is off by half a step of 127 of its row's largest, which the first minutes of
training make good. The vocabularies must be the package's own, so ``prepare`` has to have made the
same ones; that is checked, not assumed.

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
    from pathlib import Path

    from numpy.typing import NDArray

    from aggregator.foundry.model import Network

__all__ = ["read_variables", "start_from"]

_VERSION: Final = 6
_TYPES: Final = ("<f4", "<i1", "<i2", "<i4", "<f2")
_MEMBERS: Final = ("model/model.bin", "model/target_vocabulary.json")
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
    found = _members(package)
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(work / TARGET_MODEL))
    ours = [pieces.id_to_piece(number) for number in range(pieces.get_piece_size())]
    if json.loads(found[_MEMBERS[1]]) != ours:
        raise FoundryError(
            str(package),
            "has another English vocabulary than this work folder; prepare its recipe first",
        )
    variables = read_variables(found[_MEMBERS[0]], str(package))
    try:
        network.load_state_dict(_state(variables, len(network.tuned), len(network.decoder.layers)))
    except (KeyError, RuntimeError, ValueError) as error:
        raise FoundryError(str(package), f"has other layers than the recipe: {error}") from error


def _members(package: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(package) as archive:
            names = {name.partition("/")[2]: name for name in archive.namelist()}
            return {member: archive.read(names[member]) for member in _MEMBERS}
    except (OSError, zipfile.BadZipFile, KeyError) as error:
        raise FoundryError(
            str(package), f"cannot be read, expected a package of this foundry: {error}"
        ) from error


def read_variables(data: bytes, name: str) -> dict[str, NDArray[np.float32]]:
    """
    Return the tensors of a CTranslate2 model in float32, by name; eight bits are turned back by
    their rows' scales.

    Args:
        data: ``model.bin``.
        name: For errors.

    Raises:
        FoundryError: Another version, or cut short.
    """
    reader = _Reader(data)
    try:
        version = reader.number("I")
        if version != _VERSION:
            raise FoundryError(name, f"has a model.bin of version {version}, expected {_VERSION}")
        reader.text()
        reader.number("I")
        raw = dict(reader.variable() for _ in range(reader.number("I")))
    except (struct.error, IndexError, ValueError) as error:
        raise FoundryError(name, f"has a model.bin that cannot be read: {error}") from error
    return {key: _whole(key, value, raw) for key, value in raw.items()}


def _whole(key: str, value: NDArray[Any], raw: dict[str, NDArray[Any]]) -> NDArray[np.float32]:
    if value.dtype == np.int8 and value.ndim > 1:
        scale = raw[f"{key}_scale"].astype(np.float32).reshape(-1, 1)
        whole: NDArray[np.float32] = value.astype(np.float32) / scale
        return whole
    return value.astype(np.float32)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def number(self, layout: str) -> int:
        (value,) = struct.unpack_from(f"<{layout}", self.data, self.at)
        self.at += struct.calcsize(f"<{layout}")
        return int(value)

    def text(self) -> str:
        length = self.number("H")
        self.at += length
        return self.data[self.at - length : self.at].rstrip(b"\0").decode()

    def variable(self) -> tuple[str, NDArray[Any]]:
        name = self.text()
        shape = [self.number("I") for _ in range(self.number("B"))]
        kind = np.dtype(_TYPES[self.number("B")])
        size = self.number("I")
        self.at += size
        return name, np.frombuffer(self.data[self.at - size : self.at], kind).reshape(shape)


def _state(
    found: dict[str, NDArray[np.float32]], tuned: int, layers: int
) -> dict[str, torch.Tensor]:
    encoder = 1 + max(
        int(name.split("/")[1].removeprefix("layer_"))
        for name in found
        if name.startswith("encoder/layer_")
    )
    state = {"decoder.embedding.weight": found["decoder/embeddings/weight"]}
    state |= _pair("decoder.norm", "decoder/layer_norm", found)
    for number in range(tuned):
        for ours, theirs in _ENCODER.items():
            state |= _pair(
                f"tuned.{number}.{ours}",
                f"encoder/layer_{encoder - tuned + number}/{theirs}",
                found,
            )
    for number in range(layers):
        for ours, theirs in _DECODER.items():
            state |= _pair(
                f"decoder.layers.{number}.{ours}", f"decoder/layer_{number}/{theirs}", found
            )
    return {name: torch.from_numpy(value.copy()) for name, value in state.items()}


def _pair(
    ours: str, theirs: str, found: dict[str, NDArray[np.float32]]
) -> dict[str, NDArray[np.float32]]:
    names = ("gamma", "beta") if theirs.endswith("layer_norm") else ("weight", "bias")
    return {
        f"{ours}.{own}": found[f"{theirs}/{name}"]
        for own, name in zip(("weight", "bias"), names, strict=True)
    }
