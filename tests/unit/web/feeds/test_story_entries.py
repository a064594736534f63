"""A story's entry is made once, and never told of another."""

from dataclasses import replace
from datetime import timedelta

from aggregator.web.feeds import entries
from aggregator.web.feeds.entries import StoryEntries
from tests.support.site import ADDRESS, days


def test_a_story_is_told_once_and_anew_when_it_or_its_digest_changed():
    told = StoryEntries(ADDRESS)
    [digest] = days(1)
    story = digest.stories[0]
    first = told.find(digest, story)

    assert told.find(digest, story) is first
    later = told.find(replace(digest, day=digest.day + timedelta(days=1)), story)
    assert later.id != first.id
    assert str(digest.day) not in later.link
    moved = replace(story, id="f" * 16)
    assert "f" * 16 in told.find(digest, moved).link


def test_stories_that_took_the_place_of_others_in_memory_are_told_as_themselves():
    """An identity is that of whatever lies at a place now."""
    told = StoryEntries(ADDRESS)
    [digest] = days(1)
    for number in range(200):
        story = replace(digest.stories[0], id=f"{number:016x}")

        assert f"{number:016x}" in told.find(digest, story).link


def test_no_more_is_kept_than_fits(monkeypatch):
    monkeypatch.setattr(entries, "_KEPT", 3)
    told = StoryEntries(ADDRESS)
    [digest] = days(1)
    for number in range(10):
        told.find(digest, replace(digest.stories[0], id=f"{number:016x}"))

        assert len(told._kept) <= 3
