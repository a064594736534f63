"""What a page says of where its news can be read."""

import time
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.sources.site_page import (
    find_channel_page,
    find_news_sitemap,
    is_page,
    list_sitemaps,
    read_page,
)

PAGE = """<!DOCTYPE html><html lang="kk"><head><base href="/kk/">
<title>Астанада мектеп ашылды | Дала хабар</title>
<meta property="og:site_name" content="Дала хабар">
<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed/">
<link rel="alternate" type="application/rss+xml" href="rss.xml">
<link rel="alternate" type="application/atom+xml; charset=utf-8" href="https://dala.example/atom">
<link rel="alternate" hreflang="ru" href="/ru/">
</head><body>
<a href="/feed/politics">RSS</a><a href="https://other.example/feed/">Біздің серіктес</a>
<a href="https://t.me/dala_habar">Telegram</a><a href="https://t.me/share/url?url=x">Бөлісу</a>
<a href="javascript:alert(1)">x</a><a href="http://[">y</a>
</body></html>"""


def test_a_page_names_its_feeds_the_declared_first_and_its_channels():
    page = read_page(PAGE.encode(), "text/html; charset=utf-8", "https://dala.example/kk/news/1")

    assert page.name == "Дала хабар"
    assert page.feeds == (
        "https://dala.example/kk/rss.xml",
        "https://dala.example/atom",
        "https://dala.example/feed/politics",
    )
    assert page.channels == ("https://t.me/s/dala_habar",)


def test_a_page_in_an_old_code_page_is_read():
    body = PAGE.replace(' content="Дала хабар"', ' content="Степной маяк"').encode(
        "windows-1251", "xmlcharrefreplace"
    )

    assert read_page(body, "text/html", "https://dala.example/").name == "Степной маяк"


def test_without_a_declared_name_the_shortest_part_of_the_title_is_taken():
    assert (
        read_page(
            b"<html><title>A very long headline - Orda.kz</title>", "", "https://x.example/"
        ).name
        == "Orda.kz"
    )


@pytest.mark.parametrize(
    "body", [b"", b"\x00\x01", b"<", b"<html><a href=", "қазақша".encode("utf-16")]
)
def test_what_is_no_page_says_nothing(body):
    assert read_page(body, "", "https://x.example/").feeds == ()


@pytest.mark.parametrize(
    "unit", [b"<div>", b"<a href='/rss'>", b"<b><i><a>", b"<p ", b"&lt;", b"<link rel=alternate "]
)
def test_a_hostile_megabyte_is_read_in_bounded_time(unit):
    started = time.process_time()
    page = read_page(b"<html>" + unit * (2_000_000 // len(unit)), "text/html", "https://x.example/")

    assert len(page.feeds) <= 12
    assert time.process_time() - started < 20


@given(st.binary(max_size=400))
def test_any_bytes_are_a_page_that_says_something_or_nothing(body):
    for whole in (
        body,
        b"<html><head><link rel=alternate type=text/xml href='" + body + b"'><title>" + body,
    ):
        page = read_page(whole, "text/html", "https://x.example/")

        assert all(
            link.startswith("http") and link.isprintable() for link in (*page.feeds, *page.channels)
        )
        assert not any(category(letter) == "Cc" for letter in page.name)


def test_pages_are_told_from_feeds():
    assert is_page(PAGE.encode(), "")
    assert not is_page(b"<?xml version='1.0'?><rss version='2.0'></rss>", "")


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://t.me/aqorda_resmi", "https://t.me/s/aqorda_resmi"),
        ("https://t.me/s/aqorda_resmi?before=9", "https://t.me/s/aqorda_resmi"),
        ("https://telegram.me/tengrinews/", "https://t.me/s/tengrinews"),
        ("https://t.me/joinchat", ""),
        ("https://t.me/+abcdef", ""),
        ("https://example.kz/aqorda_resmi", ""),
        ("http://[", ""),
    ],
)
def test_a_channels_public_page_is_found_of_its_links(url, page):
    assert find_channel_page(url) == page


def test_an_index_names_its_news_sitemap_and_anything_else_names_none():
    index = (
        "<sitemapindex><sitemap><loc>https://x.example/a.xml</loc></sitemap><sitemap><loc> {} "
        "</loc></sitemap>"
    )

    assert find_news_sitemap(index.format("https://x.example/news.xml?a=1&amp;b=2").encode()) == (
        "https://x.example/news.xml?a=1&b=2"
    )
    assert find_news_sitemap(index.format("file:///news").encode()) == ""
    assert find_news_sitemap(b"<urlset><loc>https://x.example/news.xml</loc>") == ""


@pytest.mark.parametrize("host", ["tengrinews.kz", "baigenews.kz", "dknews.kz", "news.example"])
def test_news_in_the_host_says_nothing_of_a_sitemap(host):
    tags = f"https://{host}/sitemap-tags.xml"
    news = f"https://{host}/sitemap-google-news.xml"
    index = "<sitemapindex>{}</sitemapindex>"
    places = f"<loc>{tags}</loc><loc>http://[</loc><loc>{news}</loc>"

    assert find_news_sitemap(index.format(places).encode()) == news
    assert find_news_sitemap(index.format(f"<loc>{tags}</loc>").encode()) == ""
    assert list_sitemaps(f"Sitemap: {tags}\nSitemap: {news}") == (news, tags)


@pytest.mark.parametrize(
    "line",
    [
        "Sitemap : https://x.example/a.xml",
        " SITEMAP\t:https://x.example/a.xml",
        "Sitemap: https://x.example/a.xml # of all",
        "\ufeffSitemap: https://x.example/a.xml",
    ],
)
def test_a_line_of_robots_has_blanks_and_comments(line):
    assert list_sitemaps(line) == ("https://x.example/a.xml",)


def test_news_sitemaps_come_first():
    named = (
        "User-agent: *",
        "Sitemap: https://x.example/pages.xml",
        "sitemap: https://x.example/news.xml",
        "Sitemap: f",
    )
    robots = "\n".join(named)

    assert list_sitemaps(robots) == ("https://x.example/news.xml", "https://x.example/pages.xml")
