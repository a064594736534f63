"""What a server and its feed say about when to ask again."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.feeds.hints import NO_HINTS, read_hints
from aggregator.models import PollHints

NOW = datetime(2025, 8, 20, 8, tzinfo=UTC)


def feed(head):
    return (
        '<?xml version="1.0"?><rss '
        f'version="2.0"><channel>{head}<item><ttl>9</ttl></item></channel></rss>'
    ).encode()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"cache-control": "public, max-age=600"}, 600),
        ({"cache-control": 'Max-Age="90"', "expires": "Wed, 20 Aug 2025 10:00:00 GMT"}, 90),
        ({"cache-control": "max-age=600", "age": "200"}, 400),
        ({"cache-control": "max-age=600", "age": "900"}, 0),
        ({"cache-control": "no-cache, max-age=600"}, 0),
        ({"cache-control": "s-maxage=600"}, 0),
        ({"cache-control": "max-age=soon"}, 0),
        ({"cache-control": "max-age=999999999"}, 30 * 86_400),
        ({"expires": "Wed, 20 Aug 2025 09:00:00 GMT"}, 3600),
        ({"expires": "Wed, 20 Aug 2025 09:00:00 GMT", "date": "Wed, 20 Aug 2025 08:59:00 GMT"}, 60),
        ({"expires": "Wed, 20 Aug 2025 07:00:00 GMT"}, 0),
        ({"expires": "0"}, 0),
        ({}, 0),
    ],
)
def test_freshness_is_read_from_headers(headers, seconds):
    assert read_hints(headers, feed(""), NOW).fresh_s == seconds


def test_a_feed_speaks_before_its_first_item():
    head = (
        "<ttl> 60 </ttl>"
        "<skipHours><hour>0</hour><hour>24</hour><hour>5</hour><hour>77</hour></skipHours>"
        "<skipDays><day>Saturday</day><day>sunday</day><day>Someday</day></skipDays>"
        "<sy:updatePeriod> hourly </sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>"
    )

    assert read_hints({}, feed(head), NOW) == PollHints(
        fresh_s=3600, usual_s=1800, skip_hours=(0, 5), skip_days=(5, 6)
    )
    assert read_hints({}, feed(""), NOW) == NO_HINTS


def test_of_header_and_ttl_the_longer_holds():
    assert read_hints({"cache-control": "max-age=7200"}, feed("<ttl>60</ttl>"), NOW).fresh_s == 7200


def test_what_the_feed_said_holds_after_a_304():
    before = read_hints({}, feed("<ttl>60</ttl><skipDays><day>Sunday</day></skipDays>"), NOW)

    assert read_hints({"cache-control": "max-age=30"}, b"", NOW, before) == PollHints(
        fresh_s=30, skip_days=(6,)
    )


def test_a_feed_that_skips_every_hour_skips_none():
    hours = "".join(f"<hour>{hour}</hour>" for hour in range(24))
    days = "".join(
        f"<day>{day}</day>"
        for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    )

    assert (
        read_hints({}, feed(f"<skipHours>{hours}</skipHours><skipDays>{days}</skipDays>"), NOW)
        == NO_HINTS
    )


@given(
    st.dictionaries(
        st.sampled_from(["cache-control", "expires", "date", "age"]), st.text(max_size=40)
    ),
    st.binary(max_size=300),
    st.lists(
        st.sampled_from(
            [
                b"<ttl>",
                b"9" * 30,
                b"<skipHours>",
                b"<hour>7<",
                b"</skipHours>",
                b"<sy:updatePeriod>daily",
            ]
        ),
        max_size=8,
    ),
)
def test_no_answer_breaks_it(headers, noise, pieces):
    hints = read_hints(headers, noise + b"".join(pieces), NOW)

    assert 0 <= hints.fresh_s <= 30 * 86_400
    assert all(0 <= hour <= 23 for hour in hints.skip_hours)
