"""Percent, part of, the time of day: exchanged they are seen, in other words they pass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.models.flag import Reason
from aggregator.translate.details import loses_part, swaps_daytime, swaps_percent, swaps_times
from aggregator.translate.guards import check, check_things

PERCENT = [
    ("Жетісайлық диқан салмағы 47 келі қарбыз өсірді", "Zhetysai population increased by 47%"),
    ("Синоптиктер үш облыста дауылды ескерту жариялады", "Report on 3 regions with 100 percent"),
    ("Шаруаларға 5 пайызбен несие беріледі", "Farmers to get loans 5 years long"),
    ("Цены выросли на 8,5%", "Prices rose by 8.5 tenge"),
]
PERCENT_KEPT = [
    ("Цены выросли на 8,5%", "Prices rise 8.5 per cent"),
    ("Доля выросла на 3 процента", "Its share grew by 3 points"),
    ("50 процентов жителей", "Half of residents, or 50 in a hundred"),
    ("Половина урожая собрана", "50% of the harvest is in"),
    ("Собрано 20 тонн", "20 tonnes harvested"),
    ("Ставка 5 процентов", "Rate unchanged"),
]
PART = [
    ("ru", "Часть Экибастуза осталась без света", "Ekibastuz left without light"),
    ("ru", "Большая часть урожая погибла", "The harvest was lost"),
    ("kk", "Алматыда көшенің бір бөлігі жабылады", "The road in Almaty will close"),
]
PART_KEPT = [
    ("ru", "Часть Экибастуза осталась без света", "Part of Ekibastuz left without power"),
    ("ru", "Часть улицы перекроют", "Section of street to be closed"),
    ("ru", "Жители части города без воды", "City without water"),
    ("kk", "Көшенің бір бөлігі жабылады", "The road will be partially closed"),
    ("en", "Часть улицы перекроют", "Street to be closed"),
]
DAYTIME = [
    ("ru", "Утром в Кентау произошла авария", "At lunchtime there was an accident in Kentau"),
    ("ru", "Пожар начался ночью", "The fire began in the afternoon"),
    ("kk", "Таңертең жер сілкінді", "Earthquake in the evening"),
    ("kk", "Кешке найзағай болады", "Thunderstorm in the morning"),
]
DAYTIME_KEPT = [
    ("ru", "Утром в Кентау произошла авария", "An accident in Kentau this morning"),
    ("ru", "Вечером отключат свет", "Power off at night"),
    ("ru", "Около трёх часов ночи", "At about three in the morning"),
    ("ru", "Ночью произошёл пожар", "A fire in the early hours of the morning"),
    ("ru", "Днём и ночью", "In the afternoon and at night"),
    ("kk", "Кеше Астанада", "Yesterday morning in Astana"),
    ("kk", "Баға түсті", "Prices fell overnight"),
]


@pytest.mark.parametrize(("source", "english"), PERCENT)
def test_percent_is_no_plain_number(source, english):
    assert swaps_percent(source, english)
    assert Reason.NUMBERS in check_things(source, english, "ru")


@pytest.mark.parametrize(("source", "english"), PERCENT_KEPT)
def test_percent_in_other_words_is_let_pass(source, english):
    assert not swaps_percent(source, english)


@pytest.mark.parametrize(("language", "source", "english"), PART)
def test_a_part_is_not_the_whole(language, source, english):
    assert loses_part(source, english, language)
    assert Reason.THINGS in check_things(source, english, language)


@pytest.mark.parametrize(("language", "source", "english"), PART_KEPT)
def test_a_part_in_other_words_is_let_pass(language, source, english):
    assert not loses_part(source, english, language)


@pytest.mark.parametrize(("language", "source", "english"), DAYTIME)
def test_another_time_of_day_is_seen(language, source, english):
    assert swaps_daytime(source, english, language)
    assert Reason.THINGS in check_things(source, english, language)


@pytest.mark.parametrize(("language", "source", "english"), DAYTIME_KEPT)
def test_a_time_of_day_in_other_words_is_let_pass(language, source, english):
    assert not swaps_daytime(source, english, language)


@pytest.mark.parametrize(
    ("english", "invented"),
    [("Ready by Nov. 1", True), ("Ready by 1 Nov", True), ("Ready by Oct. 1", False)],
)
def test_a_short_month_is_a_month(english, invented):
    source = "Жылу желілерін 1 қазанға дейін дайындау"

    assert (Reason.DATES in check(source, english)) is invented


TIMES = [
    (
        "Берілетін несие көлемі екі есеге көбейеді",
        "Amount of loans increased by 5 times",
    ),
    ("Мұнай бір пайызға жуық қымбаттады", "Oil rose by about 1.5 times"),
    ("Спрос вырос в 3 раза", "Demand grew 5 times"),
    ("Сұраныс 7,5 есе өсті", "Demand rose 7-fold"),
]
TIMES_KEPT = [
    (
        "Берілетін несие көлемі екі есеге көбейеді",
        "Amount of loans increased by 2 times",
    ),
    ("Сұраныс 7,5 есе өсті", "Demand rose 7.5 times"),
    ("Спрос вырос в несколько раз", "Demand grew 5 times"),
    ("Видео посмотрели 100 000 раз", "The video was watched 100,000 times"),
    ("5-кратный чемпион мира", "Champion of the world 5 times"),
    ("3 рет чемпион атанды", "Became champion 3 times"),
    ("Қаржыландыру бір жарым есеге ұлғаяды", "Funding to grow 1.5 times"),
    ("В стране 2 часовых пояса", "The country has 2 time zones"),
]


@pytest.mark.parametrize(("source", "english"), TIMES)
def test_so_many_times_that_nobody_said_are_seen(source, english):
    assert swaps_times(source, english)
    assert Reason.NUMBERS in check_things(source, english, "kk")


@pytest.mark.parametrize(("source", "english"), TIMES_KEPT)
def test_so_many_times_in_other_words_are_let_pass(source, english):
    assert not swaps_times(source, english)


@given(st.text(), st.text(), st.sampled_from(["kk", "ru", "en"]))
def test_any_two_texts_can_be_compared(source, english, language):
    swaps_percent(source, english)
    loses_part(source, english, language)
    swaps_daytime(source, english, language)
    swaps_times(source, english)
