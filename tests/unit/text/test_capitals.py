"""Headlines in capitals, as they are usually written."""

from __future__ import annotations

import lzma
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.foundry.spellings import make_spellings
from aggregator.names.glossary import Glossary, Name
from aggregator.text.capitals import OwnSpellings, list_inner_words, restore_case
from tests.support.through import made_of

USUAL = [
    "Президент принял министра иностранных дел",
    "В Астане открылась новая школа",
    "Астанада жаңа мектеп ашылды",
    "Қазақстан мен Қытай келісімге қол қойды",
    "ТЖМ: ҚР-да 12 мың адам көшірілді",
    "АҚШ-та қазақстандық студенттер марапатталды",
    "МВД РК опровергло слухи о К. Токаеве",
    "Қ. Тоқаев АҚШ елшісімен кездесті",
    "ДТП в ВКО: трое погибли",
    "Назар аударыңыздар! Семейде жол жабылады",
    "Талдықорғанда ТЭЦ іске қосылды",
    "ШҚО-да орман өртенді",
    "АО «Казахтелеком» снизит тарифы на 5%",
    "XXI ғасыр: әлем қалай өзгерді?",
    "Костанай облысының әкімі Құмар Ақсақаловты қабылдады",
    "Школу открыл Женис Касымбек",
    "Astanada jaña mektep aşyldy",
]


@pytest.mark.parametrize("headline", USUAL)
def test_a_headline_in_capitals_is_read_as_usual(headline):
    assert restore_case(headline.upper()) == headline


@pytest.mark.parametrize(
    ("headline", "usual"),
    [
        ("СРОЧНО: в Алматы ощущалось землетрясение", "Срочно: в Алматы ощущалось землетрясение"),
        ("ВИДЕО С МЕСТА: в Алматы сгорел дом", "Видео с места: в Алматы сгорел дом"),
        ("Министр ПОДАЛ В ОТСТАВКУ после проверки", "Министр подал в отставку после проверки"),
    ],
)
def test_what_is_shouted_in_an_ordinary_headline_is_read_as_usual(headline, usual):
    assert restore_case(headline) == usual


@pytest.mark.parametrize(
    "headline",
    [
        "СНГ и ЕАЭС",
        "МАГАТЭ и ОДКБ",
        "МВД, КНБ, АФМ: кто за что отвечает",
        "ҚР БҒМ мен ТЖМ меморандум жасады",
        "КазМұнайГаз и АО КТЖ",
        "Новый IPHONE показали в Алматы",
        "PRESIDENT VISITS ASTANA",
        "",
        "2026",
    ],
)
def test_abbreviations_brands_and_english_stay_as_they_are(headline):
    assert restore_case(headline) == headline


def test_the_article_itself_says_how_its_names_are_written():
    text = "Кеше ауылда Зерең деген кісі тойын өткізді. Онда qazTech компаниясы да болды."

    assert restore_case("АУЫЛДА ЗЕРЕҢ ТОЙ ЖАСАДЫ", OwnSpellings(text)) == "Ауылда Зерең той жасады"
    assert restore_case("АУЫЛДА ЗЕРЕҢ ТОЙ ЖАСАДЫ") == "Ауылда зерең той жасады"


def test_a_family_name_that_nothing_knows_is_known_by_its_shape_or_by_the_name_before_it():
    assert restore_case("МИНИСТР ҚАСКЕЛЕҢБАЕВТЫҢ ҮНДЕУІ") == "Министр Қаскелеңбаевтың үндеуі"
    assert restore_case("НОВЫЙ ДИРЕКТОР – АЙБЕК ЖУРДЫЛЕВ") == "Новый директор – Айбек Журдылев"


def test_both_writings_of_one_headline_become_one_article_text():
    item = "<item><title>{}</title><link>https://outlet.example/{}</link></item>"
    titles = USUAL[:4]
    items = [
        item.format(title if number < len(titles) else title.upper(), number)
        for number, title in enumerate([*titles, *titles])
    ]
    feed = f'<rss version="2.0"><channel>{"".join(items)}</channel></rss>'.encode()
    articles = made_of(feed)

    assert [article.title for article in articles] == [*titles, *titles]
    languages = [article.language for article in articles]
    assert languages[:4] == languages[4:] == ["ru", "ru", "kk", "kk"]


def test_a_lead_in_capitals_is_read_as_usual_too():
    feed = (
        "<rss version='2.0'><channel><item><title>Школа</title><link>https://outlet.example/1</link>"
        "<description>В АСТАНЕ ОТКРЫЛАСЬ НОВАЯ ШКОЛА.</description></item></channel></rss>"
    )

    assert made_of(feed.encode())[0].lead == "В Астане открылась новая школа."


@given(st.text(alphabet="АБВІҚабвіқ .-«»!1Xx", max_size=60))
def test_restoring_changes_case_alone_and_once(line):
    once = restore_case(line)

    assert once.casefold() == line.casefold()
    assert restore_case(once) == once


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_can_be_restored(line, text):
    restore_case(line, OwnSpellings(text))


def test_a_text_of_shouted_lines_is_read_in_time_that_grows_with_its_length():
    lines = "\n".join(["ШҰҒЫЛ ХАБАР ҚАЗАҚСТАН ЖАҢАЛЫҚТАРЫ"] * 1400)
    feed = (
        "<rss version='2.0'><channel><item><title>Х</title><link>https://outlet.example/1</link>"
        f"<description>{lines}</description></item></channel></rss>"
    ).encode()
    started = time.process_time()
    article = made_of(feed)[0]

    assert time.process_time() - started < 5
    assert article.lead.startswith("Шұғыл хабар Қазақстан жаңалықтары")


def test_the_first_word_of_a_sentence_says_nothing_of_its_case():
    words = list_inner_words("Жаңа мектеп. Ол Астанада! «Бөлек сөз» ТЖМ")

    assert list(words) == ["мектеп", "Астанада", "сөз", "ТЖМ"]


def test_the_table_keeps_the_usual_spelling_of_what_is_seen_often_enough():
    texts = ["мына сөз Астанада"] * 3 + ["мына СӨЗДІ ТЖМ айтты"] * 2 + ["ЖАҢАЛЫҚ ТЖМ ТЖМ"] * 9
    forms = (("kk", ("Ұлытау өңірі",)), ("ru", ()))
    person = (("kk", ("Сөз Бекенов",)), ("ru", ()))
    names = [
        Name(english="Ulytau", kind="region", forms=forms),
        Name(english="Soz Bekenov", kind="person", forms=person),
    ]
    glossary = Glossary(names)

    table = lzma.decompress(make_spellings(texts, glossary)).decode().split("\n")

    assert table == ["Астанада", "Бекенов", "СӨЗДІ", "Сөз Бекенов", "ТЖМ", "сөз", "Ұлытау"]
