"""Stems: the forms of a word meet, and words that share letters do not."""

import pytest

from aggregator.search.english import stem_english
from aggregator.search.kazakh import list_kazakh_stems, stem_kazakh
from aggregator.search.russian import list_russian_stems, stem_russian

FORMS = {
    stem_kazakh: [
        "мектеп мектебі мектептерге мектептен мектептің мектебінде",
        "қала қаланың қалада қаласы қаласында қалалар",
        "кітапхана кітапханада кітапханасы кітапханасын",
        "халық халқы халқының халықтың",
        "ауыл ауылы ауылға ауылдарда",
        "су суды суға сумен суы суының суын",
        "жол жолы жолын жолдары жолға",
        "облыс облысы облысында облыстарында",
        "баға бағасы бағасын бағаға бағалар",
        "мұнай мұнайдың мұнайды",
        "сайлау сайлауы сайлауда",
        "оқушы оқушылар оқушысының",
        "фестиваль фестивалі фестивалінің",
        "өртенді өртеніп өртенген өртенеді",
    ],
    stem_russian: [
        "школа школы школу школой школам школ",
        "пожар пожара пожары пожаров",
        "окно окна окон окнами",
        "рынок рынка рынки рынков",
        "музей музея музеи музеев",
        "новый нового новые новых",
        "метро",
    ],
    stem_english: [
        "fire fires fired",
        "city cities",
        "child children",
        "stop stopped stops",
        "control controlled",
        "build built building",
        "centre centers",
        "agree agreed agrees",
    ],
}
ROWS = [(stem, row) for stem, rows in FORMS.items() for row in rows]
APART = [
    (stem_kazakh, "алматы алма", "a town ends as if it had an ending"),
    (stem_kazakh, "алтын алты", "gold and six"),
    (stem_kazakh, "мектеп министр", "nothing in common"),
    (stem_russian, "метро метров", "what has no forms and metres"),
    (stem_russian, "школа школьный", "another word"),
    (stem_english, "news new", "a plural that is none"),
    (stem_english, "organ organization", "another word"),
]


@pytest.mark.parametrize(("stem", "forms"), ROWS, ids=[row.split()[0] for _, row in ROWS])
def test_forms_of_a_word_have_one_stem(stem, forms):
    assert len({stem(form) for form in forms.split()}) == 1


@pytest.mark.parametrize(("stem", "words", "why"), APART, ids=[row[1] for row in APART])
def test_other_words_have_others(stem, words, why):
    one, other = words.split()
    assert stem(one) != stem(other), why


def test_a_noun_that_looks_like_an_adjective_meets_its_forms():
    assert set(list_russian_stems("аким")) & set(list_russian_stems("акима"))


MEETING = [
    (list_russian_stems, words)
    for words in (
        "медаль медали медалей медалями",
        "автомобиль автомобили автомобилей",
        "прибыль прибыли прибылью",
        "фестиваль фестивали фестивале",
        "деталь детали",
        "герой героя герои героев героем",
        "случай случая случаев",
        "охрана охраны охране охраной охрану",
        "проблема проблему проблемы",
        "могила могилы могиле",
        "улица улицей улицы",
        "лотерея лотереи лотерей лотерее",
        "еврей евреи евреев",
        "день дня дней дни днями",
        "мать матери матерей матерью",
        "дочь дочери дочерьми",
        "время времени времена времён",
        "имя имени именем имён",
        "сын сыновья сыновей",
        "друг друзья друзей",
        "ребёнок дети детей",
        "человек люди людей",
        "гражданин граждане граждан гражданам",
        "копейка копеек",
        "боец бойца бойцов",
        "заём займа займы",
        "лошадь лошадьми",
    )
] + [
    (list_kazakh_stems, words)
    for words in (
        "өзен өзені өзенінде өзеннің өзендер",
        "чемпион чемпионы чемпионын чемпионның",
        "телефон телефоны телефонына",
        "сезон сезоны сезонында",
        "түн түні түнінде түнде",
        "күн күні күнінде күннің",
        "орын орны орнында орнына орында орынға",
        "кәсіпорын кәсіпорны",
        "ойын ойыны ойында ойындар",
        "банк банкі банкінің банктер банкке",
        "пункт пункты пункті",
        "бас басы басын басында",
        "кеңес кеңесі кеңесінде",
        "тәртіп тәртібі тәртіпке",
        "тақырып тақырыбы тақырыптар",
        "одақ одағы одағының",
        "үлгі үлгісі үлгісін",
        "қаржы қаржысы қаржының",
        "құжат құжаты құжатын құжаттар",
        "ауыз аузы аузында",
        "алтын алтыны алтынды",
    )
]


@pytest.mark.parametrize(
    ("list_stems", "forms"), MEETING, ids=[words.split()[0] for _, words in MEETING]
)
def test_a_word_meets_each_of_its_forms(list_stems, forms):
    word, *others = forms.split()
    for other in others:
        assert set(list_stems(word)) & set(list_stems(other)), other


@pytest.mark.parametrize(
    ("list_stems", "words"),
    [
        (list_kazakh_stems, "алты алтыны"),
        (list_kazakh_stems, "алты алтын"),
        (list_russian_stems, "море меры"),
        (list_russian_stems, "соль село"),
        (list_russian_stems, "лес лось"),
        (list_russian_stems, "день дон"),
        (list_russian_stems, "имя имам"),
        (list_russian_stems, "мать мат"),
        (list_russian_stems, "введение введена"),
        (list_russian_stems, "лёд леди"),
    ],
)
def test_no_reading_of_a_word_is_another_word(list_stems, words):
    one, other = words.split()
    assert set(list_stems(one)).isdisjoint(list_stems(other))


@pytest.mark.parametrize("stem", [stem_kazakh, stem_russian, stem_english])
@pytest.mark.parametrize("word", ["", "а", "ь", "ъъъ", "ыы", "x", "0", "12", "ж" * 300, "s", "ed"])
def test_any_word_has_a_stem(stem, word):
    assert isinstance(stem(word), str)
