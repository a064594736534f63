"""Which language a text is in, on short headlines above all."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.languages import Language
from aggregator.text.language import detect_language, detect_segment

SHARED = Path(os.environ.get("TILSHI_SHARED") or Path(__file__).resolve().parents[4] / "shared")
LANGID = SHARED / "langid"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Семейде Ертіс өзені арқылы өтетін жаңа көпір ашылды", "kk"),
        ("Астанада 80 жаңа автобус бағытқа шықты", "kk"),
        ("Павлодарда нан бағасы 5 пайызға арзандады", "kk"),
        ("Министр WhatsApp пен Telegram туралы сұраққа жауап берді", "kk"),
        ("Новый мост через Иртыш открыли в Семее", "ru"),
        ("Тенге укрепился к доллару", "ru"),
        ("Глава МИД прибыл в Астану", "ru"),
        ("Samsung и Apple снизили цены", "ru"),
        ("Nurly jol stansasynda jaña jolauşylar poiyzy paida boldy", "kk-Latn"),
        ("Elordada jańa mektep ashyldy, dep habarlaıdy tilshi", "kk-Latn"),
        ("Almaty launches a new tram line", "en"),
        ("Wheat harvest begins in northern Kazakhstan", "en"),
        ("В Алматы открылась выставка художника Ғалыма Қаржасова", "ru"),
    ],
)
def test_our_languages_are_told_by_a_headline(text, language):
    assert detect_language(text) == language


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "Президент Садыр Жапаров жаңы мектепти ачуу аземине катышты, деп билдирди өкмөт",
            id="Kyrgyz",
        ),
        pytest.param(
            "Бүген Казанда яңа мәктәп ачылды, дип хәбәр итә министрлык белән шәһәр", id="Tatar"
        ),
        pytest.param(
            "Өфөлә яңы мәктәп асылды, тип хәбәр итә министрлыҡ һәм ҡала хакимиәте", id="Bashkir"
        ),
        pytest.param("Улаанбаатар хотод шинэ сургууль нээгдлээ гэж яам мэдээлэв", id="Mongolian"),
        pytest.param("У Києві відкрили нову школу, повідомили в міністерстві", id="Ukrainian"),
        pytest.param("У Мінску адкрылі новую школу, паведамілі ў міністэрстве", id="Belarusian"),
        pytest.param(
            "В София беше открито ново училище, съобщиха от министерството", id="Bulgarian"
        ),
        pytest.param(
            "Тошкентда янги мактаб очилди, деб хабар берди вазирлик ва ҳокимлик", id="Uzbek"
        ),
        pytest.param("Дар Душанбе мактаби нав кушода шуд, хабар медиҳад вазорат", id="Tajik"),
        pytest.param("Ankara'da yeni bir okul açıldı ve bakanlık açıklama yaptı", id="Turkish"),
        pytest.param(
            "Bakıda yeni məktəb açıldı, bu barədə nazirlik məlumat verib", id="Azerbaijani"
        ),
        pytest.param(
            "In Berlin ist eine neue Schule eröffnet worden, teilte das Ministerium mit",
            id="German",
        ),
        pytest.param("北京新学校开学", id="Chinese"),
        pytest.param("في المدينة مدرسة جديدة", id="Arabic"),
        pytest.param("", id="nothing"),
        pytest.param("20.08.2025 – 15:30", id="figures"),
    ],
)
def test_a_neighbour_is_never_taken_for_one_of_ours(text):
    assert detect_language(text) == Language.UNKNOWN


def test_hints_decide_between_languages_that_a_text_leaves_open():
    word = "Надо готовиться"

    assert detect_language(word, ("kk", "ru")) == "ru"


@pytest.mark.parametrize("hints", [("ru",), ("en",), ("kk-Latn",)], ids=str)
def test_hints_never_outvote_a_plain_text(hints):
    assert detect_language("Семейде Ертіс өзені арқылы өтетін жаңа көпір ашылды", hints) == "kk"


@given(st.text(max_size=200), st.sampled_from([(), ("kk", "ru"), ("en",)]))
def test_any_text_has_an_answer(text, hints):
    assert detect_language(text, hints) in set(Language)


def test_a_page_of_text_takes_no_longer_than_its_beginning():
    long = "Қазақстанда жаңа көпір ашылды. " * 30_000
    start = time.process_time()

    assert detect_language(long) == "kk"
    assert time.process_time() - start < 0.5


@pytest.mark.parametrize(
    ("segment", "around", "language"),
    [
        ("Мектеп жөндеуден кейін қайта ашылады, - деді министр.", "ru", "kk"),
        ("«Мы откроем школу после ремонта», - сказал министр.", "kk", "ru"),
        ("Президент жаңа заңға қол қойды.", "kk", "kk"),
        ("The matter can be deemed concluded.", "ru", "en"),
        ("Это Milano, Oris, Mond, Oskar, Fast.", "ru", "ru"),
        ("Надежда Дрейгал, Прага", "kk", "kk"),
        ("Ура, победа!", "kk", "kk"),
        ("Президент України підписав новий закон про освіту.", "ru", "ru"),
    ],
)
def test_a_sentence_in_the_other_language_is_known_within_its_text(segment, around, language):
    assert detect_segment(segment, around) == language


@pytest.mark.skipif(
    not LANGID.is_dir(), reason=f"no language samples here: {LANGID} (set TILSHI_SHARED)"
)
@pytest.mark.parametrize(
    ("code", "wanted", "least"),
    [
        ("kk", "kk", 0.99),
        ("ru", "ru", 0.99),
        ("uk", "und", 0.985),
        ("be", "und", 0.985),
        ("bg", "und", 0.965),
        ("mn", "und", 0.98),
        ("az", "und", 0.985),
        ("tr", "und", 0.97),
    ],
)
def test_real_sentences_are_told_apart(code, wanted, least):
    lines = (LANGID / "lingua" / f"sentences.{code}.txt").read_text(encoding="utf-8").splitlines()

    assert sum(detect_language(line) == wanted for line in lines) / len(lines) >= least
