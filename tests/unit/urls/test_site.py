"""Sites: the name that a host's owner registered."""

import pytest

from aggregator.urls.site import find_site


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://kaz.nur.kz/rss", "nur.kz"),
        ("https://www.nur.kz/", "nur.kz"),
        ("https://mod.gov.kz/rss", "mod.gov.kz"),
        ("https://www.gov.kz/memleket", "gov.kz"),
        ("http://127.0.0.1:8000/rss", "127.0.0.1"),
        ("http://[::1]/", "::1"),
        ("https://news.com.kz/x", "news.com.kz"),
        ("https://rss.news.com.kz/x", "news.com.kz"),
        ("https://m.kz/", "m.kz"),
        ("https://amp.kz/", "amp.kz"),
        ("https://a.b.gov.kz/", "b.gov.kz"),
        ("https://one.github.io/", "one.github.io"),
        ("https://www.news.bbc.co.uk/", "bbc.co.uk"),
        ("https://feeds.outlet.example/", "outlet.example"),
        ("http://localhost:8000/", "localhost"),
    ],
)
def test_the_site_of_an_address_is_the_name_its_owner_registered(url, site):
    assert find_site(url) == site
