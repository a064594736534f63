"""Mending: out comes what a strict parser takes, whatever goes in."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.feeds.mend import MAX_ITEMS, NotXMLError, mend

ITEM = "<item><title>{}</title></item>"


def feed(inside: str) -> str:
    return f'<rss version="2.0"><channel>{inside}</channel></rss>'


def titles(text: str) -> list[str | None]:
    return [title.text for title in ET.fromstring(mend(text)[0]).iter("title")]


def test_a_sound_feed_needs_no_note() -> None:
    assert mend(feed(ITEM.format("Жаңалық &amp; <![CDATA[<b>мәтін</b>]]>")))[1] == ()


@pytest.mark.parametrize(
    ("inside", "meant"),
    [
        ("A & B", "A & B"),
        ("AT&T;", "AT&T;"),
        ("&laquo;Ас&raquo;&nbsp;&mdash; ас", "«Ас»\u00a0— ас"),
        ("&amp;lt; &lt; &#1178; &#x49A; &#X49A;", "&lt; < Қ Қ Қ"),
        ("a&#0;b&#xD800;c&#x110000;d", "abcd"),
        ("a\x00b\x0bc\ufffed", "abcd"),
        ("5 < 6 && 7 > 6", "5 < 6 && 7 > 6"),
        ("a]]>b", "a]]>b"),
        ("<![CDATA[a <![CDATA[b]]> c]]>", "a <![CDATA[b c]]>"),
        ("a<!-- x -- y -->b", "ab"),
        ("a<?php echo 1 ?>b", "ab"),
    ],
)
def test_what_stands_in_an_element(inside: str, meant: str) -> None:
    assert titles(feed(ITEM.format(inside))) == [meant]


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff\n  " + feed(ITEM.format("A")),
        "<br />\n<b>Warning</b>: x in y on line 1\n<?xml version='1.0'?>" + feed(ITEM.format("A")),
        feed(ITEM.format("A")) + "<script>count()</script>",
        feed(ITEM.format("A"))[: -len("</channel></rss>")],
        feed(ITEM.format("A")) + feed(ITEM.format("again")),
        feed("<item><title>A</item>"),
        feed("<item><title>A</title></b></item>"),
        feed("<item><title>A</title>"),
        "<!DOCTYPE rss [<!ENTITY nbsp '&#160;'>]>" + feed(ITEM.format("A")),
        feed(ITEM.format("A")).replace("<rss", "<?xml-stylesheet href='x'?><!-- y --><rss"),
    ],
    ids=[
        "bom",
        "warning",
        "script-after",
        "no-end",
        "twice",
        "unclosed",
        "stray-end",
        "open-item",
        "doctype",
        "style",
    ],
)
def test_junk_around_and_tags_that_do_not_match(text: str) -> None:
    assert titles(text) == ["A"]


def test_a_field_without_its_end_ends_where_the_next_begins() -> None:
    mended, _ = mend(feed("<item><title>A<link>https://example.kz/1<guid>1</guid></item>"))
    [item] = ET.fromstring(mended).iter("item")
    fields = {child.tag: child.text for child in item}
    assert fields == {"title": "A", "link": "https://example.kz/1", "guid": "1"}


def test_an_item_that_is_cut_is_left_out() -> None:
    mended, notes = mend(
        feed(ITEM.format("A") + "<item><title>B</title><description>жарты мә")[
            : -len("</channel></rss>")
        ]
    )
    assert [title.text for title in ET.fromstring(mended).iter("title")] == ["A"]
    assert "an item that is cut was left for the next poll" in notes


def test_items_that_are_not_closed_do_not_nest() -> None:
    root = ET.fromstring(mend(feed("<item><title>A</title><item><title>B</title></item>"))[0])
    assert len(root.findall("channel/item")) == 2


def test_items_of_a_gallery_stay_in_their_item() -> None:
    gallery = "<gallery><item><title>1</title></item><item><title>2</title></item></gallery>"
    pair = f"<item><title>A & B</title>{gallery}</item><item><title>C</title></item>"
    root = ET.fromstring(mend(feed(pair))[0])
    assert [item.findtext("title") for item in root.findall("channel/item")] == ["A & B", "C"]


def test_a_gallery_without_end_does_not_take_the_items_behind_it() -> None:
    inside = "<item><title>A</title><gallery></item><item><title>B</title></item>"
    root = ET.fromstring(mend(feed(inside))[0])
    assert [item.findtext("title") for item in root.findall("channel/item")] == ["A", "B"]


def test_prefixes_that_nobody_declared_are_declared_as_they_are_meant() -> None:
    mended, notes = mend(feed('<item><dc:date x:y="1">2025</dc:date></item>'))
    root = ET.fromstring(mended)
    assert root.findtext(".//{http://purl.org/dc/elements/1.1/}date") == "2025"
    assert root.find(".//*[@{urn:undeclared:x}y]") is not None
    assert notes == ("prefixes declared: dc, x",)


@pytest.mark.parametrize(
    ("tag", "meant"),
    [
        ("<a url=x.mp3 />", {"url": "x.mp3"}),
        ("<a checked>", {"checked": "checked"}),
        ("<a x='1' x='2'>", {"x": "1"}),
        ("<a x = '1'y=\"2\">", {"x": "1", "y": "2"}),
        ("<a href=https://example.kz/?a=1&amp;b=2>", {"href": "https://example.kz/?a=1&b=2"}),
    ],
)
def test_attributes_are_mended(tag: str, meant: dict[str, str]) -> None:
    mended, notes = mend(feed(f"<item>{tag}</item>"))
    [element] = ET.fromstring(mended).iter("a")
    assert element.attrib == meant
    assert "attributes mended" in notes


def test_a_comment_that_speaks_of_a_feed_is_not_its_root() -> None:
    assert titles("<!-- <rss> or <feed> by hand -->" + feed(ITEM.format("A"))) == ["A"]


def test_entities_are_never_expanded() -> None:
    bomb = (
        '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM '
        '"file:///etc/passwd">]>'
    )
    mended, notes = mend(bomb + feed(ITEM.format("&b; &f;")))
    assert "<!" not in mended
    assert ET.fromstring(mended).findtext(".//title") == "&b; &f;"
    assert "declarations of entities dropped" in notes


def test_items_are_bounded() -> None:
    mended, notes = mend(feed(ITEM.format("A") * (MAX_ITEMS + 5)))
    assert mended.count("<item>") == MAX_ITEMS
    assert len(ET.fromstring(mended).findall("channel/item")) == MAX_ITEMS
    assert notes == ("items after the first 2,000 dropped",)


@pytest.mark.parametrize(
    "inside",
    ["<item>" + "<a>" * 200, "<a>" * 200, "<x/>" * 400_001, "<" * 400_001],
    ids=["deep-item", "deep-channel", "tags", "brackets"],
)
def test_what_only_an_attacker_writes_is_refused(inside: str) -> None:
    with pytest.raises(NotXMLError):
        mend(feed(inside))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Not found",
        '{"items": []}',
        "<sitemapindex/>",
        "<!DOCTYPE html><html><body><rss></rss></body></html>",
    ],
    ids=["empty", "words", "json", "sitemap", "page"],
)
def test_what_is_no_feed_is_refused(text: str) -> None:
    with pytest.raises(NotXMLError):
        mend(text)


_PIECES = st.sampled_from(
    [
        "<item>",
        "</item>",
        "<entry>",
        "<title>",
        "</title>",
        "<b>",
        "</b>",
        "<br>",
        "<x/>",
        "</channel>",
        "</rss>",
        "&",
        "&lt;",
        "&nbsp;",
        "&#1;",
        "<",
        ">",
        "]]>",
        "<![CDATA[",
        "<!--",
        "-->",
        "<?",
        "?>",
        "'",
        '"',
        "<!DOCTYPE",
        "сөз",
        "\x00",
        "<item/>",
    ]
)


@given(st.lists(_PIECES, max_size=30).map("".join))
def test_whatever_goes_in_well_formed_xml_comes_out(inside: str) -> None:
    ET.fromstring(mend("<rss><channel>" + inside)[0])
