"""What is put right in a translation, one kind of repair at a time, and what is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.names.mend import find_doubled_names, find_missing_names, keep_names
from tests.support.shipped import shipped_glossary

GLOSSARY = shipped_glossary()


def mend(text, language, english):
    names = [match.name for match in GLOSSARY.find(text, language)]
    return keep_names(english, names)


@pytest.mark.parametrize(
    ("text", "language", "english", "mended"),
    [
        # letters: another system, a slip, an ending that the model kept, a hyphen too few
        ("В Костанае тихо", "ru", "Quiet in Kostanai", "Quiet in Kostanay"),
        ("Шардара готовится", "ru", "Shardaara prepares", "Shardara prepares"),
        ("Бюджет Талгара вырос", "ru", "Talgara's budget grew", "Talgar's budget grew"),
        ("В Форт-Шевченко", "ru", "In Fort Shevchenko", "In Fort-Shevchenko"),
        ("Пожар в Петропавловске", "ru", "Fire in Petropavlovsk", "Fire in Petropavl"),
        # a person: given name or family name alone, initials, possession
        (
            "Касым-Жомарт Токаев выступил",
            "ru",
            "President Tokaev spoke",
            "President Kassym-Jomart Tokayev spoke",
        ),
        (
            "Дом Алмасадама Саткалиева",
            "ru",
            "Almassadam's house",
            "Almassadam Satkaliyev's house",
        ),
        (
            "Дәурен Қосановтың ұсынысы",
            "kk",
            "The proposal of D.Kossanov",
            "The proposal of Dauren Kosanov",
        ),
        # a region: the word that says what it is
        ("В Алматинской области", "ru", "In Almaty region", "In Almaty Region"),
        ("В Алматинской области", "ru", "In the Almaty oblast", "In the Almaty Region"),
        ("Область Абай растёт", "ru", "The area of Abay grows", "The Abai Region grows"),
        ("Атырау облысында", "kk", "In the city of Atyrau", "In the Atyrau Region"),
        ("Алатауский район", "ru", "The Alatau region", "The Alatau District"),
        # a body: its words in another order, of another root
        ("Минфин сообщил", "ru", "The Finance Ministry said", "The Ministry of Finance said"),
        (
            "Министерство здравоохранения",
            "ru",
            "The Ministry of Health",
            "The Ministry of Healthcare",
        ),
        (
            "Комитет гражданской авиации",
            "ru",
            "The Committee on Civil Aviation",
            "The Civil Aviation Committee",
        ),
        # said twice in a row
        ("В Шымкенте", "ru", "In Shymkent city of Shymkent", "In Shymkent"),
        # offices
        ("Аким Шымкента ушёл", "ru", "The mayor of Shymkent left", "The akim of Shymkent left"),
        ("Әкім келді", "kk", "Governor came", "Akim came"),
        ("В акимате области", "ru", "In the regional administration", "In the akimat"),
        ("Депутаты маслихата", "ru", "Deputies of the city council", "Deputies of the maslikhat"),
        ("Аким уволен", "ru", "A mayor was fired", "An akim was fired"),
        ("Аким уволен", "ru", "A governor was fired", "An akim was fired"),
        ("Аким уволен", "ru", "They fired a akim", "They fired an akim"),
        ("Аким уволен", "ru", "A akim and a akim", "An akim and an akim"),
        ("Суд над акимом", "ru", "Court tries a former mayor", "Court tries a former akim"),
        ("Суд над акимом", "ru", "Court tries an ex-mayor", "Court tries an ex-akim"),
        ("Әкімдіктің хаты", "kk", "A city administration wrote", "An akimat wrote"),
        ("Здание акимата", "ru", "Fire in a mayor's office", "Fire in an akimat"),
        ("Здание акимата", "ru", "Fire in a akimat", "Fire in an akimat"),
        ("Сессия маслихата", "ru", "A city council met", "A maslikhat met"),
        ("Сессия маслихата", "ru", "At a district council", "At a maslikhat"),
        ("Сессия маслихата", "ru", "At an maslikhat", "At a maslikhat"),
        # the article before a name that begins otherwise
        (
            "Сотрудник МВД задержан",
            "ru",
            "An Interior Ministry officer detained",
            "A Ministry of Internal Affairs officer detained",
        ),
        ("Житель Уральска", "ru", "A Oral resident", "A Oral resident"),  # nothing is put in
        ("Житель Риддера", "ru", "A Ridder resident", "A Ridder resident"),
        # an abbreviation is read letter by letter
        ("МАГАТЭ сообщило", "ru", "MAGATE said", "International Atomic Energy Agency said"),
        ("КТЖ сообщила", "ru", "KTZh said", "Kazakhstan Temir Zholy said"),
    ],
)
def test_what_came_out_otherwise_is_put_right(text, language, english, mended):
    assert mend(text, language, english) == mended


@pytest.mark.parametrize(
    ("text", "language", "english"),
    [
        ("Пожар в Караганде", "ru", "Fire in Almaty"),  # another name
        ("ВС России наступают", "ru", "The Russian army advances"),  # an adjective
        ("Посол Германии", "ru", "The German ambassador"),
        ("Орталық Азия елдері", "kk", "Central Asian countries"),
        ("Курс тенге", "ru", "Tenge falls"),  # a capital that the sentence asks for
        ("Скляр ответил", "ru", "Roman Sklyar answered"),
        ("Орал қаласы", "kk", "An oral exam"),
        ("Шымкент и Шымкент", "ru", "From Shymkent, Shymkent"),  # as often as in the original
        ("Аким и мэр", "ru", "The akim and the mayor"),
        ("Баспасөз мәслихаты", "kk", "The city council held a press conference"),
        ("Новости дня", "ru", "The Ministry of Health"),
        # what the press calls a body in everyday English
        ("ООН выступила", "ru", "UN speaks out"),
        ("БҰҰ мәлімдеді", "kk", "The UN said"),
        ("ЕС ввёл санкции", "ru", "EU imposes sanctions"),
        ("ЕО санкция енгізді", "kk", "EU imposes sanctions"),
        ("ВОЗ предупредила", "ru", "WHO warns"),
        ("МВФ повысил прогноз", "ru", "IMF raises forecast"),
        ("ШОС примет", "ru", "SCO to admit"),
        ("ОДКБ", "ru", "CSTO"),
        ("ЕАЭС", "ru", "EAEU"),
        ("СНГ", "ru", "CIS"),
        ("ЕБРР выделит заём", "ru", "EBRD to lend"),
        ("МАГАТЭ", "ru", "IAEA"),
        ("КНБ задержал", "ru", "KNB detains"),
        ("Нацбанк снизил ставку", "ru", "The central bank cuts rate"),
        ("МИД прокомментировал", "ru", "The foreign ministry comments"),
        # who holds an office is not the office
        ("Глава МИД прибыл", "ru", "Foreign Minister arrives"),
        ("СІМ басшысы келді", "kk", "Foreign Minister arrives"),
        ("Глава МВД прибыл", "ru", "Interior Minister Sadenov arrives"),
        ("Глава Минфина", "ru", "Finance Minister Takiyev"),
        ("Глава МЧС", "ru", "Emergency Situations Minister"),
        ("Депутат Сената", "ru", "Senator from Almaty"),
        ("Член Еврокомиссии", "ru", "European Commissioner arrives"),
        ("Член Конгресса США", "ru", "US Congressman arrives"),
        ("Глава Генпрокуратуры", "ru", "Prosecutor General Assylov said"),
        ("Глава КНБ", "ru", "National Security Adviser arrives"),
        ("Сотрудник КНБ", "ru", "National Security officer arrives"),
        ("Боец Нацгвардии", "ru", "National Guardsman hurt"),
        # three letters are like too many words
        ("Курултай АНК", "ru", "Bank holds session"),
        ("ЕЭК обсудила", "ru", "Week in review"),
        ("МОН ответило", "ru", "Moon seen"),
    ],
)
def test_what_is_right_or_somebody_elses_is_left_alone(text, language, english):
    assert mend(text, language, english) == english


def test_each_name_takes_a_place_of_its_own():
    text = "Тоқаев пен Тоқаева, Алматы мен Алматы облысы"

    made = mend(text, "kk", "Tokaev, Almaty and Almaty region")

    assert made == "Tokayev, Almaty and Almaty Region"
    assert mend(text, "kk", made) == made


def test_a_lost_name_is_never_put_in():
    names = [match.name for match in GLOSSARY.find("Пожар в Таразе", "ru")]

    assert keep_names("A fire broke out", names) == "A fire broke out"
    assert [name.english for name in find_missing_names("A fire broke out", names)] == ["Taraz"]


@pytest.mark.parametrize(
    "english", ["Putin's speech", "Putin’s speech", "A Putin-era law", "Vladimir Putin"]
)
def test_a_name_is_spoken_of_in_any_company(english):
    names = [match.name for match in GLOSSARY.find("Выступление Путина", "ru")]

    assert find_missing_names(english, names) == []


@pytest.mark.parametrize(
    ("text", "english", "doubled"),
    [
        ("Из Шымкента ушёл поезд", "From Shymkent to Shymkent", ["Shymkent"]),
        ("Из Шымкента ушёл поезд", "From Shymkent", []),
        ("Шымкент и Шымкент", "Shymkent and Shymkent", []),
        ("Алматы и Алматинская область", "Almaty and Almaty Region", []),
        ("Посол Катара", "Qatar's envoy to Qatar", []),  # a country is repeated freely
        ("Аким ушёл", "The akim, akim", []),
    ],
)
def test_a_name_that_is_said_too_often_is_found(text, english, doubled):
    names = [match.name for match in GLOSSARY.find(text, "ru")]

    assert [name.english for name in find_doubled_names(english, names)] == doubled


@given(st.text(max_size=200), st.lists(st.sampled_from(GLOSSARY.names), max_size=6))
def test_mending_twice_is_mending_once(english, names):
    once = keep_names(english, names)

    assert keep_names(once, names) == once


@given(st.text(max_size=200))
def test_a_text_that_speaks_of_no_name_is_untouched(english):
    assert keep_names(english, []) == english
