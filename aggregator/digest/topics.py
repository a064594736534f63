"""
What an article is about, from its embedding. Pure.

Requirement. Sections help a reader to skip; a story in a wrong section is not found by those who
look for it, while one under "other" is found by nobody in particular. So a topic is named when it
is likelier than not, else it is ``other``.

Theory. A softmax regression over the sentence embedding that grouping uses already, so it costs
nothing more and works in whatever language the embedding knows. It learnt from invented headlines
with leads in Kazakh, Russian and English (``foundry.topics``). The embedding lies in a narrow cone,
so it is centred first. A story's topic is that of the mean of its articles' vectors: what one
outlet leaves open another says.

Roads not taken. Outlets' own categories (each has its own, many have none); words to look for
(three languages, with endings).
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from aggregator.embedding.vectors import unpack_vectors
from aggregator.models import Topic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["TABLE", "TopicModel", "find_topic", "load_topics"]

TABLE = "topics.npz"
_SURE = 0.5


@dataclass(frozen=True, slots=True)
class TopicModel:
    """
    The regression.

    Attributes:
        topics: What the rows stand for.
        centre: Mean embedding of what it learnt from.
        weights: Of shape (topics, dimensions).
        bias: Of each topic.
    """

    topics: tuple[str, ...]
    centre: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def estimate_shares(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return how likely each topic is for each row; rows sum to 1."""
        scores = (vectors - self.centre) @ self.weights.T + self.bias
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        sums = powers.sum(axis=1, keepdims=True)
        shares: NDArray[np.float32] = powers / sums
        return shares

    def packed(self) -> bytes:
        """Return the model as bytes."""
        file = io.BytesIO()
        half = np.float16
        np.savez_compressed(
            file,
            topics=np.array(self.topics),
            centre=self.centre.astype(half),
            weights=self.weights.astype(half),
            bias=self.bias.astype(half),
        )
        return file.getvalue()


@cache
def load_topics() -> TopicModel:
    """Read the model that ships with the library."""
    data = files("aggregator.digest").joinpath(TABLE).read_bytes()
    with np.load(io.BytesIO(data), allow_pickle=False) as parts:
        return TopicModel(
            topics=tuple(parts["topics"].tolist()),
            centre=parts["centre"].astype(np.float32),
            weights=parts["weights"].astype(np.float32),
            bias=parts["bias"].astype(np.float32),
        )


def find_topic(vectors: Sequence[bytes]) -> tuple[Topic, float]:
    """
    Return what articles of one story are about, and how sure that is.

    Args:
        vectors: Their embeddings, packed; empty ones are passed over.

    Returns:
        The topic and its likelihood, 0 to 1; ``Topic.OTHER`` with 0 where nothing was embedded, and
        with the best topic's likelihood where none is likelier than not.
    """
    rows = unpack_vectors([vector for vector in vectors if vector])
    if not len(rows):
        return Topic.OTHER, 0.0
    mean = rows.mean(axis=0, keepdims=True)
    model = load_topics()
    direction = mean / np.linalg.norm(mean)
    shares = model.estimate_shares(direction)[0]
    best = int(shares.argmax())
    likelihood = float(shares[best])
    if likelihood < _SURE:
        return Topic.OTHER, likelihood
    return Topic(model.topics[best]), likelihood
