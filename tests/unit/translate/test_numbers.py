"""The same numbers in two languages, however they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.translate.numbers import have_same_numbers


@pytest.mark.parametrize(
    ("source", "english"),
    [
        ("Өндіріс 6,4 пайызға өсті", "Output grew by 6.4%"),
        ("Выплатят 1 200 тенге", "1,200 tenge to be paid"),
        ("Мост обошёлся в 31 млрд тенге", "The bridge cost 31 billion tenge"),
        ("370 мыңнан астам бала", "More than 370,000 children"),
        ("370 мыңнан астам бала", "More than 370K children"),
        ("9,6 млн тенге", "KZT 9.6 mln"),
        ("15-20 тысяч человек", "15,000-20,000 people"),
        ("1 млн 200 мың тонна", "1.2 million tonnes"),
        ("2 мың 500 үй", "2,500 houses"),
        ("Тоғыз ауылға су тартылды", "Water reaches 9 villages"),
        ("Он екі елден", "From 12 countries"),
        ("сорока семи человек", "47 people"),
        ("2 көпір салынады", "Two bridges to be built"),
        ("1-орын", "First place"),
        ("20.08.2025 г.", "August 20, 2025"),
        ("Жиын 06:48-де басталды", "It began at 6:48"),
        ("Концерт в 21:00", "The concert is at 9 pm"),
        ("Победа со счётом 2:1", "A 2-1 win"),
        ("XXI ғасыр", "The 21st century"),
        ("в 1990-х", "in the 1990s"),
        ("COVID-19 ауруы", "COVID-19"),
        ("15-ти миллионов тенге", "15 million tenge"),
        ("площадь 900 квадратных метров", "an area of 900 m2"),
        ("Сан жоқ", "No number here"),
    ],
)
def test_equal_numbers_are_seen_as_equal(source, english):
    assert have_same_numbers(source, english)


@pytest.mark.parametrize(
    ("source", "english"),
    [
        pytest.param("Өндіріс 6,4 пайызға өсті", "Output grew by 4.6%", id="another number"),
        pytest.param(
            "Мост обошёлся в 31 млрд тенге", "The bridge cost 31 million tenge", id="another scale"
        ),
        pytest.param("31 млрд тенге", "31 tenge", id="scale lost"),
        pytest.param("600 орындық мектеп", "A new school", id="lost"),
        pytest.param("Жаңа мектеп салынды", "7 schools built", id="invented"),
        pytest.param(
            "Үшін, алтын, бірақ, онда", "3, 6, 1 and 10", id="words that only begin like numbers"
        ),
        pytest.param("19 тамызда 62 шақырым", "On August 19", id="one of two lost"),
        pytest.param("Бес жылға сотталды", "Sentenced to 15 years", id="a word for another digit"),
    ],
)
def test_numbers_lost_changed_or_invented_are_seen(source, english):
    assert not have_same_numbers(source, english)


@given(st.integers(0, 10**12))
def test_grouping_never_changes_a_number(value):
    assert have_same_numbers(f"{value:,}".replace(",", " "), f"{value:,}")


@given(st.integers(2, 10**6), st.integers(2, 10**6))
def test_two_whole_numbers_are_the_same_only_if_they_are(one, other):
    assert have_same_numbers(f"№ {one} орын", f"Item {other} here") == (one == other)


@pytest.mark.parametrize(
    ("source", "english", "same"),
    [
        ("Восемьдесят новых автобусов вышли на маршруты", "Eighty new buses are on routes", True),
        ("Восемьдесят новых автобусов вышли на маршруты", "80 new buses are on routes", True),
        ("Восемьдесят новых автобусов вышли на маршруты", "Fifty new buses are on routes", False),
        ("Көрмеге сексен компания қатысып жатыр", "Companies take part in the exhibition", False),
        ("Новые автобусы вышли на маршруты", "Fifty new buses are on routes", False),
        ("Он назвал его гигантом", "He called it a giant", True),
        ("Художник первой половины XX века", "An artist of the early XX century", True),
        ("Десятки автобусов вышли на маршруты", "Dozens of buses are on routes", True),
    ],
)
def test_numbers_in_words_from_eleven_are_asked_for(source, english, same):
    assert have_same_numbers(source, english) is same
