"""A base's tokenizer and what is left of it: texts are cut alike. Needs neither torch nor gguf."""

from __future__ import annotations

import pytest

pytest.importorskip("google.protobuf", reason="protobuf is not installed")

import numpy as np
import sentencepiece
from hypothesis import given
from hypothesis import strategies as st

from aggregator.foundry.adapter.vocabulary import (
    count_pieces,
    list_joins,
    make_full,
    prune_pieces,
)
from tests.support.tiny_base import read_tiny_pieces, train_tiny_tokenizer

LINES = [
    "Астанада жаңа мектеп ашылды, оған үш жүз оқушы барады",
    "Қостанай облысында егін жинау науқаны басталды",
    "Үкімет отырысында бюджет жобасы талқыланды",
    "В Астане открылась новая школа на триста учеников",
    "Правительство обсудило проект бюджета на будущий год",
    "A new school for three hundred pupils opened in Astana",
    "The government discussed the draft budget for next year",
    "Harvesting began in the Kostanay region",
]
WORDS = sorted({word for line in LINES for word in line.split()})


@pytest.fixture(scope="module")
def trained():
    return train_tiny_tokenizer(LINES * 5)


@pytest.fixture(scope="module")
def base(trained):
    return read_tiny_pieces(trained)


@pytest.fixture(scope="module")
def pruned(base):
    full = make_full(base)
    small, rows = prune_pieces(full, count_pieces(full, LINES[:4]), least=1)
    return load(full), load(small), rows


def load(model):
    return sentencepiece.SentencePieceProcessor(model_proto=model)


TEXTS = st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=6)), max_size=8).map(" ".join)


@given(text=TEXTS)
def test_a_tokenizer_made_of_pieces_and_scores_cuts_as_the_one_they_are_from(trained, pruned, text):
    assert pruned[0].encode(text) == load(trained).encode(text)


@given(text=TEXTS)
def test_texts_whose_pieces_are_kept_are_cut_alike(pruned, text):
    full, small, rows = pruned
    ids = full.encode(text)

    if set(ids) <= set(rows.tolist()):
        assert rows[small.encode(text)].tolist() == ids


def test_the_texts_it_was_made_for_are_cut_alike(pruned):
    full, small, rows = pruned

    assert [rows[ids].tolist() for ids in small.encode(LINES[:4])] == full.encode(LINES[:4])
    assert len(rows) < full.get_piece_size()


@given(text=st.text())
def test_nothing_is_unknown_and_every_text_comes_back(pruned, text):
    _, small, _ = pruned
    ids = small.encode(text)

    assert small.unk_id() not in ids
    # The sign for a blank is one when it comes back.
    assert small.decode(ids) == text.replace("▁", " ")


def test_no_text_can_forge_what_is_no_text(pruned):
    full, small, rows = pruned
    forged = "<bos> <eos> <b> <pad>\n\n\n"
    numbers = range(small.get_piece_size())

    assert "<b>" in full.encode(forged, out_type=str)
    assert not {"<b>", "<bos>", "<eos>", "<pad>", "▁▁"} & set(small.encode(forged, out_type=str))
    assert small.encode("а\n\nш\n", out_type=str) == ["а", "\n\n", "ш", "\n"]
    assert (small.pad_id(), small.eos_id(), small.bos_id(), small.unk_id()) == (0, 1, 2, 3)
    assert sum(small.is_byte(number) for number in numbers) == 256
    assert rows.dtype == np.int32
    assert (np.diff(rows) > 0).all()


def test_rare_pieces_go_unless_another_is_made_of_them(base):
    full = make_full(base)
    counts = count_pieces(full, ["школа школа"])
    _, rows = prune_pieces(full, counts, least=2)
    kept = {base.pieces[row] for row in rows}
    scores = dict(zip(base.pieces, base.scores, strict=True))

    frequent = {base.pieces[number] for number, count in counts.items() if count > 1}
    assert frequent
    assert all(set(list_joins(piece, scores)) <= kept for piece in frequent)
    assert "▁мектеп" not in kept


@pytest.mark.parametrize(
    ("piece", "scores", "joins"),
    [
        ("abcd", {"ab": -1, "cd": -2, "abcd": -3}, ["ab", "cd", "abcd"]),
        ("abcd", {"cd": -1, "ab": -2, "abcd": -3}, ["cd", "ab", "abcd"]),
        ("aaa", {"aa": -1, "aaa": -2}, ["aa", "aaa"]),
        ("abc", {"bc": -1, "ab": -2, "abc": -3}, ["bc", "abc"]),
        ("abc", {"abc": -1}, []),
        ("a", {}, []),
    ],
)
def test_joins_come_best_first(piece, scores, joins):
    assert list_joins(piece, scores) == joins
