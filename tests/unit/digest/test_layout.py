"""Sections: every story in one place, the followed first, few stories in one."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from aggregator.digest.layout import lay_out_digest
from aggregator.models import Topic
from tests.support.builders import digest

STORIES = digest(40).stories


@given(
    st.lists(st.tuples(st.sampled_from(list(Topic)), st.booleans(), st.booleans()), max_size=40),
    st.integers(1, 50),
)
def test_every_story_stands_in_exactly_one_place(kinds, size):
    stories = tuple(
        replace(story, topic=topic, followed=("x",) * followed, earlier=story.articles * earlier)
        for story, (topic, followed, earlier) in zip(STORIES, kinds, strict=False)
    )
    layout = lay_out_digest(replace(digest(0), stories=stories, size=size))
    placed = Counter(story.id for section in layout.sections for story in section.stories)
    placed.update(story.id for story in layout.brief)

    assert placed == Counter(story.id for story in stories)
    assert all(section.stories for section in layout.sections)
    assert len({section.key for section in layout.sections}) == len(layout.sections)
    assert len(layout.brief) == max(0, sum(not story.followed for story in stories) - size)


def keys(stories, size=30):
    return [
        section.key
        for section in lay_out_digest(
            replace(digest(0), stories=tuple(stories), size=size)
        ).sections
    ]


def test_sections_stand_in_the_order_a_reader_expects():
    topics = [Topic.OTHER, Topic.SPORT, Topic.ECONOMY]
    stories = [
        replace(story, topic=topics[number % 3]) for number, story in enumerate(STORIES[:12])
    ]
    stories[11] = replace(stories[11], earlier=stories[11].articles)
    stories[10] = replace(stories[10], followed=("Астана",))

    assert keys(stories) == ["followed", "top", "sport", "economy", "other", "continuing"]


def test_a_day_of_few_stories_has_no_sections():
    assert keys(STORIES[:8]) == ["stories"]
    assert keys(STORIES[:9]) == ["top", "other"]
    assert keys([]) == []


def test_what_is_told_in_brief_is_what_weighs_least():
    assert lay_out_digest(replace(digest(0), stories=STORIES, size=30)).brief == STORIES[30:]
