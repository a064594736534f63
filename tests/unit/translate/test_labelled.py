"""The guards as a whole, on labelled output of a real package: no worse than measured."""

from tests.benchmarks.guards import pairs, precision_and_recall


def test_the_labelled_set_is_large_enough_to_say_something():
    labels = [row[0] for row in pairs()]

    assert len(labels) >= 300
    assert {*labels} == {"good", "bad"}


def test_guards_stop_what_they_stopped():
    precision, recall = precision_and_recall()

    assert precision >= 0.87
    assert recall >= 0.69
