"""Feeds of ours: read by three parsers, the same ids for ever, nothing hostile gets through."""

import json
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree as ET

import atoma
import fastfeedparser
import feedparser
import pytest

from aggregator.models import Outlet, Passage, Source, Topic, Translation
from aggregator.web.feeds import opml
from tests.support.builders import DAY, digest
from tests.support.site import ADDRESS, HOSTILE, days, hostile, renderer


def feed(tmp_path, name, *digests):
    return renderer(tmp_path, *digests).find(f"daily/{name}").body.decode()


def list_entries(parsed):
    return [(entry.link, entry.title) for entry in parsed.entries]


@pytest.mark.parametrize("form", ["rss", "atom", "json"])
@pytest.mark.parametrize("name", ["stories", "digests", "topic-other"])
def test_three_parsers_read_the_same_entries(tmp_path, name, form):
    text = feed(tmp_path, f"{name}.{form}", *days(3))
    count = {"stories": 9, "digests": 2, "topic-other": 9}[name]
    other = fastfeedparser.parse(text)

    assert len(other.entries) == count
    assert all(entry.link.startswith(f"{ADDRESS}daily/2025-08-") for entry in other.entries)
    if form == "json":
        made = json.loads(text)
        strict = atoma.parse_json_feed_bytes(text.encode())
        entry_ids = [item["id"] for item in made["items"]]
        assert [item.id_ for item in strict.items] == entry_ids
        assert made["feed_url"] == f"{ADDRESS}daily/{name}.json"
        return
    loose = feedparser.parse(text)
    assert not loose.bozo, loose.get("bozo_exception")
    assert loose.version == {"rss": "rss20", "atom": "atom10"}[form]
    assert list_entries(loose) == list_entries(other)
    entry_ids = [entry.id for entry in loose.entries]
    if form == "rss":
        strict = atoma.parse_rss_bytes(text.encode())
        assert [item.guid for item in strict.items] == entry_ids
        assert all(item.pub_date for item in strict.items)
    else:
        strict = atoma.parse_atom_bytes(text.encode())
        assert [item.id_ for item in strict.entries] == entry_ids
        assert all(item.updated and item.published for item in strict.entries)


def ids(tmp_path, *digests):
    return {
        item["url"]: item["id"]
        for item in json.loads(feed(tmp_path, "stories.json", *digests))["items"]
    }


def test_an_entry_keeps_its_id_whatever_changes_and_each_day_has_its_own(tmp_path):
    first = ids(tmp_path / "a", *days(2))
    again = ids(tmp_path / "b", *[replace(item, revision=9, closed=True) for item in days(2)])

    assert first == again
    assert len(set(first.values())) == len(first)
    assert all(name.startswith("urn:uuid:") for name in first.values())


def test_a_digest_is_announced_when_it_is_closed(tmp_path):
    items = json.loads(feed(tmp_path, "digests.json", *days(3)))["items"]

    days_before = [DAY - timedelta(days=ago) for ago in (1, 2)]
    addresses = [f"{ADDRESS}daily/{day}.html" for day in days_before]
    assert [item["url"] for item in items] == addresses


def test_a_topic_has_its_stories_alone(tmp_path):
    made = digest(3)
    stories = (replace(made.stories[0], topic=Topic.SPORT), *made.stories[1:])
    items = json.loads(feed(tmp_path, "topic-sport.json", replace(made, stories=stories)))["items"]

    assert [item["url"].rpartition("/")[2] for item in items] == [f"{stories[0].id}.html"]
    assert items[0]["tags"] == ["sport"]


def test_an_outlet_has_what_it_reports_alone_and_its_feed_leads_to_its_page(tmp_path):
    made = digest(3)
    first, second, third = made.stories
    # It tells the first story, and has a report in another.
    beside = replace(third, articles=(*third.articles, *first.articles))
    made = replace(made, stories=(first, second, beside))
    parsed = json.loads(feed(tmp_path, f"outlet-{first.best.outlet_id}.json", made))

    told = {item["url"].rpartition("/")[2] for item in parsed["items"]}
    assert told == {f"{first.id}.html", f"{third.id}.html"}
    assert parsed["home_page_url"] == f"{ADDRESS}daily/outlet/{first.best.outlet_id}/index.html"


def test_a_headline_without_english_says_its_language_and_can_be_left_out(tmp_path):
    made = digest(2)
    first, second = made.stories
    original = Passage(segments=(Translation(source="Мектеп ашылды", english=None),))
    made = replace(made, stories=(replace(first, headline=original), second))

    every = json.loads(feed(tmp_path, "stories.json", made))
    english = json.loads(feed(tmp_path, "english.json", made))

    assert "[kk] Мектеп ашылды" in [item["title"] for item in every["items"]]
    assert [item["title"] for item in english["items"]] == [second.headline.text]
    assert "Where it matters, read the original." in every["description"]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("name", ["stories", "digests"])
def test_hostile_words_leave_feeds_well_formed(tmp_path, name, text):
    made = hostile(text)
    for form in ("rss", "atom"):
        written = feed(tmp_path, f"{name}.{form}", made)
        ET.fromstring(written)
        entries = feedparser.parse(written).entries
        assert len(entries) == (1 if name == "digests" else 2)
        assert all(
            "<script" not in str(entry.get("content", "")) + entry.summary for entry in entries
        )
        assert "\u202e" not in written
    for item in json.loads(feed(tmp_path, f"{name}.json", made))["items"]:
        assert "<script" not in item["content_html"]
        assert " onerror" not in item["content_html"].replace("&gt;&lt;img src=x onerror", "")


def test_sources_are_listed_as_opml_by_outlet():
    nur = Outlet(id="nur", name='NUR "KZ" & <co>', home="https://nur.example/")
    made = [
        Source(
            id="nur-kk",
            outlet=nur,
            url="https://nur.example/kk?a=1&b=2",
            languages=("kk",),
            every=timedelta(hours=1),
        ),
        Source(id="nur-ru", outlet=nur, url="https://nur.example/ru", every=timedelta(hours=1)),
        Source(
            id="old",
            outlet=nur,
            url="https://nur.example/old",
            every=timedelta(hours=1),
            paused=True,
        ),
    ]
    root = ET.fromstring(opml.render_opml(made))

    [folder] = root.findall("./body/outline")
    assert folder.get("text") == nur.name
    lines = folder.findall("outline")
    assert [line.get("xmlUrl") for line in lines] == [
        "https://nur.example/kk?a=1&b=2",
        "https://nur.example/ru",
    ]
    assert [line.get("language") for line in lines] == ["kk", None]
