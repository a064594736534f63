"""The benchmark of names, on what was kept of the model: the figures of the docs do not sink."""

from __future__ import annotations

from collections import Counter

from tests.benchmarks.names import find_names, judge_all, read_cases, read_made
from tests.support.shipped import shipped_glossary


def test_97_of_100_names_come_out_right_and_what_is_shown_has_lost_none():
    counts = judge_all(read_cases(), read_made())

    all_of_them = counts["both, second try"]
    shown = counts["... of those shown"]
    assert share_right(all_of_them) >= 0.97
    assert share_right(shown) >= 0.99
    assert shown["kk", "lost"] + shown["ru", "lost"] == 0


def test_every_name_of_the_set_is_found():
    glossary = shipped_glossary()

    lost = [
        case.text
        for case in read_cases()
        if case.key not in [name.english for name in find_names(glossary, case)]
    ]
    assert lost == []


def test_the_set_has_300_names_in_three_cases_each():
    forms = Counter(case.key for case in read_cases() if case.case != "adjective")

    assert len(forms) == 300
    assert set(forms.values()) == {3}


def share_right(counts: Counter[tuple[str, str]]) -> float:
    return (counts["kk", "right"] + counts["ru", "right"]) / counts.total()
