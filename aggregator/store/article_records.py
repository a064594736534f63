"""What goes into the store of articles and comes out of it, beside articles themselves."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from aggregator.models import Article, Extent, FeedItem, Identity, NotNew, Passage, Stage

if TYPE_CHECKING:
    from datetime import date, datetime

__all__ = [
    "ArticleHead",
    "Incoming",
    "Ingested",
    "Life",
    "Move",
    "Passages",
    "PlanOutcome",
    "StoredArticle",
    "make_wording",
]

Passages = tuple[Passage, Passage]
"""Headline and lead of an article, translated or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """
    One item as one poll saw it, ready to be stored.

    Attributes:
        identity: Id and names of the article that the item belongs to.
        item: As the feed gave it.
        content_hash: Of its words; equal hashes mean nothing to update.
        size: Characters of its words; of two feeds of one outlet, the fuller one is kept.
        run_id: The run that saw it.
        now: Editorial time.
        ready: Real time from which it may be read.
        day: Local day for its digest; None if it is too old for any.
        page: Its page is to be read first, as the feed gave a teaser only.
    """

    identity: Identity
    item: FeedItem
    content_hash: str
    size: int
    source_id: str
    outlet_id: str
    run_id: str
    now: datetime
    ready: datetime
    day: date | None
    page: bool = False


@dataclass(frozen=True, slots=True)
class Ingested:
    """
    What came of an item that was to be stored.

    Attributes:
        change: ``new``, ``updated``, ``known``, ``stale``, or ``clash``: a moment ago one of its
            names was taken by another article, or its day closed; identify it again.
        reason: Why it is no new article; None if it is one, or clashed.
    """

    change: str
    reason: NotNew | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredArticle:
    """
    An article past its text stage.

    Attributes:
        rev: Fence of this version.
        passages: Headline and lead in English, if this version of them was translated; of a
            report that leads no story, the headline alone.
        asked: How much of it is to be translated.
        extent: How much of it was.
    """

    article: Article
    rev: int
    stage: Stage
    passages: Passages | None
    asked: Extent = Extent.LEAD
    extent: Extent = Extent.LEAD


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleHead:
    """
    Where an article past its text stage stands, without its words.

    Attributes:
        rev: Fence of this version.
        day: Local day whose digest it belongs to.
        translated_wording: The wording that was translated, see ``make_wording``; None if none was.
        has_english: There is English of its headline that can be shown; of no meaning where nothing
            was translated.
        extent: How much of it was translated; of no meaning where nothing was.
        asked: How much of it is to be translated; of no meaning where nothing is.
    """

    rev: int
    stage: Stage
    day: date
    translated_wording: bytes | None
    has_english: bool = True
    extent: Extent = Extent.LEAD
    asked: Extent = Extent.LEAD


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """
    What the record of an article says of its life; see ``trace``.

    Attributes:
        seen: Editorial time at which a poll first saw it.
        run_id: Run of the last change.
        first_run_id: Run that first saw it.
        day: Local day whose digest it belongs to; None if it was too old for any.
        read: When its text stage ended, real time; None if it has not, or before that was noted.
        translated: When its translation ended, real time; None if it has not.
        english: Its headline in English; empty if there is none.
        packages: Names and versions of the packages that made its English.
    """

    id: str
    source_id: str
    outlet_id: str
    title: str
    link: str
    seen: datetime
    run_id: str
    first_run_id: str
    stage: str
    day: date | None
    edits: int
    language: str
    read: datetime | None
    translated: datetime | None
    english: str
    packages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """
    A step of one article from one stage to another, void if it changed meanwhile.

    Attributes:
        extent: How much is to be translated, of one that goes to be.
    """

    id: str
    rev: int
    old: Stage
    new: Stage
    extent: Extent = Extent.LEAD


class PlanOutcome(IntEnum):
    """What came of a plan that was to be kept."""

    KEPT = 0
    LOCK_LOST = -1
    OVERTAKEN = -2  # an article went on meanwhile, so that the plan is to be made anew


def make_wording(article: Article) -> bytes:
    """Return what of an article a translation depends on."""
    parts = (article.language, article.title, article.lead)
    return "\n".join(parts).encode()
