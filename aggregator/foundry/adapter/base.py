"""
The model that an adapter is added to: a GGUF file of Gemma 3, read for its pieces and its weights.

In a GGUF of Gemma 3 the weights of norms stand with one added already.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import gguf

from aggregator.errors import FoundryError
from aggregator.foundry.adapter.vocabulary import BasePieces
from aggregator.translate.packages.archive import hash_file

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["BaseFile", "BaseShape", "open_base"]

_ARCHITECTURE: Final = "gemma3"


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseShape:
    """
    The sizes of a base's network.

    Attributes:
        blocks: How many.
        width: Of the residual stream.
        inner: Of the feed-forward layers.
        heads: Of attention.
        key_heads: Heads of keys and values, each shared by ``heads / key_heads`` of attention.
        head_width: Of each head.
        far_base: Base of the positions of every sixth block, which sees everything.
        window: How far the others see, in tokens.
        epsilon: Of the norms.
    """

    blocks: int
    width: int
    inner: int
    heads: int
    key_heads: int
    head_width: int
    far_base: float
    window: int
    epsilon: float


class BaseFile:
    """
    A base's file, checked.

    Args:
        path: Names it in errors.
        reader: gguf's own.
    """

    def __init__(self, path: Path, reader: Any) -> None:
        self._path = path
        self._reader = reader

    def read_pieces(self) -> BasePieces:
        """Return the tokenizer's pieces; takes seconds."""
        return BasePieces(
            pieces=tuple(self._read_field("tokenizer.ggml.tokens")),
            scores=tuple(self._read_field("tokenizer.ggml.scores")),
            types=tuple(self._read_field("tokenizer.ggml.token_type")),
            unk=self._read_field("tokenizer.ggml.unknown_token_id"),
            bos=self._read_field("tokenizer.ggml.bos_token_id"),
            eos=self._read_field("tokenizer.ggml.eos_token_id"),
            pad=self._read_field("tokenizer.ggml.padding_token_id"),
        )

    def read_shape(self) -> BaseShape:
        """Return the network's sizes."""
        return BaseShape(
            blocks=self._read_size("block_count"),
            width=self._read_size("embedding_length"),
            inner=self._read_size("feed_forward_length"),
            heads=self._read_size("attention.head_count"),
            key_heads=self._read_size("attention.head_count_kv"),
            head_width=self._read_size("attention.key_length"),
            far_base=self._read_size("rope.freq_base"),
            window=self._read_size("attention.sliding_window"),
            epsilon=self._read_size("attention.layer_norm_rms_epsilon"),
        )

    def read_weights(self, rows: NDArray[np.int32]) -> dict[str, NDArray[np.float32]]:
        """
        Return all weights by the names that they have in the file.

        Args:
            rows: The rows of ``token_embd.weight`` that are wanted, in their order.

        Raises:
            FoundryError: A tensor is packed in a way that gguf cannot read.
        """
        weights: dict[str, NDArray[np.float32]] = {}
        for tensor in self._reader.tensors:
            packed = tensor.data
            if tensor.name == "token_embd.weight":
                packed = packed[rows]
            try:
                weights[tensor.name] = gguf.dequantize(packed, tensor.tensor_type)
            except NotImplementedError as error:
                raise FoundryError(str(self._path), f"{tensor.name}: {error}") from error
        return weights

    def _read_size(self, name: str) -> Any:
        return self._read_field(f"{_ARCHITECTURE}.{name}")

    def _read_field(self, name: str) -> Any:
        field = self._reader.get_field(name)
        if field is None:
            raise FoundryError(str(self._path), f"has no {name}, expected a GGUF of Gemma 3")
        return field.contents()


def open_base(path: Path, sha256: str) -> BaseFile:
    """
    Open the base that a recipe names.

    Args:
        path: GGUF file.
        sha256: Of the file, in hexadecimal.

    Raises:
        FoundryError: It cannot be read, is another file, or no Gemma 3.
    """
    try:
        found = hash_file(path)
        if found != sha256:
            raise FoundryError(str(path), f"has SHA-256 {found}, expected {sha256}")
        base = BaseFile(path, gguf.GGUFReader(path))
    except (OSError, ValueError, IndexError, KeyError) as error:
        raise FoundryError(str(path), f"cannot be read as GGUF: {error}") from error
    base.read_shape()
    return base
