"""Dates as feeds write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.feeds import dates
from aggregator.feeds.dates import parse_date

ALMATY = ZoneInfo("Asia/Almaty")
# 14:05 in Almaty on 20 August 2025.
MOMENT = datetime(2025, 8, 20, 9, 5, tzinfo=UTC)
MIDNIGHT = datetime(2025, 8, 19, 19, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Wed, 20 Aug 2025 14:05:00 +0500",
        "Wed, 20 Aug 2025 09:05:00 GMT",
        "Wed, 20 Aug 2025 12:05:00 MSK",
        "Wed, 20 Aug 2025 14:05:00 ALMT",
        "Wed, 20 Aug 2025 14:05:00 GMT+5",
        "Wed, 20 Aug 2025 14:05:00 +05:00 (ALMT)",
        "20 Aug 25 05:05 EDT",
        "Wed Aug 20 14:05:00 +0500 2025",
        "Aug 20, 2025 2:05 PM",
        "2025-08-20T14:05:00+05:00",
        "2025-08-20T09:05:00.000Z",
        "2025-08-20 14:05",
        "2025.08.20 14:05",
        "20.08.2025 14:05",
        "14:05, 20/08/2025",
        "20 августа 2025, 14:05",
        "20 августа 2025 г. в 14:05",
        "14:05 - 20 августа 2025",
        "Ср, 20 Авг 2025 14:05:00 +0500",
        "Среда, 20 АВГУСТА 2025 14:05",
        "20 тамыз 2025 ж., 14:05",
        "2025 жылғы 20 тамыз, 14:05",
        "14:05, 20-тамыз 2025 жыл",
        "  20\u00a0тамыз\n2025  14:05 ",
        "1755680700",
        "1755680700000",
    ],
)
def test_one_moment_in_many_words(text: str) -> None:
    assert parse_date(text, ALMATY) == MOMENT


@pytest.mark.parametrize(
    "text",
    [
        "2025-08-20",
        "20.08.2025",
        "20 тамыз 2025 ж.",
        "2025 жылғы 20 тамыз",
        "20 августа 2025",
        "20 Aug 2025",
    ],
)
def test_a_day_alone_is_its_midnight(text: str) -> None:
    assert parse_date(text, ALMATY) == MIDNIGHT


@pytest.mark.parametrize(
    ("number", "words"),
    list(
        enumerate(
            [
                ("янв", "января", "қаңтар", "Jan"),
                ("фев", "февраля", "ақпан", "Feb"),
                ("мар", "марта", "наурыз", "Mar"),
                ("апр", "апреля", "сәуір", "Apr"),
                ("май", "мая", "мамыр", "May"),
                ("июн", "июня", "маусым", "Jun"),
                ("июл", "июля", "шілде", "Jul"),
                ("авг", "августа", "тамыз", "Aug"),
                ("сен", "сентября", "қыркүйек", "Sep"),
                ("окт", "октября", "қазан", "Oct"),
                ("ноя", "ноября", "қараша", "Nov"),
                ("дек", "декабря", "желтоқсан", "Dec"),
            ],
            start=1,
        )
    ),
    ids=str,
)
def test_every_month_in_three_languages(number: int, words: tuple[str, ...]) -> None:
    for word in words:
        assert parse_date(f"9 {word} 2025 00:00 GMT", ALMATY) == datetime(
            2025, number, 9, tzinfo=UTC
        )


LATIN = [
    ("qañtar", "qańtar", "qantar"),
    ("aqpan",),
    ("nauryz", "naýryz"),
    ("säuır", "sáýir", "sauir"),
    ("mamyr",),
    ("mausym", "maýsym"),
    ("şılde", "shilde"),
    ("tamyz",),
    ("qyrküiek", "qyrkúıek", "qyrkuiek"),
    ("qazan",),
    ("qaraşa", "qarasha"),
    ("jeltoqsan",),
]


@pytest.mark.parametrize(("number", "words"), list(enumerate(LATIN, start=1)), ids=str)
def test_every_month_of_kazakh_in_latin_letters(number: int, words: tuple[str, ...]) -> None:
    for word in words:
        for written in (word, word.upper(), f"{word}da"):
            read = parse_date(f"9 {written} 2025 00:00 GMT", ALMATY)
            assert read == datetime(2025, number, 9, tzinfo=UTC)


DOCUMENT = (Path(__file__).resolve().parents[3] / "docs" / "sources.md").read_text()
_, _, DATES = DOCUMENT.partition("## Dates that are read")
TABLE, _, REST = DATES.partition("Not read")


@pytest.mark.parametrize(("written", "clock"), re.findall(r"\| `([^`]+)` \| (\d\d:\d\d)", TABLE))
def test_what_the_documents_call_read_is_read(written: str, clock: str) -> None:
    hour, minute = map(int, clock.split(":"))

    assert parse_date(written, ALMATY) == datetime(2026, 11, 28, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize("written", re.findall("`([^`]+)`", REST.partition("\n")[0]))
def test_what_the_documents_call_unread_is_no_date(written: str) -> None:
    assert parse_date(written, ALMATY) is None


@pytest.mark.parametrize(
    ("written", "hour"),
    [
        ("2026-11-28 12:15 AM", 0),
        ("2026-11-28 12:15 p.m.", 12),
        ("2026-11-28T02:15:00 pm", 14),
        ("28 November 2026 at 02:15 p.m.", 14),
        ("November 28, 2026 2 PM", 14),
        ("28.11.2026 2:15 PM", 14),
    ],
)
def test_a_half_of_the_day_behind_any_form(written: str, hour: int) -> None:
    read = parse_date(written, UTC)

    assert read is not None
    assert read.hour == hour


@pytest.mark.parametrize(
    "zone", ["UTC+5", "GMT+5", "GMT+05:00", "(UTC+5)", "UTC +0500", "+5", "МСК+2"]
)
@pytest.mark.parametrize("day", ["2026-11-28 14:15", "28.11.2026 14:15", "28 ноября 2026, 14:15"])
def test_an_offset_behind_any_form(day: str, zone: str) -> None:
    expected = datetime(2026, 11, 28, 9, 15, tzinfo=UTC)

    assert parse_date(f"{day} {zone}", UTC) == expected


# 14:15 in Almaty on 28 November 2026.
AFTERNOON = datetime(2026, 11, 28, 9, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-28 - 14:15",
        "2026-11-28 в 14:15",
        "2026-11-28 | 14:15",
        "2026-11-28 (14:15)",
        "2026-11-28 сағат 14:15",
        "2026-11-28, сағат 14:15-те",
        "2026.11.28 - 14.15",
        "2026/11/28 at 2:15 PM",
        "20261128 14:15:00",
        "20261128T14:15",
        "20261128 1415",
        "20261128 - 14:15",
        "202611281415",
        "20261128T091500.250Z",
        "14:15, 2026-11-28",
        "14:15, 28.11.2026",
        "(14:15) 2026/11/28",
        "28.11.2026 | 14:15",
        "28 НОЯБРЯ 2026, В 14:15",
        "28 QARAŞA 2026, SAĞAT 14:15",
        "2026-11-28T14:15:00+05:00[Asia/Almaty]",
    ],
)
def test_the_time_is_read_wherever_it_stands(text: str) -> None:
    assert parse_date(text, ALMATY) == AFTERNOON


def test_the_dotted_capital_of_kazakh_is_an_i() -> None:
    assert parse_date("28 QYRKÜİEK 2026 14:15", ALMATY) == datetime(2026, 9, 28, 9, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-28T14",
        "2026-11-28T1415",
        "2026-11-28 14-15",
        "28.11.2026 14h15",
        "20261128 14-15",
        "999999999999",
    ],
)
def test_a_time_that_is_not_understood_is_not_midnight(text: str) -> None:
    assert parse_date(text, ALMATY) is None


@pytest.mark.parametrize(
    "text",
    ["2026-11-28 г.", "28.11.2026, 25 просмотров", "28.11.2026 - 30.11.2026", "2026-11-28 BBC",
     "2026-11-28 - 2026-11-30", "2026-11-28+05:00", "20261128 +0500"],
)  # fmt: skip
def test_what_else_stands_behind_a_day_is_no_time(text: str) -> None:
    assert parse_date(text, ALMATY) == datetime(2026, 11, 27, 19, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "hour"),
    [("CET", 13), ("CEST", 12), ("EET", 12), ("EEST", 11), ("WET", 14), ("MSK", 11), ("MSD", 10),
     ("YEKT", 9), ("OMST", 8), ("NOVT", 7), ("UZT", 9), ("KGT", 8), ("ALMT", 9), ("QYZT", 9),
     ("AQTT", 9), ("JST", 5), ("мск", 11)],
)  # fmt: skip
@pytest.mark.parametrize(
    "form",
    ["Sat, 28 Nov 2026 14:15:00 {}", "2026-11-28 14:15 ({})", "28.11.2026 2:15 PM {}",
     "20261128T141500 {}", "14:15, 28.11.2026 {}", "Sat Nov 28 14:15:00 {} 2026",
     "Sat Nov 28 14:15:00 2026 {}"],
)  # fmt: skip
def test_a_zone_by_its_name(form: str, zone: str, hour: int) -> None:
    read = parse_date(form.format(zone), ZoneInfo("Asia/Vladivostok"))

    assert read == datetime(2026, 11, 28, hour, 15, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["XYZ", "IST", "BST", "QQQT"])
@pytest.mark.parametrize(
    "form", ["Sat, 28 Nov 2026 14:15:00 {}", "2026-11-28T14:15:00 ({})", "20261128 1415 {}"]
)
def test_a_time_in_a_zone_that_is_not_known_is_none(form: str, zone: str) -> None:
    assert parse_date(form.format(zone), ALMATY) is None


@pytest.mark.parametrize(
    "text",
    ["28.11.2026 14:15 NUR.KZ", "28.11.2026 14:15 RSS-лента", "14:15 NOV 28, 2026",
     "14:15 SAT, 28 NOV 2026", "28 ноября 2026, 14:15 ТАСС", "28.11.2026 14:15 | BBC",
     "28.11.2026 14:15 HRS", "28.11.2026 14:15 Елорда"],
)  # fmt: skip
def test_not_all_that_stands_behind_a_time_is_a_zone(text: str) -> None:
    assert parse_date(text, ALMATY) == AFTERNOON


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [("1795857300.0", 0), ("1795857300.5", 500_000), ("1795857300250", 250_000)],
)
def test_seconds_since_1970_have_fractions(text: str, microseconds: int) -> None:
    assert parse_date(text, ALMATY) == AFTERNOON.replace(microsecond=microseconds)


def test_almaty_was_an_hour_further_east_until_march_2024() -> None:
    assert parse_date("2024-02-29 12:00", ALMATY) == datetime(2024, 2, 29, 6, 0, tzinfo=UTC)
    assert parse_date("2024-03-02 12:00", ALMATY) == datetime(2024, 3, 2, 7, 0, tzinfo=UTC)


def test_a_saturday_is_not_september() -> None:
    assert parse_date("Сенбі, 23 тамыз 2025, 10:00", ALMATY) == datetime(
        2025, 8, 23, 5, 0, tzinfo=UTC
    )


def test_kazakh_months_are_read_with_a_latin_i() -> None:
    assert parse_date("31 шiлде 2025 10:00", ALMATY) == datetime(2025, 7, 31, 5, 0, tzinfo=UTC)


def test_absurd_but_whole_dates_are_left_to_the_caller() -> None:
    assert parse_date("Thu, 01 Jan 1970 00:00:00 +0000", ALMATY) == datetime(1970, 1, 1, tzinfo=UTC)
    assert parse_date("2099-01-01T00:00:00Z", ALMATY) == datetime(2099, 1, 1, tzinfo=UTC)


def test_the_end_of_a_day_and_leap_seconds() -> None:
    assert parse_date("2025-08-20T24:00:00+05:00", ALMATY) == datetime(
        2025, 8, 20, 19, 0, tzinfo=UTC
    )
    assert parse_date("20 Aug 2025 14:05:60 +0500", ALMATY) == MOMENT.replace(second=59)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "вчера, 14:05",
        "бүгін",
        "20 августа, 14:05",
        "август 2025",
        "32 августа 2025",
        "30 ақпан 2025",
        "25:61",
        "Mon, 31 Dec 9999 23:59:59 -1200",
        "0000-00-00",
        "2025-13-01",
        "1",
        "жаңалық",
        "20 21 22 августа 2025",
    ],
)
def test_what_is_not_a_whole_date_is_none(text: str) -> None:
    assert parse_date(text, ALMATY) is None


@given(st.integers(min_value=0, max_value=2_400_000_000))
def test_rfc_822_and_iso_agree(seconds: int) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert (
        parse_date(format_datetime(moment), ALMATY)
        == parse_date(moment.isoformat(), ALMATY)
        == moment
    )


@given(st.text(alphabet="0123456789 :.,/-+TZавгустamp", max_size=40))
def test_any_text_is_a_moment_in_utc_or_none(text: str) -> None:
    date = parse_date(text, ALMATY)
    assert date is None or date.tzinfo is UTC


@given(
    st.integers(0, 4_000_000_000).map(lambda second: datetime.fromtimestamp(second, UTC)),
    st.sampled_from(["GMT", "+0500", "-0330", "+0000", "+1300"]),
    st.sampled_from(["", "Wed, "]),
)
def test_the_usual_form_is_read_as_words_would_be(
    moment: datetime, zone: str, weekday: str
) -> None:
    text = f"{weekday}{moment.day:02} {moment:%b %Y %H:%M:%S} {zone}"

    # Behind a full stop it is the usual form no more.
    assert dates._read_usual(text.lower()) is not None
    assert parse_date(text, ALMATY) == parse_date(f"{text} .", ALMATY)
