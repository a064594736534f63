"""
Who is polled, when and how, and what came of it.

``Outlet`` and ``Source`` come from the catalogue. ``SourceState`` is what the store keeps of a
source between two polls; ``PollHints``, ``Arrivals`` and ``RequestState`` are parts of it.
``Outcome``, ``NotNew`` and ``SourceReport`` say what one poll came to.

See ``models`` for what holds of all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

__all__ = [
    "Arrivals",
    "NotNew",
    "Outcome",
    "Outlet",
    "PollHints",
    "RequestState",
    "Source",
    "SourceReport",
    "SourceState",
]


class NotNew(StrEnum):
    """
    Why an item that a poll lists is no new article.

    A closed set: every item of every poll is new, or has one of these in the run's account.
    """

    UNCHANGED = "unchanged"  # its words are those that are stored
    EDITED = "edited"  # its article has other words from now on
    LISTED_TWICE = "listed twice"  # another item of the same poll is the same article
    FULLER = "fuller in another feed"  # of the same outlet, whose words are kept
    COUNTED = "counted in another feed"  # of the same outlet, in the same run; these words are kept
    TAKEN_BACK = "teaser taken back"  # and nothing else changed, so that the words are kept
    EXPIRED = "no longer kept"  # its name is known, its article past its retention
    STALE = "too old"  # for a digest, when it was first seen


class Outcome(StrEnum):
    """
    What one poll of one source came to.

    A closed set: the labels of accounts, statistics and pages.
    """

    OK = "ok"
    NOT_MODIFIED = "not modified"
    EMPTY = "empty feed"
    NOT_FOUND = "not found"  # 404
    GONE = "gone"  # 410
    # Not requested: the host has told us to wait, because of whichever of its sources.
    HOST_BUSY = "host busy"
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
    # A page or an API answered, and what its kind looks for is not in it.
    FORM_CHANGED = "form changed"
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
        name_en: The name in English, where that is another; else empty.
        pictures: It has given leave to show the pictures of its articles.
    """

    id: str
    name: str
    home: str
    official: bool = False
    name_en: str = ""
    pictures: bool = False

    @property
    def readers_name(self) -> str:
        """The name that readers see first: in English if it has one, else its own."""
        return self.name_en or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """
    One address of an outlet that we poll.

    Attributes:
        id: Slug, unique over all outlets.
        url: Address of the feed, or of what its kind reads.
        languages: Languages it is known to publish in; empty when not known.
        every: Wanted time between polls, 1 minute to 7 days; of an adaptive source, as long as
            nothing is known of it.
        paused: Known but not polled.
        kind: Name of the ``kinds`` entry that reads it.
        options: The kind's own table.
        full_text: Its items are teasers: the articles' pages are to be read.
        cron: When to poll, as a cron form, instead of ``every``; empty for none.
        adaptive: The time between polls follows how often articles come.
        min_every: Of an adaptive source, the shortest time between polls; None for the setting.
        max_every: Of an adaptive source, the longest time between polls; None for the setting.
        standing: What is known of its address, from ``sources.catalog.STANDINGS``; empty if nothing
            is.
        checked: Day on which that was found; None if not known.
        note: For whoever reads the catalogue.
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
class PollHints:
    """
    What a server and its feed say about when to ask again.

    Attributes:
        fresh_s: Seconds for which the answer stays fresh: the longest of Cache-Control, Expires and
            ``ttl``; 0 if none.
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
    How often new articles came lately, old ones counting less and less.

    ``polling.adaptive`` counts them.

    Attributes:
        counts: Articles that came, by hour of the day in UTC; 24 numbers, or none before the first
            poll.
        hours: Hours watched, by hour of the day in UTC; as many numbers.
        polled: Last poll that showed what is new; None before the first.
        listed: Items that the source listed then.
    """

    counts: tuple[float, ...] = ()
    hours: tuple[float, ...] = ()
    polled: datetime | None = None
    listed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestState:
    """
    What we remember of how a source's server answers; see ``polling.conditional``.

    Attributes:
        url: Address in the catalogue that all of this is about.
        whole: Last answer in full.
        unchanged: 304s since then.
        distrusted: Its 304s have hidden articles: validators are not sent until then.
        moved_to: Address that permanent redirects lead to; empty if none.
        moved_since: First poll that was led there.
        moved_polls: Polls that were led there, in a row.
        learnt: Address polled instead of the catalogue's; empty if none.
        original: Last time the catalogue's own address was polled.
        answered: Address that gave the validators held, after all redirects; empty if not known.
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
    answered: str = ""


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
        outcome: Of the last poll; None before the first.
        detail: What the last poll came to, in a sentence.
        listed: Names of the items that the last feed listed and that have nothing but a title to be
            known by.
        arrivals: How often new articles came.
        hints: What the last answer said of the next poll.
        asking: How its server answers; the name is that of the stored field.
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
    hints: PollHints = PollHints()
    asking: RequestState = RequestState()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """
    One source's line in the account of a run.

    Attributes:
        outcome: In a word of the closed set.
        detail: In a sentence: status, redirects, what was mended.
        items: Items the feed listed.
        new: Articles seen for the first time.
        updated: Articles whose words changed.
        known: Items already stored, unchanged.
        stale: New but too old for a digest.
        elapsed_s: Seconds the poll took.
        reasons: How many items are no new article, by ``NotNew``; with ``new`` they make ``items``.
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
    reasons: dict[str, int] = field(default_factory=dict)
