"""Which day an article belongs to."""

from datetime import UTC, date, datetime, timedelta

import pytest

from aggregator.digest.days import (
    choose_day,
    find_closing_time,
    find_first_open_day,
    find_last_closing_time,
    find_local_day,
    keep_believable,
)
from tests.support.builders import edition

NOW = datetime(2025, 8, 20, 8, tzinfo=UTC)  # 13:00 in Almaty
ZONE, FRESH = "Asia/Almaty", timedelta(days=3)


def test_a_day_is_local():
    assert find_local_day(datetime(2025, 8, 20, 19, 30, tzinfo=UTC), ZONE) == date(2025, 8, 21)


@pytest.mark.parametrize(
    "published",
    [None, datetime(1970, 1, 1, tzinfo=UTC), NOW + timedelta(days=2), NOW + timedelta(days=4000)],
    ids=["none", "1970", "the day after tomorrow", "a typing error"],
)
def test_a_date_that_cannot_be_true_means_the_day_it_was_seen(published):
    assert choose_day(keep_believable(published, NOW), NOW, ZONE, FRESH) == date(2025, 8, 20)


def test_a_clock_that_runs_an_hour_ahead_is_believed_and_stays_today():
    late = datetime(2025, 8, 20, 18, 30, tzinfo=UTC)  # 23:30 in Almaty
    ahead = late + timedelta(hours=1)

    assert keep_believable(ahead, late) == ahead
    assert choose_day(ahead, late, ZONE, FRESH) == date(2025, 8, 20)


def test_an_old_article_is_told_on_no_day():
    assert choose_day(NOW - timedelta(days=3, seconds=1), NOW, ZONE, FRESH) is None
    assert choose_day(NOW - timedelta(days=2), NOW, ZONE, FRESH) == date(2025, 8, 18)


def test_what_comes_late_goes_to_the_first_open_day():
    closed = {date(2025, 8, 18), date(2025, 8, 19)}

    assert find_first_open_day(date(2025, 8, 18), date(2025, 8, 20), closed) == date(2025, 8, 20)
    assert find_first_open_day(date(2025, 8, 17), date(2025, 8, 20), closed) == date(2025, 8, 17)
    assert find_first_open_day(date(2025, 8, 20), date(2025, 8, 20), {date(2025, 8, 20)}) == date(
        2025, 8, 21
    )


def test_a_day_is_closed_with_the_last_of_its_editions():
    editions = [edition(close_after=timedelta(hours=hours)) for hours in (0, 6, 2)]

    assert find_last_closing_time(date(2025, 8, 20), editions) == datetime(
        2025, 8, 21, 1, tzinfo=UTC
    )


def test_a_digest_closes_some_hours_after_local_midnight():
    assert find_closing_time(date(2025, 8, 20), edition()) == datetime(
        2025, 8, 21, 1, tzinfo=UTC
    )  # 06:00 in Almaty
