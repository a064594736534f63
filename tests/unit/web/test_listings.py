"""Stories of a topic or an outlet across days: what is on which page, and that pages stay."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.models import Topic
from aggregator.web.listings import LISTING_SIZE, count_numbered, find_part
from aggregator.web.site import write_site
from tests.support.builders import DAY, digest
from tests.support.site import renderer

PER_DAY = 30
NEWEST = "daily/topic/sport/"


def make_days(count, **changes):
    """Return digests, the newest first, each of as many stories on sport, all of one outlet."""
    made = []
    for ago in range(count):
        day = digest(PER_DAY, day=DAY - timedelta(days=ago), closed=ago > 0, **changes)
        stories = []
        for number, story in enumerate(day.stories):
            best = replace(story.best, outlet_id="outlet-1")
            story_id = f"{ago:08x}{number:08x}"
            stories.append(replace(story, id=story_id, topic=Topic.SPORT, articles=(best,)))
        made.append(replace(day, stories=tuple(stories)))
    return made


def read_stories(made, path):
    """Return the day and id of each story on a page, in its order."""
    page = made.find(path).body.decode()
    return re.findall(r"/(\d{4}-\d{2}-\d{2})/([0-9a-f]{16})\.html", page)


def find_link(made, path, rel):
    """Return the address of the page that a page names its next or previous; empty for none."""
    page = made.find(path).body.decode()
    found = re.search(rf'<a rel="{rel}" href="(?:\.\./)+([^"]+)"', page)
    return found[1] if found else ""


@pytest.mark.parametrize("total", [0, 1, 39, 40, 79, 80, 81, 119, 120, 1000])
def test_each_story_is_on_one_page_and_the_newest_page_never_holds_only_a_few(total):
    numbers = [0, *reversed(range(1, count_numbered(total) + 1))]
    parts = [find_part(total, number) for number in numbers]

    shown = [place for part in parts for place in range(part.offset, part.offset + part.size)]
    assert shown == list(range(total))
    assert min(total, LISTING_SIZE) <= parts[0].size < 2 * LISTING_SIZE
    assert [part.older for part in parts] == [*numbers[1:], None]
    assert [part.newer for part in parts] == [None, *numbers[:-1]]
    assert find_part(total, count_numbered(total) + 1) is None


@pytest.mark.parametrize("newest", [NEWEST, "daily/outlet/outlet-1/"])
def test_a_reader_turns_from_the_newest_story_to_the_oldest_and_back(tmp_path, newest):
    digests = make_days(6)
    made = renderer(tmp_path, *digests)
    path = newest
    turned = []
    shown = []
    while path:
        turned.append(path.removesuffix("index.html"))
        shown += read_stories(made, path)
        path = find_link(made, path, "next")
    assert shown == [(str(day.day), story.id) for day in digests for story in day.stories]
    assert len(turned) == 4
    back = turned[-1]
    for expected in reversed(turned[:-1]):
        back = find_link(made, back, "prev").removesuffix("index.html")
        assert back == expected


def test_a_page_holds_the_same_when_new_stories_come(tmp_path):
    digests = make_days(6)
    before = renderer(tmp_path / "before", *digests[1:])
    after = renderer(tmp_path / "after", *digests)
    path = f"{NEWEST}page-1.html"

    assert read_stories(before, path) == read_stories(after, path)
    assert len(read_stories(after, path)) == LISTING_SIZE


def test_other_topics_and_outlets_are_elsewhere(tmp_path):
    [made_of] = make_days(1)
    first, second, *_ = made_of.stories
    other = replace(second.best, outlet_id="outlet-2")
    mixed = (replace(first, topic=Topic.LAW), replace(second, articles=(other,)))
    made = renderer(tmp_path, replace(made_of, stories=mixed))

    assert read_stories(made, NEWEST) == [(str(DAY), second.id)]
    assert read_stories(made, "daily/outlet/outlet-2/") == [(str(DAY), second.id)]
    empty = made.find("state/topic/sport/").body.decode()
    assert "No digest has a story of this topic yet." in empty


def test_readers_are_led_there_from_where_they_meet_a_topic_or_an_outlet(tmp_path):
    [made_of] = make_days(1)
    made = renderer(tmp_path, made_of)
    pages = {
        f"daily/{DAY}/{made_of.stories[0].id}.html": ("topic/sport/", "outlet/outlet-1/"),
        "": ("topic/sport/",),
        "daily/archive.html": ("topic/sport/",),
        "outlets.html": ("outlet/outlet-1/",),
    }
    for path, targets in pages.items():
        page = made.find(path).body.decode()
        for target in targets:
            assert f'daily/{target}index.html">' in page, (path, target)


def test_of_files_only_pages_are_written_that_a_new_day_changes(tmp_path):
    digests = make_days(8)
    folder = tmp_path / "site"
    made = renderer(tmp_path, *digests[1:], search=False)
    write_site(made, folder)
    pages = sorted((folder / NEWEST).glob("page-*.html"))
    written = {page.name: page.stat().st_mtime_ns for page in pages}
    assert len(written) == 4

    write_site(renderer(tmp_path, digests[0], search=False), folder)
    rewritten = []
    for name, moment in written.items():
        page = folder / NEWEST / name
        if page.stat().st_mtime_ns != moment:
            rewritten.append(name)
    assert rewritten == ["page-4.html"], "it led to the newest page, and now to the fifth"
    for path in ("index.html", *(f"page-{number}.html" for number in range(1, 6))):
        assert (folder / NEWEST / path).read_bytes() == made.find(NEWEST + path).body, path
    assert (folder / "daily/outlet-outlet-1.rss").is_file()
