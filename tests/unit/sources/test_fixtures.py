"""Sources recorded: read again to the same values, or told apart with the line."""

from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from aggregator.errors import ConfigError
from aggregator.models import FetchResult, Outcome
from aggregator.sources.discover import read_sample
from aggregator.sources.fixtures import list_differences, read_fixture, write_fixture
from tests.unit.sources.test_check import NOW, items, make_sample

ALMATY = ZoneInfo("Asia/Almaty")
RECORDED = Path(__file__).parents[2] / "data" / "recorded"


def recorded(file):
    return read_fixture(file.read_text(), str(file), file.with_suffix(".body").read_bytes())


@pytest.mark.parametrize("file", sorted(RECORDED.glob("*.toml")), ids=lambda file: file.stem)
def test_what_was_recorded_is_read_the_same(file):
    fixture = recorded(file)

    assert list_differences(fixture, read_sample(fixture.source, fixture.result, ALMATY)) == []


def test_a_value_read_otherwise_is_told_with_its_line():
    file = RECORDED / "zhibek-latyn.toml"
    text = (
        file.read_text()
        .replace("items = 3", "items = 4")
        .replace('language = "kk-Latn"', 'language = "ru"', 1)
    )
    fixture = read_fixture(text, "r.toml", file.with_suffix(".body").read_bytes())
    lines = list_differences(fixture, read_sample(fixture.source, fixture.result, ALMATY))

    numbers = [line_with(text, words) for words in ("items = 4", 'language = "ru"')]
    assert lines == [
        f"r.toml:{numbers[0]}: items: recorded 4, read now 3",
        f"r.toml:{numbers[1]}: item[0].language: recorded ru, read now kk-Latn",
    ]


def line_with(text, words):
    return next(number for number, line in enumerate(text.splitlines(), start=1) if line == words)


def test_a_record_comes_back_as_it_was_written_undated_and_nameless_items_too():
    seen = make_sample(
        (
            *items(3),
            *items(2, published=None, guid="", title='A "quoted" title \\ with \t tabs', link=""),
        )
    )
    fixture = read_fixture(write_fixture(seen, NOW, {}), "r.toml", b"")

    assert list_differences(fixture, replace(seen, source=fixture.source)) == []
    assert fixture.source.languages == seen.source.languages


def test_a_source_of_another_kind_is_recorded_with_its_options():
    options = {
        "title": "title",
        "link": "https://www.gov.kz/news/{id}",
        "date": "created_date",
        "text": "body",
    }
    body = (RECORDED.parent / "kinds" / "govkz.json").read_bytes()
    address = "https://www.gov.kz/api"
    source = replace(
        make_sample().source, kind="json", url=address, options=options, languages=("ru",)
    )
    seen = read_sample(source, FetchResult(url=address, status=200, headers={}, body=body), ALMATY)
    fixture = read_fixture(write_fixture(seen, NOW, options), "r.toml", body)

    assert len(fixture.values["item"]) > 1
    assert list_differences(fixture, read_sample(fixture.source, fixture.result, ALMATY)) == []


def test_bytes_that_are_no_feed_any_more_are_one_difference():
    fixture = recorded(RECORDED / "zhibek-latyn.toml")
    now = replace(fixture.result, body=b"<html><title>Sorry</title>")

    assert list_differences(fixture, read_sample(fixture.source, now, ALMATY)) == [
        f"{fixture.name}: not a feed: an HTML page titled 'Sorry'"
    ]


def test_a_record_that_is_not_whole_is_named():
    with pytest.raises(
        ConfigError, match=r"r\.toml: url: expected a text, as `tilshi source record` writes it"
    ):
        read_fixture('source = "x"\n', "r.toml", b"")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("recorded = 2026-11-28T10:00:00", "recorded = 2026-11-28 10:00:00: expected a time with"),
        ("languages = 5", "languages = 5: expected a list of"),
        ('languages = "ru"', "languages = 'ru': expected a list of"),
        ('languages = ["xx"]', "languages = ['xx']: expected a list of"),
        ('url = ""', "url = '': expected a text, as"),
        ("kind = 5", "kind = 5: expected a text, as"),
        ('kind = "no-such"', "kind = 'no-such': expected"),
        ("items = true", "items = True: expected a whole number"),
        ("items = -1", "items = -1: expected a whole number"),
        ('headers = "x"', "headers = 'x': expected a table, [headers]"),
        ("headers = { server = 5 }", "headers.server = 5: expected a text, as"),
        ('options = "x"', "options = 'x': expected a table, [options]"),
        ('item = ["x"]', "item: expected at least one [[item]]"),
    ],
)
def test_a_value_corrected_to_something_else_is_named_with_its_line(wrong, message):
    key = wrong.partition(" ")[0]
    lines = {
        "source": 'source = "ab"',
        "outlet": 'outlet = "ab"',
        "kind": 'kind = "feed"',
        "url": 'url = "https://ab.example/rss"',
        "recorded": "recorded = 2026-11-28T10:00:00Z",
        "items": "items = 1",
        "headers": 'headers = { "content-type" = "text/xml" }',
        "item": 'item = [{ title = "x" }]',
    }
    assert read_fixture("\n".join(lines.values()), "r.toml", b"")
    text = "\n".join((lines | {key: wrong}).values())
    with pytest.raises(ConfigError) as caught:
        read_fixture(text, "r.toml", b"")

    number = text.splitlines().index(wrong) + 1
    assert str(caught.value).startswith(f"r.toml:{number}: {message}")
    assert len(caught.value.faults) == 1


def test_a_sample_without_a_feed_cannot_be_recorded():
    with pytest.raises(ValueError, match="nothing to record"):
        write_fixture(make_sample(outcome=Outcome.TIMEOUT), NOW, {})
