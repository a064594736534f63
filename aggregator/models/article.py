"""
Articles, and the English of their segments.

``RawArticle`` is what a feed gave of an article; the text stage makes an ``Article`` of it.
``Segment`` and ``Translation`` are what the translate stage takes and gives. ``KnownItem`` and
``Identity`` say whether an item of a feed is an article that is stored already. ``Stage`` says
where each is.

See ``models`` for what holds of all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from aggregator.models.feed import FeedItem
from aggregator.models.flag import Flag

__all__ = [
    "Article",
    "Extent",
    "Identity",
    "KnownItem",
    "RawArticle",
    "Segment",
    "SegmentKind",
    "Stage",
    "Translation",
]


class Stage(StrEnum):
    """Where a unit of work stands. Each has a sorted set of what waits for it."""

    FETCH = "fetch"  # a source, scored by when it is due
    PAGE = "page"  # an article of which its source gave a teaser: its page is to be fetched
    TEXT = "text"  # an article: clean, language, fingerprint, embedding
    GROUP = "group"  # an article: to be placed in a story
    TRANSLATE = "translate"  # an article: its headline, and its lead if it leads its story
    COMPOSE = "compose"  # an article ready for its digest
    WHOLE = "whole"  # a whole article, by its id in ``models.whole``: to be put into English
    PICTURE = "picture"  # an article whose outlet's picture is to be fetched for its story
    DONE = "done"  # an article that stands in a digest
    STALE = "stale"  # an article too old for any digest when it was first seen


class Extent(StrEnum):
    """How much of an article is put into English."""

    HEADLINE = "headline"  # of a report that another one of its story leads
    # Headline and lead, of an article that may lead its story. Stored under the name that it had
    # before whole articles (``models.whole``) were put into English.
    LEAD = "whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawArticle:
    """
    An article as it waits for its text stage.

    Attributes:
        rev: Fence of this version.
        edits: What readers see: one more with each edit of its words.
    """

    id: str
    rev: int
    edits: int
    source_id: str
    outlet_id: str
    item: FeedItem
    first_seen: datetime
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """
    One item as one outlet published it, in one language, cleaned.

    Attributes:
        id: 32 hex digits; the same every time one item of one outlet is seen.
        source_id: The source that gave it first.
        outlet_id: The outlet that published it.
        url: Canonical address; empty if the item has no link of its own.
        link: Address as published, for readers.
        title: Plain text, one line, 1 to 500 characters.
        lead: First paragraph or teaser, plain text; may be empty.
        text: All the text we have, paragraphs apart by one newline; begins with the lead.
        html: The same as safe HTML.
        language: A value of ``Language``.
        published: None if the outlet gave no usable date.
        first_seen: When we first saw it.
        day: Local day whose digest it belongs to.
        revision: 1 at first, one more with each edit seen.
        sketch: Fingerprint of the text for finding copies (``text.sketch``); sorted, may be empty.
        vector: Embedding of title and lead, and behind it, where there is more text, that of a
            longer beginning; little-endian float16, unit length each; empty if not made.
        flags: What a reader should know.
    """

    id: str
    source_id: str
    outlet_id: str
    url: str
    link: str
    title: str
    lead: str
    text: str
    html: str
    language: str
    published: datetime | None
    first_seen: datetime
    day: date
    revision: int = 1
    sketch: tuple[int, ...] = ()
    vector: bytes = b""
    flags: tuple[Flag, ...] = ()


class SegmentKind(StrEnum):
    """Headlines are not sentences: they have no full stop, and their own model of English."""

    HEADLINE = "headline"
    SENTENCE = "sentence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """The unit of translation: one headline or one sentence."""

    text: str
    language: str
    kind: SegmentKind = SegmentKind.SENTENCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """
    English text of a segment, or the reason why there is none.

    Attributes:
        source: The segment's text.
        english: None when no translation can be shown; then ``flags`` says why.
        package: Name and version of the package that made it, e.g. ``translate-kk_en 0.1``; empty
            if none did.
        flags: Reasons and warnings.
        certain: Of a segment without English, names and numbers that are certain, parted by
            `` · ``; may be empty.
    """

    source: str
    english: str | None
    package: str = ""
    flags: tuple[Flag, ...] = ()
    certain: str = ""


@dataclass(frozen=True, slots=True)
class KnownItem:
    """
    What is stored of an article that an item may turn out to be.

    Attributes:
        id: Of the article.
        name: Its deciding name.
        source_id: The source whose words are kept.
        title: As the feed gave it.
        size: Characters of its words.
        content_hash: Of its words, as ``text.plain`` makes it.
        item: As it came when its words were stored; None where it was not asked for, as its words
            have not changed.
    """

    id: str
    name: str
    source_id: str
    title: str
    size: int
    content_hash: str = ""
    item: FeedItem | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """
    Whose item this is.

    Attributes:
        id: Article id, 32 hex digits; decided by the outlet and the first name when new.
        names: Names to claim for it, the deciding one first; none of them is known to be another
            article's, but for those of ``others``.
        known: The stored article, None if it is new or its record is past its retention.
        others: Ids of articles that had a name of this item and are not it; names pass from them.
    """

    id: str
    names: tuple[str, ...]
    known: KnownItem | None
    others: tuple[str, ...] = ()
