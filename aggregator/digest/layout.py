"""
A digest laid out for readers: sections, and the rest in brief. Pure.

Every story stands in exactly one place.

Requirement. Who stops after the first screen has seen the day; who looks for sport finds it without
reading the rest; what began on an earlier day is not mistaken for news. So:

- what the edition's keywords follow comes first, always in full;
- then the top stories, the three that weigh most, whatever they are about;
- then sections by topic, in the order of their weightiest story, what has no clear topic last;
- then what goes on: stories of an earlier day that have something new;
- past the edition's size, a story is a line: its headline and who has it.

A digest of few stories needs no sections: up to eight stand in one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aggregator.models import Topic

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aggregator.models import Digest, DigestStory

__all__ = ["TOPIC_TITLES", "Layout", "Section", "lay_out_digest"]

_TOP = 3
_FEW = 8

TOPIC_TITLES = {
    Topic.POLITICS: "Politics",
    Topic.ECONOMY: "Economy",
    Topic.SOCIETY: "Society",
    Topic.LAW: "Law and order",
    Topic.WORLD: "World",
    Topic.SCIENCE: "Science and technology",
    Topic.CULTURE: "Culture",
    Topic.SPORT: "Sport",
    Topic.WEATHER: "Weather and accidents",
    Topic.OTHER: "More news",
}
"""How pages name each topic."""


@dataclass(frozen=True, slots=True)
class Section:
    """
    Stories under one heading.

    Attributes:
        key: A slug, unique in a layout: ``followed``, ``top``, ``continuing``, ``stories`` or a
            topic.
        title: For readers.
        stories: At least one, in reading order.
    """

    key: str
    title: str
    stories: tuple[DigestStory, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """
    Where each story stands.

    Attributes:
        sections: Stories in full.
        brief: The others, in reading order.
    """

    sections: tuple[Section, ...]
    brief: tuple[DigestStory, ...]


def lay_out_digest(digest: Digest) -> Layout:
    """Lay a digest out; see the module."""
    followed = [story for story in digest.stories if story.followed]
    others = [story for story in digest.stories if not story.followed]
    full = others[: digest.size]
    brief = others[digest.size :]
    sections = _make_section("followed", "You follow", followed)
    if len(full) <= _FEW:
        sections += _make_section("stories", "Stories", full)
    else:
        sections += _lay_out_many(full)
    return Layout(sections=tuple(sections), brief=tuple(brief))


def _lay_out_many(stories: list[DigestStory]) -> list[Section]:
    """Return what weighs most, then the rest by topic, then what goes on since earlier days."""
    new = [story for story in stories if not story.earlier]
    continuing = [story for story in stories if story.earlier]
    return [
        *_make_section("top", "Top stories", new[:_TOP]),
        *_make_topic_sections(new[_TOP:]),
        *_make_section("continuing", "Updated since earlier days", continuing),
    ]


def _make_section(
    key: str,
    title: str,
    stories: list[DigestStory],
) -> list[Section]:
    """Return one section; none if it would be empty."""
    if not stories:
        return []
    return [Section(key=key, title=title, stories=tuple(stories))]


def _make_topic_sections(stories: Iterable[DigestStory]) -> list[Section]:
    by_topic: dict[Topic, list[DigestStory]] = {}
    for story in stories:
        by_topic.setdefault(story.topic, []).append(story)
    # In the order of each topic's first story; what is about nothing in particular waits until the
    # end.
    topics = sorted(by_topic, key=lambda topic: topic is Topic.OTHER)
    sections = []
    for topic in topics:
        sections += _make_section(topic.value, TOPIC_TITLES[topic], by_topic[topic])
    return sections
