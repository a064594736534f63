"""
Stories: all articles about one event.

Grouping makes a ``Story`` of articles and keeps to an operator's ``Overrides``; a digest prints it
as a ``DigestStory`` (``models.digest``).

See ``models`` for what holds of all.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Copy", "Overrides", "Story", "Topic", "pair_of"]


class Topic(StrEnum):
    """What a story is about; ``OTHER`` where that is not clear."""

    POLITICS = "politics"
    ECONOMY = "economy"
    SOCIETY = "society"
    LAW = "law"
    WORLD = "world"
    SCIENCE = "science"
    CULTURE = "culture"
    SPORT = "sport"
    WEATHER = "weather"
    OTHER = "other"


class Copy(StrEnum):
    """How an article of a story relates to the one that leads it."""

    BEST = "best"
    SAME_TEXT = "same text"  # a reprint: same address or nearly the same text
    SAME_EVENT = "same event"  # its own words about the same event


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """
    All articles about one event, as grouping left them.

    Attributes:
        id: 16 hex digits, from its earliest article.
        best: Id of the article that leads it.
        articles: Ids with their relation, the best first, then by time and id.
    """

    id: str
    best: str
    articles: tuple[tuple[str, Copy], ...]


@dataclass(frozen=True, slots=True)
class Overrides:
    """
    What an operator has decided about articles: these two are one story, these two are not.

    Decisions stand by pair of article ids, in order; a pair is in one of the two at most.

    Attributes:
        pinned: To be one story, whatever else speaks against it.
        split: To be two. Where pins would chain the two together all the same, the split wins.
    """

    pinned: frozenset[tuple[str, str]] = frozenset()
    split: frozenset[tuple[str, str]] = frozenset()


def pair_of(one: str, other: str) -> tuple[str, str]:
    """Return two article ids in order."""
    return (one, other) if one <= other else (other, one)
