"""Long segments are cut where a reader draws breath, and nothing is left out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.translate.clauses import cut_clauses


def fits(limit):
    return lambda text: len(text.split()) <= limit


def test_a_segment_that_fits_stays_whole():
    assert cut_clauses("Көпір ашылды, жол жөнделді", fits(9)) == ["Көпір ашылды, жол жөнделді"]


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param(
            ["Мост открыли, сказал министр;", "дорогу, по его словам, починят"],
            id="semicolon before comma",
        ),
        pytest.param(
            ["Көпір ашылды биыл, жазда", "– жол, оның айтуынша, жөнделді"], id="dash before comma"
        ),
        pytest.param(
            ["Мост открыли в августе,", "дорогу починят в сентябре"], id="comma before blank"
        ),
        pytest.param(
            ["Мост через реку", "открыли в августе"], id="a blank when there is nothing better"
        ),
    ],
)
def test_the_strongest_mark_near_the_middle_is_cut_at(pieces):
    assert (
        cut_clauses(" ".join(pieces), fits(max(len(piece.split()) for piece in pieces))) == pieces
    )


def test_a_mark_at_the_edge_is_left_alone():
    text = "Иә, биылғы жаздың соңында жаңа үлкен көпір ашылады"

    assert cut_clauses(text, fits(5))[0].startswith("Иә, биылғы")


def test_a_word_that_never_fits_is_kept():
    assert cut_clauses("Қ" * 50, lambda text: len(text) < 10) == ["Қ" * 50]


@given(
    st.lists(st.text(alphabet="абв,;–»1", min_size=1, max_size=6), min_size=1, max_size=40),
    st.integers(1, 6),
)
def test_no_word_is_lost_and_every_piece_fits(words, limit):
    text = " ".join(words)
    pieces = cut_clauses(text, fits(limit))

    assert " ".join(pieces) == text
    assert all(len(piece.split()) <= limit for piece in pieces)
