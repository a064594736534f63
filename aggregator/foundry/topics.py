"""The model that tells topics, made from invented headlines with leads: ``topics.tsv``, written for this."""

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
    lines = files("aggregator.foundry").joinpath("topics.tsv").read_text("utf-8").splitlines()
    rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    return [
        TopicExample(Topic(topic), language, f"{headline}. {lead}".strip())
        for topic, language, headline, lead in rows
    ]


def train_topics(examples: Sequence[TopicExample], embedder: Embedder) -> TopicModel:
    """
    Train the model: softmax regression with a ridge, by plain gradient descent from zero.

    The same every time.
    """
    vectors = np.asarray(embedder.embed([example.text for example in examples]), dtype=np.float64)
    topics = tuple(str(topic) for topic in Topic)
    right = np.eye(len(topics))[[topics.index(example.topic) for example in examples]]
    centre = vectors.mean(axis=0)
    weights, bias = _descend(vectors - centre, right)
    single = np.float32
    return TopicModel(topics, centre.astype(single), weights.astype(single), bias.astype(single))


def _descend(
    x: NDArray[np.float64], right: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    # Every direction is brought to the same length of steps: without it those that vary little are
    # never learnt.
    spread = x.std(axis=0)
    z = x / spread
    weights = np.zeros((right.shape[1], x.shape[1]))
    bias = np.zeros(right.shape[1])
    for step in range(_STEPS):
        scores = z @ weights.T + bias
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        wrong = powers / powers.sum(axis=1, keepdims=True) - right
        rate = _RATE * (1 - step / _STEPS) / 10
        weights -= rate * (wrong.T @ z / len(z) + _RIDGE * weights)
        bias -= rate * wrong.mean(axis=0)
    return weights / spread, bias
