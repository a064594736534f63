"""Hosts of links: those that look like others' are shown as name servers have them."""

import pytest

from aggregator.urls.shown_host import write_shown_host


@pytest.mark.parametrize(
    "host", ["nur.kz", "tengri_news.kz", "қазақ.kz", "президент.рф", "müller.example", "::1",
             "127.0.0.1", "xn--80a.kz", "тест-2.қаз"],
)  # fmt: skip
def test_a_host_that_is_what_it_looks_like_stays(host):
    assert write_shown_host(host) == host


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("еgov.kz", "xn--gov-qdd.kz"),  # one letter is Cyrillic
        ("nurκ.kz", "xn--nur-ryc.kz"),  # one is Greek
        ("аса.kz", "xn--80aa4c.kz"),  # all are Cyrillic, and look Latin
    ],
)
def test_a_host_that_looks_like_another_is_shown_in_punycode(host, shown):
    assert write_shown_host(host) == shown


@pytest.mark.parametrize(
    "host", ["", "a..b", "a b", "a\\b", "a/b", "a\x9bb", "a" * 64 + "ә.kz", "ә" * 300]
)
def test_what_is_no_host_is_refused(host):
    with pytest.raises(ValueError, match=r"host|label|idna"):
        write_shown_host(host)
