"""chrF of our own gives the figure that sacrebleu gives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sacrebleu.metrics import CHRF

from aggregator.translate.chrf import score_chrf
from aggregator.translate.packages.bench import read_samples

# Few letters, so that runs meet; spaces of several kinds, and texts shorter than a run.
TEXTS = st.text(alphabet="ab c\t\u00a0é", max_size=20)


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=4))
def test_it_is_that_of_sacrebleu(pairs):
    made = [pair[0] for pair in pairs]
    wanted = [pair[1] for pair in pairs]

    assert score_chrf(made, wanted) == pytest.approx(CHRF().corpus_score(made, [wanted]).score)


def test_it_is_that_of_sacrebleu_for_sentences():
    wanted = [sample.english for sample in read_samples()]
    made = [*wanted[1:], wanted[0]]
    score = score_chrf(made, wanted)

    assert score == pytest.approx(CHRF().corpus_score(made, [wanted]).score)
    assert 5 < score < 50
    assert score_chrf(wanted, wanted) == pytest.approx(100)
