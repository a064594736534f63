"""
The data of Tilshi, in the words of its design. Frozen; no I/O; no clock.

All datetimes of all classes here are aware and in UTC, unless their name starts with ``local``. All texts are
Unicode NFC without control characters once an article has left the text stage.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from aggregator.flags import Flag
from aggregator.languages import Language

__all__ = [
    "Account",
    "Alert",
    "AlertKind",
    "Arrivals",
    "Article",
    "ArticleRef",
    "Asking",
    "Copy",
    "Correction",
    "Digest",
    "DigestStory",
    "Edition",
    "Feed",
    "FeedItem",
    "FetchResult",
    "Hints",
    "Identity",
    "KnownItem",
    "Language",
    "Outcome",
    "Outlet",
    "Passage",
    "RawArticle",
    "Redirect",
    "Rulings",
    "Segment",
    "SegmentKind",
    "Source",
    "SourceReport",
    "SourceState",
    "Stage",
    "Story",
    "Told",
    "Topic",
    "Translation",
    "pair_of",
]


class Stage(StrEnum):
    """Where a unit of work stands. Each has a sorted set of what waits for it."""

    FETCH = "fetch"  # a source, scored by when it is due
    PAGE = "page"  # an article of which its source gave a teaser: its page is to be fetched
    TEXT = "text"  # an article: clean, language, fingerprint, embedding
    GROUP = "group"  # an article: to be placed in a story
    TRANSLATE = "translate"  # an article that its story chose to be told from
    COMPOSE = "compose"  # an article ready for its digest
    DONE = "done"  # an article that stands in a digest
    STALE = "stale"  # an article too old for any digest when it was first seen


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


class Outcome(StrEnum):
    """What one poll of one source came to. A closed set: the labels of accounts, statistics and pages."""

    OK = "ok"
    NOT_MODIFIED = "not modified"
    EMPTY = "empty feed"
    NOT_FOUND = "not found"  # 404
    GONE = "gone"  # 410
    HOST_BUSY = "host busy"  # not asked: the host has asked us to wait, because of whichever of its sources
    RATE_LIMITED = "rate limited"  # 429
    CLIENT_ERROR = "client error"  # any other 4xx
    SERVER_ERROR = "server error"  # 5xx
    TRUNCATED = "truncated"  # the body ended before its length or its encoding said
    TOO_LARGE = "too large"  # over the cap, on the wire or unpacked
    TIMEOUT = "timeout"
    REDIRECT_LOOP = "redirect loop"
    REFUSED_ADDRESS = "refused address"  # a private address or a scheme that is not http(s)
    CONNECTION = "connection failed"
    BAD_ENCODING = "bad encoding"  # content-encoding that does not unpack
    NOT_A_FEED = "not a feed"
    FORM_CHANGED = "form changed"  # a page or an API answered, and what its kind looks for is not in it
    INTERNAL = "internal error"  # a bug of ours, logged with its traceback


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """
    A publisher.

    Attributes:
        id: Slug, ``[a-z0-9-]{2,40}``.
        name: As readers know it.
        home: Address of its front page.
        official: It speaks for a state body.
    """

    id: str
    name: str
    home: str
    official: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """
    One address of an outlet that we poll.

    Attributes:
        id: Slug, unique over all outlets.
        outlet: The publisher.
        url: Address of the feed, or of what its kind reads.
        languages: Languages it is known to publish in; empty when not known.
        every: Wanted time between polls, 1 minute to 7 days; of an adaptive source, as long as nothing is known of it.
        paused: Known but not polled.
        kind: Name of the ``kinds`` entry that reads it.
        options: The kind's own table.
        full_text: Its items are teasers: the articles' pages are to be read.
        cron: When to poll, as a cron form, instead of ``every``; empty for none.
        adaptive: The time between polls follows how often articles come.
        min_every: Of an adaptive source, the shortest time between polls; None for the setting.
        max_every: Likewise the longest.
        standing: What is known of its address, from ``sources.catalog.STANDINGS``; empty if nothing is.
        checked: Day on which that was found; None if not known.
        note: For people.
    """

    id: str
    outlet: Outlet
    url: str
    every: timedelta
    languages: tuple[str, ...] = ()
    paused: bool = False
    kind: str = "feed"
    options: Mapping[str, Any] = field(default_factory=dict)
    full_text: bool = False
    cron: str = ""
    adaptive: bool = False
    min_every: timedelta | None = None
    max_every: timedelta | None = None
    standing: str = ""
    checked: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """
    What a server and its feed say about when to ask again.

    Attributes:
        fresh_s: Seconds for which the answer stays fresh: the longest of Cache-Control, Expires and ``ttl``; 0 if none.
        usual_s: Seconds between two changes by ``sy:updatePeriod``; 0 if not said.
        skip_hours: Hours of the day in UTC, 0 to 23, in which nothing new comes.
        skip_days: Days of the week in UTC, 0 for Monday to 6, in which nothing new comes.
    """

    fresh_s: int = 0
    usual_s: int = 0
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """
    How often new articles came lately, old ones counting less and less; see ``aggregator.pace``.

    Attributes:
        counts: Articles that came, by hour of the day in UTC; 24 numbers, or none before the first poll.
        hours: Hours watched, likewise.
        polled: Last poll that told what is new; None before the first.
        listed: Items that the source listed then.
    """

    counts: tuple[float, ...] = ()
    hours: tuple[float, ...] = ()
    polled: datetime | None = None
    listed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """
    What we remember of how a source's server answers; see ``aggregator.asking``.

    Attributes:
        url: Address in the catalogue that all of this is about.
        whole: Last answer in full.
        unchanged: 304s since then.
        distrusted: Its 304s have hidden articles: validators are not sent until then.
        moved_to: Address that permanent redirects lead to; empty if none.
        moved_since: First poll that was led there.
        moved_polls: Polls that were led there, in a row.
        learnt: Address asked instead of the catalogue's; empty if none.
        original: Last time the catalogue's own address was asked.
    """

    url: str = ""
    whole: datetime | None = None
    unchanged: int = 0
    distrusted: datetime | None = None
    moved_to: str = ""
    moved_since: datetime | None = None
    moved_polls: int = 0
    learnt: str = ""
    original: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """
    What we remember of a source between polls.

    Attributes:
        etag: Last ETag, sent back as If-None-Match; empty if none.
        last_modified: Last Last-Modified, verbatim; empty if none.
        failures: Polls in a row that gave neither articles nor 304.
        checked: Last poll, whatever came of it.
        succeeded: Last poll that gave a feed or 304.
        outcome: Of the last poll.
        detail: The last poll in words.
        listed: Names of the items that the last feed listed and that have nothing but a title to be known by.
        arrivals: How often new articles came.
        hints: Of the last answer.
        asking: How its server answers.
    """

    etag: str = ""
    last_modified: str = ""
    failures: int = 0
    checked: datetime | None = None
    succeeded: datetime | None = None
    outcome: Outcome | None = None
    detail: str = ""
    listed: tuple[str, ...] = ()
    arrivals: Arrivals = Arrivals()
    hints: Hints = Hints()
    asking: Asking = Asking()


@dataclass(frozen=True, slots=True)
class Redirect:
    """
    One step of a redirect.

    Attributes:
        url: The address that was asked.
        status: 301, 302, 303, 307 or 308.
    """

    url: str
    status: int

    @property
    def permanent(self) -> bool:
        """The server says that the address has moved for good (RFC 9110, 15.4.2 and 15.4.9)."""
        return self.status in {301, 308}


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchResult:
    """
    What came back for a request.

    Attributes:
        url: The address that answered, after redirects.
        status: 200 (or another 2xx with a body) or 304.
        headers: Of the last response, names in lower case.
        body: Decompressed; empty for 304.
        redirects: Every address passed through with the status it gave, in order, without the last. The source has
            moved for good as far as all steps from the first on are permanent.
        elapsed_s: Seconds from the first byte sent to the last received.
    """

    url: str
    status: int
    headers: dict[str, str]
    body: bytes
    redirects: tuple[Redirect, ...] = ()
    elapsed_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """
    One item as a feed gave it, before any cleaning.

    Attributes:
        guid: As given; empty if none.
        link: Absolute address; empty if none.
        title: May hold markup and entities.
        summary: Teaser, HTML or text; empty if none.
        content: Full text (``content:encoded``, ``yandex:full-text``, Atom content), HTML or text; empty if none.
        published: None if the feed gave no date that can be read.
        updated: None likewise.
        language: As the item or the feed declares it, lower case; empty if not.
        categories: As given.
        address: Canonical address as the article's page names it; empty if it was not read or names none.
    """

    guid: str
    link: str
    title: str
    summary: str = ""
    content: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    language: str = ""
    categories: tuple[str, ...] = ()
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """
    A feed as it was polled.

    Attributes:
        title: Of the channel, plain text.
        language: As declared, lower case; empty if not.
        items: In the feed's order; an item with neither title nor text is left out.
        notes: What was wrong and mended, in words, e.g. ``charset: header says utf-8, bytes are windows-1251``.
    """

    title: str
    language: str
    items: tuple[FeedItem, ...]
    notes: tuple[str, ...] = ()


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
        id: 32 hex digits; the same for every sight of one item of one outlet.
        source_id: The source that gave it first.
        outlet_id: Its publisher.
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
        sketch: Fingerprint of the text for finding copies (``dedup.sketch``); sorted, may be empty.
        vector: Embedding of title and lead, and behind it, where there is more text, that of a longer beginning;
            little-endian float16, unit length each; empty if not made.
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
        package: Name and version of the package that made it, e.g. ``translate-kk_en 0.1``; empty if none did.
        flags: Reasons and warnings.
    """

    source: str
    english: str | None
    package: str = ""
    flags: tuple[Flag, ...] = ()


class Copy(StrEnum):
    """How an article of a story relates to the one the story is told from."""

    BEST = "best"
    SAME_TEXT = "same text"  # a reprint: same address or nearly the same text
    SAME_EVENT = "same event"  # its own words about the same event


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """
    All articles about one event, as grouping left them.

    Attributes:
        id: 16 hex digits, from its earliest article.
        best: Id of the article it is told from.
        articles: Ids with their relation, the best first, then by time and id.
    """

    id: str
    best: str
    articles: tuple[tuple[str, Copy], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """
    A named digest.

    Attributes:
        id: Slug.
        title: For the page's head.
        zone: IANA name of the zone whose days it tells.
        close_after: Time after the end of a day when that day's digest closes, 0 to 24 hours.
        at: Local time of the day after when the digest is sent out.
        size: Stories told in full; the others are told in brief.
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
class ArticleRef:
    """
    An article as a digest names it: enough to lead back to the outlet and the original words.

    Attributes:
        text: All the text we have, in its language; left out for articles of earlier days.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A headline or a lead: segments in order, each with its original. ``english`` is None when any is None."""

    segments: tuple[Translation, ...] = ()

    @property
    def original(self) -> str:
        """The original words."""
        return " ".join(segment.source for segment in self.segments)

    @property
    def text(self) -> str:
        """What a reader reads: English where there is English, else the original."""
        return " ".join(segment.source if segment.english is None else segment.english for segment in self.segments)

    @property
    def translated(self) -> bool:
        """Every segment has English."""
        return all(segment.english is not None for segment in self.segments)

    @property
    def flags(self) -> tuple[Flag, ...]:
        """Flags of all segments, each once, in order."""
        return tuple(dict.fromkeys(flag for segment in self.segments for flag in segment.flags))


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestStory:
    """
    A story as a digest tells it.

    Attributes:
        id: Of the story.
        headline: From the best article.
        lead: From the best article; one to three sentences, may be empty.
        articles: Of this day, the best first.
        earlier: Articles of the same story that stood in digests of earlier days.
        packages: Names and versions of the packages that made its English.
        topic: What it is about.
        followed: Keywords of the edition found in it.
    """

    id: str
    headline: Passage
    lead: Passage
    articles: tuple[ArticleRef, ...]
    earlier: tuple[ArticleRef, ...] = ()
    packages: tuple[str, ...] = ()
    topic: Topic = Topic.OTHER
    followed: tuple[str, ...] = ()

    @property
    def best(self) -> ArticleRef:
        """The article the story is told from."""
        return self.articles[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """
    What a closed digest told from an article.

    Attributes:
        edition: Id of the digest's edition.
        day: Its local day.
        story: Id of the story there.
        revision: Of the article, as it was told.
        headline: As it was told.
        lead: As it was told.
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
    Words that an outlet changed after a digest that told them had closed.

    Attributes:
        told: What was told, and where.
        article: As it stands now.
        headline: From the words as they stand now.
        lead: Likewise.
        packages: Names and versions of the packages that made the new English.
    """

    told: Told
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
        stories: Stories told (not articles).
        duplicates: Articles whose text is another's.
        merged: Articles told by another article of their story, copies included.
        translated: Stories whose headline is in English, by translation.
        original: Stories shown in the original, whole or in part, because there is no good translation.
        languages: Articles by language.
        muted: Stories left out for a muted keyword; in none of the other counts.
        corrected: Articles of closed digests whose outlets changed the words that were told; in no other count.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """
    One edition of one local day.

    Attributes:
        edition: Its id.
        title: Of the edition.
        day: Local day.
        zone: IANA name.
        closed: It will not change any more.
        revision: 1 at first; one more each time its stories changed.
        composed: When.
        stories: In reading order.
        account: What it was made of.
        cautions: What readers should know of the packages that made its English.
        size: Stories told in full; see ``digest.layout``.
        corrections: Of what earlier digests told; the latest told first, at most ``digest.corrections.MOST``.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """
    One source's line in the account of a run.

    Attributes:
        source_id: Which.
        outcome: In a word of the closed set.
        detail: In a sentence: status, redirects, what was mended.
        items: Items the feed listed.
        new: Articles seen for the first time.
        updated: Articles whose words changed.
        known: Items already stored, unchanged.
        stale: New but too old for a digest.
        elapsed_s: Seconds the poll took.
    """

    source_id: str
    outcome: Outcome
    detail: str = ""
    items: int = 0
    new: int = 0
    updated: int = 0
    known: int = 0
    stale: int = 0
    elapsed_s: float = 0.0


class AlertKind(StrEnum):
    """What may be wrong with a newsroom. A closed set: the labels of metrics."""

    SOURCE_SILENT = "source silent"
    SOURCE_FAILING = "source failing"
    QUEUE_AGES = "queue ages"
    DIGEST_LATE = "digest late"
    CANARY_LATE = "canary late"
    DEAD_LETTERS = "dead letters"
    STORE_FULL = "store full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """
    Something an operator must know.

    Attributes:
        subject: Source, stage or digest; empty where there is one of a kind.
        text: In words.
        raised: When it was first judged to be wrong.
    """

    kind: AlertKind
    subject: str
    text: str
    raised: datetime

    @property
    def name(self) -> str:
        """Unique among alerts raised at one time."""
        return f"{self.kind}/{self.subject}"
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
    """

    id: str
    name: str
    source_id: str
    title: str
    size: int


@dataclass(frozen=True, slots=True)
class Identity:
    """
    Whose item this is.

    Attributes:
        id: Article id, 32 hex digits; decided by the outlet and the first name when new.
        names: Names to claim for it, the deciding one first; none of them is known to be another article's.
        known: The stored article, None if it is new or its record is past its retention.
    """

    id: str
    names: tuple[str, ...]
    known: KnownItem | None


@dataclass(frozen=True, slots=True)
class Rulings:
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
