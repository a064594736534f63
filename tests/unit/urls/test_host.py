"""Hosts of addresses: as they are fetched from, and as all spellings of an address have it."""

import pytest

from aggregator.urls.host import find_canonical_host, find_host, is_same_server


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.Outlet.example/news", "outlet.example"),
        ("http://outlet.example:8080/", "outlet.example:8080"),
        ("https://m.outlet.example/", "m.outlet.example"),
        ("https://outlet.example:port/", ""),
        ("https://[::1", ""),
        ("no address", ""),
        ("http://[2001:db8:1:2:3:4:5:6]:8080/", "2001:db8:1:2:3:4:5:6:8080"),
        ("https://тілші.қаз/", "тілші.қаз"),
        ("http://a b.example/", ""),
        ("http://a\u200bb.example/", ""),
        (f"http://{'a' * 254}/", ""),
    ],
)
def test_a_host_is_the_name_with_its_port(url, host):
    assert find_host(url) == host


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.outlet.example/news", "outlet.example"),
        ("https://m.outlet.example/news", "outlet.example"),
        ("https://amp.outlet.example/news", "outlet.example"),
        ("http://outlet.example:8080/", "outlet.example:8080"),
        ("no address", ""),
    ],
)
def test_twins_have_one_canonical_host(url, host):
    assert find_canonical_host(url) == host


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("https://a.kz/rss", "https://A.kz/feed", True),
        ("http://a.kz/rss", "http://a.kz:80/feed", True),
        ("http://a.kz/rss", "https://a.kz/feed", True),
        ("https://a.kz/rss", "http://a.kz/feed", False),
        ("http://a.kz/rss", "http://a.kz:8080/rss", False),
        ("https://a.kz/rss", "https://a.kz:8443/rss", False),
        ("https://a.kz/rss", "https://www.a.kz/rss", False),
        ("https://a.kz/rss", "https://a.kz:99999/rss", False),
    ],
)
def test_a_server_is_a_host_and_a_port(old, new, same):
    assert is_same_server(old, new) is same
