"""The rules for what leaves, without a network."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.net.addresses import BAD_PORTS, is_public
from aggregator.net.client import find_next_url
from aggregator.net.guard import AddressGuard, RefusedAddressError
from aggregator.net.meter import Meter, MeterError
from aggregator.net.proxy import Proxy


@pytest.mark.parametrize(
    "url",
    ["ftp://example.kz/", "file:///etc/passwd", "http:///rss", "//example.kz/", "http://user@example.kz/",
     "http://user:secret@example.kz/", "http://example.kz:22/", "http://example.kz:25/", "https://example.kz:6000/",
     "http://example.kz:0/", "http://example.kz:65536/", "http://example.kz:-1/", "http://xn--a/",
     "http://example.kz/" + "a" * 9000, "gopher://example.kz:70/"],
    ids=lambda url: url[:40],
)  # fmt: skip
def test_an_address_that_no_feed_has_is_refused_before_its_name_is_asked_for(url):
    with pytest.raises(RefusedAddressError) as caught:
        AddressGuard(("example.kz",)).check_url(httpx.URL(url))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://example.kz", "https://example.kz:8443/rss?a=b", "http://[2a00:1450::1]:8080/"]
)
def test_an_address_that_a_feed_may_have_is_not(url):
    AddressGuard().check_url(httpx.URL(url))


def test_web_ports_are_not_among_the_bad_ones():
    assert not BAD_PORTS & {80, 443, 8080, 8443, 3000, 8000, 8420}


@given(st.ip_addresses())
def test_a_connection_is_judged_like_an_address(address):
    guard = AddressGuard()
    if is_public(address):
        guard.check_connected("example.kz", "192.168.0.7", str(address))
    else:
        with pytest.raises(RefusedAddressError, match="not a public address"):
            guard.check_connected("example.kz", "192.168.0.7", str(address))


def test_a_public_address_of_this_very_machine_is_refused():
    with pytest.raises(RefusedAddressError, match="this machine itself"):
        AddressGuard().check_connected("example.kz", "8.8.8.8", "8.8.8.8")


@pytest.mark.parametrize("allowed", ["example.kz", "8.8.8.8", "8.8.0.0/16"])
def test_this_very_machine_may_be_allowed_by_name_address_or_network(allowed):
    AddressGuard((allowed,)).check_connected("example.kz", "8.8.8.8", "8.8.8.8")


@given(
    st.lists(
        st.ip_addresses().map(str) | st.sampled_from(["127.1", "fe80::1%eth0", "", "localhost"])
    )
)
def test_what_is_allowed_of_a_name_is_public(addresses):
    try:
        allowed = AddressGuard().list_allowed("example.kz", addresses)
    except RefusedAddressError:
        allowed = []
    assert all(map(is_public, allowed))
    assert len(allowed) <= 4


def test_a_redirect_from_https_to_http_is_not_followed():
    with pytest.raises(RefusedAddressError, match="from https to http"):
        find_next_url(httpx.URL("https://example.kz/rss"), "http://example.kz/feed")
    assert (
        str(find_next_url(httpx.URL("http://example.kz/rss"), "https://example.kz/feed#top"))
        == "https://example.kz/feed"
    )


def test_a_meter_ends_what_reads_too_much():
    meter = Meter(10)
    meter.charge(10)
    with pytest.raises(MeterError, match="more than 10 bytes"):
        meter.charge(1)


@pytest.mark.parametrize(
    ("address", "url", "login"),
    [
        ("http://proxy.example", "http://proxy.example:80", None),
        ("https://proxy.example/", "https://proxy.example:443", None),
        ("http://me:p%40ss@proxy.example:3128", "http://proxy.example:3128", ("me", "p@ss")),
        ("http://[fd00::1]:3128", "http://[fd00::1]:3128", None),
    ],
)
def test_a_proxy_is_read_from_its_address(address, url, login):
    proxy = Proxy.parse(address)
    assert proxy is not None
    assert (proxy.url, proxy.login) == (url, login)
    assert "ss" not in repr(proxy)


@pytest.mark.parametrize(
    "address",
    [
        "proxy:3128",
        "socks5://proxy:1080",
        "http://",
        "http://p:99999",
        "http://p/path",
        "http://p:80?a",
    ],
)
def test_what_is_no_proxy_is_told(address):
    with pytest.raises(ValueError, match=r".+"):
        Proxy.parse(address)


@pytest.mark.parametrize(
    "location",
    ["http://xn--a/", "http://[::1", "//a\x85b", "http://a:b/", "http://a\u2100b/"],
    ids=ascii,
)
def test_a_redirect_to_what_is_no_address_is_an_invalid_url(location):
    with pytest.raises(httpx.InvalidURL):
        find_next_url(httpx.URL("http://example.kz/rss"), location)
