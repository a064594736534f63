from datetime import UTC, datetime

import pytest

from aggregator.digest.differences import find_differences
from aggregator.models import ArticleRef, Copy

MORNING = datetime(2025, 9, 8, 4, tzinfo=UTC)


def ref(number, title, text="", language="ru", **changes):
    values = {
        "article_id": f"{number:032x}",
        "outlet_id": f"o{number}",
        "outlet": f"Outlet {number}",
        "link": "",
        "language": language,
        "title": title,
        "published": MORNING,
        "relation": Copy.SAME_EVENT,
        "text": text,
    }
    return ArticleRef(**{**values, **changes})


def compare(*titles):
    languages = [language for language, _ in titles]
    refs = [
        ref(number, title, language=languages[number]) for number, (_, title) in enumerate(titles)
    ]
    return [
        (difference.what, [claim.value for claim in difference.claims])
        for difference in find_differences(refs)
    ]


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        (
            ("ru", "Взрыв газа: 12 пострадавших"),
            ("kk", "Газ жарылып, 15 адам жарақат алды"),
            ("injured", ["12", "15"]),
        ),
        (
            ("ru", "В аварии погибли четыре человека"),
            ("kk", "Апаттан қаза тапқандар саны бесеуге жетті"),
            ("killed", ["4", "5"]),
        ),
        (
            ("ru", "Число погибших выросло до 7"),
            ("en", "Six people died in the crash"),
            ("killed", ["7", "6"]),
        ),
        (
            ("en", "Crash leaves three people injured"),
            ("kk", "Апатта төрт адам зардап шекті"),
            ("injured", ["3", "4"]),
        ),
        (
            ("ru", "Из села эвакуированы 112 человек"),
            ("kk", "Ауылдан 120 адам көшірілді"),
            ("evacuated", ["112", "120"]),
        ),
        (
            ("ru", "Задержан главный врач областной больницы"),
            ("kk", "Облыстық аурухананың бас дәрігері қамауға алынды"),
            ("", ["detained", "arrested"]),
        ),
        (
            ("ru", "Бывшего акима оправдали"),
            ("kk", "Бұрынғы әкім жеті жылға сотталды"),
            ("", ["acquitted", "convicted"]),
        ),
    ],
)
def test_what_outlets_say_differently_is_told_across_languages(one, other, found):
    assert compare(one, other) == [found]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("ru", "Пострадали 12 человек"), ("kk", "Он екі адам жарақат алды")),
        (("ru", "Пострадали 12 человек"), ("ru", "Пострадали 40 домов")),
        (("ru", "Пострадали 12 человек"), ("ru", "Пострадали более 10 человек")),
        (("ru", "Пострадали 12 человек"), ("kk", "10-нан астам адам жарақат алды")),
        (("ru", "Пострадали 12 человек"), ("ru", "Пострадали двое детей")),
        (("ru", "Пострадали 12 человек"), ("ru", "Среди них пострадали 2 человека")),
        (("ru", "Пострадали 12 человек"), ("ru", "Ранее сообщалось, что пострадали 9 человек")),
        (("ru", "Погибли 4 человека"), ("ru", "Пострадали 12 человек")),
        (("ru", "Задержаны 2 человека"), ("ru", "Задержан 29-летний водитель")),
        (("en", "Three people were hurt"), ("en", "No one was hurt")),
        (("ru", "Пострадали 12 человек"), ("ru", "Пострадали двадцать два человека")),
        (("ru", "Акима задержали"), ("ru", "Суд арестовал задержанного акима")),
    ],
    ids=[
        "words over ten",
        "houses",
        "round",
        "round in Kazakh",
        "children",
        "a part",
        "earlier",
        "another thing",
        "an age",
        "nobody",
        "twenty-two",
        "both steps",
    ],
)
def test_a_number_of_something_else_says_nothing(one, other):
    assert compare(one, other) == []


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("ru", "Пострадали 5-6 человек"),
        ("ru", "Пострадали 10–15 человек"),
        ("ru", "Пострадало 3,5 тысячи человек"),
        ("ru", "По меньшей мере 14 человек пострадали"),
        ("ru", "Пострадали до 20 человек"),
        ("ru", "Из 40 человек, что были в зале, из них 12 человек пострадали"),
        ("ru", "12 из 40 человек пострадали"),
        ("ru", "Среди пострадавших двое — граждане Узбекистана"),
        ("ru", "Двое пострадавших в реанимации"),
        ("ru", "Мужчине нанесли 5 ранений"),
        ("ru", "Двести пять человек пострадали"),
        ("kk", "Алпыс бес адам жарақат алды"),
        ("kk", "Кем дегенде 14 адам жарақат алды"),
        ("kk", "Бір адам жарақат алған жоқ"),
        ("kk", "10 адам жарақат алмады"),
        ("en", "A hundred and five people injured"),
        ("en", "As many as 20 people injured"),
        ("en", "12 of 40 people injured"),
    ],
)
def test_a_number_that_may_mean_another_says_nothing(language, title):
    assert compare(("ru", "Пострадали 99 человек"), (language, title)) == []


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("ru", "Эвакуировано 1 200 человек"),
        ("ru", "1\u00a0200 человек эвакуированы"),
        ("en", "Police evacuated 1,200 people"),
        ("kk", "1200 адам эвакуацияланды"),
    ],
)
def test_thousands_are_read_whole(language, title):
    assert compare(("ru", "Эвакуированы 900 человек"), (language, title)) == [
        ("evacuated", ["900", "1200"])
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("ru", "Задержан экс-аким"), ("ru", "Суд отказался арестовать экс-акима")),
        (("ru", "Задержан экс-аким"), ("ru", "Прокурор просит арестовать экс-акима")),
        (("ru", "Задержан экс-аким"), ("ru", "Арестовано имущество экс-акима")),
        (("ru", "Задержан экс-аким"), ("kk", "Экс-әкім қамауға алынбады")),
        (("ru", "Экс-аким осуждён"), ("kk", "Экс-әкім ақталмады")),
        (("ru", "Экс-аким осуждён"), ("ru", "Верховный суд отменил оправдательный приговор")),
        (("ru", "Обвиняемых в теракте оправдали"), ("ru", "Президент осудил теракт")),
        (("ru", "Акима арестовали"), ("en", "Talks held after the arrest of a mayor")),
    ],
)
def test_a_headline_that_denies_or_lifts_an_outcome_tells_none(one, other):
    assert compare(one, other) == []


def test_each_outlet_speaks_once_in_its_own_words():
    first = ref(1, "Взрыв в доме", "Дом оцеплен. Пострадали 12 человек, сообщили в ДЧС.")
    same = ref(2, "Взрыв: пострадали 12 человек", outlet_id="o1")
    other = ref(3, "15 адам жарақат алды", language="kk")
    copied = ref(4, "Пострадали 19 человек", relation=Copy.SAME_TEXT)
    [difference] = find_differences([first, same, other, copied])
    assert [claim.words for claim in difference.claims] == [
        "Пострадали 12 человек, сообщили в ДЧС.",
        "15 адам жарақат алды",
    ]


def test_a_report_that_gives_two_numbers_says_nothing():
    unsure = ref(1, "Пострадали 12 человек", "По другим данным, пострадали 14 человек.")
    assert find_differences([unsure, ref(2, "Пострадали 15 человек")]) == ()
