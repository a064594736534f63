"""Lists of articles by CSS selectors, on pages written after those of state bodies."""

from datetime import UTC, datetime

import pytest

from aggregator.errors import FormChangedError, ParseError
from tests.support.kinds import read, saved

EVENTS = {"item": "div.event", "title": "h3", "date": ".event__date", "summary": "p"}


def page(body, **options):
    return read(
        "page", body, "https://akorda.example/kz/events/", "text/html", **{**EVENTS, **options}
    )


def test_a_list_is_read_with_dates_in_words_of_both_languages():
    feed = page(saved("page.html"))

    assert [item.title for item in feed.items] == [
        "Мемлекет басшысы «Aitu» мессенджерін дамыту туралы айтты",
        "Состоялось заседание Совета",
        "Астанада көрме ашылды",
    ]
    assert [item.published for item in feed.items] == [
        datetime(2025, 8, 20, 9, 30, tzinfo=UTC),
        datetime(2025, 8, 18, 19, 0, tzinfo=UTC),
        None,
    ]
    assert feed.items[0].summary == "Кеңесте цифрландыру мәселелері қаралды."
    assert feed.language == "kk"
    assert feed.notes == ("items without title or link left out: 1",)


def test_links_are_relative_to_the_base_of_the_page():
    assert (
        page(saved("page.html")).items[0].link
        == "https://akorda.example/kz/events/1?utm_source=list"
    )


def test_attributes_and_the_item_itself_can_be_what_is_meant():
    body = (
        '<a class=n href="/1" title="Бірінші"><time '
        'datetime="2025-08-20T10:00:00+05:00"></time><i>Қысқаша</i></a>'
    )
    [item] = page(
        body, item="a.n", title="@title", link="@href", date="time@datetime", summary="i"
    ).items

    assert (item.title, item.link, item.summary) == (
        "Бірінші",
        "https://akorda.example/1",
        "Қысқаша",
    )
    assert item.published == datetime(2025, 8, 20, 5, 0, tzinfo=UTC)


LIST = "https://akorda.example/kz/events/"


@pytest.mark.parametrize(
    "button",
    [
        "javascript:void(0)",
        "#",
        "#share",
        "",
        "/kz/events/",
        "?utm_source=share",
        "whatsapp://send?text=x",
    ],
)
@pytest.mark.parametrize("options", [{}, {"link": "a@href"}], ids=["no-link", "link"])
@pytest.mark.parametrize("base", ["", '<base href="/kz/">'])
def test_the_link_is_the_first_that_leads_away_from_the_list(base, options, button):
    item = (
        f"<div class=n><a href='{button}'>+</a><h3><a href='/kz/{{0}}'>Көпір {{0}}</a></h3></div>"
    )
    body = base + item.format(1) + item.format(2)
    only = {"item": "div.n", "title": "h3", **options}
    items = read("page", body, LIST, "text/html", **only).items

    assert [item.link for item in items] == [f"https://akorda.example/kz/{n}" for n in (1, 2)]


@pytest.mark.parametrize(
    ("href", "link"),
    [("#!/news/{}", f"{LIST}#!/news/{{}}"), ("#a{}", f"{LIST}#a{{}}")],
)
def test_articles_behind_the_hash_keep_their_links(href, link):
    item = f"<div class=n><a href='{href}'><h3>Көпір</h3></a></div>"
    body = item.format(1) + item.format(2)
    items = read("page", body, LIST, "text/html", item="div.n", title="h3").items

    assert [item.link for item in items] == [link.format(1), link.format(2)]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('class="event', 'class="card', r"no item \('div.event'\) on the page"),
        ("h3", "h4", r"none of 4 items has: title \('h3'\)"),
        ("event__date", "when", r"published \('.event__date'\)"),
        ("href=", "data-href=", r"link \('a link in the item'\)"),
    ],
)
def test_a_page_whose_form_changed_says_what_is_not_found(old, new, said):
    with pytest.raises(FormChangedError, match=said):
        page(saved("page.html").replace(old, new))


def test_a_list_that_says_it_is_empty_is_empty():
    body = '<div class="no-news">Жаңалық жоқ</div>'

    assert page(body, empty=".no-news").items == ()
    with pytest.raises(FormChangedError, match=r"nor '.no-news', which shows an empty list"):
        page("<p>x</p>", empty=".no-news")


def test_an_empty_body_is_named_as_that():
    with pytest.raises(ParseError, match="an empty page"):
        page(" ")


def test_a_broken_page_is_read_as_far_as_it_goes():
    body = saved("page.html").replace("</div>", "").replace("</h3>", "")

    assert (
        page(body, title="h3 a", item="div.event")
        .items[0]
        .link.endswith("/kz/events/1?utm_source=list")
    )
