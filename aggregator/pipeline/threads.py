"""
Threads of a digest: what its stories go on with, and what is kept of them for later days.

    store.load_told -> grouping.threads -> digest -> store.publish

What is kept is bounded: of the first stories of a digest, in reading order, a report in each
language, of each of these its headline, its beginning and its vector.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from aggregator.digest.mentions import mention_story
from aggregator.errors import SchemaError
from aggregator.grouping.thread_marks import NEW_CHARS, TOLD_CHARS, cut_text
from aggregator.grouping.threads import LOOK_BACK_DAYS, ToldStories
from aggregator.models import ToldStory

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from aggregator.digest.compose import Material
    from aggregator.models import Article, Digest, StoryMention, ThreadText
    from aggregator.store.digests import DigestStore

__all__ = ["MOST_TOLD", "find_threads", "list_told"]

log = logging.getLogger(__name__)

MOST_TOLD = 200
"""Stories of a digest of which something is kept, and for which something is looked for."""

_MOST_TEXTS = 3


def find_threads(
    digests: DigestStore, edition: str, day: date, material: Material
) -> dict[str, tuple[StoryMention, ...]]:
    """
    Return what the stories of a day go on with, by story id; none that go on with nothing.

    What was kept and cannot be read any more holds up no digest.
    """
    days = [day - timedelta(days=back) for back in range(1, LOOK_BACK_DAYS + 1)]
    try:
        told = ToldStories(digests.load_told(edition, days))
    except SchemaError as error:
        log.error("digest is composed without threads", extra={"error": str(error)})  # noqa: TRY400 -- says all
        return {}
    threads = {}
    for story_id, of_day in _list_of_day(day, material)[:MOST_TOLD]:
        thread = told.find_thread(story_id, _choose_texts(of_day, NEW_CHARS))
        if thread:
            threads[story_id] = thread
    return threads


def _list_of_day(day: date, material: Material) -> list[tuple[str, list[Article]]]:
    """Return the articles of a day by story, the most reported story first."""
    by_story = []
    for story in material.stories:
        ids = [article_id for article_id, _ in story.articles]
        of_day = [item for item in _list_known(ids, material.articles) if item.day == day]
        if of_day:
            by_story.append((story.id, of_day))
    return sorted(by_story, key=lambda row: (-len(row[1]), row[0]))


def list_told(digest: Digest, articles: Mapping[str, Article]) -> list[ToldStory]:
    """Return what is kept of a digest's stories for later days."""
    told = []
    for story in digest.stories[:MOST_TOLD]:
        ids = [ref.article_id for ref in story.articles]
        texts = _choose_texts(_list_known(ids, articles), TOLD_CHARS)
        mention = mention_story(digest, story)
        told.append(ToldStory(mention=mention, texts=texts, thread=story.thread))
    return told


def _list_known(ids: Iterable[str], articles: Mapping[str, Article]) -> list[Article]:
    return [articles[article_id] for article_id in ids if article_id in articles]


def _choose_texts(articles: Iterable[Article], chars: int) -> tuple[ThreadText, ...]:
    """Return the first article of each language."""
    by_language: dict[str, Article] = {}
    for article in articles:
        by_language.setdefault(article.language, article)
    return tuple(cut_text(article, chars) for article in list(by_language.values())[:_MOST_TEXTS])
