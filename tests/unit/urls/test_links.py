"""Links of outlets: absolute, http or https, with a host, without blanks; or none."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.urls.canonical import canonicalize_url
from aggregator.urls.links import resolve_link

BASE = "https://outlet.example/news/rss"


@pytest.mark.parametrize(
    ("link", "whole"),
    [
        ("/a", "https://outlet.example/a"),
        ("b?c=d#e", "https://outlet.example/news/b?c=d#e"),
        ("//other.example/a", "https://other.example/a"),
        (" https://a.kz/b c ", "https://a.kz/b%20c"),
        ("https://a.kz/\tb\n", "https://a.kz/b"),
        ("http:\t//a.kz/", "http://a.kz/"),
        ("https://a.kz/b\u3000c", "https://a.kz/b%E3%80%80c"),
        ("https://қаз.example/тіл", "https://қаз.example/тіл"),
        ("https://a.kz/\x9b2J\u202ecod.exe", "https://a.kz/%C2%9B2J%E2%80%AEcod.exe"),
        ("https://a.kz:8080/b", "https://a.kz:8080/b"),
        ("https://nur.kz@evil.example/b", "https://evil.example/b"),
        ("https://nur.kz:news@evil.example:81/b", "https://evil.example:81/b"),
        ("https://еgov.kz/b", "https://xn--gov-qdd.kz/b"),
        ("https://еgov.kz:81/b", "https://xn--gov-qdd.kz:81/b"),
    ],
)
def test_a_link_is_made_whole(link, whole):
    assert resolve_link(BASE, link) == whole


@pytest.mark.parametrize(
    ("base", "link", "whole"),
    [
        ("https://x.kz/rss/all.xml", "www.x.kz/news/1", "https://www.x.kz/news/1"),
        ("https://x.kz/rss/all.xml", "x.kz/news/1", "https://x.kz/news/1"),
        ("http://www.x.kz/rss", "X.kz/news?id=1#a", "http://X.kz/news?id=1#a"),
        ("https://x.kz/rss/all.xml", "x.kz:8080/1", "https://x.kz:8080/1"),
        ("https://x.kz/rss/all.xml", "www.other.kz", "https://www.other.kz"),
        ("https://kaz.nur.kz/rss", "nur.kz/1", "https://nur.kz/1"),
        ("https://nur.kz/rss", "kaz.nur.kz/1", "https://kaz.nur.kz/1"),
        ("https://kaz.nur.kz/rss", "rus.nur.kz/1", "https://rus.nur.kz/1"),
        ("https://қаз.example/rss", "қаз.example/тіл", "https://қаз.example/тіл"),
        ("https://x.kz/rss/", "news.html", "https://x.kz/rss/news.html"),
        ("https://x.kz/rss/", "www.html", "https://x.kz/rss/www.html"),
        ("https://x.kz/rss/", "y.kz/news", "https://x.kz/rss/y.kz/news"),
        ("https://x.kz/rss/", "./www.x.kz/1", "https://x.kz/rss/www.x.kz/1"),
        ("https://x.kz/rss/", "/www.x.kz/1", "https://x.kz/www.x.kz/1"),
        ("", "www.x.kz/1", ""),
    ],
)
def test_a_host_without_its_scheme_is_no_path(base, link, whole):
    assert resolve_link(base, link) == whole


@pytest.mark.parametrize(
    "ampersand", ["&amp;", "&amp;amp;", "&AMP;", "&#038;", "&#x26;", "&amp;#38;"]
)
@pytest.mark.parametrize("start", ["https://x.kz/index.php", "/index.php"])
def test_an_ampersand_that_is_still_escaped_is_one(start, ampersand):
    link = f"{start}?id=5{ampersand}cat=2{ampersand}utm_source=rss"
    whole = resolve_link("https://x.kz/rss", link)

    assert whole == "https://x.kz/index.php?id=5&cat=2&utm_source=rss"
    assert canonicalize_url(whole) == "https://x.kz/index.php?cat=2&id=5"


@pytest.mark.parametrize(
    "link",
    ["", "javascript:alert(1)", "java\tscript:alert(1)", "JAVASCRIPT:x", "\x01javascript:x",
     "data:text/html,x", "vbscript:x", "file:///etc/passwd",
     "http:b", "http:///b", "http://", "http://[", "https://[::1", "mailto:a@b", "x" * 9000,
     "https://a.kz:0/",
     "https://a.kz:65536/", "https://a.kz:-1/", "https://a.kz:8O/", "//a.kz:99999",
     "https://evil.example\\@nur.kz/", "https://nur.kz\\.evil.example/", "https://a\x9b.kz/", "https://a%00.kz/",
     "https://" + "a" * 300 + ".kz/"],
    ids=lambda link: ascii(link)[:30],
)  # fmt: skip
def test_what_is_no_link_to_the_web_leads_nowhere(link):
    assert resolve_link(BASE, link) == ""


@given(st.text(), st.text())
def test_a_link_leads_to_the_web_or_nowhere(base, link):
    whole = resolve_link(base, link)
    assert not whole or re.fullmatch(r"https?://[^/?#\s]\S*", whole, re.IGNORECASE)
    assert whole.isprintable()
    assert resolve_link("", whole) == whole
