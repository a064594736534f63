"""
What every rendering says in the same words: times, languages, relations, the account.

A line that comes from an outlet is shown as it is; these are ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from aggregator.languages import readers_name
from aggregator.models import Copy, Topic
from aggregator.text.typography import tidy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from aggregator.models import ArticleRef, Correction, Digest, DigestStory, Passage

__all__ = [
    "CAUTION",
    "CORRECTED",
    "account",
    "also",
    "day_title",
    "moment",
    "note",
    "note_of",
    "others",
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

CORRECTED = "Corrected or reworded since"
"""Heading over what outlets changed in words that a closed digest told."""

_TOPICS = {
    Topic.LAW: "law and order",
    Topic.SCIENCE: "science and technology",
    Topic.WEATHER: "weather and accidents",
}


_NAMED = 4


def relation(ref: ArticleRef) -> str:
    """Return what a reader should know about an article of a story; empty if nothing."""
    words = ["same text"] if ref.relation is Copy.SAME_TEXT else []
    words += ["official"] if ref.official else []
    words += ["updated"] if ref.revision > 1 else []
    return ", ".join(words)


def moment(published: datetime | None, digest: Digest) -> str:
    """
    Return the local time of an article, with the day if it is another.

    ``no time given`` if there is none.
    """
    if published is None:
        return "no time given"
    local = published.astimezone(ZoneInfo(digest.zone))
    return f"{local:%H:%M}" if local.date() == digest.day else f"{local.day} {local:%B, %H:%M}"


def day_title(digest: Digest) -> str:
    """Return the day in full, e.g. ``Wednesday, 20 August 2025``."""
    return f"{digest.day:%A}, {digest.day.day} {digest.day:%B %Y}"


def state(digest: Digest) -> str:
    """Say whether the digest may still change."""
    if digest.closed:
        return f"closed, revision {digest.revision}"
    local = digest.composed.astimezone(ZoneInfo(digest.zone))
    return f"as of {local.day} {local:%B, %H:%M}; the day is not over, revision {digest.revision}"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def others(story: DigestStory) -> str:
    """
    Say how many other reports there are, e.g.

    ``3 more reports, 1 of the same text``; empty if none.
    """
    rest = story.articles[1:]
    if not rest:
        return ""
    copies = sum(ref.relation is Copy.SAME_TEXT for ref in rest)
    more = _count(len(rest), "more report", "more reports")
    return f"{more}, {copies} of the same text" if copies else more


def outlets(refs: Sequence[ArticleRef]) -> str:
    """
    Name the outlets of some articles, each once.

    Of many, the first four and how many more there are.
    """
    names = list(dict.fromkeys(tidy(ref.outlet) for ref in refs))
    if len(names) <= _NAMED + 1:
        return ", ".join(names)
    return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"


def also(story: DigestStory) -> str:
    """Name the outlets of the other reports."""
    return outlets(story.articles[1:])


def topic(story: DigestStory) -> str:
    """Return what a story is about, in words; empty where that is not clear."""
    return "" if story.topic is Topic.OTHER else _TOPICS.get(story.topic, story.topic.value)


def note(story: DigestStory) -> str:
    """Return what a reader should know about a story's English; empty if nothing."""
    return note_of(story.headline, story.lead)


def note_of(headline: Passage, lead: Passage) -> str:
    """
    Return what a reader should know about the English of a headline and a lead.

    Empty if nothing.
    """
    flags = "; ".join(map(str, dict.fromkeys((*headline.flags, *lead.flags))))
    if not flags or (headline.translated and lead.translated):
        return flags
    what = "headline" if lead.translated else "lead" if headline.translated else "headline and lead"
    return f"{what} in the original, because {flags}"


def told_as(item: Correction) -> str:
    """Say when the words that have changed were told, e.g. ``told on 20 August as``."""
    return f"told on {item.told.day.day} {item.told.day:%B} as"


def uncorrected(digest: Digest) -> str:
    """Say how many corrections are not shown; empty if all are."""
    left = digest.account.corrected - len(digest.corrections)
    return f"And {_count(left, 'more story', 'more stories')}." if left > 0 else ""


def account(digest: Digest) -> str:
    """Say in a paragraph what the digest was made of."""
    made = digest.account
    tongues = _join([f"{number} in {readers_name(tag)}" for tag, number in made.languages.items()])
    muted = (
        f" {_count(made.muted, 'story', 'stories')} left out for a muted keyword."
        if made.muted
        else ""
    )
    return (
        f"Made from {_count(made.articles, 'article', 'articles')} ({tongues}): "
        f"{_count(made.stories, 'story', 'stories')}. "
        f"{made.merged} told by another article of their story, {made.duplicates} of them copies "
        "of its text. "
        f"{made.translated} headlines translated; {_count(made.original, 'story', 'stories')} "
        f"shown in the original, whole or in part.{muted}"
    )


def _join(parts: Sequence[str]) -> str:
    return ", ".join(parts) or "none"


def safe_link(link: str) -> str:
    """Return a link that may be followed, else an empty text: only http and https with a host lead anywhere."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or any(c in link for c in " \"'<>\\\n\r\t")
    ):
        return ""
    return link
