"""
What outlets change after a digest has closed. Pure.

Requirement. A closed digest stays as it was read, sent and cited; but a reader who was told that
five were hurt must learn that the outlet now says seven. So the next digest says which of the words
told before have changed, beside the words that were told, and the old page points there. Outlets
edit all the time, and most edits concern nobody: what counts is what the digest told, the headline
and the sentences of the lead, word by word. Commas, capitals and what comes after those sentences
do not; neither does another feed of the outlet that gives the same article in full, which is no
edit (``Article.revision`` stays).

Told is told: what is compared is what readers were told last, in the story or in a later
correction. Words that are changed back before the next digest closes were never wrong for long, and
are not mentioned.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aggregator.models import Correction, PublishedArticle

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from aggregator.models import Article, Digest

__all__ = ["MOST", "find_corrected", "is_unchanged", "list_told", "order_corrections"]

MOST = 20
"""Corrections that one digest shows; its account counts all of them."""

_WORD = re.compile(r"[^\W_]+")


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def is_unchanged(told: PublishedArticle, article: Article) -> bool:
    """Say whether what was told is still what the article says."""
    if article.revision <= told.revision:
        return True
    lead = _words(told.lead.original)
    same_lead = _words(article.lead)[: len(lead)] == lead
    return same_lead and _words(article.title) == _words(told.headline.original)


def list_told(digest: Digest, articles: Collection[str]) -> dict[str, PublishedArticle]:
    """Return what a digest told from these articles, by id; a correction goes before a story."""
    found = {
        story.best.article_id: PublishedArticle(
            edition=digest.edition,
            day=digest.day,
            story=story.id,
            revision=story.best.revision,
            headline=story.headline,
            lead=story.lead,
        )
        for story in digest.stories
        if story.best.article_id in articles
    }
    found.update(
        {
            item.article.article_id: PublishedArticle(
                edition=digest.edition,
                day=item.told.day,
                story=item.told.story,
                revision=item.article.revision,
                headline=item.headline,
                lead=item.lead,
            )
            for item in digest.corrections
            if item.article.article_id in articles
        }
    )
    return found


def find_corrected(
    edition: str, told: Mapping[str, Iterable[PublishedArticle]], articles: Mapping[str, Article]
) -> list[tuple[PublishedArticle, Article]]:
    """
    Return what an edition must correct.

    Args:
        edition: Its id.
        told: By article id, for each edition that told it.
        articles: As they stand now, by id; those past their retention are absent.
    """
    pairs = [
        (item, articles[key]) for key, items in told.items() if key in articles for item in items
    ]
    return [
        (item, article)
        for item, article in pairs
        if item.edition == edition and not is_unchanged(item, article)
    ]


def _headline_changed(item: Correction) -> bool:
    return _words(item.headline.original) != _words(item.told.headline.original)


def order_corrections(found: Iterable[Correction]) -> tuple[Correction, ...]:
    """Return corrections as readers get them: changed headlines first, the latest told before the others."""
    return tuple(
        sorted(
            found,
            key=lambda item: (
                not _headline_changed(item),
                -item.told.day.toordinal(),
                item.article.article_id,
            ),
        )
    )
