"""JSON APIs by paths, on an answer written after that of gov.kz."""

from datetime import UTC, datetime

import pytest

from aggregator.errors import FormChangedError, ParseError
from tests.support.kinds import read, saved

GOVKZ = {
    "title": "title",
    "link": "https://www.gov.kz/memleket/entities/mdai/press/news/details/{id}?lang=ru",
    "date": "created_date",
    "text": "body",
}


def test_the_answer_of_govkz_is_read():
    feed = read("json", saved("govkz.json"), **GOVKZ)

    assert [item.title for item in feed.items] == [
        "О переходе государственных служащих на мессенджер Aitu",
        "Итоги форума Digital Bridge",
    ]
    assert (
        feed.items[0].link
        == "https://www.gov.kz/memleket/entities/mdai/press/news/details/1024551?lang=ru"
    )
    assert feed.items[0].published == datetime(2025, 8, 20, 4, 30, tzinfo=UTC)
    assert feed.items[0].content.startswith("<p>Министерство сообщает")
    assert feed.notes == ("items without title and text left out: 1",)


def test_paths_go_through_objects_and_lists():
    answer = (
        '{"data": {"rows": [{"name": {"kk": "Тақырып"}, "urls": ["/a", "/b"], "n": 5, '
        '"lang": "KK"}]}}'
    )
    feed = read(
        "json", answer, items="data.rows", title="name.kk", link="urls.1", id="n", language="lang"
    )

    [item] = feed.items
    assert (item.title, item.link, item.guid, item.language) == (
        "Тақырып",
        "https://outlet.example/b",
        "s 5",
        "kk",
    )


def test_what_fills_an_address_cannot_change_its_host_or_path():
    answer = '[{"title": "t", "id": "../../@evil.example/?a=b#c"}]'
    [item] = read("json", answer, title="title", link="https://outlet.example/news/{id}").items

    assert item.link == "https://outlet.example/news/..%2F..%2F%40evil.example%2F%3Fa%3Db%23c"


def test_an_empty_list_is_empty_not_changed():
    assert read("json", '{"items": []}', items="items", title="t", link="u").items == ()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ('{"result": []}', "no list at 'items', but nothing; the answer's keys are result"),
        ('{"items": {"a": 1}}', "but an object"),
        ('{"items": "none"}', "but a text"),
        ('[{"t": "x"}]', "the answer is a list"),
        (
            '{"items": [{"headline": "x", "u": "/a", "d": "2025-08-20"}]}',
            r"none of 1 items has: title \('t'\)",
        ),
        ('{"items": [{"t": "x", "href": "/a", "d": "2025-08-20"}]}', r"link \('u'\)"),
        ('{"items": [{"t": "x", "u": "/a", "d": "soon"}]}', r"published \('d'\)"),
        ('{"items": [null, 5, "x"]}', "title"),
    ],
)
def test_an_answer_whose_form_changed_says_what_is_not_found(answer, said):
    with pytest.raises(FormChangedError, match=said):
        read("json", answer, items="items", title="t", link="u", date="d")


@pytest.mark.parametrize("answer", ["", "<html>", "[" * 100_000, '{"a":', "1" * 10_000])
def test_what_is_no_json_is_named_as_that(answer):
    with pytest.raises(ParseError):
        read("json", answer, title="t", link="u")


def test_a_very_long_list_is_cut_and_says_so():
    feed = read("json", "[" + ",".join(['{"t": "x", "u": "/a"}'] * 501) + "]", title="t", link="u")

    assert len(feed.items) == 500
    assert feed.notes == ("only the first 500 of 501 items read",)
