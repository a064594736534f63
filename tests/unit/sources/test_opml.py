"""
OPML lists.

What can be taken is, what cannot is named with its line, what is hostile is refused.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import ConfigError
from aggregator.sources.catalog import Catalog, read_catalog
from aggregator.sources.opml import make_sources, read_opml
from aggregator.web.feeds.opml import render_opml
from config.settings import find_shipped_file

EMPTY = Catalog((), ())
GOOD_ADDRESS = "an http or https address with a host, without user and password"
LIST = """<?xml version="1.0" encoding="utf-8"?>
<opml version="2.0"><head><title>x</title></head><body>
<outline text="Новости">
 <outline type="rss" text="Дала" xmlUrl="https://dala.example/rss" htmlUrl="{home}" language="kk"/>
 <outline type="rss" text="Степь" xmlUrl="https://step.example/rss"/>
 <outline type="rss" text="no address"/>
 <outline type="rss" text="bad" xmlUrl="ftp://step.example/rss"/>
 <outline type="rss" text="twice" xmlUrl="http://www.dala.example/rss/"/>
 <outline type="include" text="other" xmlUrl="https://x.example/list.opml"/>
</outline>
<outline text="Маяк">
 <outline text="kk" xmlUrl="https://mayak.example/kk/rss" language="kk"/>
 <outline text="ru" xmlUrl="https://mayak.example/ru/rss" language="ru"/>
 <outline text="channel" xmlUrl="https://t.me/mayak_kz"/>
</outline>
</body></opml>""".replace("{home}", "https://dala.example/")


def test_a_list_is_read_and_every_failure_named_with_its_line():
    listed = read_opml(LIST.encode(), "list.opml")

    assert [feed.url for feed in listed.feeds] == [
        "https://dala.example/rss",
        "https://step.example/rss",
        "https://mayak.example/kk/rss",
        "https://mayak.example/ru/rss",
        "https://t.me/s/mayak_kz",
    ]
    assert [str(fault) for fault in listed.faults] == [
        "list.opml:6: xmlUrl: expected the address of a feed",
        f"list.opml:7: xmlUrl = 'ftp://step.example/rss': expected {GOOD_ADDRESS}",
        (
            "list.opml:8: xmlUrl = 'http://www.dala.example/rss/': "
            "expected another address than line 4 has"
        ),
        "list.opml:9: type = 'include': expected rss or atom",
    ]


def test_a_folder_is_an_outlet_where_all_its_feeds_are_of_one_site():
    made, there = make_sources(read_opml(LIST.encode(), "f"), EMPTY)

    assert [(source.id, source.outlet.name, source.languages, source.kind) for source in made] == [
        ("dala-example-kk", "Дала", ("kk",), "feed"),
        ("step-example", "Степь", (), "feed"),
        ("mayak-example-kk", "Маяк", ("kk",), "feed"),
        ("mayak-example-ru", "Маяк", ("ru",), "feed"),
        ("mayak-example-telegram", "Маяк", (), "telegram"),
    ]
    assert there == {}


def test_our_own_list_comes_back_to_the_same_addresses_and_outlets():
    catalog = read_catalog(find_shipped_file("sources.toml").read_text(), "s")
    listed = read_opml(render_opml(catalog.sources).encode(), "f")
    polled = [source for source in catalog.sources if not source.paused and source.kind == "feed"]
    made, _ = make_sources(listed, EMPTY)

    assert listed.faults == ()
    for new, old in zip(made, polled, strict=True):
        assert (new.url, new.outlet.name) == (old.url, old.outlet.name)
    again, there = make_sources(listed, catalog)
    assert again == []
    assert list(there.values()) == [source.id for source in polled]


BOMB = (
    '<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><opml><body><outline '
    'text="&b;"/></body></opml>'
)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (BOMB, "f:1: (opml) = <!DOCTYPE>: expected OPML without a document type"),
        (
            '<!DOCTYPE opml SYSTEM "file:///etc/passwd"><opml/>',
            "expected OPML without a document type",
        ),
        ("<opml><body>" + "<outline>" * 60, "expected elements at most 50 deep"),
        ("<opml><body>" + "<outline/>" * 10_001, "expected at most 10,000 outlines"),
        ("<opml>" + " " * (5 * 1024 * 1024), "expected at most 5,242,880 bytes"),
        ("<opml>\n<body", "f:2: (opml) = unclosed token: expected well-formed XML"),
        (
            '<?xml version="1.0" encoding="klingon"?><opml/>',
            "f: (opml) = unknown encoding: klingon: expected an encoding that can be read",
        ),
        ("<rss/>", "expected an OPML document, which begins with <opml>"),
        ("", "no element found"),
    ],
)
def test_what_is_hostile_or_no_opml_is_refused_in_words(body, message):
    with pytest.raises(ConfigError) as caught:
        read_opml(body.encode(), "f")

    assert message in str(caught.value)


FOLDER = """<opml version="2.0"><head><title>reader</title></head><body>
<outline text="{folder}"><outline title="{name}" text="{name}" xmlUrl="https://dala.example/rss"/>
</outline></body></opml>"""


@pytest.mark.parametrize(
    ("folder", "name", "outlet"),
    [
        ("All", "Дала таңы", "Дала таңы"),
        ("Новости Казахстана", "Дала таңы", "Дала таңы"),
        ("Дала таңы", "Дала таңы", "Дала таңы"),
        ("Дала таңы", "Дала таңы (dala-kk)", "Дала таңы"),
    ],
)
def test_a_folder_of_one_feed_names_no_outlet_unless_the_feed_is_called_so(folder, name, outlet):
    body = FOLDER.format(folder=folder, name=name).encode()
    made, _ = make_sources(read_opml(body, "f"), EMPTY)

    assert [source.outlet.name for source in made] == [outlet]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Дала & Қала", "Дала & Қала"),
        ("Дала &amp; Қала & Ауыл", "Дала & Қала & Ауыл"),
        ("Дала &laquo;таңы&raquo;", "Дала «таңы»"),
        ("Дала&nbsp;таңы", "Дала таңы"),
        ("R&D; &#1044;ала", "R&D; Дала"),
        ("Дала\x08 таңы", "Дала таңы"),
    ],
)
def test_what_is_written_wrong_in_a_list_is_mended(written, name):
    body = FOLDER.format(folder="All", name=written)
    for before in ("", "\n ", "\ufeff"):
        assert read_opml(f"{before}{body}".encode(), "f").feeds[0].name == name
    address = body.replace("dala.example/rss", "dala.example/rss?a=1&b=2")
    assert read_opml(address.encode(), "f").feeds[0].url == "https://dala.example/rss?a=1&b=2"
    assert read_opml(body.encode(), "f").feeds[0].line == 2


def test_a_list_in_an_old_code_page_is_read():
    body = LIST.replace("utf-8", "windows-1251").encode("windows-1251")

    assert read_opml(body, "f").feeds[1].name == "Степь"


@given(st.binary(max_size=300))
def test_any_bytes_are_a_list_or_a_named_error(body):
    for whole in (body, b"<opml><body><outline xmlUrl='" + body + b"'/></body></opml>"):
        try:
            read_opml(whole, "f")
        except ConfigError as error:
            said = str(error)
        else:
            said = "f"
        assert said.startswith("f")
