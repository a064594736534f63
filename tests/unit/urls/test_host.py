"""Hosts of addresses: as they are fetched from, and as all spellings of an address have it."""

import pytest

from aggregator.urls.host import find_canonical_host, find_host


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.Outlet.example/news", "outlet.example"),
        ("http://outlet.example:8080/", "outlet.example:8080"),
        ("https://m.outlet.example/", "m.outlet.example"),
        ("https://outlet.example:port/", ""),
        ("https://[::1", ""),
        ("no address", ""),
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
