"""News sitemaps, on files written after their specification."""

import gzip
from datetime import UTC, datetime

import pytest

from aggregator.errors import FormChangedError, ParseError
from tests.support.kinds import read, saved


def test_a_news_sitemap_is_read_the_newest_first():
    feed = read("sitemap", saved("news-sitemap.xml"))

    assert [(item.title, item.link, item.language) for item in feed.items] == [
        ("Курс тенге и нефть", "https://outlet.example/ru/2", "ru"),
        ("Теңге бағамы &amp; мұнай", "https://outlet.example/kk/1", "kk"),
    ]
    assert feed.items[1].published == datetime(2025, 8, 20, 5, 0, tzinfo=UTC)
    assert feed.notes == ("addresses without a news title left out: 1",)


def test_a_packed_sitemap_is_unpacked():
    assert len(read("sitemap", gzip.compress(saved("news-sitemap.xml").encode())).items) == 2


def test_an_index_is_refused_with_the_sitemap_to_name():
    with pytest.raises(
        ParseError,
        match=r"an index of 3 sitemaps.* such as https://outlet.example/sitemap-news.xml",
    ):
        read("sitemap", saved("sitemap-index.xml"))


@pytest.mark.parametrize("host", ["tengrinews.kz", "baigenews.kz", "news.example"])
def test_a_host_of_news_makes_no_sitemap_one_of_news(host):
    index = (
        f"<sitemapindex><sitemap><loc>https://{host}/sitemap-tags.xml</loc>"
        f"<lastmod>2026-11-28</lastmod></sitemap><sitemap><loc>https://{host}/sitemap-google-news."
        "xml</loc></sitemap></sitemapindex>"
    )
    with pytest.raises(ParseError, match=rf"such as https://{host}/sitemap-google-news.xml"):
        read("sitemap", index)


def test_a_sitemap_that_lists_nothing_is_empty():
    assert read("sitemap", "<urlset/>").items == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("news:title", "news:headline", "none of 3 addresses has: title"),
        ("<loc>", "<address>", "link"),
        ("url>", "uri>", "none of 3 elements of the sitemap is an address"),
    ],
)
def test_a_sitemap_whose_form_changed_says_what_is_not_found(old, new, said):
    body = (
        saved("news-sitemap.xml")
        .replace(old, new)
        .replace(old.replace("<", "</"), new.replace("<", "</"))
    )
    with pytest.raises(FormChangedError, match=said):
        read(
            "sitemap",
            body.replace("<image:title>", "<image:x>").replace("</image:title>", "</image:x>"),
        )


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "not XML"),
        (b"<html><body>404</body></html>", "no sitemap: XML of <html>"),
        (b"\x1f\x8bnot gzip", "does not unpack"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><urlset/>', "no sitemap: it begins"),
        (gzip.compress(b" " * 10_000_001), "more than 10 MB"),
        (b"<sitemapindex/>", "names none"),
    ],
)
def test_what_is_no_sitemap_is_named_as_that(body, said):
    with pytest.raises(ParseError, match=said):
        read("sitemap", body)
