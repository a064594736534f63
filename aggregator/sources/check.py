"""
Whether a source is right, and the line to mend. Pure: one look in, findings out.

Requirement. An operator who reads a hundred findings reads none, so each is one of three: *wrong*
(articles are lost or mistaken), *look* (somebody should decide), *note* (good to know). A line is
proposed only where it follows from what was seen; the others say where to look.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from aggregator.languages import Language
from aggregator.models import Outcome
from aggregator.sources.entries import write_span, write_value
from aggregator.sources.sample import count_languages, make_articles
from aggregator.text.html import to_text
from aggregator.urls.canonical import canonical_url

if TYPE_CHECKING:
    from datetime import datetime

    from aggregator.models import Article, Feed, FeedItem, Source
    from aggregator.sources.sample import PageSample, SourceSample

__all__ = [
    "GRADES",
    "Checkup",
    "Finding",
    "check_source",
    "choose_languages",
    "is_full",
    "measure_pace",
    "moved_to",
    "propose_every",
]

GRADES = ("right", "note", "look", "wrong")
"""Of a finding and of a source, the worst last; a source with notes alone is right."""

# From this share of its items on a language counts as one of the source's; a quoted headline or two
# do not.
_LANGUAGE_SHARE = 0.1
# A declared language that none of so few items is in may come tomorrow.
_FEW_ITEMS = 10
# A text is taken for the whole article from so many characters on, or if the teaser beside it is so
# much shorter.
_FULL_CHARS = 600
_FULL_RATIO = 1.5
_SILENT = timedelta(days=7)
_DEAD = timedelta(days=60)
_AHEAD = timedelta(minutes=15)
_STEPS = tuple(timedelta(minutes=n) for n in (15, 30, 60, 120, 180, 360))
_HALF = 0.5
# Kinds whose items have pages of their own, with more in them than the list has.
_WITH_PAGES = frozenset({"feed", "page", "sitemap"})

_ADVICE = {
    Outcome.NOT_FOUND: "the address is wrong, or the feed was taken away; `tilshi source new "
    "{home}` looks for another",
    Outcome.GONE: "the outlet says it is gone for good; `tilshi source new {home}` looks for "
    "another",
    Outcome.NOT_A_FEED: "it answers with something else; `tilshi source new {url}` looks for what "
    "it offers",
    Outcome.FORM_CHANGED: "what the kind looks for is not in it; look at the page, and mend the "
    "source's options",
    Outcome.REDIRECT_LOOP: "the address leads in a circle; `tilshi source new {home}` looks for "
    "another",
    Outcome.REFUSED_ADDRESS: "an address inside a network is refused unless `fetch.allow_private` "
    "names it",
    Outcome.RATE_LIMITED: "it wants fewer requests; poll less often",
    Outcome.CLIENT_ERROR: "the server refuses us; set `fetch.contact`, so that its owner knows "
    "who asks",
    Outcome.TOO_LARGE: "it is larger than `fetch.max_bytes`",
    Outcome.EMPTY: "it lists no items now; look again later",
}
_ELSE = "it may be away for a while; look again later"
# What passes by itself says nothing against the entry.
_PASSING = frozenset(
    {
        Outcome.EMPTY,
        Outcome.HOST_BUSY,
        Outcome.RATE_LIMITED,
        Outcome.SERVER_ERROR,
        Outcome.TRUNCATED,
        Outcome.TIMEOUT,
        Outcome.CONNECTION,
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One thing found.

    Attributes:
        grade: ``note``, ``look`` or ``wrong``.
        key: Of the source's entry that it is about; empty if of none.
        words: What was seen.
        mend: The line as it should be; empty where none follows.
    """

    grade: str
    key: str
    words: str
    mend: str = ""


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class Checkup:
    """
    A source as it was found.

    Attributes:
        look: What was looked at.
        languages: Articles by language.
        dated: Items with a date that can be used.
        newest: Date of the newest item.
        full: Items with more text than a teaser has.
        address: Where the source moved for good; empty if it did not.
        findings: The worst first.
    """

    look: SourceSample
    languages: dict[str, int]
    dated: int = 0
    newest: datetime | None = None
    full: int = 0
    address: str = ""
    findings: tuple[Finding, ...] = ()

    @property
    def items(self) -> int:
        """How many items it listed."""
        return len(self.look.feed.items) if self.look.feed else 0

    @property
    def grade(self) -> str:
        """Return ``right``, ``look`` or ``wrong``."""
        worst = max((finding.grade for finding in self.findings), key=GRADES.index, default="right")
        return "right" if worst == "note" else worst


def check_source(look: SourceSample, now: datetime) -> Checkup:
    """
    Say what is wrong with a source.

    Args:
        look: Of it.
        now: Real time.
    """
    address = moved_to(look)
    moved = [_moved(look, address)] if look.result and look.result.redirects else []
    if look.feed is None or not look.feed.items:
        return Checkup(
            look=look,
            languages={},
            address=address,
            findings=_sorted([_failed(look), *moved]),
        )
    articles = make_articles(replace(look.source, languages=()), look.feed, now)
    dates = [article.published for article in articles if article.published]
    full = sum(map(is_full, look.feed.items))
    found = [
        *moved,
        *_languages(look, articles),
        *_dates(look.feed, articles, now),
        *_names(look.feed),
        *_texts(look, full),
        *_standing(look, max(dates, default=None), now),
        *(Finding("note", "", note) for note in look.feed.notes),
    ]
    return Checkup(
        look=look,
        languages=count_languages(articles),
        dated=len(dates),
        newest=max(dates, default=None),
        full=full,
        address=address,
        findings=_sorted(found),
    )


def _sorted(findings: list[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: -GRADES.index(finding.grade)))


def moved_to(look: SourceSample) -> str:
    """Return where a source moved for good; empty if any step of the way was not for good."""
    result = look.result
    if not result or not result.redirects or not all(step.permanent for step in result.redirects):
        return ""
    return result.url


def _moved(look: SourceSample, address: str) -> Finding:
    if address:
        return Finding(
            "look", "url", f"moved for good to {address}", f"url = {write_value(address)}"
        )
    reached = look.result.url if look.result else ""
    return Finding("note", "url", f"leads on to {reached}, for the time being")


def _failed(look: SourceSample) -> Finding:
    source = look.source
    advice = _ADVICE.get(look.outcome, _ELSE).format(home=source.outlet.home, url=source.url)
    grade = "look" if look.outcome in _PASSING else "wrong"
    return Finding(grade, "url", f"{look.detail}; {advice}")


def choose_languages(languages: dict[str, int]) -> tuple[str, ...]:
    """
    Return the languages that a source publishes in, of articles by language.

    The most frequent first.
    """
    known = {tag: count for tag, count in languages.items() if tag != Language.UNKNOWN}
    return tuple(
        tag for tag, count in known.items() if count >= _LANGUAGE_SHARE * sum(known.values())
    )


def _languages(look: SourceSample, articles: list[Article]) -> list[Finding]:
    counts = count_languages(articles)
    declared = look.source.languages
    told = choose_languages(counts)
    shown = ", ".join(f"{count} {tag}" for tag, count in counts.items())
    line = f"languages = {write_value(list(told))}"
    missing = set(told) - set(declared)
    unseen = set(declared) - set(counts)
    if not told:
        return [Finding("look", "languages", f"no item in a language that we read ({shown})")]
    if missing:
        return [
            Finding("wrong" if declared else "look", "languages", f"items are in: {shown}", line)
        ]
    if unseen and len(articles) >= _FEW_ITEMS:
        return [
            Finding(
                "look",
                "languages",
                f"none in {', '.join(sorted(unseen))}; items are in: {shown}",
                line,
            )
        ]
    return []


def _dates(feed: Feed, articles: list[Article], now: datetime) -> list[Finding]:
    usable = [article.published for article in articles if article.published]
    missing = len(articles) - len(usable)
    found = []
    if missing:
        level = "look" if missing == len(articles) else "note"
        words = f"{missing} of {len(articles)} items without a date that can be used"
        found.append(Finding(level, "", f"{words}: they go by when we first see them"))
    ahead = sum(_is_ahead(item, now) for item in feed.items)
    if ahead:
        words = f"{ahead} items are dated ahead of time; is the feed's time zone right?"
        found.append(Finding("look", "", words))
    if len(usable) >= _FEW_ITEMS and len(set(usable)) == 1:
        words = "all items have one date: likely the time of the poll, not of the articles"
        found.append(Finding("look", "", words))
    return found


def _is_ahead(item: FeedItem, now: datetime) -> bool:
    date = item.published or item.updated
    return date is not None and date > now + _AHEAD


def _names(feed: Feed) -> list[Finding]:
    guids = Counter(item.guid for item in feed.items if item.guid)
    links = Counter(canonical_url(item.link) for item in feed.items)
    del links[""]
    linkless = [item for item in feed.items if not item.link]
    nameless = [item for item in linkless if not item.guid]
    return [
        *_count_items(
            guids.total() - len(guids),
            "note",
            "repeat another's guid; they count as the same article",
        ),
        *_count_items(
            _count_shared(links),
            "note",
            "share a link with another; guid or title tells them apart",
        ),
        *_count_items(len(linkless), "look", "without a link: readers cannot go to the outlet"),
        *_count_items(
            len(nameless), "look", "have neither guid nor link: an edited title may look new"
        ),
    ]


def _count_shared(links: Counter[str]) -> int:
    return sum(count for count in links.values() if count > 1)


def _count_items(count: int, level: str, words: str) -> list[Finding]:
    return [Finding(level, "", f"{count} items {words}")] if count else []


def is_full(item: FeedItem) -> bool:
    """Say whether an item brings more text than a teaser has."""
    content = len(to_text(item.content))
    summary = len(to_text(item.summary))
    return max(content, summary) >= _FULL_CHARS or (
        summary > 0 and content >= _FULL_RATIO * summary
    )


def _texts(look: SourceSample, full: int) -> list[Finding]:
    items = len(look.feed.items) if look.feed else 0
    if look.source.full_text:
        return _judge_wanted_texts(look, full, items)
    if look.source.kind in _WITH_PAGES and full < items * _HALF:
        return [_judge_teasers(look.page, f"{items - full} of {items} items are teasers")]
    return []


def _judge_wanted_texts(look: SourceSample, full: int, items: int) -> list[Finding]:
    """Find out whether a source whose pages are read needs them, and has them."""
    page = look.page
    if page and page.characters < _FULL_CHARS:
        words = f"full texts are wanted, and the page {page.url} gives none: {page.said}"
        # A list page has headlines alone: without its articles' pages there would be no text at
        # all.
        if look.source.kind == "page":
            return [Finding("look", "full_text", words)]
        return [Finding("wrong", "full_text", words, "full_text = false")]
    if full == items:
        words = "the feed has the full texts; pages need not be read"
        return [Finding("note", "full_text", words, "full_text = false")]
    return []


def _judge_teasers(page: PageSample | None, words: str) -> Finding:
    if page is None:
        return Finding("note", "full_text", f"{words}; --pages tells whether their pages give more")
    if page.characters >= _FULL_CHARS:
        words = f"{words}; the page {page.url} gives {page.characters} characters"
        return Finding("note", "full_text", words, "full_text = true")
    return Finding(
        "note", "full_text", f"{words}, and the page {page.url} gives no more: {page.said}"
    )


def _standing(look: SourceSample, newest: datetime | None, now: datetime) -> list[Finding]:
    source = look.source
    age = now - newest if newest else timedelta(0)
    found = []
    if age > _SILENT:
        level = "wrong" if age > _DEAD else "look"
        found.append(Finding(level, "", f"silent: the newest item is {age.days} days old"))
    every = propose_every(look.feed, now) if look.feed else None
    if every and _is_polled_late(source, every):
        words = (
            f"items leave the list before they are seen: polled every {write_span(source.every)}"
        )
        found.append(Finding("look", "every", words, f"every = {write_value(write_span(every))}"))
    if source.paused and newest and age <= _SILENT:
        found.append(Finding("note", "paused", "paused, and it works", "paused = false"))
    return found


def _is_polled_late(source: Source, wanted: timedelta) -> bool:
    """Say whether a source of a fixed time between polls is polled much later than it should be."""
    is_fixed = not source.cron and not source.adaptive
    return is_fixed and source.every > 2 * wanted


def measure_pace(feed: Feed) -> timedelta | None:
    """Return the usual time from one article to the next; None if dates do not tell."""
    dates = sorted(date for item in feed.items if (date := item.published or item.updated))
    gaps = [later - earlier for earlier, later in pairwise(dates) if later > earlier]
    return timedelta(seconds=median(gap.total_seconds() for gap in gaps)) if gaps else None


def propose_every(feed: Feed, now: datetime) -> timedelta | None:
    """
    Say how often a source should be polled: half of what it lists may be new each time, and no
    more.

    Returns:
        15 minutes to 6 hours; None if dates do not tell.
    """
    gap = measure_pace(feed)
    dates = [date for item in feed.items if (date := item.published or item.updated)]
    if gap is None:
        return None
    # A night without news makes the mean too long, a burst of three items the median too short.
    stretch = min(now, max(dates)) - min(dates)
    wanted = min(max(gap, stretch / len(dates)), stretch * _HALF)
    return max((step for step in _STEPS if step <= wanted), default=_STEPS[0])
