"""What English calls a country: all of it is right, and nothing else is."""

from __future__ import annotations

import pytest

from aggregator.names.articles import settle_article
from aggregator.names.countries import RENDERINGS, has_country, names_country, says_country
from aggregator.names.glossary import Name
from aggregator.names.mend import find_missing_names, keep_names
from tests.support.shipped import shipped_glossary

GLOSSARY = shipped_glossary()
COUNTRIES = [name for name in GLOSSARY.names if name.kind == "country"]


def find_names(text, language="ru"):
    return [match.name for match in GLOSSARY.find(text, language)]


def list_missing(english, text, language="ru"):
    names = find_names(text, language)
    return [name.english for name in find_missing_names(english, names)]


def test_every_country_of_the_glossary_has_its_row():
    assert [name.english for name in COUNTRIES if name.english not in RENDERINGS] == []


def test_every_row_is_a_name_of_the_glossary():
    known = {name.english for name in GLOSSARY.names if name.kind in {"country", "region"}}

    assert set(RENDERINGS) <= known


@pytest.mark.parametrize("name", COUNTRIES, ids=lambda name: name.english)
def test_whatever_english_calls_a_country_is_said_and_stays(name):
    for form in (name.english, *RENDERINGS[name.english].split(" | ")):
        word = f"{form}Kazakh" if form.endswith("-") else form
        english = f"{word} president arrives in Paris"
        assert find_missing_names(english, [name]) == [], english
        assert keep_names(english, [name]) == english


@pytest.mark.parametrize("name", COUNTRIES, ids=lambda name: name.english)
def test_a_country_is_missed_where_nothing_means_it(name):
    english = "President arrives at the state forum of federal union kingdoms with us"

    assert find_missing_names(english, [name]) == [name]
    assert keep_names(english, [name]) == english


def test_a_rendering_means_one_country():
    together = [
        {"Kazakhstan", "Republic of Kazakhstan", "Kazakh SSR"},
        {"Russia", "Russian Federation"},
        {"China", "People's Republic of China"},
    ]
    owners = {}
    for country, forms in RENDERINGS.items():
        for form in (country, *forms.split(" | ")):
            owners.setdefault(form, set()).add(country)

    shared = [row for row in owners.values() if len(row) > 1]
    assert [row for row in shared if not any(row <= group for group in together)] == []


@pytest.mark.parametrize(
    ("text", "language", "english"),
    [
        ("США ввели новые пошлины", "ru", "US imposes new tariffs"),
        ("США ввели новые пошлины", "ru", "U.S. imposes new tariffs"),
        ("США ввели новые пошлины", "ru", "The USA imposes new tariffs"),
        ("США ввели новые пошлины", "ru", "America imposes new tariffs"),
        ("США ввели новые пошлины", "ru", "US-led coalition meets"),
        ("АҚШ жаңа баж енгізді", "kk", "US imposes new tariffs"),
        ("АҚШ-тың елшісі", "kk", "American ambassador"),
        ("Граждане США", "ru", "Two Americans"),
        ("Посол Франции посетил Алматы", "ru", "French ambassador visits Almaty"),
        ("Премьер Великобритании прибыл", "ru", "UK prime minister arrives"),
        ("Премьер Великобритании прибыл", "ru", "British prime minister arrives"),
        ("Ұлыбритания премьері", "kk", "Britain's prime minister"),
        ("ОАЭ инвестируют в Казахстан", "ru", "UAE to invest in Kazakhstan"),
        ("БАӘ инвестициясы", "kk", "Emirati investment"),
        ("Президент Польши прибывает в Астану", "ru", "Polish president arrives in Astana"),
        ("Президент Бельгии", "ru", "Belgian president"),
        ("Посол Греции", "ru", "Greek ambassador"),
        ("Посол Норвегии", "ru", "Norwegian ambassador"),
        ("Президент Филиппин", "ru", "Philippine president"),
        ("Посол Испании", "ru", "Spanish ambassador"),
        ("Посол Финляндии", "ru", "Finnish ambassador"),
        ("Посол Нидерландов", "ru", "Dutch ambassador"),
        ("Посол Дании", "ru", "Danish ambassador"),
        ("Посол Швейцарии", "ru", "Swiss ambassador"),
        ("Посол Ирландии", "ru", "Irish ambassador"),
        ("Посол Турции", "ru", "Turkish ambassador"),
        ("Түркия елшісі", "kk", "Turkish ambassador"),
        ("Граждане Польши", "ru", "Three Poles"),
        ("Граждане Кыргызстана", "ru", "Kyrgyz citizens"),
        ("Президент Южной Кореи", "ru", "Korean president"),
        ("Лидеры КНДР и Южной Кореи", "ru", "Leaders of North and South Korea"),
        ("Бюджет РФ", "ru", "Russian budget"),
        ("Федерация футбола РФ", "ru", "Russian Football Federation"),
        ("Отношения Китая и России", "ru", "Sino-Russian relations"),
        ("Времена СССР", "ru", "Soviet times"),
        ("Посол Саудовской Аравии", "ru", "Saudi ambassador"),
        ("Президент Чехии", "ru", "Czech president"),
        ("Посол Боснии и Герцеговины", "ru", "Bosnian ambassador"),
        ("Посол Ватикана", "ru", "Holy See's ambassador"),
        ("СТРАНЫ ФРАНЦИИ", "ru", "FRENCH AMBASSADOR"),
        # parts of the world
        ("Страны Ближнего Востока", "ru", "Middle Eastern countries"),
        ("Жители сектора Газа", "ru", "People of Gaza"),
        ("Нагорный Карабах", "ru", "War in Karabakh"),
    ],
)
def test_everyday_english_is_left_alone_and_misses_nothing(text, language, english):
    names = find_names(text, language)

    assert names
    assert keep_names(english, names) == english
    assert find_missing_names(english, names) == []


@pytest.mark.parametrize(
    ("text", "english", "missing"),
    [
        ("США ввели пошлины", "Tell us about tariffs", "United States"),
        ("США ввели пошлины", "The state imposes tariffs", "United States"),
        ("США ввели пошлины", "Gulf States impose tariffs", "United States"),
        ("США ввели пошлины", "Latin American tariffs", "United States"),
        ("США ввели пошлины", "South America imposes tariffs", "United States"),
        ("Турция вводит пошлины", "The price of turkey rises", "Türkiye"),
        ("Китай вводит пошлины", "Plates of fine china", "China"),
        ("Посол Польши", "They polish floors", "Poland"),
        ("Посол Австрии", "Australian ambassador", "Austria"),
        ("Посол Словакии", "Slovenian ambassador", "Slovakia"),
        ("Посол Нигерии", "Niger's ambassador", "Nigeria"),
        ("Посол Южной Кореи", "North Korean ambassador", "South Korea"),
        ("Посол КНДР", "South Korean ambassador", "North Korea"),
        ("Посол Великобритании", "Ambassador of the united teams", "United Kingdom"),
        ("Времена СССР", "Union strike", "Soviet Union"),
        ("Посол Мексики", "Ambassador in New Mexico", "Mexico"),
        ("Посол ЮАР", "Ambassador of South Sudan in Africa", "South Africa"),
    ],
)
def test_what_means_another_country_or_none_does_not_pass(text, english, missing):
    names = find_names(text)
    kept = keep_names(english, names)

    assert kept == english
    assert list_missing(kept, text) == [missing]


@pytest.mark.parametrize(
    ("text", "english", "mended"),
    [
        ("Россия и мир", "Rossiya and the world", "Russia and the world"),
        ("Посол Турции", "Ambassador of Turkey", "Ambassador of Türkiye"),
        ("Посол Турции", "Turkish envoy returns to Turkey", "Turkish envoy returns to Türkiye"),
        ("Узбекистан готов", "Uzbekstan is ready", "Uzbekistan is ready"),
        ("Посол Катара", "Ambassador of Katar", "Ambassador of Qatar"),
    ],
)
def test_a_country_spelt_otherwise_is_still_put_right(text, english, mended):
    assert keep_names(english, find_names(text)) == mended


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("Исландия и рыба", "Ireland sells fish"),
        ("Австрия и Альпы", "Australia has peaks"),
        ("Жительница Омана", "Woman arrives"),
        ("Испания и мир", "Spin and the world"),
    ],
)
def test_no_other_word_is_overwritten_by_a_country(text, english):
    names = find_names(text)

    assert keep_names(english, names) == english
    assert find_missing_names(english, names) == names


def test_a_country_that_has_no_row_is_known_by_its_stem():
    peru = Name(english="Peru", kind="country", forms=(("ru", ("Перу",)),))

    assert find_missing_names("Peruvian ambassador", [peru]) == []
    assert find_missing_names("Chilean ambassador", [peru]) == [peru]
    assert keep_names("Peruan ambassador", [peru]) == "Peruan ambassador"


def test_a_country_is_known_in_its_own_case():
    assert says_country("the US and others", "United States")
    assert not says_country("all of us", "United States")
    assert says_country("Turkey", "Türkiye")
    assert not has_country("Turkey", "Türkiye")
    assert names_country("Polish president")
    assert not names_country("Police president")


@pytest.mark.parametrize(
    ("before", "name", "settled"),
    [
        ("a ", "akim", "an "),
        ("A ", "Akim", "An "),
        ("an ", "maslikhat", "a "),
        ("saw an ", "Ministry of Finance", "saw a "),
        ("a ", "Aktobe", "an "),
        ("an ", "European Union", "a "),
        ("a ", "Ukraine", "a "),
        ("a ", "Uzbekistan", "an "),
        ("an ", "FAO", "an "),  # nobody can see how it is read
        ("the ", "akim", "the "),
        ("via ", "Astana", "via "),
        ("", "Astana", ""),
    ],
)
def test_an_article_follows_the_name(before, name, settled):
    assert settle_article(before, name) == settled
