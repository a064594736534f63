"""
What is kept of each story that was told, so that later days can find what they go on with.

A digest does not hold it: readers have no use for it, and after some days nobody has.

See ``models`` for what holds of all.
"""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.models.digest import StoryMention

__all__ = ["ThreadText", "ToldStory"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadText:
    """
    A report of a story, as far as threads look at it.

    Attributes:
        language: A value of ``Language``.
        title: As its outlet wrote it.
        text: Its beginning.
        vector: As ``Article.vector``; empty if there is none.
    """

    language: str
    title: str
    text: str
    vector: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldStory:
    """
    A story that a digest has told.

    Attributes:
        mention: How later stories name it.
        texts: A report in each language, the one that told it first.
        thread: Of the story, as it was printed.
    """

    mention: StoryMention
    texts: tuple[ThreadText, ...]
    thread: tuple[StoryMention, ...] = ()
