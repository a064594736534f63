"""What changed between two wordings, word by word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.digest.changes import REWORDED, compare_words, describe_changes

WORDS = st.lists(st.sampled_from(["two", "three", "injured,", "in", "Astana", "fire"]), max_size=9)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Two injured in a fire", "Three injured in a fire", "“Two” is now “Three”"),
        ("Екі адам зардап шекті", "Үш адам зардап шекті", "“Екі” is now “Үш”"),
        ("A school burned in Taraz", "A school burned at night in Taraz", "“at night” is new"),
        ("A very old school burned", "A school burned", "“very old” is gone"),
        ("A school burned, police say", "A school burned: police say.", ""),
        ("SCHOOL burned in Taraz", "School burned in Taraz", ""),
        ("Rates rise in March", "The bank left everything as it was", REWORDED),
        ("", "Now there is a lead", REWORDED),
        ("", "", ""),
    ],
)
def test_changes_are_told_in_words(old, new, said):
    assert describe_changes(old, new) == said


def test_what_stayed_and_what_did_not_stands_in_runs():
    old, new = compare_words("Two injured in a fire", "Three injured in a fire")

    assert [(run.text, run.changed) for run in old] == [("Two", True), ("injured in a fire", False)]
    assert [run.text for run in new if run.changed] == ["Three"]


@given(WORDS, WORDS)
def test_runs_hold_every_word_once_and_the_same_words_on_both_sides(old, new):
    old_runs, new_runs = compare_words(" ".join(old), " ".join(new))

    assert " ".join(run.text for run in old_runs).split() == old
    assert " ".join(run.text for run in new_runs).split() == new
    stayed = [[run.text for run in runs if not run.changed] for runs in (old_runs, new_runs)]
    assert stayed[0] == stayed[1]
