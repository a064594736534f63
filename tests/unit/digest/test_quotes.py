from dataclasses import replace

import pytest

from aggregator.digest.quotes import find_quotes
from aggregator.models import Passage, Translation
from aggregator.names.glossary import Glossary, Name
from tests.support.builders import digest

GLOSSARY = Glossary(
    [
        Name(
            english="Kassym-Jomart Tokayev",
            kind="person",
            forms=(("kk", ("Қасым-Жомарт Тоқаев",)), ("ru", ("Касым-Жомарт Токаев",))),
        ),
        Name(
            english="Marat Kozhayev",
            kind="person",
            forms=(("kk", ("Марат Қожаев",)), ("ru", ("Марат Кожаев",))),
        ),
        Name(
            english="Dinara Zakiyeva",
            kind="person",
            forms=(("kk", ("Динара Зәкиева",)), ("ru", ("Динара Закиева",))),
        ),
        Name(
            english="Aida Balayeva",
            kind="person",
            forms=(("kk", ("Аида Балаева",)), ("ru", ("Аида Балаева",))),
        ),
    ]
)
WORDS = "Топлива на зиму хватит всем областям"


def find(text, language="ru", **changes):
    story = digest(1).stories[0]
    best = replace(story.best, text=text, language=language, outlet="Дала", outlet_en="Dala")
    return find_quotes(replace(story, articles=(best,), **changes), GLOSSARY)


@pytest.mark.parametrize(
    ("text", "language", "speaker"),
    [
        (f"«{WORDS}», – сказал министр Ерлан Аккенженов.", "ru", "Yerlan Akkenzhenov"),
        (f"«{WORDS}», — отметила аким города Гульнар Сатпаева.", "ru", "Gulnar Satpayeva"),
        (f"«{WORDS}», – заявил Касым-Жомарт Токаев на встрече.", "ru", "Kassym-Jomart Tokayev"),
        (f"«{WORDS}», – сказал аким Алматы Ерлан Досаев.", "ru", "Yerlan Dosayev"),
        (f"Ерлан Аккенженов: «{WORDS}».", "ru", "Yerlan Akkenzhenov"),
        (f"Зал молчал. Динара Оспанова: «{WORDS}».", "ru", "Dinara Ospanova"),
        (f"«{WORDS}», – сказала министр Динара Оспанова.", "ru", "Dinara Ospanova"),
        (f"«{WORDS}», – сказала Динара Оспанова.", "ru", "Dinara Ospanova"),
        (f"«{WORDS}», – сказала Александра Маратова.", "ru", "Aleksandra Maratova"),
        (f"«{WORDS}», – сказала Нелли Оспанова.", "ru", "Nelli Ospanova"),
        (f"«{WORDS}», – сообщила депутат мажилиса Динара Оспанова.", "ru", "Dinara Ospanova"),
        (
            f"«{WORDS}», – сказала министр труда и социальной защиты населения Динара Оспанова.",
            "ru",
            "Dinara Ospanova",
        ),
        (
            f"«{WORDS}», – сообщила официальный представитель МВД Динара Оспанова.",
            "ru",
            "Dinara Ospanova",
        ),
        (f"«{WORDS}», – сказала директор департамента Динара Оспанова.", "ru", "Dinara Ospanova"),
        (f"«{WORDS}», – сказала ведущая форума Аида Балаева.", "ru", "Aida Balayeva"),
        (f"«{WORDS}», – сказала ведущая форума Анна Ржевская.", "ru", "Anna Rzhevskaya"),
        (
            "«Қысқа дайындық толық аяқталды», – деді министр Ерлан Ақкенженов.",
            "kk",
            "Erlan Aqkenzhenov",
        ),
        (
            "«Қысқа дайындық толық аяқталды», – деп атап өтті Қасым-Жомарт Тоқаев.",
            "kk",
            "Kassym-Jomart Tokayev",
        ),
    ],
)
def test_a_speaker_who_is_certain_stands_in_english(text, language, speaker):
    [quote] = find(text, language)
    assert quote.speaker == speaker
    assert quote.words in text
    assert quote.outlet == "Dala"
    assert quote.english == ""


@pytest.mark.parametrize(
    "text",
    [
        f"«{WORDS}», – сказал министр.",
        f"«{WORDS}», – сказал пресс-секретарь Асхата Оспанова.",
        f"«{WORDS}», – сказала пресс-секретарь Асхата Оспанова.",
        f"«{WORDS}», – сообщил Ерлан Аккенженов министру Асхату Оразову и Серик Нуров.",
        f"По словам Ерлана Аккенженова: «{WORDS}».",
        "Фильм «Дорога домой через степь» – сказал Ерлан Аккенженов.",
        f"Рынок «{WORDS}» сгорел.",
        f"«{WORDS}», – сказал Ерлан Аккенженов",
        f"«{WORDS}», – сказала заместитель Асхата Оспанова.",
        f"«{WORDS}», – сообщила пресс-секретарь акима Асхата Оспанова.",
        f"«{WORDS}», – сообщила адвокат Асхата Сериковича Оспанова.",
        f"«{WORDS}», – сказал он о матче, где играл Асхат Оспанов.",
        f"«{WORDS}», – сказал он и Асхат Оспанов согласился.",
        f"«{WORDS}», – сообщил депутат Республики Алтай.",
        f"Депутат раскритиковал Асхата Оспанова: «{WORDS}».",
        f"Встреча прошла мирно. Позже блогер написал про Асхата Оспанова: «{WORDS}».",
    ],
    ids=[
        "no name",
        "a man, another's name",
        "a woman, another's name",
        "two names",
        "another case",
        "a title",
        "no speaker",
        "no end",
        "a woman, her chief's name",
        "a woman, her chief's office and name",
        "a woman, her client's patronymic",
        "another clause",
        "another subject",
        "a place",
        "one who is blamed",
        "one who is written about",
    ],
)
def test_a_speaker_who_is_not_certain_is_not_named(text):
    assert find(text) == ()


@pytest.mark.parametrize(
    "end",
    [
        "сообщила пострадавшая по делу Куандыка Бишимбаева.",
        "рассказала свидетель убийства Асхата Оспанова.",
        "ответила на вопрос журналиста Данияра Ашимова.",
        "сказала ведущая шоу Нурлана Сабурова.",
        "заявила партия Асхата Оспанова.",
        "написала газета Асхата Оспанова.",
        "сказала директор Нурлана Сабурова.",
        "сказала директор компании Нурлана Сабурова.",
        "сказала директор школы Нурлана Сабурова.",
        "сказала врач Асхата Оспанова.",
        "говорит соседка Асхата Оспанова.",
        "считает эксперт команды Асхата Оспанова.",
        "сказала министр Марата Оспанова.",
        "сказала Марата Кожаева.",
        "сказала ведущая шоу Никиты Оспанова.",
        "сообщила потерпевшая по делу Мусы Оспанова.",
        "заявила заместитель министра здравоохранения Асхата Оспанова.",
    ],
)
def test_what_may_be_a_man_s_name_behind_another_is_nobody_s(end):
    assert find(f"«{WORDS}», – {end}") == ()


@pytest.mark.parametrize(
    "end",
    [
        "деді ол, ал Ерлан Досаев үндемеді.",
        "деді ол кеше Ерлан Досаев өткізген жиында.",
        "деді қатысушы Ерлан Досаев өткізген жиында.",
    ],
)
def test_whoever_does_something_else_in_kazakh_is_not_quoted(end):
    assert find(f"«Қысқа дайындық толық аяқталды», – {end}", "kk") == ()


def test_the_english_of_the_sentence_is_shown_where_the_story_has_it():
    sentence = f"«{WORDS}», – сказал министр Ерлан Аккенженов."
    lead = Passage(segments=(Translation(source=sentence, english="There is enough fuel."),))
    [quote] = find(sentence, lead=lead)
    assert quote.english == "There is enough fuel."


def test_a_quote_of_two_reports_stands_once_and_a_page_holds_a_few():
    sentence = f"«{WORDS}», – сказал министр Ерлан Аккенженов."
    assert len(find(f"{sentence} {sentence}")) == 1
    many = " ".join(sentence.replace("Топлива", f"Топлива{number}") for number in range(9))
    assert len(find(many)) == 4
