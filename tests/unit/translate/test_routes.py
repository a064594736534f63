"""Which package serves which language."""

from __future__ import annotations

import random
from itertools import permutations
from pathlib import Path

import pytest

from aggregator.translate.packages.installed import Package
from aggregator.translate.routes import make_version_key, plan_routes


def package(source="kk", version="1.0", *, name="p", target="en", native=True) -> Package:
    return Package(
        name=name, version=version, source=source, target=target, folder=Path("/x"), native=native
    )


def test_each_language_has_its_package():
    kazakh, russian = package("kk"), package("ru")

    assert plan_routes([kazakh, russian]) == {"kk": kazakh, "ru": russian}


@pytest.mark.parametrize("order", list(permutations(["1.9", "1.10", "1.2"])), ids=str)
def test_the_highest_version_wins_in_any_order(order):
    assert plan_routes([package(version=version) for version in order])["kk"].version == "1.10"


def test_of_equals_the_first_given_wins():
    assert plan_routes([package(name="mine"), package(name="shipped")])["kk"].name == "mine"


def test_a_package_made_for_a_language_beats_one_that_also_reads_it():
    made = package("ru", "1.9", name="made")

    assert plan_routes([package("ru", "20.0", native=False), made])["ru"] is made


def test_a_package_into_another_language_serves_nobody():
    assert plan_routes([package("kk", target="ru")]) == {}


def test_a_language_is_matched_exactly():
    assert "kk-Latn" not in plan_routes([package("kk")])


def test_versions_are_ordered_as_people_read_them():
    ordered = ["0.1", "1.2", "1.9", "1.9.1", "1.10", "2.0rc1", "2.0", "2.0.1"]

    shuffled = random.Random(1).sample(ordered, len(ordered))

    assert sorted(shuffled, key=make_version_key) == ordered
    assert make_version_key("2") == make_version_key("2.0")
