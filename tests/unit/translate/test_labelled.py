"""The guards as a whole, on labelled output of a real package: no worse than measured."""

from tests.benchmarks.guards import (
    pairs,
    part_shown,
    precision_and_recall,
    read_labelled,
    share_misleading,
)


def test_the_labelled_set_is_large_enough_to_say_something():
    labels = [row[0] for row in pairs()]

    assert len(labels) >= 300
    assert {*labels} == {"good", "bad"}


def test_guards_stop_what_they_stopped():
    precision, recall = precision_and_recall()

    assert precision >= 0.87
    assert recall >= 0.69


def test_the_adapter_s_pairs_are_labelled_twice_and_halved():
    labelled = read_labelled()

    assert len(labelled) >= 400
    assert {label for pair in labelled for label in pair.labels} == {"t", "h", "m"}
    assert abs(sum(pair.half == 1 for pair in labelled) - len(labelled) / 2) <= 1


def test_what_is_shown_as_sure_misleads_least_and_what_is_withheld_most():
    """On the half that the thresholds were not chosen by."""
    parts = part_shown(pair for pair in read_labelled() if pair.half == 2)

    sure, doubtful, withheld = (share_misleading(part) for part in parts.values())

    assert sure <= 0.15
    assert doubtful <= 0.42
    assert withheld >= 0.70
