"""What stands around an article's text, and what only looks like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.text.boilerplate import drop_boilerplate, is_boilerplate
from tests.support.through import made_of

NOT_ITS_OWN = [
    "Фото: Акорда",
    "Фото акимата Алматы",
    "Фото из архива",
    "Фото с сайта gov.kz",
    "Фото: пресс-служба МЧС РК",
    "Иллюстративное фото: pixabay.com",
    "Фото предоставлено пресс-службой полиции",
    "Фото, видео: Айдар Сейітов",
    "© Дала таңы / Болат Ахметов",
    "Сурет: ТЖМ баспасөз қызметі",
    "Сурет көзі: primeminister.kz",
    "Суретті түсірген: Б. Әлиев",
    "Суретте: облыс әкімі",
    "На фото: аким области и строители моста у въезда в город утром в день открытия движения",
    "Көрнекі сурет",
    "Скриншот видео",
    "Коллаж: редакция",
    "Автор: Айгүл Серік",
    "Дереккөз: stat.gov.kz",
    "Бөлісу:",
    "Бөлісу",
    "Достарыңызбен бөлісу",
    "Поделиться",
    "Поделиться: Facebook Telegram WhatsApp",
    "Поделитесь с друзьями!",
    "Қаралды: 1 204",
    "Просмотров: 57",
    "Комментарии (0)",
    "Тегтер: #Астана, #мектеп",
    "29.11.2026 14:30",
    "———",
    "Оқи отырыңыз: Астанада жаңа көпір ашылды",
    "Сондай-ақ оқыңыз: Таразда мұражай жөнделді",
    "Читайте также: В Актау построят школу",
    "Читайте также",
    "Читайте ещё: Что изменится с января?",
    "По теме: Мост через Тобол откроют в мае",
    "Подписывайтесь на наш Telegram-канал и узнавайте новости первыми!",
    "Подпишитесь на нас в Instagram",
    "Біздің Telegram арнамызға жазылыңыз!",
    "Жаңалықтарды бірінші болып біліңіз: WhatsApp арнамызға қосылыңыз",
    "Хотите узнавать о главном первыми?",
    "Нашли ошибку? Выделите её и нажмите Ctrl+Enter",
    "Мәтіннен қате тапсаңыз, белгілеп, Ctrl+Enter басыңыз",
    "Все права защищены",
    "Барлық құқықтар қорғалған",
    "При использовании материалов ссылка на сайт обязательна",
    "Sýret: TJM baspasóz qyzmeti",
    "Bólisý:",
    "Oqı otyryńyz: Astanada jańa kópir ashyldy",
    "Foto: Aqorda",
]

ITS_OWN = [
    "Фотограф из Тараза получил премию за снимок степи.",
    "Фото с митинга появилось в сети вчера вечером, полиция проверяет его.",
    "Видео с места пожара опубликовали очевидцы.",
    "Сурет көрмесі Семейде ашылды.",
    "Суретшілер одағы жаңа төраға сайлады.",
    "Бөлісу нәтижесінде екі компания құрылды.",
    "Поделиться опытом приехали врачи из Турции.",
    "Комментарии ведомства пока не последовало.",
    "Источник в полиции сообщил о задержании.",
    "Жазылған хатта канал құрылысы туралы айтылған.",
    "Раздел имущества продолжится в суде.",
    "Айдар Құсайынов облыс әкімі болды.",
    "По теме доклада выступили три министра.",
    "2:1",
    "Барлық құқық қорғау органдары жұмысқа жұмылдырылды.",
]


@pytest.mark.parametrize("line", NOT_ITS_OWN)
def test_a_line_that_is_not_the_articles_own_is_known(line):
    assert is_boilerplate(line)
    assert drop_boilerplate(f"Көпір ашылды.\n{line}\nОл 120 метр.") == "Көпір ашылды.\nОл 120 метр."


@pytest.mark.parametrize("line", ITS_OWN)
def test_a_line_that_only_begins_like_one_is_kept(line):
    assert not is_boilerplate(line)
    assert drop_boilerplate(line) == line


@pytest.mark.parametrize(
    ("paragraph", "own"),
    [
        ("Фото: Акорда. Президент принял министра.", "Президент принял министра."),
        ("Көпір ашылды. Сурет: ТЖМ", "Көпір ашылды."),
        ("Мост открыт. Подписывайтесь на наш канал в Telegram!", "Мост открыт."),
        ("Мост открыт (фото: акимат).", "Мост открыт."),
        (
            "Мост открыт. Читайте также: В Актау построят школу. Его длина 120 метров.",
            "Мост открыт. Его длина 120 метров.",
        ),
    ],
)
def test_sentences_around_a_paragraph_are_dropped(paragraph, own):
    assert drop_boilerplate(paragraph) == own


def test_headlines_under_a_read_also_go_with_it():
    text = (
        "Көпір ашылды.\nТағы оқыңыз\nТаразда мұражай жөнделді\nАқтауда мектеп салынады\n"
        "Көпірдің ұзындығы 120 метр."
    )

    assert drop_boilerplate(text) == "Көпір ашылды.\nКөпірдің ұзындығы 120 метр."


@pytest.mark.parametrize("credit", ["Фото: Акорда", "Бөлісу:", "Читайте также: Школа в Актау"])
def test_none_of_it_is_ever_the_lead(credit):
    body = f"<p>{credit}</p><p>Костанайда жаңа көпір ашылды.</p><p>{credit}</p>"
    teaser = f"{credit}. Костанайда жаңа көпір ашылды." if ":" in credit else credit
    for summary, content in ((body, ""), ("", body), (teaser, body)):
        feed = (
            "<rss version='2.0' xmlns:c='http://purl.org/rss/1.0/modules/content/'><channel><item>"
            "<title>Көпір</title><link>https://outlet.example/1</link>"
            f"<description><![CDATA[{summary}]]></description>"
            f"<c:encoded><![CDATA[{content}]]></c:encoded></item></channel></rss>"
        )
        article = made_of(feed.encode())[0]

        assert article.lead == "Костанайда жаңа көпір ашылды."
        assert article.text == "Костанайда жаңа көпір ашылды."


@given(st.text(max_size=300))
def test_dropping_invents_nothing_and_is_done_once(text):
    once = drop_boilerplate(text)

    assert set(once.split()) <= set(text.split())
    assert drop_boilerplate(once) == once
