"""Pages of people and places: who is on them, what leads there, feeds, index, API, files."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.models import Passage, Translation
from aggregator.web.app import make_app
from aggregator.web.site import write_site
from tests.support.builders import DAY, digest
from tests.support.site import ask_api, renderer

AISHA = "daily/name/aisha-yeren/"


def tell(*headlines, day=DAY, english=None, **changes):
    """Return a digest of stories with these headlines in Russian."""
    made = digest(len(headlines), day=day, **changes)
    stories = []
    for number, (story, headline) in enumerate(zip(made.stories, headlines, strict=True)):
        told = Translation(source=headline, english=english, package="x")
        ref = replace(story.best, title=headline, language="ru", text=headline)
        stories.append(
            replace(
                story,
                id=f"{day.toordinal():08x}{number:08x}",
                headline=Passage(segments=(told,)),
                lead=Passage(),
                articles=(ref,),
            )
        )
    return replace(made, stories=tuple(stories))


def read_stories(made, path):
    page = made.find(path).body.decode()
    return re.findall(r"/(\d{4}-\d{2}-\d{2})/([0-9a-f]{16})\.html", page)


@pytest.fixture
def days():
    return [
        tell("Айша Ерен выступила в Астане", "В Астане дождь", closed=False),
        tell("Наградили Айшу Ерен", day=DAY - timedelta(days=1), closed=True, english="An award"),
        tell("Снег", day=DAY - timedelta(days=2), closed=True),
    ]


def test_a_page_has_the_stories_that_name_somebody_the_newest_first(tmp_path, days):
    made = renderer(tmp_path, *days)
    expected = [(str(day.day), day.stories[0].id) for day in days[:2]]
    page = made.find(AISHA).body.decode()

    assert read_stories(made, AISHA) == expected
    assert ">Aisha Yeren</h1>" in page
    assert '<span lang="kk">Айша Ерен</span>' in page
    assert "2 stories: 19 August 2025 to 20 August 2025." in page
    assert made.find("daily/name/nobody/").status == 404
    assert made.find("weekly/name/astana/").status == 404


def test_a_story_leads_to_those_it_names_and_they_to_all(tmp_path, days):
    made = renderer(tmp_path, *days)
    story = made.find(f"daily/{DAY}/{days[0].stories[0].id}.html").body.decode()
    named = re.findall(r'href="\.\./\.\./daily/name/([a-z-]+)/index\.html">([^<]+)<', story)

    assert named == [("aisha-yeren", "Aisha Yeren"), ("astana", "Astana")]
    assert 'href="../../../daily/names.html"' in made.find(AISHA).body.decode()
    assert 'href="daily/names.html"' in made.find("").body.decode()
    assert 'href="../state/names.html"' in made.find("daily/names.html").body.decode()


def test_the_index_counts_recent_days_and_keeps_who_was_named_before(tmp_path, days):
    long_ago = tell("Айша Ерен в горах", day=DAY - timedelta(days=30), closed=True)
    made = renderer(tmp_path, days[0], long_ago)
    page = made.find("daily/names.html").body.decode()
    rows = re.findall(r'name/([a-z-]+)/.*?<td class="number">(\d+)</td><td[^>]*>(\d+)<', page)
    assert rows == [("aisha-yeren", "1", "2"), ("astana", "2", "2")]

    before = renderer(tmp_path / "before", days[2], long_ago).find("daily/names.html")
    assert "Named before:" in before.body.decode()
    assert "People" in before.body.decode()
    assert "Places" not in before.body.decode()


@pytest.mark.parametrize("form", ["rss", "atom", "json"])
def test_feeds_list_the_same_and_those_in_english_alone(tmp_path, days, form):
    made = renderer(tmp_path, *days)
    stories = [day.stories[0].id for day in days[:2]]
    every = made.find(f"daily/name-aisha-yeren.{form}").body.decode()
    english = made.find(f"daily/english-name-aisha-yeren.{form}").body.decode()

    assert [story in every for story in stories] == [True, True]
    assert [story in english for story in stories] == [False, True]
    assert "Aisha Yeren, in English" in english
    assert AISHA in every, "its home"
    assert made.find(f"daily/name-nobody.{form}").status == 404


def test_topics_and_outlets_have_feeds_in_english_too(tmp_path, days):
    made = renderer(tmp_path, *days)
    listed = json.loads(made.find("daily/english-topic-other.json").body)
    outlet = json.loads(made.find("daily/english-outlet-outlet-1.json").body)

    assert [item["title"] for item in listed["items"]] == ["An award"]
    assert [item["title"] for item in outlet["items"]] == ["An award"]


def test_the_api_names_them_and_finds_their_stories(tmp_path, days):
    app = make_app(renderer(tmp_path, *days), lambda: (1, ""))
    asked = ("names", "names?group=person&days=1", "search?name=aisha-yeren", "search?name=nobody")
    *answers, unknown = ask_api(app, asked)
    names, people, found = [answer.json() for answer in answers]

    assert [row["id"] for row in names["items"]] == ["aisha-yeren", "astana"]
    assert [(row["recent"], row["stories"]) for row in people["items"]] == [(1, 2)]
    assert people["items"][0]["page"].endswith(f"{AISHA}index.html")
    assert [item["names"] for item in found["items"]] == [
        ["aisha-yeren", "astana"],
        ["aisha-yeren"],
    ]
    assert unknown.status_code == 404
    assert "nobody" in unknown.json()["detail"]


def test_of_files_those_are_written_whom_a_changed_day_names(tmp_path, days):
    folder = tmp_path / "site"
    made = renderer(tmp_path, *days[1:], search=False)
    write_site(made, folder)
    page = folder / AISHA / "index.html"
    feed = folder / "daily/english-name-aisha-yeren.rss"
    assert page.read_bytes() == made.find(AISHA).body
    assert feed.is_file()
    assert not (folder / "daily/name/astana").exists(), "no story names it yet"

    write_site(renderer(tmp_path, days[0], search=False), folder)
    assert page.read_bytes() == made.find(AISHA).body
    assert (folder / "daily/name/astana/index.html").is_file()

    quiet = tell("Туман", day=DAY + timedelta(days=1))
    later = [tell("Туман", day=DAY + timedelta(days=ahead)) for ahead in range(2, 12)]
    written = page.stat().st_mtime_ns
    write_site(renderer(tmp_path, quiet, *later, search=False), folder)
    assert page.stat().st_mtime_ns == written, "nothing of it has changed"
    assert days[0].stories[0].id not in (folder / "daily/name-aisha-yeren.rss").read_text()


def test_a_story_that_no_longer_names_somebody_leaves_the_page(tmp_path, days):
    made = renderer(tmp_path, *days)
    made.archive.put(replace(tell("Дождь"), revision=2))

    assert read_stories(made, AISHA) == [(str(days[1].day), days[1].stories[0].id)]
