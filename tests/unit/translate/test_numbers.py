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


@pytest.mark.parametrize(
    ("source", "english"),
    [
        ("Екінші тоқсанда экспорт артты", "Exports rose in the second quarter"),
        ("Екінші тоқсанда экспорт артты", "Exports rose in Q2"),
        (
            "Бірінші тоқсанда инфляция 8,6 пайыз болды",
            "Inflation was 8.6% in the first quarter",
        ),
        ("IV тоқсанда құрылыс басталады", "Construction to begin in the fourth quarter"),
        ("2-тоқсанда сауда өсті", "Trade grew in the second quarter"),
        ("3-ші тоқсан қорытындысы", "Results of the third quarter"),
        ("Өткен тоқсанда сауда өсті", "Trade grew last quarter"),
        ("Тоқсан сайын есеп беріледі", "Reports are made quarterly"),
        ("Үш тоқсанда сауда өсті", "Trade grew over three quarters"),
        ("Тоқсан адам келді", "Ninety people came"),
        ("Тоқсаннан астам адам келді", "More than 90 people came"),
        ("Жүз тоқсан адам келді", "190 people came"),
    ],
)
def test_a_quarter_of_the_year_is_no_ninety(source, english):
    assert have_same_numbers(source, english)


@pytest.mark.parametrize(
    ("source", "english"),
    [
        ("Тоқсан адам келді", "Eighty people came"),
        ("Тоқсан адам келді", "People came"),
        ("Екінші тоқсанда экспорт артты", "Exports rose 90 times"),
        ("Екінші тоқсанда экспорт артты", "Exports rose to ninety"),
    ],
)
def test_ninety_is_still_asked_for(source, english):
    assert not have_same_numbers(source, english)


@pytest.mark.parametrize("name", ["Сорокин", "Сорокина", "Сорокиным", "Сорокино", "Сороколетов"])
def test_a_name_that_begins_like_forty_is_none(name):
    assert have_same_numbers(f"{name} выступил в Астане", "Sorokin performs in Astana")


@pytest.mark.parametrize(
    ("source", "english"),
    [
        ("Сорокин победил", "Sorokin wins 40 times"),
        ("Третьяк приехал", "Tretiak has come 3 times"),
        ("Шестаков приехал", "Shestakov has come 6 times"),
        ("Вторник будет тёплым", "2 days will be warm"),
        ("Четверг будет тёплым", "4 days will be warm"),
        ("Двери открыты", "2 doors are open"),
        ("Обед для детей", "2 dinners for children"),
    ],
)
def test_a_word_that_begins_like_a_number_excuses_no_digits(source, english):
    assert not have_same_numbers(source, english)


@pytest.mark.parametrize("word", ["сорок", "сорока", "сороковой", "сороковых", "сорокалетний"])
def test_forty_in_its_forms(word):
    assert have_same_numbers(f"Их {word}", "40 of them")
    assert not have_same_numbers(f"Их {word}", "Fifty of them")


@pytest.mark.parametrize(
    ("source", "english"),
    [
        ("Матч начнется в 20.30", "The match begins at 20:30"),
        ("Матч начнется в 20.30", "The match begins at 8:30 p.m."),
        ("Матч начнется в 20.30", "The match begins at 8:30 in the evening"),
        ("Матч начнется в 20:30", "The match begins at 20.30"),
        ("Матч сағат 20.30-да басталады", "The match begins at 8:30 p.m."),
        ("Ставка 20.30 процента", "A rate of 20.3 per cent"),
    ],
)
def test_a_time_with_a_point(source, english):
    assert have_same_numbers(source, english)


@pytest.mark.parametrize(
    ("source", "english"),
    [
        ("Ставка составила 20.30 процента", "The rate was 20:30"),
        ("Матч начнется в 20.30", "The match begins at 20:45"),
        ("Матч начнется в 20.30", "The match begins at 9:30 p.m."),
        ("Курс 25.30", "A rate of 25:30"),
        ("Курс 20.75", "A rate of 20:75"),
    ],
)
def test_what_is_no_time_or_another(source, english):
    assert not have_same_numbers(source, english)


@pytest.mark.parametrize(
    ("source", "english"),
    [
        ("500 м2 жилья", "500 square metres of housing"),
        ("500м2 жилья", "500 square metres of housing"),
        ("300 км2 и 20 м3", "300 sq km and 20 cubic metres"),
        ("300 km2 area", "300 square kilometres"),
        ("Выбросы СО2", "Carbon dioxide emissions"),
        ("За 10 лет экспорт вырос", "Exports grew over the decade"),
        ("За 20 лет экспорт вырос", "Exports grew over two decades"),
        ("За двадцать лет экспорт вырос", "Exports grew over two decades"),
        ("Три десятка человек", "30 people"),
        ("24 дома", "Two dozen houses"),
        ("Десяток машин сгорел", "A dozen cars burn"),
        ("За сутки 5 ДТП", "5 accidents in 24 hours"),
        ("Через полчаса", "30 minutes later"),
        ("сто двадцать пять человек", "125 people"),
        ("125 человек", "One hundred and twenty-five people"),
        ("жүз он екі адам", "112 people"),
        ("тысяча девятьсот сорок пятый", "1945"),
        ("двести пятьдесят три тысячи человек", "253,000 people"),
        ("сорок тысяч человек", "40,000 people"),
        ("сорок тыс. человек", "40,000 people"),
        ("полмиллиона тенге", "500,000 tenge"),
        ("500 тысяч тенге", "Half a million tenge"),
        ("два с половиной миллиона", "2.5 million"),
        ("2,5 миллиона", "Two and a half million"),
        ("бір жарым миллион теңге", "1.5 million tenge"),
        ("1,5 часа", "An hour and a half"),
        ("триллион тенге", "1 trillion tenge"),
    ],
)
def test_the_same_in_other_words(source, english):
    assert have_same_numbers(source, english)


@pytest.mark.parametrize(
    ("source", "english"),
    [
        ("сто двадцать пять человек", "126 people"),
        ("сто двадцать пять человек", "One hundred and thirty people"),
        ("сорок тысяч человек", "Fifty thousand people"),
        ("он бір елден екі жүз адам", "Two hundred people"),
        ("полмиллиона тенге", "5,000,000 tenge"),
        ("За 20 лет экспорт вырос", "Exports grew over three decades"),
        ("500 м2 жилья", "600 square metres of housing"),
    ],
)
def test_another_number_in_words(source, english):
    assert not have_same_numbers(source, english)
