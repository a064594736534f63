"""Cookies of one fetch: where they go, and where not."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.feeds.cookies import FetchCookies

ASKED = httpx.URL("https://www.outlet.kz/news/rss")


@pytest.mark.parametrize(
    ("line", "url", "sent"),
    [
        ("a=1", "https://www.outlet.kz/news/all", "a=1"),
        ("a=1", "https://www.outlet.kz/newsroom", ""),
        ("a=1; Path=/", "https://www.outlet.kz/x", "a=1"),
        ("a=1; Path=/x; HttpOnly; SameSite=Lax", "https://www.outlet.kz/x/y", "a=1"),
        ("a=1; Path=/", "https://outlet.kz/", ""),
        ("a=1; Path=/; Domain=.outlet.kz", "https://kaz.outlet.kz/", "a=1"),
        ("a=1; Path=/; Domain=outlet.kz", "https://badoutlet.kz/", ""),
        ("a=1; Path=/; Domain=kz", "https://other.kz/", ""),
        ("a=1; Path=/; Domain=other.kz", "https://other.kz/", ""),
        ("a=1; Path=/; Secure", "http://www.outlet.kz/", ""),
        ("a=1; Path=/; Max-Age=0", "https://www.outlet.kz/", ""),
        ("a=b=c; Path=/", "https://www.outlet.kz/", "a=b=c"),
        ("no pair", "https://www.outlet.kz/news/", ""),
        ("a=\x01", "https://www.outlet.kz/news/", ""),
        ("", "https://www.outlet.kz/news/", ""),
    ],
)
def test_a_cookie_goes_where_it_may(line, url, sent):
    cookies = FetchCookies()
    cookies.take(ASKED, [line])

    assert cookies.write(httpx.URL(url)) == sent


def test_a_cookie_set_again_is_one_and_set_to_nothing_is_gone():
    cookies = FetchCookies()
    cookies.take(ASKED, ["a=1", "b=2", "a=3"])
    assert cookies.write(ASKED) == "b=2; a=3"
    cookies.take(ASKED, ["b=; Max-Age=-1"])
    assert cookies.write(ASKED) == "a=3"


def test_a_server_cannot_fill_us():
    cookies = FetchCookies()
    cookies.take(ASKED, [f"a{number}={'x' * 3000}" for number in range(1000)])

    assert len(cookies.write(ASKED)) < 20 * 4096


@given(st.text(max_size=200))
def test_any_line_can_be_taken(line):
    cookies = FetchCookies()
    cookies.take(ASKED, [line])

    assert cookies.write(ASKED).isascii()
