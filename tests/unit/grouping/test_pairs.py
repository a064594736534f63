"""
What one pair is judged by, above all its two beginnings.

And that nothing is passed over that would be one event.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.embedding.vectors import pack_vectors, read_beginnings, unpack_vectors
from aggregator.grouping.pairs import SHIPPED, gather_evidence, read_article
from aggregator.grouping.window import Window
from aggregator.pipeline.text import choose_texts, embed_articles
from tests.support.builders import article

LEAD = "Мост открыли утром."
LANGUAGES = ("kk", "kk-Latn", "ru", "en")


class Letters:
    """An embedder that looks at how often letters stand in one text."""

    name, dimensions = "letters", 384

    def embed(self, texts):
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            np.add.at(row, [ord(letter) % self.dimensions for letter in text], 1.0)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def turned(chance, spread, count):
    """Vectors near one direction, as those of one language model are."""
    rows = np.ones(384) + spread * chance.normal(size=(count, 384))
    return pack_vectors(*rows / np.linalg.norm(rows, axis=1, keepdims=True))


@pytest.mark.parametrize(
    ("text", "count"), [("", 1), (LEAD, 1), (LEAD + "\nПодробности. " * 30, 2)]
)
def test_a_text_that_is_longer_than_its_lead_has_a_second_vector(text, count):
    item = article(1, lead=LEAD, text=text)
    [made] = embed_articles([item], Letters())

    assert read_beginnings(made.vector).shape == (count, 384)
    assert read_beginnings(made.vector) == pytest.approx(
        Letters().embed(choose_texts(item)), abs=1e-3
    )


def test_what_an_article_keeps_is_one_direction_for_whom_one_is_enough():
    two = Letters().embed(["аб", "вг"])

    assert unpack_vectors([pack_vectors(*two), pack_vectors(two[0]), b""]) == pytest.approx(
        np.array([(two[0] + two[1]) / np.sqrt(2), two[0], np.zeros(384)]), abs=1e-3
    )


def test_one_beginning_stands_for_both():
    one, other_reading = (
        read_article(article(n, vector=turned(np.random.default_rng(n), 0.3, 1))) for n in (1, 2)
    )
    evidence = gather_evidence(one, other_reading)

    assert evidence.short == evidence.long == evidence.meaning
    assert evidence.length == 0


def test_two_beginnings_are_compared_each_with_its_own():
    short, long, other = Letters().embed(["мост", "мост" + "река" * 9, "дождь"])
    one = read_article(article(1, vector=pack_vectors(short, long), text="а" * 2000))
    other_reading = read_article(article(2, vector=pack_vectors(short, other), text="а" * 500))
    evidence = gather_evidence(one, other_reading)

    assert evidence.short > evidence.meaning > evidence.long
    assert evidence.short == evidence.meaning + 1  # no nearer than one step over the mean
    assert evidence.length == 2
    assert gather_evidence(other_reading, one) == evidence


def test_length_says_nothing_of_an_article_that_gives_its_lead_alone():
    chance = np.random.default_rng(0)
    one = read_article(article(1, vector=turned(chance, 0.3, 2), text="а" * 2000))
    other_reading = read_article(article(2, vector=turned(chance, 0.3, 1), text="а" * 100))

    assert gather_evidence(one, other_reading).length == 0


@given(
    st.integers(0, 10**6),
    st.tuples(st.integers(1, 2), st.integers(1, 2)),
    st.tuples(st.sampled_from(LANGUAGES), st.sampled_from(LANGUAGES)),
    st.floats(0.1, 0.5),
)
def test_no_pair_that_scores_is_passed_over_for_its_meaning(seed, counts, languages, spread):
    chance = np.random.default_rng(seed)
    items = [
        article(
            number,
            vector=turned(chance, spread, count),
            language=language,
            text="а" * int(chance.integers(1, 9000)),
            url="",
            title="Мост",
        )
        for number, count, language in zip((1, 2), counts, languages, strict=True)
    ]
    score = SHIPPED.score(gather_evidence(*(read_article(item) for item in items)))
    window = Window()
    window.update(items)

    assert len(window.stories()) == (1 if score > 0 else 2)


def test_no_weight_of_a_beginning_is_below_zero():
    """Else the mean alone could not say what to pass over, see ``find_least_meaning``."""
    weights = SHIPPED.weights

    assert min(weights.meaning, weights.short, weights.long) > 0
