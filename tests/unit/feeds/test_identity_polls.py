"""Polls one after another: what is new in each, by a memory that keeps what the store keeps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.feeds.identity import identify, list_lookups, list_title_names, name_items
from aggregator.models import FeedItem, KnownItem
from aggregator.text.plain import read_plain

MORNING = datetime(2026, 11, 28, 3, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)

NEWS = (
    "Аягөзде элеватор іске қосылды",
    "Депутаты обсудили закон о пастбищах",
    "Зайсанда балық шаруашылығы кеңейді",
    "В Риддере отремонтировали каток",
    "Шахтинскіде жылу құбыры жарылды",
    "Пограничники задержали контрабандистов",
    "Лисаковск мектебіне робот келді",
    "Учёные описали новый вид тюльпана",
    "Сарыағашта анар піспей қалды",
    "Железнодорожники подняли тарифы",
)


def item(title, guid="", link="", published=None, summary=""):
    return FeedItem(guid=guid, link=link, title=title, published=published, summary=summary)


class Memory:
    """Names and articles of one outlet, as the store keeps them."""

    def __init__(self):
        self.seen, self.known, self.listed = {}, {}, ()

    def poll(self, *items):
        """Take in one poll; returns the titles that are new, in order, and remembers ids."""
        names = name_items(items)
        lookups = {name for of_item in list_lookups(items) for name in of_item}
        unlisted = [name for name in self.listed if name not in lookups]
        gone = [self.known[self.seen[name]] for name in unlisted if name in self.seen]
        here = {name: known for name, known in self.seen.items() if name in lookups}
        self.ids = []
        new = []
        for one, identity in zip(items, identify("o", items, here, self.known, gone), strict=True):
            if identity.id in self.ids:
                self.ids.append(identity.id)
                continue
            self.ids.append(identity.id)
            if identity.id not in self.known:
                new.append(one.title)
            self._keep(one, identity)
        self.listed = list_title_names(names)
        return new

    def _keep(self, one, identity):
        for name in identity.names:
            owner = self.seen.get(name)
            assert owner in (None, identity.id, *identity.others), "the store would call it a clash"
            self.seen[name] = identity.id
        plain = read_plain(one)
        self.known[identity.id] = KnownItem(
            identity.id,
            identity.names[0],
            "s",
            one.title,
            plain.size,
            plain.content_hash,
            one,
        )


@pytest.fixture
def memory():
    return Memory()


@pytest.mark.parametrize(
    ("guid", "link"),
    [
        ("0", "https://o.kz/{}"),
        ("https://o.kz/", "https://o.kz/{}"),
        ("https://o.kz/", "https://o.kz/"),
        ("0", ""),
        ("", "https://o.kz/"),
        ("", "https://o.kz/live"),
        ("https://o.kz/live", "https://o.kz/live"),
        ("https://o.kz/live#{}", "https://o.kz/live"),
        ("https://o.kz/?utm_content={}", "https://o.kz/live"),
        ("https://o.kz/live", "https://o.kz/live#{}"),
    ],
)
@pytest.mark.parametrize("step", [DAY, HOUR, timedelta(0)])
def test_one_item_at_a_time_under_one_name_is_new_each_time(memory, guid, link, step):
    polls = [
        item(title, guid.format(number), link.format(number), MORNING + number * step)
        for number, title in enumerate(NEWS)
    ]
    if step == timedelta(0) and "{}" not in guid + link and not link.endswith("kz/") and link:
        return  # one page, one moment: nothing shows another article
    for one in polls:
        assert memory.poll(one) == [one.title]
        assert memory.poll(one) == []


@pytest.mark.parametrize("guid", ["{}", "https://o.kz/#{}", "https://o.kz/?utm_content={}"])
@pytest.mark.parametrize("link", ["https://o.kz/{}", "https://o.kz/", ""])
def test_numbered_places_lose_nothing_and_tell_nothing_twice(memory, guid, link):
    told = []
    for first in range(len(NEWS) - 3):
        # The newest stands first, as place 1.
        window = range(first + 3, first - 1, -1)
        told += memory.poll(
            *[
                item(NEWS[n], guid.format(place), link.format(NEWS[n]), MORNING + n * HOUR)
                for place, n in enumerate(window, start=1)
            ]
        )
    assert sorted(told) == sorted(NEWS)


def test_two_feeds_of_one_outlet_may_number_their_places(memory):
    first = [
        item(title, str(n), f"https://o.kz/a/{n}", MORNING) for n, title in enumerate(NEWS[:5])
    ]
    second = [
        item(title, str(n), f"https://o.kz/b/{n}", MORNING) for n, title in enumerate(NEWS[5:])
    ]

    assert memory.poll(*first) == list(NEWS[:5])
    assert memory.poll(*second) == list(NEWS[5:])
    for _ in range(2):
        assert memory.poll(*first) == []
        assert memory.poll(*second) == []


@pytest.mark.parametrize("guid", ["", "rates", "https://o.kz/rates"])
@pytest.mark.parametrize(
    ("titles", "texts", "dated"),
    [
        (("Курсы валют на 28 ноября", "Курсы валют на 29 ноября"), ("", ""), True),
        (("Курсы валют на 28 ноября", "Курсы валют на 29 ноября"), ("", ""), False),
        (("2026 жылғы 28 қараша", "2026 жылғы 29 қараша"), ("Бағам", "Бағам"), False),
        (("Курс тенге 28.11.2026", "Курс тенге 29.11.2026"), ("", ""), False),
        (
            ("Курсы валют на сегодня", "Курсы валют на сегодня"),
            ("Доллар 512,30, евро 561,20, рубль 5,87", "Доллар 514,10, евро 563,90, рубль 5,91"),
            True,
        ),
        (
            ("Погода в Алматы", "Погода в Алматы"),
            ("Ночью снег и туман, днём без осадков", "Ожидается ясная погода, ветер слабый"),
            True,
        ),
        (("Выпуск 125", "Выпуск 126"), ("", ""), True),
    ],
)
def test_a_page_that_is_used_every_day_is_an_article_each_day(memory, guid, titles, texts, dated):
    for day, (title, text) in enumerate(zip(titles, texts, strict=True)):
        published = MORNING + day * DAY if dated else None
        today = item(title, guid, "https://o.kz/rates", published, text)
        assert memory.poll(today) == [title]
        assert memory.poll(today) == []


@pytest.mark.parametrize("guid", ["", "rates", "https://o.kz/rates"])
@pytest.mark.parametrize("link", ["", "https://o.kz/", "https://o.kz/rates"])
def test_an_archive_of_one_title_lists_an_article_a_day(memory, guid, link):
    days = [item("Курсы валют", guid, link, MORNING + day * DAY) for day in range(4)]
    assert len(memory.poll(*days[1::-1])) == 2
    assert len(memory.poll(*days[:0:-1])) == 2
    assert memory.poll(*days[:0:-1]) == []


_TEXT = "Жаңа наубайханада он адам жұмыс істейді, күніне үш мың нан пісіріледі."


@pytest.mark.parametrize("guid", ["", "77", "https://o.kz/?p=77"])
@pytest.mark.parametrize(
    "after",
    [
        item("Ақсуда жаңа наубайхана ашылды", "", "https://o.kz/1", MORNING, _TEXT),
        item(
            "Ақсуда наубайхана ашылды", "", "https://o.kz/1", MORNING + HOUR, _TEXT + " Бәрі риза."
        ),
        item("Нан бағасы түсе ме?", "", "https://o.kz/1", MORNING + HOUR, _TEXT),
        item("Нан бағасы түсе ме?", "", "https://o.kz/1", MORNING, "Басқа сөздер мұнда тұр."),
        item("Ақсуда наубайхана ашылды", "", "https://o.kz/1", MORNING + 2 * DAY, _TEXT),
        item("Ақсуда наубайхана ашылды", "", "https://o.kz/1", None, ""),
    ],
    ids=["title", "text-and-date", "new-headline", "all-words", "date", "teaser-gone"],
)
def test_an_edit_is_no_new_article(memory, guid, after):
    before = item("Ақсуда наубайхана ашылды", guid, "https://o.kz/1", MORNING, _TEXT)
    memory.poll(before)
    edited = FeedItem(
        guid=guid,
        link=after.link,
        title=after.title,
        published=after.published,
        summary=after.summary,
    )
    assert memory.poll(edited) == []
    assert memory.poll(edited) == []


def test_an_edited_address_is_no_new_article(memory):
    memory.poll(item("Ақсуда наубайхана ашылды", "77", "https://o.kz/aksu", MORNING, _TEXT))
    moved = item("Ақсуда жаңа наубайхана", "77", "https://o.kz/aksu-jana", MORNING, _TEXT)
    assert memory.poll(moved) == []


def test_two_articles_that_change_places_under_one_guid_stay_two(memory):
    one = item(NEWS[0], "0", "https://o.kz/a", MORNING)
    other = item(NEWS[1], "0", "https://o.kz/b", MORNING + HOUR)
    assert memory.poll(one) == [NEWS[0]]
    assert memory.poll(other) == [NEWS[1]]
    for _ in range(3):
        assert memory.poll(one) == []
        assert memory.poll(other) == []
        assert memory.poll(other, one) == []


@given(
    polls=st.lists(st.lists(st.integers(0, len(NEWS) - 1), unique=True, max_size=5), max_size=6),
    guid=st.sampled_from(
        ["", "0", "{place}", "g{n}", "https://o.kz/#{n}", "https://o.kz/", "https://o.kz/live"]
    ),
    link=st.sampled_from(
        ["", "https://o.kz/", "https://o.kz/{n}", "https://o.kz/l#{n}", "https://o.kz/live"]
    ),
    step=st.sampled_from([HOUR, DAY]),
)
def test_whatever_names_say_each_article_is_told_once(polls, guid, link, step):
    memory = Memory()
    told = []
    for poll in polls:
        items = [
            item(
                NEWS[n],
                guid.format(place=place, n=n),
                link.format(n=n),
                MORNING + n * step,
            )
            for place, n in enumerate(poll)
        ]
        told += memory.poll(*items)
        assert memory.poll(*items) == []
    assert sorted(told) == sorted({NEWS[n] for poll in polls for n in poll})
