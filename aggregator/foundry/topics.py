"""
The model that recognises topics, made from invented headlines with leads.

They stand in ``topics.tsv`` and were written for this.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from aggregator.digest.topics import TopicModel
from aggregator.models import Topic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aggregator.ports import Embedder

    _Matrix = NDArray[np.float64]

__all__ = ["TopicExample", "read_examples", "train_topics"]

# The embedding varies little, and the examples are few.
_RIDGE = 0.05
_STEPS = 3_000
_RATE = 4.0


@dataclass(frozen=True, slots=True)
class TopicExample:
    """A headline with its lead, and what it is about."""

    topic: Topic
    language: str
    text: str


def read_examples() -> list[TopicExample]:
    """Read the examples: topic, language, headline and lead, apart by tabs."""
    file = files("aggregator.foundry").joinpath("topics.tsv")
    lines = file.read_text("utf-8").splitlines()
    examples = []
    for row in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
        topic, language, headline, lead = row
        text = f"{headline}. {lead}".strip()
        examples.append(TopicExample(Topic(topic), language, text))
    return examples


def train_topics(
    examples: Sequence[TopicExample],
    embedder: Embedder,
) -> TopicModel:
    """
    Train the model: softmax regression with a ridge, by plain gradient descent from zero.

    The same every time.
    """
    texts = [example.text for example in examples]
    vectors = np.asarray(embedder.embed(texts), dtype=np.float64)
    topics = tuple(str(topic) for topic in Topic)
    numbers = [topics.index(example.topic) for example in examples]
    right = np.eye(len(topics))[numbers]
    centre = vectors.mean(axis=0)
    weights, bias = _descend(vectors - centre, right)
    return TopicModel(
        topics=topics,
        centre=centre.astype(np.float32),
        weights=weights.astype(np.float32),
        bias=bias.astype(np.float32),
    )


def _descend(x: _Matrix, right: _Matrix) -> tuple[_Matrix, _Matrix]:
    """
    Return weights, of shape (topics, dimensions), and biases.

    Args:
        x: Centred vectors, a row an example.
        right: 1 for each example's topic, else 0.
    """
    # Every direction is brought to the same length of steps: without it those that vary little are
    # never learnt.
    spread = x.std(axis=0)
    scaled = x / spread
    topic_count = right.shape[1]
    weights = np.zeros((topic_count, x.shape[1]))
    bias = np.zeros(topic_count)
    for step in range(_STEPS):
        scores = scaled @ weights.T + bias
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares = powers / powers.sum(axis=1, keepdims=True)
        wrong = shares - right
        rate = _RATE * (1 - step / _STEPS) / 10
        slope = wrong.T @ scaled / len(scaled)
        weights -= rate * (slope + _RIDGE * weights)
        bias -= rate * wrong.mean(axis=0)
    return weights / spread, bias
