"""Entries guessed of pages that list articles and of JSON; the kinds themselves try them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.feeds.kinds.registry import Kinds
from aggregator.models import FetchResult
from aggregator.sources.guess_json import guess_json_options
from aggregator.sources.guess_page import guess_page_options
from tests.support.kinds import read

ALMATY = ZoneInfo("Asia/Almaty")
URL = "https://lab.example/kk/news"
TITLES = (
    "Костанайда жаңа көпір ашылды",
    "Таразда мұражай жөндеуден өтті",
    "Ақтауда оқушы олимпиадада жеңді",
    "Семейде екі мектеп салынып жатыр",
    "Оралда су тасқыны қаупі сейілді",
)
MENU = "".join(f'<li><a href="/m{number}">Бөлім {number}</a></li>' for number in range(9))
LONG = "Толық мәтін осында берілген, оны оқырман назарына ұсынамыз."
FORMS = {
    "blocks": (
        '<div class="news-item"><a href="/n/{n}"><img src="x"></a>'
        '<div class="date">29.11.2026 14:0{n}</div><h3><a href="/n/{n}">{title}</a></h3>'
        f"<p>{LONG}</p></div>"
    ),
    "rows": (
        '<tr><td class="kuni">29 қараша 2026</td><td><a class="title" href="n{n}.html">{title}</a>'
        "</td></tr>"
    ),
    "lines": (
        '<li><time datetime="2026-11-29T14:0{n}:00+05:00">14:0{n}</time> '
        '<a href="https://lab.example/n/{n}">{title}</a></li>'
    ),
    "cards": (
        '<a class="card" href="/n/{n}"><span class="card__time">29 ноября 2026, 14:0{n}</span>'
        '<h2 class="card__title">{title}</h2></a>'
    ),
    "bare": '<div><a href="/n/{n}">{title}</a></div>',
}
AROUND = {"rows": '<table class="news">{}</table>', "lines": '<ul class="list">{}</ul>'}


def write_page(form):
    items = [FORMS[form].format(n=n, title=title) for n, title in enumerate(TITLES)]
    listed = AROUND.get(form, "{}").format("".join(items))
    return f"<html><body><nav><ul>{MENU}</ul></nav><main>{listed}</main></body></html>"


def answer(body, content_type="text/html; charset=utf-8"):
    headers = {"content-type": content_type}
    return FetchResult(url=URL, status=200, headers=headers, body=body.encode())


@pytest.mark.parametrize("form", FORMS)
def test_a_list_page_is_read_by_what_is_guessed_of_it(form):
    page = write_page(form)
    options = guess_page_options(answer(page), ALMATY)
    items = read("page", page, URL, "text/html; charset=utf-8", **options).items

    assert [item.title for item in items] == list(TITLES)
    assert all(item.link.startswith("https://lab.example/") for item in items)
    assert all(bool(item.published) is (form != "bare") for item in items)
    assert all(bool(item.summary) is (form == "blocks") for item in items)


@pytest.mark.parametrize(
    "page",
    ["", f"<ul>{MENU}</ul>", f"<article><h1>{TITLES[0]}</h1><p>{LONG}</p></article>", "{}"],
)
def test_a_page_without_a_list_gives_nothing(page):
    assert guess_page_options(answer(page), ALMATY) == {}


ROW = {"title": "Көпір ашылды", "url": "https://lab.example/1"}
JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Зертхана",
    "home_page_url": "https://lab.example/",
    "items": [
        ROW
        | {"id": "1", "content_html": "<p>Көпір.</p>", "date_published": "2026-11-29T05:00:00Z"},
        ROW | {"id": "2", "content_text": "Көпір.", "url": "https://lab.example/2"},
    ],
}
WORDPRESS = [
    {
        "id": number,
        "date": "2026-11-29T05:00:00",
        "link": f"https://lab.example/{number}",
        "slug": "kopir",
        "title": {"rendered": "Көпір ашылды"},
        "content": {"rendered": "<p>Көпір.</p>", "protected": False},
        "_links": {"self": [{"href": "https://lab.example/api"}]},
    }
    for number in range(3)
]
WORDPRESS_ROWS = [
    {"title": {"rendered": "Көпір ашылды"}, "link": f"https://lab.example/{n}"} for n in range(3)
]
OWN = {
    "menu": [{"title": "Басты", "url": "/"}],
    "data": {
        "total": 2,
        "rows": [
            {"headline": f"Көпір {n}", "permalink": f"/kk/{n}", "created_at": "2026-11-29"}
            for n in range(3)
        ],
    },
}


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (JSON_FEED, {"items": "items", "title": "title", "link": "url", "date": "date_published"}),
        (WORDPRESS, {"title": "title.rendered", "link": "link", "text": "content.rendered"}),
        (OWN, {"items": "data.rows", "title": "headline", "link": "permalink"}),
    ],
    ids=["json-feed", "wordpress", "own"],
)
def test_an_answer_in_json_is_read_by_what_is_guessed_of_it(shown, expected):
    body = json.dumps(shown, ensure_ascii=False)
    options = guess_json_options(answer(body, "application/json"))

    assert expected.items() <= options.items()
    items = read("json", body, URL, "application/json", **options).items
    assert len(items) >= 2
    assert all(item.title and item.link.startswith("https://lab.example/") for item in items)
    assert items[0].published is not None


@pytest.mark.parametrize(
    ("dates", "path"),
    [
        ({"date": "2026-11-28T14:15:00", "date_gmt": "2026-11-28T09:15:00"}, "date_gmt"),
        ({"date_gmt": "2026-11-28T09:15:00"}, "date_gmt"),
        ({"publishedUtc": "2026-11-28T09:15:00"}, "publishedUtc"),
        ({"timestamp": 1795857300.0}, "timestamp"),
    ],
    ids=["both", "gmt", "utc", "float"],
)
def test_dates_are_proposed_as_the_moment_that_they_are(dates, path):
    body = json.dumps([row | dates for row in WORDPRESS_ROWS])
    options = guess_json_options(answer(body, "application/json"))
    items = read("json", body, URL, "application/json", **options).items

    assert options["date"] == path
    assert {item.published for item in items} == {datetime(2026, 11, 28, 9, 15, tzinfo=UTC)}


@pytest.mark.parametrize("body", ["", "{", "[]", '{"a": [1, 2]}', '[{"title": "x"}]', "<rss/>"])
def test_an_answer_without_a_list_of_articles_gives_nothing(body):
    assert guess_json_options(answer(body, "application/json")) == {}


@given(
    st.recursive(
        st.none() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_any_answer_and_any_page_can_be_looked_at(shown):
    body = json.dumps(shown)
    options = guess_json_options(answer(body))
    if options:
        Kinds(()).find_kind("json")
    guess_page_options(answer(f"<ul>{body}</ul>"), ALMATY)
