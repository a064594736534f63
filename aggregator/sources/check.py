"""
Whether a source is right, and the line to mend. Pure: one sample in, findings out.

Requirement. An operator who reads a hundred findings reads none, so each is one of three: *wrong*
(articles are lost or mistaken), *look* (somebody should decide), *note* (good to know). A line is
proposed only where it follows from what was seen; the others say where to look.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from aggregator.feeds.evidence import is_front_page
from aggregator.languages import Language
from aggregator.models import Outcome
from aggregator.net.guard import is_private_refusal
from aggregator.sources.entries import write_span, write_value
from aggregator.sources.sample import count_languages, make_articles
from aggregator.text.html import to_text
from aggregator.text.typography import fit_line
from aggregator.urls.canonical import canonicalize_url

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from aggregator.models import Article, Feed, FeedItem, Source
    from aggregator.sources.sample import PageSample, SourceSample

    _Marks = Sequence[tuple[re.Pattern[str], str]]

__all__ = [
    "GRADES",
    "Checkup",
    "Finding",
    "advise_on_refusal",
    "check_source",
    "choose_languages",
    "find_new_address",
    "is_full",
    "measure_pace",
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
_STEPS = tuple(timedelta(minutes=minutes) for minutes in (15, 30, 60, 120, 180, 360))
_HALF = 0.5
# Kinds whose items have pages of their own, with more in them than the list has.
_WITH_PAGES = frozenset({"feed", "page", "sitemap"})

# Kinds whose options say what an item's link is made of.
_WITH_LINK_OPTIONS = frozenset({"json", "page"})
_LINK_CHARS = 120
# What no address of an article holds, whoever made it, and what it comes from.
_DEAD_MARKS = (
    (re.compile(r"[{}]|%7B|%7D", re.IGNORECASE), "a place in braces is left unfilled"),
    (
        re.compile(r"[/=](?:None|null|undefined|NaN)(?:[/?&#]|$)"),
        "a value that says there is none is filled in",
    ),
)
# What options make of paths and values. Outlets themselves have addresses with such marks that
# lead to their articles: a blank in a name, another address among the parameters, two slashes.
_OPTION_MARKS = (
    (re.compile(r"%3A(?:%2F|/)", re.IGNORECASE), "an address is filled into an address"),
    (re.compile(r"%2F", re.IGNORECASE), "a path is filled in where one part of it belongs"),
    (re.compile(r"%25[0-9A-F]{2}", re.IGNORECASE), "what is filled in was encoded before"),
    (re.compile("%20"), "words are taken for an address"),
    *_DEAD_MARKS,
    (re.compile(r"^https?://[^?#]*[^:/]//"), "two slashes stand beside each other"),
)
_FEED_MARKS = (
    *_DEAD_MARKS,
    (
        re.compile(r"^https?://[^/?#]+/(?:[^?#]*/)?(?:https?:/|www\.[^/?#]+\.[a-z]+(?:[/?#]|$))"),
        "an address stands within an address",
    ),
)

_PRIVATE_ADVICE = "an address inside a network is refused unless `fetch.allow_private` names it"

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
    Outcome.REFUSED_ADDRESS: "the address is not one that is fetched; `tilshi source new {home}` "
    "looks for another",
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
    One thing to know of a source.

    Attributes:
        grade: ``note``, ``look`` or ``wrong``.
        key: Key of the source's entry that it is about; empty if of none.
        words: What was seen, and what it means.
        mend: The line as it should be; empty where none follows.
    """

    grade: str
    key: str
    words: str
    mend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """
    A sample of a source, judged.

    Attributes:
        look: The sample that was judged.
        languages: How many articles in each language, the most frequent first.
        dated: Items with a date that can be used.
        newest: Date of the newest item.
        full: Items with more text than a teaser has.
        address: Where the source moved for good; empty if it did not.
        findings: What is to know of it, the worst first.
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
        grades = [finding.grade for finding in self.findings]
        worst = max(grades, key=GRADES.index, default="right")
        return "right" if worst == "note" else worst


def check_source(sample: SourceSample, now: datetime) -> Checkup:
    """Say what is wrong with a source, by a sample of it and the real time."""
    address = find_new_address(sample)
    findings = [_judge_move(sample, address)] if _has_moved(sample) else []
    feed = sample.feed
    if feed is None or not feed.items:
        return Checkup(
            look=sample,
            languages={},
            address=address,
            findings=_sort([_explain_failure(sample), *findings]),
        )
    # Languages are judged by the text alone, whatever is declared.
    undeclared = replace(sample.source, languages=())
    articles = make_articles(undeclared, feed, now)
    dates = [article.published for article in articles if article.published]
    newest = max(dates, default=None)
    full = sum(map(is_full, feed.items))
    findings += _judge_languages(sample, articles)
    findings += _judge_dates(feed, articles, now)
    findings += _judge_names(feed)
    findings += _judge_links(sample, feed)
    findings += _judge_texts(sample, full)
    findings += _judge_times(sample, newest, now)
    findings += [Finding("note", "", note) for note in feed.notes]
    return Checkup(
        look=sample,
        languages=count_languages(articles),
        dated=len(dates),
        newest=newest,
        full=full,
        address=address,
        findings=_sort(findings),
    )


def _rank(finding: Finding) -> int:
    """Return a number that is smaller the worse a finding is."""
    return -GRADES.index(finding.grade)


def _sort(findings: list[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=_rank))


def _has_moved(sample: SourceSample) -> bool:
    return sample.result is not None and bool(sample.result.redirects)


def find_new_address(sample: SourceSample) -> str:
    """Return where a source moved for good; empty if any step of the way was not for good."""
    result = sample.result
    if result is None or not result.redirects:
        return ""
    is_permanent = all(step.permanent for step in result.redirects)
    return result.url if is_permanent else ""


def _judge_move(sample: SourceSample, address: str) -> Finding:
    if address:
        line = f"url = {write_value(address)}"
        return Finding("look", "url", f"moved for good to {address}", line)
    reached = sample.result.url if sample.result else ""
    return Finding("note", "url", f"leads on to {reached}, for the time being")


def advise_on_refusal(outcome: str, detail: str) -> str:
    """Return what to do about an address that is not public; empty about any other."""
    is_private = outcome == Outcome.REFUSED_ADDRESS and is_private_refusal(detail)
    return _PRIVATE_ADVICE if is_private else ""


def _explain_failure(sample: SourceSample) -> Finding:
    source = sample.source
    outcome = sample.outcome
    form = advise_on_refusal(outcome, sample.detail) or _ADVICE.get(outcome, _ELSE)
    advice = form.format(home=source.outlet.home, url=source.url)
    grade = "look" if outcome in _PASSING else "wrong"
    return Finding(grade, "url", f"{sample.detail}; {advice}")


def choose_languages(languages: dict[str, int]) -> tuple[str, ...]:
    """
    Return the languages that a source publishes in, of articles by language.

    The most frequent first.
    """
    known = dict(languages)
    known.pop(Language.UNKNOWN, None)
    total = sum(known.values())
    least = _LANGUAGE_SHARE * total
    return tuple(tag for tag, count in known.items() if count >= least)


def _judge_languages(sample: SourceSample, articles: list[Article]) -> list[Finding]:
    counts = count_languages(articles)
    declared = frozenset(sample.source.languages)
    published = choose_languages(counts)
    numbers = [f"{count} {tag}" for tag, count in counts.items()]
    shown = ", ".join(numbers)
    if not published:
        words = f"no item in a language that we read ({shown})"
        return [Finding("look", "languages", words)]
    line = f"languages = {write_value(list(published))}"
    if not declared.issuperset(published):
        grade = "wrong" if declared else "look"
        return [Finding(grade, "languages", f"items are in: {shown}", line)]
    unseen = declared.difference(counts)
    if unseen and len(articles) >= _FEW_ITEMS:
        words = f"none in {', '.join(sorted(unseen))}; items are in: {shown}"
        return [Finding("look", "languages", words, line)]
    return []


def _judge_dates(feed: Feed, articles: list[Article], now: datetime) -> list[Finding]:
    dates = [article.published for article in articles if article.published]
    count = len(articles)
    missing = count - len(dates)
    findings = []
    if missing:
        grade = "look" if missing == count else "note"
        words = f"{missing} of {count} items without a date that can be used"
        findings.append(Finding(grade, "", f"{words}: they go by when we first see them"))
    ahead = sum(_is_ahead(item, now) for item in feed.items)
    if ahead:
        words = f"{ahead} items are dated ahead of time; is the feed's time zone right?"
        findings.append(Finding("look", "", words))
    has_one_date = len(set(dates)) == 1
    if has_one_date and len(dates) >= _FEW_ITEMS:
        words = "all items have one date: likely the time of the poll, not of the articles"
        findings.append(Finding("look", "", words))
    return findings


def _find_date(item: FeedItem) -> datetime | None:
    return item.published or item.updated


def _is_ahead(item: FeedItem, now: datetime) -> bool:
    date = _find_date(item)
    return date is not None and date > now + _AHEAD


def _judge_names(feed: Feed) -> list[Finding]:
    guids = Counter(item.guid for item in feed.items if item.guid)
    repeated = guids.total() - len(guids)
    shared = _count_shared(feed)
    linkless = [item for item in feed.items if not item.link]
    nameless = [item for item in linkless if not item.guid]
    return [
        *_judge_count(
            repeated,
            "note",
            "repeat another's guid; their titles, dates, links and texts tell whether they are "
            "articles of their own",
        ),
        *_judge_count(
            shared,
            "note",
            "share a link with another; guid or title tells them apart",
        ),
        *_judge_count(
            len(linkless),
            "look",
            "without a link: readers cannot go to the outlet",
        ),
        *_judge_count(
            len(nameless),
            "look",
            "have neither guid nor link: an edited title may look new",
        ),
    ]


def _judge_count(count: int, grade: str, words: str) -> list[Finding]:
    if not count:
        return []
    return [Finding(grade, "", f"{count} items {words}")]


def _count_shared(feed: Feed) -> int:
    """Count the items whose link is that of others too."""
    links = Counter(canonicalize_url(item.link) for item in feed.items)
    del links[""]
    counts = [count for count in links.values() if count > 1]
    return sum(counts)


def _judge_links(sample: SourceSample, feed: Feed) -> list[Finding]:
    """
    Find out whether links are those of articles.

    Those that a source's own options make are its operator's to mend; of a feed's, which its outlet
    makes, only what surely leads nowhere is told, and those without a link elsewhere.
    """
    kind = sample.source.kind
    if kind in _WITH_LINK_OPTIONS:
        broken = _list_broken(sample, feed.items, _OPTION_MARKS)
        return _describe_broken(broken, "wrong", "link", len(feed.items))
    if kind == "feed":
        linked = [item for item in feed.items if item.link]
        broken = _list_broken(sample, linked, _FEED_MARKS)
        return _describe_broken(broken, "look", "", len(feed.items))
    return []


def _list_broken(
    sample: SourceSample,
    items: Sequence[FeedItem],
    marks: _Marks,
) -> dict[str, list[str]]:
    """Return links that cannot be articles', by what is wrong with them."""
    url = sample.result.url if sample.result else sample.source.url
    broken: dict[str, list[str]] = {}
    for item in items:
        fault = _find_link_fault(item.link, url, marks)
        if fault:
            broken.setdefault(fault, []).append(item.link)
    links = {item.link for item in items}
    if len(links) == 1 < len(items) and not broken:
        broken["all have one link"] = [item.link for item in items]
    return broken


def _describe_broken(
    broken: dict[str, list[str]],
    grade: str,
    key: str,
    items: int,
) -> list[Finding]:
    return [
        Finding(grade, key, _describe_links(fault, found, items)) for fault, found in broken.items()
    ]


def _describe_links(fault: str, links: list[str], items: int) -> str:
    example = f", such as {fit_line(links[0], _LINK_CHARS)}" if links[0] else ""
    return f"links of {len(links)} of {items} items come out broken: {fault}{example}"


def _find_link_fault(link: str, url: str, marks: _Marks) -> str:
    """Return why a link cannot be an article's; empty if it may be."""
    if not link:
        return "nothing is found to fill them, or it makes no address"
    is_list = "#" not in link and canonicalize_url(link) == canonicalize_url(url)
    if is_list or is_front_page(link):
        return "they lead to the list itself, or to the front page"
    for mark, meaning in marks:
        if mark.search(link):
            return meaning
    return ""


def is_full(item: FeedItem) -> bool:
    """Say whether an item brings more text than a teaser has."""
    content = len(to_text(item.content))
    summary = len(to_text(item.summary))
    if max(content, summary) >= _FULL_CHARS:
        return True
    return summary > 0 and content >= _FULL_RATIO * summary


def _judge_texts(sample: SourceSample, full: int) -> list[Finding]:
    items = len(sample.feed.items) if sample.feed else 0
    source = sample.source
    if source.full_text:
        return _judge_wanted_texts(sample, full, items)
    if source.kind in _WITH_PAGES and full < items * _HALF:
        words = f"{items - full} of {items} items are teasers"
        return [_judge_teasers(sample.page, words)]
    return []


def _judge_wanted_texts(sample: SourceSample, full: int, items: int) -> list[Finding]:
    """Find out whether a source whose pages are read needs them, and has them."""
    page = sample.page
    if page and page.characters < _FULL_CHARS:
        words = f"full texts are wanted, and the page {page.url} gives none: {page.said}"
        # A list page has headlines alone: without its articles' pages there would be no text at
        # all.
        if sample.source.kind == "page":
            return [Finding("look", "full_text", words)]
        return [Finding("wrong", "full_text", words, "full_text = false")]
    if full == items:
        words = "the feed has the full texts; pages need not be read"
        return [Finding("note", "full_text", words, "full_text = false")]
    return []


def _judge_teasers(page: PageSample | None, words: str) -> Finding:
    if page is None:
        words = f"{words}; --pages tells whether their pages give more"
        return Finding("note", "full_text", words)
    if page.characters >= _FULL_CHARS:
        words = f"{words}; the page {page.url} gives {page.characters} characters"
        return Finding("note", "full_text", words, "full_text = true")
    words = f"{words}, and the page {page.url} gives no more: {page.said}"
    return Finding("note", "full_text", words)


def _judge_times(sample: SourceSample, newest: datetime | None, now: datetime) -> list[Finding]:
    source = sample.source
    age = now - newest if newest else timedelta(0)
    findings = []
    if age > _SILENT:
        grade = "wrong" if age > _DEAD else "look"
        words = f"silent: the newest item is {age.days} days old"
        findings.append(Finding(grade, "", words))
    every = propose_every(sample.feed, now) if sample.feed else None
    if every and _is_polled_late(source, every):
        actual = write_span(source.every)
        words = f"items leave the list before they are seen: polled every {actual}"
        wanted = write_span(every)
        line = f"every = {write_value(wanted)}"
        findings.append(Finding("look", "every", words, line))
    if source.paused and newest and age <= _SILENT:
        findings.append(Finding("note", "paused", "paused, and it works", "paused = false"))
    return findings


def _is_polled_late(source: Source, wanted: timedelta) -> bool:
    """Say whether a source of a fixed time between polls is polled much later than it should be."""
    is_fixed = not source.cron and not source.adaptive
    return is_fixed and source.every > 2 * wanted


def measure_pace(feed: Feed) -> timedelta | None:
    """Return the usual time from one article to the next; None if dates do not say."""
    dates = sorted(_list_dates(feed))
    pairs = pairwise(dates)
    gaps = [later - earlier for earlier, later in pairs if later > earlier]
    if not gaps:
        return None
    seconds = median(gap.total_seconds() for gap in gaps)
    return timedelta(seconds=seconds)


def _list_dates(feed: Feed) -> list[datetime]:
    dates = map(_find_date, feed.items)
    return [date for date in dates if date]


def propose_every(feed: Feed, now: datetime) -> timedelta | None:
    """
    Say how often a source should be polled.

    Half of what it lists may be new each time, and no more.

    Returns:
        15 minutes to 6 hours; None if dates do not say.
    """
    gap = measure_pace(feed)
    if gap is None:
        return None
    dates = _list_dates(feed)
    # A night without news makes the mean too long, a burst of three items the median too short.
    oldest = min(dates)
    newest = min(now, max(dates))
    stretch = newest - oldest
    mean = stretch / len(dates)
    longest = stretch * _HALF
    wanted = min(max(gap, mean), longest)
    allowed = [step for step in _STEPS if step <= wanted]
    return max(allowed, default=_STEPS[0])
