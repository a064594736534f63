"""
Digests as readers get them.

An ``Edition`` says what a digest prints, a ``Digest`` is one day of it: ``DigestStory`` by
``DigestStory``, each with the articles it is made of (``ArticleRef``) and its words (``Passage``),
then ``Correction`` by ``Correction`` of what earlier digests printed (``PublishedArticle``). The
fields are stored, so their names stay: ``told`` of a correction is what was printed before.

See ``models`` for what holds of all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

from aggregator.models.article import Translation
from aggregator.models.flag import Flag
from aggregator.models.story import Copy, Topic

__all__ = [
    "CERTAIN_SEPARATOR",
    "Account",
    "ArticleRef",
    "Correction",
    "Difference",
    "Digest",
    "DigestStory",
    "Edition",
    "OutletClaim",
    "Passage",
    "PublishedArticle",
    "StoryMention",
]


CERTAIN_SEPARATOR: Final = " · "
"""Between the parts of what is certain of a segment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """
    A named digest.

    Attributes:
        id: Slug, ``[a-z0-9-]{2,40}``.
        title: For the page's head.
        zone: IANA name of the zone whose days it covers.
        close_after: Time after the end of a day when that day's digest closes, 0 to 24 hours.
        at: Local time of the day after when the digest is sent out.
        size: Stories printed in full; the others are printed in brief.
        official: Only articles of outlets that speak for a state body.
        languages: Only articles in these; empty for all.
        outlets: Only articles of these, by id; empty for all.
        topics: Only stories about these; empty for all.
        follow: Keywords; stories with one of them come first, always in full.
        mute: Keywords; stories with one of them are left out.
    """

    id: str
    title: str
    zone: str
    close_after: timedelta
    at: time = time(7)
    size: int = 30
    official: bool = False
    languages: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    topics: tuple[Topic, ...] = ()
    follow: tuple[str, ...] = ()
    mute: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """
    A headline or a lead: segments in order, each with its original.

    ``english`` is None when any is None.
    """

    segments: tuple[Translation, ...] = ()

    @property
    def original(self) -> str:
        """The original words."""
        return " ".join(segment.source for segment in self.segments)

    @property
    def text(self) -> str:
        """What a reader reads: English where there is English, else the original."""
        return " ".join(
            segment.source if segment.english is None else segment.english
            for segment in self.segments
        )

    @property
    def translated(self) -> bool:
        """Every segment has English."""
        return all(segment.english is not None for segment in self.segments)

    @property
    def certain(self) -> str:
        """Names and numbers of the first segment without English that has some; may be empty."""
        return next((segment.certain for segment in self.segments if segment.certain), "")

    @property
    def flags(self) -> tuple[Flag, ...]:
        """Flags of all segments, each once, in order."""
        return tuple(dict.fromkeys(flag for segment in self.segments for flag in segment.flags))


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleRef:
    """
    An article as a digest names it: enough to lead back to the outlet and the original words.

    Attributes:
        outlet: Its outlet's own name.
        outlet_en: The outlet's name in English, where that is another; else empty.
        text: All the text we have, in its language; left out for articles of earlier days.
        headline: Its title in English, if it was translated; empty for the article that leads its
            story, whose headline is the story's.
    """

    article_id: str
    outlet_id: str
    outlet: str
    link: str
    language: str
    title: str
    published: datetime | None
    relation: Copy
    official: bool = False
    revision: int = 1
    text: str = ""
    outlet_en: str = ""
    headline: Passage = Passage()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryMention:
    """
    A story of another day, as a thread names it.

    Attributes:
        day: Of the digest that printed it.
        story: Its id there.
        headline: As it was printed there: English where there was English, else the original.
        language: Of the headline.
        outlets: Names for readers of those that reported it, each once, the one that told it first.
        certain: Names and numbers in English where the headline is the original; empty if none are
            certain.
    """

    day: date
    story: str
    headline: str
    language: str
    outlets: tuple[str, ...]
    certain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletClaim:
    """
    What one outlet says where others say something else.

    Attributes:
        article_id: Of the report that says it.
        outlet: Its outlet's name for readers.
        language: Of the words.
        published: When it said so; None if it gave no time.
        value: In English: a number, or what became of somebody.
        words: The outlet's own sentence.
    """

    article_id: str
    outlet: str
    language: str
    published: datetime | None
    value: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """
    Where outlets differ about an event.

    Attributes:
        what: In English what is counted; empty where the values say it.
        claims: At least two, of which at least two values differ; one an outlet.
    """

    what: str
    claims: tuple[OutletClaim, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestStory:
    """
    A story as a digest prints it.

    Attributes:
        id: Of the story.
        headline: From the best article.
        lead: From the best article; one to three sentences, may be empty.
        articles: Of this day, the best first.
        earlier: Articles of the same story that stood in digests of earlier days.
        packages: Names and versions of the packages that made its English.
        topic: What it is about.
        followed: Keywords of the edition found in it.
        thread: Stories of earlier days that it goes on with, the newest first.
        differences: Where its outlets differ.
    """

    id: str
    headline: Passage
    lead: Passage
    articles: tuple[ArticleRef, ...]
    earlier: tuple[ArticleRef, ...] = ()
    packages: tuple[str, ...] = ()
    topic: Topic = Topic.OTHER
    followed: tuple[str, ...] = ()
    thread: tuple[StoryMention, ...] = ()
    differences: tuple[Difference, ...] = ()

    @property
    def certain(self) -> str:
        """
        Names and numbers in English of a story whose headline has none; empty if none are certain.

        Of the headline, or of a lead that has no English either, if the headline has none or one.
        """
        if self.headline.translated:
            return ""
        own = self.headline.certain
        lead = "" if self.lead.translated else self.lead.certain
        return lead if CERTAIN_SEPARATOR not in own and lead else own

    @property
    def certain_lead(self) -> str:
        """
        Names and numbers of the lead's sentences without English, parted by semicolons.

        Without lines of one noun, and those that say nothing beyond what stands in the headline's
        place; may be empty.
        """
        said = _split_certain(self.certain)
        lines = dict.fromkeys(part.certain for part in self.lead.segments)
        telling = [line for line in lines if CERTAIN_SEPARATOR in line or re.search(r"\d", line)]
        return "; ".join(line for line in telling if _split_certain(line) - said)

    @property
    def best(self) -> ArticleRef:
        """The article that leads the story."""
        return self.articles[0]


def _split_certain(line: str) -> set[str]:
    """Return the parts of a line, in small letters since its first begins with a capital."""
    return set(line.lower().split(CERTAIN_SEPARATOR)) - {""}


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedArticle:
    """
    What a closed digest printed of an article.

    Attributes:
        edition: Id of the digest's edition.
        day: Its local day.
        story: Id of the story there.
        revision: Of the article, as it was printed.
        headline: In the words that were printed.
        lead: In the words that were printed.
    """

    edition: str
    day: date
    story: str
    revision: int
    headline: Passage
    lead: Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """
    Words that an outlet changed after a digest that printed them had closed.

    Attributes:
        told: What was printed, and where.
        article: As it stands now.
        headline: From the words as they stand now.
        lead: From the words as they stand now; may be empty.
        packages: Names and versions of the packages that made the new English.
    """

    told: PublishedArticle
    article: ArticleRef
    headline: Passage
    lead: Passage
    packages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """
    What a digest was made of. Counts of articles, unless said otherwise.

    Attributes:
        articles: All articles of the day.
        stories: Stories printed (not articles).
        duplicates: Articles whose text is another's.
        merged: Articles of stories that another article leads, copies included.
        translated: Stories whose headline is in English, by translation.
        original: Stories whose headline stands in the original, because there is no good
            translation. With ``translated`` and ``written`` they are all stories.
        languages: Articles by language.
        muted: Stories left out for a muted keyword; in none of the other counts.
        corrected: Articles of closed digests whose outlets changed the words that were
            printed; in no other count.
        written: Stories whose headline an outlet wrote in English.
        partly: Of the stories whose headline is in English, those that have a sentence of the lead
            in the original.
    """

    articles: int = 0
    stories: int = 0
    duplicates: int = 0
    merged: int = 0
    translated: int = 0
    original: int = 0
    languages: dict[str, int] = field(default_factory=dict)
    muted: int = 0
    corrected: int = 0
    written: int = 0
    partly: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """
    One edition of one local day.

    Attributes:
        edition: Id of the edition.
        title: Title of the edition.
        day: Local day, in ``zone``.
        zone: IANA name of a time zone.
        closed: It will not change any more.
        revision: 1 at first; one more each time its stories changed.
        composed: Editorial time of this revision.
        stories: In reading order.
        account: What it was made of.
        cautions: What readers should know of the packages that made its English.
        size: Stories printed in full; see ``digest.layout``.
        corrections: Of what earlier digests printed; the latest printed first, at most
            ``digest.corrections.MOST``.
    """

    edition: str
    title: str
    day: date
    zone: str
    closed: bool
    revision: int
    composed: datetime
    stories: tuple[DigestStory, ...]
    account: Account
    cautions: tuple[str, ...] = ()
    size: int = 30
    corrections: tuple[Correction, ...] = ()
