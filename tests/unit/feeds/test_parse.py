"""Feeds of all kinds to one shape. What a test feed is about stands in its name."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

import feedparser
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aggregator.errors import ParseError
from aggregator.feeds.mend import MAX_ITEMS
from aggregator.feeds.own import read_own
from aggregator.feeds.parse import parse_feed
from aggregator.feeds.tree import read_tree
from aggregator.models import Feed, FeedItem

ALMATY = ZoneInfo("Asia/Almaty")
URL = "https://example.kz/rss/all"
DATA = Path(__file__).parents[2] / "data" / "feeds"


def parse(body: bytes | str, content_type: str = "application/rss+xml; charset=utf-8") -> Feed:
    raw = body.encode() if isinstance(body, str) else body
    return parse_feed(raw, {"content-type": content_type}, URL, ALMATY)


def item(inside: str) -> FeedItem:
    feed = parse(
        f'<rss version="2.0"><channel><title>Т</title><item>{inside}</item></channel></rss>'
    )
    return feed.items[0]


@pytest.mark.parametrize("name", sorted(path.stem for path in DATA.glob("*.xml")))
def test_a_feed_of_the_collection_parses_to_its_value(name: str) -> None:
    expected = import_module(f"tests.data.feeds.{name}")
    assert (
        parse_feed((DATA / f"{name}.xml").read_bytes(), expected.HEADERS, URL, ALMATY)
        == expected.FEED
    )


@pytest.mark.parametrize(
    "inside",
    [
        "<description>Тизер</description><yandex:full-text>Толық мәтін</yandex:full-text>",
        "<yandex:full-text>Толық мәтін</yandex:full-text><description>Тизер</description>",
        (
            "<description>Тизер</description><content:encoded><![CDATA[Толық "
            "мәтін]]></content:encoded>"
        ),
        "<content:encoded>Толық мәтін</content:encoded><description>Тизер</description>",
        (
            "<yandex:full-text>Толық "
            "мәтін</yandex:full-text><fullitem>Т</fullitem><description>Тизер</description>"
        ),
        (
            "<description>Тизер</description><yandex:full-text type='html'>Толық "
            "мәтін</yandex:full-text>"
        ),
        "<description>Тизер</description><turbo:content>Толық мәтін</turbo:content>",
    ],
    ids=[
        "yandex-second",
        "yandex-first",
        "content-second",
        "content-first",
        "both",
        "attribute",
        "turbo",
    ],
)
def test_teaser_and_full_text_both_arrive(inside: str) -> None:
    read = item(f"<title>Т</title>{inside}")
    assert (read.summary, read.content) == ("Тизер", "Толық мәтін")


def test_a_text_that_is_alone_stands_in_one_place() -> None:
    assert (
        item("<content:encoded>Мәтін</content:encoded>").summary,
        item("<description>Т</description>").content,
    ) == (
        "",
        "",
    )


@pytest.mark.parametrize("prefix", ["media", "itunes"])
def test_captions_of_pictures_and_sounds_are_neither_title_nor_text(prefix: str) -> None:
    read = item(
        f"<{prefix}:title>Сурет</{prefix}:title><title>Тақырып</title><description>Тизер</description>"
        f"<{prefix}:description>Сурет: "
        f"автор</{prefix}:description><{prefix}:summary>Дыбыс</{prefix}:summary>"
    )
    assert (read.title, read.summary, read.content) == ("Тақырып", "Тизер", "")


@pytest.mark.parametrize(
    ("inside", "guid", "link"),
    [
        ("<link>/news/1</link>", "", "https://example.kz/news/1"),
        ("<link>//cdn.example.kz/1</link>", "", "https://cdn.example.kz/1"),
        ("<link>\n https://example.kz/a?b=1&amp;c=2 \n</link>", "", "https://example.kz/a?b=1&c=2"),
        ("<link>https://example.kz/a?b=1&c=2</link>", "", "https://example.kz/a?b=1&c=2"),
        ("<link>https://example.kz/a b</link>", "", "https://example.kz/a%20b"),
        ("<link>www.example.kz/news/1</link>", "", "https://www.example.kz/news/1"),
        ("<link>example.kz/news/1</link>", "", "https://example.kz/news/1"),
        ('<guid isPermaLink="true">example.kz/1</guid>', "example.kz/1", "https://example.kz/1"),
        ("<link><![CDATA[https://example.kz/a?b=1&amp;c=2]]></link>", "", "https://example.kz/a?b=1&c=2"),
        ("<link>https://example.kz/a?b=1&amp;amp;amp;c=2</link>", "", "https://example.kz/a?b=1&c=2"),
        ("<link>javascript:alert(1)</link>", "", ""),
        ("<link>http://[</link>", "", ""),
        ("<guid>12345</guid>", "12345", ""),
        ("<guid>https://example.kz/1</guid>", "https://example.kz/1", "https://example.kz/1"),
        ('<guid isPermaLink="false">a/1?X=Y</guid><link>https://example.kz/2</link>', "a/1?X=Y", "https://example.kz/2"),
        (("<link>https://example.kz/1</link><atom:link rel='self' "
         "href='https://example.kz/rss'/>"), "",
         "https://example.kz/1"),
    ],
)  # fmt: skip
def test_guids_stay_as_they_are_and_links_become_whole(inside: str, guid: str, link: str) -> None:
    read = item(f"<title>Т</title>{inside}")
    assert (read.guid, read.link) == (guid, link)


@pytest.mark.parametrize(
    "inside",
    [
        "<pubDate>Wed, 20 Aug 2025 14:05:00 +0500</pubDate>",
        "<pubDate>Ср, 20 Авг 2025 14:05:00 +0500</pubDate>",
        "<pubDate>20 тамыз 2025 ж., 14:05</pubDate>",
        "<dc:date>2025-08-20T14:05:00+05:00</dc:date>",
        "<pubDate>2025-08-20 14:05</pubDate><atom:updated>2025-08-21T00:00:00Z</atom:updated>",
    ],
)
def test_the_date_of_an_item(inside: str) -> None:
    assert item(f"<title>Т</title>{inside}").published == datetime(2025, 8, 20, 9, 5, tzinfo=UTC)


def test_a_date_that_cannot_be_read_is_none() -> None:
    assert item("<title>Т</title><pubDate>кеше</pubDate>").published is None


def test_items_without_title_and_text_are_left_out() -> None:
    feed = parse(
        "<rss><channel><item><link>/1</link></item><item><title>Т</title></item></channel></rss>"
    )
    assert [one.title for one in feed.items] == ["Т"]
    assert feed.notes == ("items without title and text left out: 1",)


def test_an_empty_feed_is_a_feed() -> None:
    assert parse("<rss version='2.0'><channel><title>Бос</title></channel></rss>") == Feed(
        title="Бос", language="", items=()
    )


@pytest.mark.parametrize("real", ["utf-8", "windows-1251", "koi8-r"])
@pytest.mark.parametrize("declared", ["utf-8", "windows-1251", "koi8-r"])
@pytest.mark.parametrize(
    "header", ["text/xml", "text/xml; charset=utf-8", "text/xml; charset=windows-1251"]
)
def test_russian_is_russian_whatever_is_declared(real: str, declared: str, header: str) -> None:
    title = "Правительство утвердило программу развития дорог"
    body = (
        '<?xml version="1.0" '
        f'encoding="{declared}"?><rss><channel><item><title>{title}</title></item></channel></rss>'
    )
    assert parse(body.encode(real), header).items[0].title == title


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "an empty body"),
        (b" \n", "an empty body"),
        ("<html><head><title>Сайт жөнделуде</title></head></html>".encode(), ("an HTML page titled "
                                                                             "'Сайт жөнделуде'")),
        (b"<html><body>503</body></html>", "an HTML page without a title"),
        (b'{"items": []}', 'JSON: {"items": []}'),
        (b"<?xml version='1.0'?><urlset/>", ("XML or markup, but no <rss>, <feed> or <rdf:RDF> in "
                                            "it")),
        (b"Not found", "no <rss>, <feed> or <rdf:RDF> in it: 'Not found'"),
        (b"%PDF-1.7 \x00\xff", "a PDF of 11 bytes"),
        (bytes(range(256)), "binary data of 256 bytes"),
        (b"<rss>" + b"<a>" * 1000, "nested more than 100 deep"),
    ],
    ids=["empty", "blank", "page", "bare-page", "json", "sitemap", "words", "pdf", "noise",
         "deep"],
)  # fmt: skip
def test_what_is_no_feed_is_described(body: bytes, words: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse(body)
    assert words in caught.value.detail
    assert caught.value.url == URL


def test_a_bomb_of_entities_is_but_words() -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE rss [<!ENTITY l0 "lol">{levels}]>'
    feed = parse(f"{bomb}<rss><channel><item><title>&l9;</title></item></channel></rss>")
    assert feed.items[0].title == "&l9;"
    assert "declarations of entities dropped" in feed.notes


def test_an_address_in_place_of_a_feed_is_not_fetched() -> None:
    for body in ("https://example.kz/rss", __file__):
        with pytest.raises(ParseError):
            parse(body)


def test_a_feed_without_end_is_cut() -> None:
    feed = parse("<rss><channel>" + "<item><title>Т</title></item>" * (MAX_ITEMS + 1))
    assert len(feed.items) == MAX_ITEMS
    assert feed.notes == ("items after the first 2,000 dropped",)


_PIECES = st.sampled_from(
    [
        "<item>",
        "</item>",
        "<entry>",
        "</entry>",
        "<title>",
        "</title>",
        "<title type='xhtml'>",
        "<link>",
        "</link>",
        "<guid>",
        "</guid>",
        "<link href='/x'/>",
        "<link href=x>",
        "<description>",
        "</description>",
        "<svg>",
        "<source>",
        "<content:encoded>",
        "</content:encoded>",
        "<yandex:full-text>",
        "</yandex:full-text>",
        "<media:title>",
        "<image>",
        "<pubDate>",
        "</pubDate>",
        "<textinput>",
        "<category/>",
        "<content type='application/octet-stream'>",
        "</content>",
        "<author>",
        "<georss:point>",
        "<itunes:image/>",
        "<enclosure/>",
        "<b x=>",
        "&amp;",
        "&#x80;",
        "&lt;p&gt;",
        "]]>",
        "<![CDATA[",
        "https://example.kz/1",
        "Wed, 20 Aug 2025 14:05:00 +0500",
        "сөз",
        "1",
        "<p>",
        "<!--",
        "</channel>",
        "<x:y z:a='1'>",
    ]
)


def test_elements_that_trip_feedparser_do_not_come_to_it() -> None:
    assert parse("<rss><channel><image><link><guid>").items == ()


@given(
    root=st.sampled_from(["rss", "feed xmlns='http://www.w3.org/2005/Atom'", "rdf:RDF"]),
    pieces=st.lists(_PIECES),
)
def test_whatever_stands_in_a_root_is_a_feed_or_a_named_error(root: str, pieces: list[str]) -> None:
    with suppress(ParseError):
        parse(f"<{root}><channel>{''.join(pieces)}")


@given(st.binary(max_size=200))
def test_any_bytes_are_a_feed_or_a_named_error(body: bytes) -> None:
    with suppress(ParseError):
        parse(body)


def test_an_attribute_without_quotes_is_mended() -> None:
    feed = parse(
        "<rss><channel><item><title>Т</title><enclosure url=x.mp3 /></item></channel></rss>"
    )
    assert feed.items[0].title == "Т"
    assert feed.notes == ("attributes mended",)


def test_categories_of_an_item_are_bounded() -> None:
    inside = "".join(f"<category>{number}</category>" for number in range(200))
    assert len(item(f"<title>Т</title>{inside}").categories) == 50


_OWN = "<title>Т</title><link>https://example.kz/1</link><description>Тизер</description>"


@pytest.mark.parametrize(
    "nested",
    [
        "<title>Ж</title>",
        "<link>https://example.kz/9</link>",
        '<a:link href="https://example.kz/9"/>',
        "<guid>9</guid><id>9</id>",
        "<pubDate>Mon, 02 Nov 2026 08:00:00 +0500</pubDate>",
        "<description>Ж</description><summary>Ж</summary><d:description>Ж</d:description>",
        "<c:encoded>Ж</c:encoded><content>Ж</content><y:full-text>Ж</y:full-text>",
        "<category>Ж</category><language>ru</language>",
    ],
)
@pytest.mark.parametrize("around", ["author", "image", "a:source", "m:group", "y:related", "meta"])
@pytest.mark.parametrize("order", ["{own}{nested}", "{nested}{own}"])
def test_what_is_nested_is_not_the_items(nested: str, around: str, order: str) -> None:
    namespaces = (
        'xmlns:a="http://www.w3.org/2005/Atom" xmlns:m="http://search.yahoo.com/mrss/" '
        'xmlns:y="http://news.yandex.ru" xmlns:d="http://purl.org/dc/elements/1.1/" '
        'xmlns:c="http://purl.org/rss/1.0/modules/content/"'
    )
    inside = order.format(own=_OWN, nested=f"<{around}>{nested}</{around}>")
    feed = parse(f"<rss {namespaces}><channel><item>{inside}</item></channel></rss>")
    assert feed.notes == ()
    assert feed.items == (
        FeedItem(guid="", link="https://example.kz/1", title="Т", summary="Тизер"),
    )


@pytest.mark.parametrize(
    ("namespace", "name"),
    [
        ("http://news.yandex.ru", "full-text"),
        ("https://news.yandex.ru/", "fulltext"),
        ("http://turbo.yandex.ru", "content"),
        ("http://news.mail.ru/", "full-text"),
        ("http://news.rambler.ru", "fulltext"),
        ("http://purl.org/rss/1.0/modules/content/", "encoded"),
        ("http://www.w3.org/1999/xhtml", "body"),
        ("http://www.w3.org/2005/Atom", "content"),
    ],
)
def test_full_text_goes_by_its_namespace(namespace: str, name: str) -> None:
    text = f'<q:{name} xmlns:q="{namespace}">Толық мәтін</q:{name}>'
    feed = parse(f"<rss><channel><item>{_OWN}{text}</item></channel></rss>")
    assert (feed.items[0].summary, feed.items[0].content) == ("Тизер", "Толық мәтін")


@pytest.mark.parametrize(
    ("links", "chosen"),
    [
        ('<link rel="self" href="/s"/><link href="/a"/><link rel="enclosure" href="/e"/>', "/a"),
        ('<link href="/p" type="application/pdf"/><link href="/a" type="text/html"/>', "/a"),
        ('<link href="/r" hreflang="ru"/><link href="/k" hreflang="kk"/>', "/k"),
        ('<link href="/e" hreflang="en"/><link href="/a"/>', "/a"),
        ('<link href="/p" type="application/pdf"/>', "/p"),
        ('<link rel="related" href="/r"/>', ""),
    ],
)
def test_of_several_links_the_articles_own_is_chosen(links: str, chosen: str) -> None:
    entry = f"<entry><title>Т</title><id>urn:1</id>{links}</entry>"
    body = f'<feed xmlns="http://www.w3.org/2005/Atom">{entry}</feed>'
    feed = parse_feed(body.encode(), {}, URL, ALMATY, ("kk", "ru"))
    assert feed.items[0].link == (f"https://example.kz{chosen}" if chosen else "")


def test_items_in_a_gallery_of_an_item_are_none() -> None:
    gallery = "<gallery><item><title>Сурет</title></item></gallery>"
    feed = parse(f"<rss><channel><item>{_OWN}{gallery}</item></channel></rss>")
    assert [one.title for one in feed.items] == ["Т"]


def test_a_feed_may_have_the_doctype_of_a_page() -> None:
    feed = parse(f"<!DOCTYPE html><rss><channel><item>{_OWN}</item></channel></rss>")
    assert [one.title for one in feed.items] == ["Т"]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("<description>&lt;p&gt;А&lt;/p&gt; <b>Б</b></description>", "<p>А</p> <b>Б</b>"),
        ("<description><p>А</p></description>", "<p>А</p>"),
    ],
)
def test_markup_that_nobody_escaped_is_markup(text: str, read: str) -> None:
    assert item(f"<title>Т</title>{text}").summary == read


# What feedparser looks at: tags and entities, letters of code pages, and words.
WORDS = st.lists(
    st.one_of(
        st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co"))),
        st.text(st.characters(min_codepoint=0x80, max_codepoint=0xFF), max_size=3),
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<b>сөз</b>",
                "&amp;",
                "&laquo;",
                "&#60;",
                "< 5",
                "]]>",
                "R&D: ",
                "&ab;",
            ]
        ),
    ),
    min_size=1,
    max_size=4,
).map("".join)
TYPES = st.sampled_from(["", ' type="html"', ' type="text"', ' type="text/HTML"', ' type="odd"'])


def write(name: str, kind: str, words: str) -> str:
    return f"<{name}{kind}>{escape(words)}</{name}>"


@given(title=WORDS, summary=WORDS, content=WORDS, kinds=st.tuples(TYPES, TYPES, TYPES))
@example(title="A", summary="<p>Б</p>", content="<p>В</p>", kinds=("", "", ""))
@example(title="A", summary="R&D: 5", content="AT&T-ны", kinds=("", "", ""))
@example(title="A", summary="?a=1&xx;", content="&copy: &A.b", kinds=("", ' type="html"', ""))
@pytest.mark.parametrize(
    ("around", "names"),
    [
        (
            "<rss version='2.0'><channel><item>{}</item></channel></rss>",
            ("description", "fullitem"),
        ),
        (
            "<feed xmlns='http://www.w3.org/2005/Atom'><entry>{}</entry></feed>",
            ("summary", "content"),
        ),
    ],
    ids=["rss", "atom"],
)
def test_texts_that_feedparser_is_not_handed_read_as_it_reads_them(
    around: str,
    names: tuple[str, str],
    title: str,
    summary: str,
    content: str,
    kinds: tuple[str, str, str],
) -> None:
    texts = zip(("title", *names), kinds, (title, summary, content), strict=True)
    body = around.format("".join(write(*text) for text in texts))
    [own] = read_own(read_tree(body, URL)[0], URL).items
    theirs = feedparser.parse(body.encode(), sanitize_html=False).entries[0]

    # One that has no words has none for feedparser either.
    assert own.title in (None, theirs.get("title", ""))
    if summary.strip():
        assert own.summary in (None, theirs.get("summary", ""))
    if content.strip() and own.contents is not None:
        assert max(own.contents, key=len) == theirs.content[0].value


@pytest.mark.parametrize("rest", ["", "<description>Б</description>"])
@pytest.mark.parametrize("texts", ["", "<p>В</p>", "Г|<p>Д</p>", "<p>Ұзақ мәтін</p>|Е"])
def test_an_item_reads_the_same_whether_feedparser_reads_it_or_not(rest: str, texts: str) -> None:
    contents = "".join(write("yandex:full-text", "", text) for text in texts.split("|"))
    # A letter that it may mend hands all of an item's full texts to feedparser.
    handed = contents.replace("</yandex:full-text>", "\x85</yandex:full-text>")
    around = f"<title>А</title>{rest}"
    read = item(around + contents)
    theirs = item(around + handed)

    assert (read.title, read.summary) == (theirs.title, theirs.summary.replace("…", ""))
    assert read.content == theirs.content.replace("…", "")


def test_a_feed_of_plain_texts_does_not_come_to_feedparser() -> None:
    plain = "<title>А &amp; Б</title><description><![CDATA[<p>В</p>]]></description>"
    body = f"<rss><channel><title>Т</title><item>{plain}</item></channel></rss>"
    assert not read_own(read_tree(body, URL)[0], URL).texts
