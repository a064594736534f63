"""Canonical addresses: spellings of one page meet, different pages never do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.urls.canonical import canonicalize_url

PAGE = "https://example.kz/news/1"


@pytest.mark.parametrize(
    "spelling",
    [
        "http://example.kz/news/1",
        "HTTPS://WWW.Example.KZ/news/1",
        "https://m.example.kz/news/1",
        "https://amp.example.kz/news/1",
        "https://www.m.example.kz:443/news/1",
        "http://example.kz:80/news/1",
        "https://example.kz/news/1/",
        "https://example.kz/news/1/amp",
        "https://example.kz/news/1/amp/",
        "https://example.kz/news/1#comments",
        "https://example.kz/news/1?utm_source=rss&utm_medium=x",
        "https://example.kz/news/1?UTM_Source=rss",
        "https://example.kz/news/1?yclid=5&_openstat=abc&fbclid=q&gclid=1",
        "https://example.kz/news/1?amp",
        "https://example.kz/news/1?from=rss",
        "https://example.kz/news/1?ref=Telegram",
        "https://example.kz/news/1?",
        "https://example.kz/%6Eews/1",
        "  https://example.kz/news/1\n",
        "https://user:secret@example.kz/news/1",
        "https://example.kz./news/1",
    ],
)
def test_spellings_of_one_page_meet(spelling: str) -> None:
    assert canonicalize_url(spelling) == PAGE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.kz/news/1", "https://example.kz/news/2"),
        ("https://example.kz/?id=1", "https://example.kz/?id=2"),
        ("https://example.kz/News/1", "https://example.kz/news/1"),
        ("https://kaz.example.kz/1", "https://example.kz/1"),
        ("https://m.kz/1", "https://kz/1"),
        (
            "https://example.kz/archive?from=2025-08-20",
            "https://example.kz/archive?from=2025-08-21",
        ),
        ("https://example.kz/?source=12", "https://example.kz/"),
        ("https://example.kz/#!/news/1", "https://example.kz/#!/news/2"),
        ("https://example.kz/a%2Fb", "https://example.kz/a/b"),
        ("https://example.kz/?q=a%26b", "https://example.kz/?q=a&b"),
        ("https://example.kz:8080/1", "https://example.kz/1"),
        ("https://example.kz/camp", "https://example.kz/c"),
    ],
)
def test_different_pages_stay_apart(one: str, other: str) -> None:
    assert canonicalize_url(one) != canonicalize_url(other)


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        (
            "https://қазақстан.қаз/жаңалық",
            "https://xn--80aaa0a6awh12ed.xn--80ao21a/%D0%B6%D0%B0%D2%A3%D0%B0%D0%BB%D1%8B%D2%9B",
        ),
        ("https://example.kz/%d0%b6", "https://example.kz/%D0%B6"),
        ("https://example.kz/a b?c=d e", "https://example.kz/a%20b?c=d%20e"),
        ("https://example.kz/100%", "https://example.kz/100%25"),
        ("https://example.kz/?b=2&a=1", "https://example.kz/?a=1&b=2"),
        ("http://[::1]:8000/rss", "https://[::1]:8000/rss"),
        ("https://example.kz", "https://example.kz/"),
    ],
)
def test_form(url: str, canonical: str) -> None:
    assert canonicalize_url(url) == canonical


@pytest.mark.parametrize(
    "url",
    ["", "news/1", "/news/1", "mailto:a@example.kz", "javascript:alert(1)", "ftp://example.kz/1",
     "tag:example.kz,2025:1",
     "http://", "http://[::1", "http://example.kz:port/",
     "https://exa mple.kz/", "https://a..kz/", "12345",
     "https://example.kz/" + "a" * 8000, "http://" + "a" * 64 + "ң.kz/", "http://example.kz/\ud800"],
    ids=ascii,
)  # fmt: skip
def test_what_is_no_web_address_has_no_canonical_one(url: str) -> None:
    assert canonicalize_url(url) == ""


_URLS = st.builds(
    "{}://{}{}{}{}{}".format,
    st.sampled_from(["http", "https", "HTTP"]),
    st.sampled_from(["www.m.amp.www.example.kz", "m.kz", "қаз.kz", "ＷＷＷ.a.b.kz", "[::1]"]),
    st.sampled_from(["", ":80", ":443", ":8080"]),
    st.text(alphabet="/amp%2fF.~ жB?&=;+#!", max_size=20).map(lambda path: f"/{path}"),
    st.sampled_from(["", "?"]),
    st.text(alphabet="utm_sorc=e&%20Ж?from=rss", max_size=20),
)


@given(_URLS)
def test_applying_it_twice_changes_nothing_more(url: str) -> None:
    once = canonicalize_url(url)
    assert once.startswith("https://")
    assert canonicalize_url(once) == once


@given(st.text(max_size=60))
def test_any_text_gives_an_address_or_nothing(text: str) -> None:
    once = canonicalize_url(text)
    assert once == "" or once.startswith("https://")
    assert canonicalize_url(once) == once
