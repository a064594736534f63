"""
What an edition prints: the articles and stories it admits, mutes and follows. Pure.

Keywords. Readers write a name as they know it, and Kazakh and Russian bend it: ``Токаев`` must find
``Токаевтың`` and ``Токаева``, ``tax`` must not find ``taxi``. So a word of Cyrillic letters, four
or more, matches words that begin with it and have at most ten letters more (Kazakh stacks plural,
possession and case: ``мектеп``, ``мектептерімізден``); any other word matches itself, and its
English plural. Words of a keyword must stand next to each other, in any case. A story is matched by
its headline and lead in English and in the original, and by the headlines of all its reports.

What this misses: vowels that drop out in bending (``орын``, ``орны``). A keyword may be given twice
then.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aggregator.models import ArticleRef, Digest, DigestStory, Edition, Topic

__all__ = ["admits_article", "find_keywords", "narrow_digest", "wants_story"]

_WORD = re.compile(r"[^\W_]+")
_CYRILLIC = re.compile("[\u0400-\u04ff]{4,}")
_NOTHING = re.compile(r"(?!)")
_LONGEST_ENDING = 10


def admits_article(
    edition: Edition,
    *,
    outlet_id: str,
    language: str,
    official: bool,
) -> bool:
    """Say whether an edition may print an article."""
    return (
        (official or not edition.official)
        and (not edition.outlets or outlet_id in edition.outlets)
        and (not edition.languages or language in edition.languages)
    )


def wants_story(edition: Edition, story: DigestStory) -> bool:
    """Say whether a story's topic is one that the edition prints."""
    return not edition.topics or story.topic in edition.topics


def narrow_digest(
    digest: Digest,
    *,
    outlet: str | None = None,
    topic: Topic | None = None,
    language: str | None = None,
) -> Digest:
    """
    Return a digest with the stories and corrections of an outlet, a topic or a language alone.

    Args:
        outlet: Id of one that has a report in the story; None for any.
        topic: None for any; corrections have none, so a topic leaves them out.
        language: BCP 47 tag of a report in the story; None for any.
    """

    def is_wanted(refs: Iterable[ArticleRef]) -> bool:
        return any(
            outlet in (None, ref.outlet_id) and language in (None, ref.language) for ref in refs
        )

    stories = [story for story in digest.stories if topic in (None, story.topic)]
    corrections = digest.corrections if topic is None else ()
    return replace(
        digest,
        stories=tuple(story for story in stories if is_wanted(story.articles)),
        corrections=tuple(item for item in corrections if is_wanted((item.article,))),
    )


def find_keywords(
    story: DigestStory,
    keywords: Iterable[str],
) -> tuple[str, ...]:
    """Return the keywords that a story has, in the order given."""
    distinct = dict.fromkeys(keywords)
    if not distinct:
        return ()
    words = _join_words(story)
    return tuple(keyword for keyword in distinct if _make_pattern(keyword).search(words))


def _join_words(story: DigestStory) -> str:
    """Return the words that a story is matched by, with a blank between them."""
    texts = [
        story.headline.text,
        story.headline.original,
        story.lead.text,
        story.lead.original,
        *(ref.title for ref in story.articles),
    ]
    words = _WORD.findall("\n".join(texts).casefold())
    return " ".join(words)


@lru_cache(maxsize=1024)
def _make_pattern(keyword: str) -> re.Pattern[str]:
    words = _WORD.findall(keyword.casefold())
    if not words:
        return _NOTHING
    parts = " ".join(_make_word_pattern(word) for word in words)
    return re.compile(rf"(?<!\S){parts}(?!\S)")


def _make_word_pattern(word: str) -> str:
    ending = rf"\w{{0,{_LONGEST_ENDING}}}" if _CYRILLIC.fullmatch(word) else "s?"
    return re.escape(word) + ending
