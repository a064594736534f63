"""
What every rendering says in the same words: times, languages, relations, the account.

A line that comes from an outlet is shown as it is; these are ours.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from aggregator.digest.changes import compare_words, describe_changes
from aggregator.languages import ENGLISH, name_in_sentence
from aggregator.models import Copy, Topic
from aggregator.models.flag import Reason
from aggregator.text.typography import tidy
from aggregator.urls.links import resolve_link

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from aggregator.digest.changes import WordRun
    from aggregator.models import (
        ArticleRef,
        Correction,
        Difference,
        Digest,
        DigestStory,
        Passage,
        StoryMention,
    )

__all__ = [
    "CAUTION",
    "CORRECTED",
    "ONLY_CERTAIN",
    "account",
    "also",
    "changes",
    "day_title",
    "differing",
    "earlier",
    "earlier_day",
    "fully_english",
    "in_runs",
    "line_of",
    "listed",
    "listed_story",
    "moment",
    "note",
    "note_of",
    "nothing",
    "others",
    "outlet",
    "outlet_in_full",
    "outlets",
    "relation",
    "safe_link",
    "state",
    "told_as",
    "topic",
    "uncorrected",
]

CAUTION = (
    "Every English sentence here is a machine translation of one sentence of the original, made "
    "without anybody's "
    "judgement. Where it matters, read the original."
)

ONLY_CERTAIN = "names and numbers only"
"""Beside a line of what is certain where a headline has no English."""

CORRECTED = "Corrected or reworded since"
"""Heading over what outlets changed in words that a closed digest printed."""

_TOPICS = {
    Topic.LAW: "law and order",
    Topic.SCIENCE: "science and technology",
    Topic.WEATHER: "weather and accidents",
}


_NAMED = 4
# What could end an attribute or a link in one of the renderings.
_UNSAFE = re.compile(r"""[ "'<>\\\n\r\t]""")


def relation(ref: ArticleRef) -> str:
    """Return what a reader should know about an article of a story; empty if nothing."""
    words = ["written in English"] if ref.language == ENGLISH else []
    if ref.relation is Copy.SAME_TEXT:
        words.append("same text")
    if ref.official:
        words.append("official")
    if ref.revision > 1:
        words.append("updated")
    return ", ".join(words)


def moment(published: datetime | None, digest: Digest) -> str:
    """
    Return the local time of an article, with the day if it is another.

    ``no time given`` if there is none.
    """
    if published is None:
        return "no time given"
    local = published.astimezone(ZoneInfo(digest.zone))
    if local.date() == digest.day:
        return f"{local:%H:%M}"
    return f"{local.day} {local:%B, %H:%M}"


def day_title(digest: Digest) -> str:
    """Return the day in full, e.g. ``Wednesday, 20 August 2025``."""
    return f"{digest.day:%A}, {digest.day.day} {digest.day:%B %Y}"


def state(digest: Digest) -> str:
    """Say whether the digest may still change."""
    if digest.closed:
        return f"closed, revision {digest.revision}"
    local = digest.composed.astimezone(ZoneInfo(digest.zone))
    # A day's digest stays open some hours into the next, for what comes late.
    left = "not closed yet" if local.date() > digest.day else "the day is not over"
    return f"as of {local.day} {local:%B, %H:%M}; {left}, revision {digest.revision}"


def nothing(digest: Digest) -> str:
    """Say why a digest has no stories; empty if it has some."""
    if digest.stories:
        return ""
    if digest.account.muted:
        return "Everything of this day was left out for a muted keyword."
    return "Nothing was published on this day that belongs in this digest."


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def others(story: DigestStory) -> str:
    """
    Say how many other reports there are; empty if none.

    For example ``3 more reports, 1 of the same text``.
    """
    rest = story.articles[1:]
    if not rest:
        return ""
    copies = [ref for ref in rest if ref.relation is Copy.SAME_TEXT]
    more = _count(len(rest), "more report", "more reports")
    return f"{more}, {len(copies)} of the same text" if copies else more


def listed(headline: Passage, language: str) -> str:
    """
    Return a headline as it stands in a list without marks, such as a feed reader's.

    One that has no English begins with its language: ``[kk] ...``.
    """
    if headline.translated or language == ENGLISH:
        return headline.text
    return f"[{language}] {headline.text}"


def listed_story(story: DigestStory) -> str:
    """Return a story's headline as ``listed`` does, with what is certain in an original's place."""
    if story.certain:
        return f"[{story.best.language}] {story.certain}"
    return listed(story.headline, story.best.language)


def line_of(story: DigestStory) -> str:
    """
    Return a story's headline as one line of many, for who reads English alone.

    English where there is some, else what is certain, with the original's language behind it
    (``Kostanay · fire [kk]``), else the original.
    """
    return _write_line(story.headline.text, story.certain, story.best.language)


def mention_line(mention: StoryMention) -> str:
    """Return the headline of a story of another digest as ``line_of`` does."""
    return _write_line(mention.headline, mention.certain, mention.language)


def mention_language(mention: StoryMention) -> str:
    """Return the language of ``mention_line``, BCP 47."""
    return ENGLISH if mention.certain else mention.language


def _write_line(headline: str, certain: str, language: str) -> str:
    return f"{certain} [{language}]" if certain else headline


def outlet(ref: ArticleRef) -> str:
    """Return the name of an article's outlet, in English if it has one."""
    return tidy(ref.outlet_en or ref.outlet)


def outlet_in_full(ref: ArticleRef) -> str:
    """Return the name of an article's outlet, its own beside the English one."""
    own = tidy(ref.outlet)
    return f"{tidy(ref.outlet_en)} ({own})" if ref.outlet_en else own


def outlets(refs: Sequence[ArticleRef]) -> str:
    """
    Name the outlets of some articles, each once.

    Of many, the first four and how many more there are.
    """
    names = list(dict.fromkeys(outlet(ref) for ref in refs))
    if len(names) <= _NAMED + 1:
        return ", ".join(names)
    return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"


def also(story: DigestStory) -> str:
    """Name the outlets of the other reports, but for the one that tells the story."""
    told_by = story.best.outlet_id
    return outlets([ref for ref in story.articles[1:] if ref.outlet_id != told_by])


def earlier_day(mention: StoryMention, digest: Digest) -> str:
    """Return the day of a story of another digest, with the year if that is another."""
    day = mention.day
    named = f"{day.day} {day:%B}"
    return named if day.year == digest.day.year else f"{named} {day.year}"


def earlier(story: DigestStory, digest: Digest) -> str:
    """
    Say in one line what a story goes on with; empty if it goes on with nothing.

    For example ``12 August, Market burns in Shymkent``; of several the newest, and how many more.
    """
    if not story.thread:
        return ""
    newest = story.thread[0]
    rest = len(story.thread) - 1
    more = f"; and {rest} before it" if rest else ""
    return f"{earlier_day(newest, digest)}, {tidy(mention_line(newest))}{more}"


def differing(story: DigestStory) -> str:
    """
    Say in one line where the outlets of a story differ; empty if they do not.

    For example ``injured: 12 (Lenta), 15 (Qala)``.
    """
    return "; ".join(map(_write_difference, story.differences))


def _write_difference(difference: Difference) -> str:
    outlets: dict[str, list[str]] = {}
    for claim in difference.claims:
        outlets.setdefault(claim.value, []).append(tidy(claim.outlet))
    parts = [f"{value} ({', '.join(names)})" for value, names in outlets.items()]
    what = f"{difference.what}: " if difference.what else ""
    return f"{what}{', '.join(parts)}"


def topic(story: DigestStory) -> str:
    """Return what a story is about, in words; empty where that is not clear."""
    if story.topic is Topic.OTHER:
        return ""
    return _TOPICS.get(story.topic, story.topic.value)


def note(story: DigestStory) -> str:
    """Return what a reader should know about a story's English; empty if nothing."""
    return note_of(story.headline, story.lead)


def note_of(headline: Passage, lead: Passage) -> str:
    """
    Return what a reader should know about the English of a headline and a lead.

    Empty if nothing.
    """
    distinct = dict.fromkeys((*headline.flags, *lead.flags))
    doubts = [str(flag) for flag in distinct if flag.reason is Reason.DOUBTFUL]
    reasons = [str(flag) for flag in distinct if flag.reason is not Reason.DOUBTFUL]
    if not reasons or (headline.translated and lead.translated):
        return "; ".join([*doubts, *reasons])
    if lead.translated:
        what = "headline"
    elif headline.translated:
        what = "lead"
    else:
        what = "headline and lead"
    because = f"{what} in the original, because {'; '.join(reasons)}"
    return "; ".join([because, *doubts])


def fully_english(item: Correction) -> bool:
    """Say whether both wordings of a correction are in English, so that they can be compared."""
    passages = (item.headline, item.lead, item.told.headline, item.told.lead)
    return all(passage.translated for passage in passages)


def in_runs(old: str, new: str) -> tuple[tuple[WordRun, ...], tuple[WordRun, ...]]:
    """Return both wordings in runs of words that stayed and words that did not."""
    return compare_words(tidy(old), tidy(new))


def changes(item: Correction) -> str:
    """
    Say which words changed, in English and in the original; empty if none did.

    For example ``“two” is now “three” (in Kazakh: “екі” is now “үш”)``.
    """
    told = item.told
    original = describe_changes(
        f"{told.headline.original} {told.lead.original}",
        f"{item.headline.original} {item.lead.original}",
    )
    if not fully_english(item) or item.article.language == ENGLISH:
        return original
    english = describe_changes(
        f"{told.headline.text} {told.lead.text}",
        f"{item.headline.text} {item.lead.text}",
    )
    if not original or english == original:
        return english
    language = name_in_sentence(item.article.language)
    return f"{english or 'the English is the same'} (in {language}: {original})"


def told_as(item: Correction) -> str:
    """Say when the words that have changed were printed, e.g. ``told on 20 August as``."""
    return f"told on {item.told.day.day} {item.told.day:%B} as"


def uncorrected(digest: Digest) -> str:
    """Say how many corrections are not shown; empty if all are."""
    left = digest.account.corrected - len(digest.corrections)
    return f"And {_count(left, 'more story', 'more stories')}." if left > 0 else ""


def account(digest: Digest) -> str:
    """Say in a paragraph what the digest was made of."""
    counts = digest.account
    articles = _count(counts.articles, "article", "articles")
    languages = _join(
        [f"{number} in {name_in_sentence(tag)}" for tag, number in counts.languages.items()]
    )
    stories = _count(counts.stories, "story", "stories")
    headlines = _count(counts.translated, "headline", "headlines")
    partly = ""
    if counts.partly:
        some = _count(counts.partly, "story has", "stories have")
        partly = f" {some} a sentence of the lead in the original too."
    muted = ""
    if counts.muted:
        left_out = _count(counts.muted, "story", "stories")
        muted = f" {left_out} left out for a muted keyword."
    return (
        f"Made from {articles} ({languages}): {stories}. "
        f"{_count(counts.merged, 'article stands', 'articles stand')} behind another report of the "
        f"same story, {counts.duplicates} of them copies of its text. "
        f"{headlines} translated, {counts.written} written in English, "
        f"{counts.original} in the original.{partly}{muted}"
    )


def _join(parts: Sequence[str]) -> str:
    return ", ".join(parts) or "none"


def safe_link(link: str) -> str:
    """
    Return a link that may be followed and is what it looks like; else an empty text.

    Links are resolved when they come; this looks again, since a store may hold older ones, or ones
    that a backup brought.
    """
    return "" if _UNSAFE.search(link) else resolve_link("", link)
