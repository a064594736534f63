"""From a feed to its entry."""

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.models import Outlet
from aggregator.sources.catalog import Catalog, read_catalog
from aggregator.sources.entries import add_outlet
from aggregator.sources.propose import find_home, make_outlet_id, propose_source
from tests.unit.sources.test_check import KAZAKH, NOW, RUSSIAN, SOURCE, items, make_sample

EMPTY = Catalog((), ())


@pytest.mark.parametrize(
    ("name", "url", "wanted"),
    [
        ("NUR.KZ", "https://www.nur.kz/", "nur-kz"),
        ("Tengrinews", "https://tengrinews.kz/", "tengrinews"),
        ("Министерство", "https://t.me/s/Aqorda_Resmi", "aqorda-resmi"),
        ("Степной маяк", "http://127.0.0.1:8000/", "stepnoy-mayak"),
        ("報", "http://127.0.0.1:8000/", "outlet"),
    ],
)
def test_an_outlets_id_comes_from_its_domain_or_its_name(name, url, wanted):
    assert make_outlet_id(name, url) == wanted


def test_a_new_outlet_is_proposed_with_what_was_seen():
    made = propose_source(
        make_sample((*items(8), *items(4, RUSSIAN, guid="", link=""))),
        EMPTY,
        NOW,
        page_url="https://dala.example/",
    )

    source = made.source
    assert made.new_outlet
    assert (source.outlet.name, source.outlet.home, source.outlet.official) == (
        "Дала",
        "https://dala.example/",
        False,
    )
    assert (source.id, source.languages, source.adaptive) == (
        "dala-example-kk-ru",
        ("kk", "ru"),
        True,
    )
    assert made.pace == timedelta(minutes=20)
    assert (source.standing, source.checked) == ("works", NOW.date())
    again = read_catalog(add_outlet("", source.outlet, [source]), "f")
    assert again.sources == (source,)


def test_a_known_outlet_gets_a_source_with_an_id_of_its_own():
    catalog = Catalog((SOURCE.outlet,), (SOURCE,))
    made = propose_source(
        make_sample(items(), replace(SOURCE, url="https://kk.dala.example/rss2")),
        catalog,
        NOW,
        page_url="https://dala.example/",
    )

    assert not made.new_outlet
    assert (made.source.outlet, made.source.id) == (SOURCE.outlet, "dala-kk-2")


def test_a_state_bodys_site_is_official_and_a_channel_has_its_handle():
    body = propose_source(make_sample(items()), EMPTY, NOW, page_url="https://mod.gov.kz/rss")
    channel = propose_source(
        make_sample(items(), replace(SOURCE, kind="telegram", url="https://t.me/s/dala_habar")),
        EMPTY,
        NOW,
        page_url="https://t.me/s/dala_habar",
    )

    lookalike = propose_source(make_sample(items()), EMPTY, NOW, page_url="https://mod-gov.kz/rss")

    assert body.source.outlet.official
    assert not lookalike.source.outlet.official
    assert (channel.source.id, channel.source.outlet.home) == (
        "dala-habar-telegram",
        "https://t.me/dala_habar",
    )
    assert find_home("https://kaz.nur.kz/rss/all.rss") == "https://kaz.nur.kz/"


def test_two_bodies_on_one_site_of_the_state_are_two_outlets():
    first = replace(SOURCE.outlet, id="gov-kz", home="https://www.gov.kz/memleket/entities/mdai")
    catalog = Catalog((first,), (replace(SOURCE, outlet=first, url="https://www.gov.kz/mdai/rss"),))
    made = propose_source(
        make_sample(items()), catalog, NOW, page_url="https://www.gov.kz/memleket/entities/dsm"
    )

    assert made.new_outlet
    assert (made.source.outlet.id, made.source.outlet.official) == ("gov-kz-2", True)


def test_words_that_only_say_feed_are_no_name():
    feed = replace(make_sample(items()).feed, title="Дала хабар - RSS")
    made = propose_source(
        replace(make_sample(items()), feed=feed), EMPTY, NOW, page_url="https://dala.example/"
    )

    assert made.source.outlet.name == "Дала хабар"


def test_two_outlets_of_one_host_do_not_share_ids():
    other = Outlet(id="dala-example", name="Other", home="https://other.example/")
    made = propose_source(
        make_sample(items()), Catalog((other,), ()), NOW, page_url="https://dala.example/"
    )

    assert made.source.outlet.id == "dala-example-2"


def test_a_sample_without_a_feed_proposes_nothing():
    with pytest.raises(ValueError, match="nothing to propose"):
        propose_source(make_sample(), EMPTY, NOW, page_url="https://dala.example/")


def test_kazakh_is_seen_in_kazakh():
    assert propose_source(
        make_sample(items(text=KAZAKH)), EMPTY, NOW, page_url="https://dala.example/"
    ).languages == {"kk": 12}
