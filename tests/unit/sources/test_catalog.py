"""The catalogue and the editions: read, or every fault in them named."""

from datetime import time, timedelta

import pytest

from aggregator.errors import ConfigError
from aggregator.models import Topic
from aggregator.sources.catalog import read_catalog
from aggregator.sources.editions import read_editions
from aggregator.toml.lines import find_line
from config.settings import find_shipped_file

GOOD = """
[[outlet]]
id = "nur-kz"
name = "NUR.KZ"
home = "https://www.nur.kz/"

[[outlet.source]]
id = "nur-kz-ru"
url = "https://www.nur.kz/rss/all.rss"
languages = ["ru"]
every = "15m"

[[outlet]]
id = "ministry"
name = "Министерство"
home = "https://ministry.example/"
official = true
pictures = true

[[outlet.source]]
id = "ministry-kk"
url = "https://ministry.example/rss"
paused = true
"""


def faults(text, read=read_catalog):
    with pytest.raises(ConfigError) as caught:
        read(text, "sources.toml")
    return [str(fault) for fault in caught.value.faults]


def test_a_good_catalogue_is_read_in_its_order():
    catalog = read_catalog(GOOD, "sources.toml")

    assert [outlet.id for outlet in catalog.outlets] == ["nur-kz", "ministry"]
    first, second = catalog.sources
    assert (first.id, first.languages, first.every, first.paused) == (
        "nur-kz-ru",
        ("ru",),
        timedelta(minutes=15),
        False,
    )
    assert (first.outlet.pictures, second.outlet.pictures) == (False, True)
    assert (second.outlet.official, second.every, second.paused) == (
        True,
        timedelta(minutes=30),
        True,
    )


@pytest.mark.parametrize(
    ("written", "every", "adaptive", "bounds", "cron"),
    [
        ("", timedelta(minutes=30), True, (None, None), ""),
        ('every = "auto"', timedelta(minutes=30), True, (None, None), ""),
        (
            'min_every = "2m"\nmax_every = "1h"',
            timedelta(minutes=30),
            True,
            (timedelta(minutes=2), timedelta(hours=1)),
            "",
        ),
        ('every = "2h"', timedelta(hours=2), False, (None, None), ""),
        ('cron = "*/20 6-23 * * *"', timedelta(minutes=30), False, (None, None), "*/20 6-23 * * *"),
    ],
    ids=["nothing", "auto", "bounds", "fixed", "cron"],
)
def test_a_source_says_when_it_is_polled(written, every, adaptive, bounds, cron):
    source = read_catalog(GOOD.replace('every = "15m"', written), "sources.toml").sources[0]

    assert (source.every, source.adaptive, source.cron) == (every, adaptive, cron)
    assert (source.min_every, source.max_every) == bounds


def test_the_shipped_catalogue_is_right():
    catalog = read_catalog(find_shipped_file("sources.toml").read_text(), "sources.toml")

    assert len(catalog.outlets) > 60
    assert {source.url for source in catalog.sources if not source.paused}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'id = "nur-kz"\n',
            'id = "Nur KZ"\n',
            "sources.toml:3: outlet[0].id = 'Nur KZ': expected 2 to 40 of a-z",
        ),
        (
            'name = "NUR.KZ"',
            'nmae = "NUR.KZ"',
            "outlet[0].nmae = 'NUR.KZ': expected no such key; did you mean name?",
        ),
        ('name = "NUR.KZ"', "", "sources.toml:2: outlet[0].name: expected a text"),
        (
            "https://www.nur.kz/rss/all.rss",
            "ftp://x",
            "sources.toml:9: outlet[0].source[0].url = 'ftp://x': expected an",
        ),
        ("https://www.nur.kz/rss/all.rss", "https://u:p@nur.kz/", "without user and password"),
        (
            '["ru"]',
            '["ru", "xx"]',
            "sources.toml:10: outlet[0].source[0].languages = ['ru', 'xx']: expected a list of",
        ),
        (
            '"15m"',
            '"1 week"',
            "sources.toml:11: outlet[0].source[0].every = '1 week': expected a time from 1m to 7d",
        ),
        ('"15m"', '"10s"', "expected a time from 1m to 7d, such as 30m"),
        (
            'every = "15m"',
            'cron = "61 * * * *"',
            "sources.toml:11: outlet[0].source[0].cron = '61 * * * *': expected",
        ),
        (
            'every = "15m"',
            'cron = "0 0 30 2 *"',
            "cron = '0 0 30 2 *': expected minute, hour, day, month and weekday",
        ),
        (
            'every = "15m"',
            'cron = "0 * * * * *"',
            "expected five fields: minute, hour, day, month and weekday",
        ),
        ('every = "15m"', 'cron = ""', "cron = '': expected minute, hour"),
        (
            'every = "15m"',
            'every = "15m"\ncron = "0 * * * *"',
            "every = '15m': expected no such key beside cron",
        ),
        (
            'every = "15m"',
            'every = "15m"\nmin_every = "5m"',
            """min_every = '5m': expected every = "auto" beside it""",
        ),
        (
            'every = "15m"',
            'min_every = "2h"\nmax_every = "1h"',
            "max_every = '1h': expected at least min_every",
        ),
        (
            "official = true",
            'official = "yes"',
            "sources.toml:17: outlet[1].official = 'yes': expected true or false",
        ),
        (
            "pictures = true",
            'pictures = "some"',
            "sources.toml:18: outlet[1].pictures = 'some': expected true or false",
        ),
        (
            '"ministry-kk"',
            '"nur-kz-ru"',
            "outlet[1].source[0].id = 'nur-kz-ru': expected another source than outlet[0]",
        ),
        (
            "https://ministry.example/rss",
            "http://nur.kz/rss/all.rss/",
            "expected another address than outlet[0].source[0]",
        ),
    ],
)
def test_a_fault_names_line_key_value_and_what_was_expected(old, new, message):
    assert old in GOOD

    assert any(message in fault for fault in faults(GOOD.replace(old, new))), faults(
        GOOD.replace(old, new)
    )


def test_all_faults_are_listed_at_once():
    text = (
        GOOD.replace('"15m"', '"soon"')
        .replace("official = true", "official = 1")
        .replace('"NUR.KZ"', '" "')
    )

    assert len(faults(text)) == 3


def test_a_syntax_error_names_its_line():
    assert faults("[[outlet]]\nid = \n")[0].startswith("sources.toml:2: (syntax): expected TOML")


def test_an_empty_catalogue_is_no_catalogue():
    assert faults("") == ["sources.toml: outlet: expected at least one [[outlet]]"]


def test_keys_of_later_tables_are_found_in_their_own_table():
    assert find_line(GOOD, ("outlet", 1, "source", 0, "url")) == 22
    assert find_line(GOOD, ("outlet", 1, "source", 0, "every")) == 20, (
        "the table's header where the key is missing"
    )
    assert find_line(GOOD, ("outlet", 7, "id")) is None


def test_the_shipped_editions_are_right():
    daily, state = read_editions(find_shipped_file("editions.toml").read_text(), "editions.toml")

    assert (daily.id, daily.zone, daily.close_after) == ("daily", "Asia/Almaty", timedelta(hours=6))
    assert (daily.at, daily.size, daily.official, daily.outlets, daily.mute) == (
        time(7),
        30,
        False,
        (),
        (),
    )
    assert (state.id, state.official) == ("state", True)


def test_an_edition_is_cut_to_taste():
    [edition] = read_editions(
        '[[edition]]\nid = "brief"\ntitle = "T"\nzone = "Asia/Almaty"\nat = "08:30"\nsize = '
        "5\nofficial = true\n"
        'languages = ["kk"]\noutlets = ["nur"]\ntopics = ["sport"]\nfollow = [" Астана "]\nmute = '
        '["гороскоп"]\n',
        "editions.toml",
    )

    assert (edition.at, edition.size, edition.official, edition.languages) == (
        time(8, 30),
        5,
        True,
        ("kk",),
    )
    assert (edition.outlets, edition.topics) == (("nur",), (Topic.SPORT,))
    assert (edition.follow, edition.mute) == (("Астана",), ("гороскоп",))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('at = "7"', "a time of day"),
        ('at = "24:00"', "a time of day"),
        ("size = 0", "from 1 to 500"),
        ("size = true", "from 1 to 500"),
        ('topics = ["gossip"]', "a list of politics"),
        ('languages = ["de"]', "a list of kk"),
        ('follow = [""]', "a list of keywords"),
        ('mute = "x"', "a list of keywords"),
        ("sise = 3", "did you mean size?"),
    ],
)
def test_what_is_wrong_with_an_edition_is_named_with_its_line(line, expected):
    [fault] = faults(
        f'[[edition]]\nid = "daily"\ntitle = "T"\nzone = "Asia/Almaty"\n{line}\n', read_editions
    )

    assert expected in fault
    assert "editions.toml:5" in fault or ":5:" in fault


def test_editions_share_one_zone_and_have_ids_of_their_own():
    one = '[[edition]]\nid = "daily"\ntitle = "T"\nzone = "{zone}"\nclose_after = "6h"\n'
    listed = faults(one.format(zone="Asia/Almaty") + one.format(zone="Asia/Aqtau"), read_editions)

    assert any("an id that no other edition has" in fault for fault in listed)
    assert any("the zone of the first edition, Asia/Almaty" in fault for fault in listed)
    assert "edition[0].zone = 'Almaty'" in faults(one.format(zone="Almaty"), read_editions)[0]


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("every", "5", "a time from 1m to 7d, such as 30m, or auto"),
        ("every", "nan", "a time from 1m to 7d, such as 30m, or auto"),
        ("every", "true", "a time from 1m to 7d, such as 30m, or auto"),
        ("cron", "5", "minute, hour, day, month and weekday, such as */20 6-23 * * *"),
    ],
)
def test_a_time_that_is_no_text_is_told_what_it_may_be(key, value, expected):
    written = GOOD.replace('every = "15m"', f"{key} = {value}")
    with pytest.raises(ConfigError) as caught:
        read_catalog(written, "sources.toml")

    (fault,) = caught.value.faults
    assert (fault.key, fault.expected) == (f"outlet[0].source[0].{key}", expected)
