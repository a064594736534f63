"""JSON APIs by paths, on an answer written after that of gov.kz."""

import json
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


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("1234567.0", "1234567"),
        ("1.234567e6", "1234567"),
        ("1795857300123.0", "1795857300123"),
        ("1234567.25", "1234567.25"),
        ("0.1", "0.1"),
        ("12345678901234567890", "12345678901234567890"),
        ("NaN", ""),
        ("-Infinity", ""),
        ("1e999", ""),
        ("true", ""),
    ],
)
def test_numbers_keep_their_digits(written, words):
    answer = f'[{{"title": "t", "u": "/a", "id": {written}}}, {{"title": "t", "u": "/b"}}]'
    first, _ = read("json", answer, title="title", link="u", id="id").items

    assert first.guid == (f"s {words}" if words else "")


def test_numbers_with_a_point_make_links_and_dates():
    answer = (
        '[{"t": "x", "id": 1234567.0, "d": 1795857300.25}, {"t": "y", "id": 1234568.0, "d": 1.0}]'
    )
    first, second = read("json", answer, title="t", link="/news/{id}", date="d").items

    assert first.link == "https://outlet.example/news/1234567"
    assert second.link == "https://outlet.example/news/1234568"
    assert first.published == datetime(2026, 11, 28, 9, 15, 0, 250_000, tzinfo=UTC)
    assert second.published is None


@pytest.mark.parametrize(
    ("path", "hour"),
    [
        ("date_gmt", 9),
        ("dateGMT", 9),
        ("publishedUtc", 9),
        ("utc_date", 9),
        ("dates.utc", 9),
        ("date_gmt.rendered", 9),
        ("date", 4),
        ("outcome", 4),
        ("date_gmt5", 4),
    ],
)
def test_a_path_that_names_utc_is_in_it(path, hour):
    *above, last = path.split(".")
    row = {last: "2026-11-28T09:15:00"}
    for key in reversed(above):
        row = {key: row}
    answer = json.dumps([{"title": "t", "u": "/a"} | row])
    [item] = read("json", answer, title="title", link="u", date=path).items

    assert item.published == datetime(2026, 11, 28, hour, 15, tzinfo=UTC)


def test_a_zone_that_the_value_names_goes_before_that_of_the_path():
    answer = '[{"title": "t", "u": "/a", "date_gmt": "2026-11-28T14:15:00+05:00"}]'
    [item] = read("json", answer, title="title", link="u", date="date_gmt").items

    assert item.published == datetime(2026, 11, 28, 9, 15, tzinfo=UTC)


def test_a_very_long_list_is_cut_and_says_so():
    feed = read("json", "[" + ",".join(['{"t": "x", "u": "/a"}'] * 501) + "]", title="t", link="u")

    assert len(feed.items) == 500
    assert feed.notes == ("only the first 500 of 501 items read",)
