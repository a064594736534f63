"""
Kinds and their options as the catalogue names them.

Right ones are read, wrong ones named with their line.
"""

import pytest

from aggregator.errors import ConfigError
from aggregator.feeds.kinds.registry import SHIPPED, Kinds
from aggregator.sources.catalog import read_catalog

HEAD = """
[[outlet]]
id = "outlet"
name = "Outlet"
home = "https://outlet.example/"

[[outlet.source]]
id = "outlet-kk"
url = "{url}"
kind = "{kind}"
{rest}
"""


def source(kind, rest="", url="https://outlet.example/list"):
    text = HEAD.format(kind=kind, rest=rest, url=url)
    [only] = read_catalog(text, "s.toml", Kinds(())).sources
    return only


def faults(kind, rest="", url="https://outlet.example/list"):
    with pytest.raises(ConfigError) as caught:
        source(kind, rest, url)
    return str(caught.value).splitlines()


def test_a_source_is_a_feed_unless_it_says_otherwise():
    [only] = read_catalog(
        HEAD.format(kind="", rest="", url="https://a.example/").replace('kind = ""', ""), "s"
    ).sources

    assert (only.kind, only.options, only.full_text) == ("feed", {}, False)


def test_options_and_full_text_are_read():
    page = source(
        "page", 'full_text = true\n[outlet.source.page]\nitem = "li"\ntitle = "a"\ndate = "i@title"'
    )

    assert page.full_text
    assert page.options == {"item": "li", "title": "a", "date": "i@title"}


def test_every_kind_that_ships_can_be_named():
    assert SHIPPED == ("feed", "telegram", "json", "page", "sitemap")
    for kind in SHIPPED:
        assert Kinds(()).find_kind(kind).name == kind


@pytest.mark.parametrize(
    ("kind", "rest", "said"),
    [
        (
            "telegrm",
            "",
            (
                "s.toml:10: {s}.kind = 'telegrm': expected one of feed, telegram, json, page, "
                "sitemap; did you"
            ),
        ),
        ("feed", "[outlet.source.feed]\nx = 1", "s.toml:12: {s}.feed.x = 1: expected no such key"),
        (
            "feed",
            "[outlet.source.page]\nitem = 'a'",
            "s.toml:11: {s}.page = {{'item': 'a'}}: expected no such key",
        ),
        ("feed", "page = 3", "s.toml:11: {s}.page = 3: expected no such key"),
        ("page", "page = 3", "s.toml:11: {s}.page = 3: expected a table, [outlet.source.page]"),
        ("page", "", "{s}.page.item: expected a CSS selector"),
        (
            "page",
            "[outlet.source.page]\nitem = 'a['\ntitle = 'b'",
            "s.toml:12: {s}.page.item = 'a[': expected a CSS",
        ),
        (
            "page",
            "[outlet.source.page]\nitem = 'a'\ntitle = 'b:x(@y'",
            "s.toml:13: {s}.page.title = 'b:x(@y'",
        ),
        (
            "json",
            "[outlet.source.json]\ntitle = 'a b'\nlink = 'u'",
            "s.toml:12: {s}.json.title = 'a b': expected a path",
        ),
        (
            "json",
            "[outlet.source.json]\ntitle = 'a'\nlink = 'u/{'",
            "s.toml:13: {s}.json.link = 'u/{{': expected a path",
        ),
        (
            "telegram",
            "",
            (
                "s.toml:9: {s}.url = 'https://outlet.example/list': expected the address of a "
                "channel's"
            ),
        ),
        (
            "telegram",
            "[outlet.source.telegram]\nforwarded = 'no'",
            "s.toml:12: {s}.telegram.forwarded = 'no': expected true",
        ),
        (
            "telegram",
            "full_text = true",
            "s.toml:11: {s}.full_text = True: expected no such key at a source of kind telegram",
        ),
        ("feed", "full_text = 'yes'", "s.toml:11: {s}.full_text = 'yes': expected true or false"),
    ],
)
def test_what_is_wrong_is_named_with_file_line_key_value_and_what_was_expected(kind, rest, said):
    listed = faults(kind, rest)

    assert any(said.format(s="outlet[0].source[0]") in fault for fault in listed), listed


@pytest.mark.parametrize(
    "selector",
    [
        "svg|a",
        "div svg|a",
        "div:has(svg|a)",
        "div:not(svg|a)",
        "a[xlink|href]",
        "div > a[x|y='a:b']",
    ],
)
@pytest.mark.parametrize("key", ["item", "title"])
def test_a_selector_that_fails_only_when_it_is_used_is_named(key, selector):
    values = {"item": "li", "title": "a", key: selector}
    rest = "\n".join(f'{name} = "{value}"' for name, value in values.items())
    [fault] = faults("page", f"[outlet.source.page]\n{rest}")

    assert f"source[0].page.{key} = " in fault
    assert "namespace" in fault


@pytest.mark.parametrize(
    "selector", ["a:contains('x:y')", "a[href^='http://x']", "*|a", "a:lang(kk)", "li:nth-child(2)"]
)
def test_selectors_of_colons_and_bars_may_be_right(selector):
    page = source("page", f'[outlet.source.page]\nitem = "li"\ntitle = "{selector}"')

    assert page.options["title"] == selector


def test_the_shipped_catalogue_names_kinds_that_exist():
    from config.settings import find_shipped_file

    path = find_shipped_file("sources.toml")
    assert read_catalog(path.read_text(encoding="utf-8"), str(path)).sources
