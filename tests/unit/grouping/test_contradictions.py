"""What speaks against one event, in whatever languages two articles are."""

import lzma

import pytest

from aggregator.foundry.bridges import find_bridges, pack_bridges
from aggregator.grouping.bridges import load_bridges
from aggregator.grouping.contradictions import (
    describe_contradictions,
    find_contradictions,
    read_claims,
)
from aggregator.grouping.features import read_marks
from aggregator.grouping.lexicon import are_apart, find_concepts
from aggregator.grouping.overrides import NONE
from aggregator.grouping.pairs import SHIPPED, gather_evidence, read_article
from aggregator.grouping.why import explain
from aggregator.grouping.words import cut_stem, spell_stems
from tests.support.builders import article


def claims(language, title, lead=""):
    item = article(1, language=language, title=title, lead=lead, text=lead)
    return read_claims(item, read_marks(item))


def compare(one, other):
    left, right = claims(*one), claims(*other)
    found = find_contradictions(left, right)
    assert found == find_contradictions(right, left)
    return found


@pytest.mark.parametrize(
    ("part", "one", "other"),
    [
        ("places", ("ru", "Пожар в Таразе"), ("kk", "Қызылордада өрт шықты")),
        ("places", ("en", "Fire in Taraz"), ("kk-Latn", "Qyzylordada ört şyqty")),
        ("kinds", ("ru", "Лук подорожал"), ("kk", "Картоп арзандады")),
        ("outcomes", ("en", "Court acquits doctor"), ("ru", "Врача осудили")),
        ("numbers", ("ru", "Экс-акима осудили на 7 лет"), ("kk", "Бұрынғы әкім 4 жылға сотталды")),
        ("strangers", ("ru", "Токаев позвонил Мирзиёеву"), ("en", "Tokayev calls Aliyev")),
        ("unsaid", ("ru", "Медведь напал на туриста"), ("kk", "Көпір жөндеуге жабылды")),
    ],
    ids=lambda value: value if isinstance(value, str) else value[1],
)
def test_siblings_contradict_each_other_across_languages(part, one, other):
    assert getattr(compare(one, other), part) > 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("ru", "В Балхаше сгорел склад"), ("kk", "Қарағанды облысында қойма өртенді")),
        (("en", "Onion prices rise"), ("kk", "Пияз қымбаттады")),
        (("ru", "Ремонт моста через Иртыш в Семее"), ("kk", "Семейде Ертіс көпірі жөнделеді")),
        (("ru", "Доллар США подорожал"), ("kk", "АҚШ доллары қымбаттады")),
    ],
    ids=lambda value: value[1],
)
def test_one_event_in_two_languages_contradicts_nothing(one, other):
    found = compare(one, other)

    assert (found.places, found.kinds, found.outcomes, found.numbers) == (0, 0, 0, 0)
    assert found.strangers == 0


def test_what_the_other_article_mentions_is_no_contradiction():
    report = ("ru", "Пожар в Таразе", "Днём раньше горел рынок в Кызылорде.")

    assert compare(report, ("kk", "Қызылордада өрт шықты")).places == 0
    senate = ("ru", "Сенат принял закон", "Закон поступил из мажилиса.")
    assert compare(senate, ("kk", "Мәжіліс заңды мақұлдады")).kinds == 0.5


def test_longer_texts_are_not_judged_by_numbers_and_words():
    words = " ".join(2 * one + 2 * two for one in "абвгде" for two in "жзиклм")
    found = compare(
        ("ru", "Пострадали 12 человек", words), ("ru", "Ранены 15 человек", words + " взрыв")
    )

    assert (found.bare, found.numbers, found.unsaid, found.strangers) == (0, 0, 0, 0)


def test_the_longest_beginning_of_a_word_says_what_it_is():
    assert find_concepts("Қоймадағы қой", "kk") == [(0, "place:warehouse"), (1, "animal:sheep")]
    assert find_concepts("Лукойл купил лук", "ru") == [(2, "food:onion")]
    assert find_concepts("Курс доллара США", "und") == []
    assert find_concepts("В Кордае", "und") == [(1, "Kordai")]


def test_places_hold_each_other_and_none_says_nothing():
    assert are_apart(["Balkhash"], ["Taraz", "Zhambyl Region"])
    assert not are_apart(["Balkhash"], ["Karaganda Region"])
    assert not are_apart(["Almaty Region"], ["Bostandyk"])
    assert not are_apart([], ["Taraz"])


def test_what_spoke_against_is_said_in_words():
    titles = ("Лук подорожал в Таразе", "Астанада картоп арзандады")
    left, right = claims("ru", titles[0]), claims("kk", titles[1])
    said = describe_contradictions(left, right, spell_stems("\n".join(titles)))

    assert said["places"] == "Taraz / Astana"
    assert said["kinds"] == "onion / potato"
    assert said["outcomes"] == "rise / fall"


def test_names_and_words_are_said_as_they_stand_and_not_as_stems():
    report, other = (
        article(number, language=language, title=title, lead="", text="")
        for number, (language, title) in enumerate(
            (
                ("ru", "Токаев принял Мирзиёева в Костанае: 1,5 млрд тенге"),
                ("kk", "Қостанайда Назарбаев туралы кітап таныстырылды, 1.5 млрд"),
            ),
            1,
        )
    )
    said = explain([report], [other], NONE)

    assert set(said.shared_names) == {"Костанае/Қостанайда", "1,5/1.5"}
    assert said.against["strangers"] == "Мирзиёева, Токаев / Назарбаев"
    assert spell_stems("мектеп Мектеп") == {"мекте": "Мектеп"}


def test_stems_translate_each_other_both_ways():
    bridges = load_bridges()

    assert "лук" in bridges.find_translations("kk", "ru", "пияз")
    assert "пияз" in bridges.find_translations("ru", "kk", "лук")
    assert bridges.find_translations("kk", "kk", "пияз") == frozenset()
    assert cut_stem("побед") in bridges.find_synonyms("ru", cut_stem("выиграл"))


def test_bridges_are_found_in_parallel_text():
    pairs = [
        ("пожар потушили", "өрт сөндірілді"),
        ("пожар начался", "өрт басталды"),
        ("дождь начался", "жаңбыр басталды"),
    ] * 3
    found = find_bridges(pairs)
    packed = lzma.decompress(pack_bridges([("ru", "kk", found)])).decode()

    assert found["пожар"][0] == "орт"
    assert found["начал"][0] == "баста"
    assert packed.startswith("ru kk\nдожд")


def test_however_much_contradicts_a_report_is_not_torn_from_its_own_story():
    report, same, odd = (
        article(number, title=title, lead="", text="", language=language)
        for number, (language, title) in enumerate(
            (
                ("ru", "В Павлодаре открыли новый мост"),
                ("kk", "Павлодарда жаңа көпір ашылды"),
                ("ru", "Тенге укрепился к доллару в Астане"),
            ),
            1,
        )
    )
    score = SHIPPED.score(gather_evidence(read_article(same), read_article(odd)))
    said = explain([report], [odd], NONE)

    assert score == -4
    assert said.score < -4  # what stands in the table is the sum, whole
    assert said.against["places"] == "Pavlodar / Astana"
