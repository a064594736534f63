"""By what articles differ: stems, days that are named, names that are missing, rarity."""

import lzma

import pytest

from aggregator.foundry.stems import count_stems
from aggregator.grouping.dates import find_days, measure_days_apart
from aggregator.grouping.features import find_missing, measure_overlap, read_marks, share_frame
from aggregator.grouping.rarity import load_rarity
from aggregator.grouping.words import cut_stem
from tests.support.builders import article


@pytest.mark.parametrize(
    "spellings",
    [
        ("Қостанайда", "Костанае", "Qostanaida", "Kostanay"),
        ("Шымкентте", "Шымкенте", "Şymkentte", "Shymkent"),
        ("Тоқаев", "Токаев", "Toqaev", "Tokayev"),
        ("Жамбыл", "Жамбылской", "Jambyl", "Zhambyl"),
    ],
    ids=lambda spellings: spellings[-1],
)
def test_a_name_is_one_stem_in_every_script(spellings):
    assert len({cut_stem(word) for word in spellings}) == 1


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Прогноз погоды на 8 ноября", {312}),
        ("20 тамызда Астанада", {232}),
        ("22 tamyz: dollar bağamy", {234}),
        ("from 1 September and on August 20, 2025", {244, 232}),
        ("с 5 мая по 9 мая", {125, 129}),
        ("в мае 2025 года, 20.08, 45 марта", set()),
    ],
)
def test_days_are_read_where_a_month_stands_by_them(text, days):
    assert find_days(text) == days


def test_days_lie_apart_over_the_end_of_a_year_and_three_at_most():
    assert measure_days_apart(frozenset({365}), frozenset({1})) == 1
    assert measure_days_apart(frozenset({10, 100}), frozenset({50, 101})) == 1
    assert measure_days_apart(frozenset({10}), frozenset({300})) == 3
    assert measure_days_apart(frozenset(), frozenset({300})) == 0


def test_names_meet_between_languages_and_say_what_is_missing():
    kazakh = read_marks(
        article(1, title="Қостанайда көпір ашылды", lead="", text="Көпірді әкім ашты.")
    )
    english = read_marks(
        article(
            2, title="Bridge opens in Kostanay", lead="", text="The akim opened it.", language="en"
        )
    )
    other = read_marks(
        article(3, title="Павлодарда көпір ашылды", lead="", text="Көпірді әкім ашты.")
    )

    assert measure_overlap(kazakh, english) > 0.9
    assert measure_overlap(kazakh, other) == 0
    assert find_missing(kazakh, other) == {cut_stem("Қостанай"), cut_stem("Павлодар")}
    assert find_missing(kazakh, english) == frozenset()
    assert share_frame(kazakh, other)
    assert not share_frame(kazakh, kazakh)


def test_a_rare_stem_tells_more_and_a_capital_makes_a_name():
    rarity = load_rarity()

    assert (
        rarity.weight(cut_stem("министр"))
        < rarity.weight(cut_stem("Қостанай"))
        < rarity.weight("nobody")
    )
    assert rarity.is_name(cut_stem("Қостанай"))
    assert not rarity.is_name(cut_stem("школа"))


def test_the_table_counts_texts_and_capitals_inside_sentences():
    texts = [
        "Көпір ашылды Астанада",
        "Астанада көпір бар",
        "жаңа Астанада",
        "бұл Астанада, 2025 жыл",
        "көпір",
    ]
    head, *rows = lzma.decompress(count_stems(texts)).decode().splitlines()

    assert head == "5"
    assert rows == ["астан\t4\t3"]
