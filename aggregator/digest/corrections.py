"""
What outlets change after a digest has closed. Pure.

Requirement. A closed digest stays as it was read, sent and cited; but a reader who read that five
were hurt must learn that the outlet now says seven. So the next digest says which of the words
printed before have changed, beside the words as they were, and the old page points there. Outlets
edit all the time, and most edits concern nobody: what counts is what the digest printed, the
headline and the sentences of the lead, word by word. Commas, capitals and what comes after those
sentences do not; neither does another feed of the outlet that gives the same article in full, which
is no edit (``Article.revision`` stays).

Print is print: what is compared is what readers read last, in the story or in a later correction.
Words that are changed back before the next digest closes were never wrong for long, and are not
mentioned.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aggregator.models import PublishedArticle

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from aggregator.models import Article, Correction, Digest, DigestStory

__all__ = ["MOST", "find_corrected", "is_unchanged", "list_published", "order_corrections"]

MOST = 20
"""Corrections that one digest shows; its account counts all of them."""

_WORD = re.compile(r"[^\W_]+")


def _split_words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def is_unchanged(published: PublishedArticle, article: Article) -> bool:
    """Say whether what was printed is still what the article says."""
    if article.revision <= published.revision:
        return True
    old_lead = _split_words(published.lead.original)
    new_lead = _split_words(article.lead)
    if new_lead[: len(old_lead)] != old_lead:
        return False
    return _split_words(article.title) == _split_words(published.headline.original)


def list_published(
    digest: Digest,
    articles: Collection[str],
) -> dict[str, PublishedArticle]:
    """Return what a digest printed of these articles, by id; a correction goes before a story."""
    published = {}
    for story in digest.stories:
        if story.best.article_id in articles:
            published[story.best.article_id] = _publish_story(digest, story)
    for correction in digest.corrections:
        if correction.article.article_id in articles:
            published[correction.article.article_id] = _publish_correction(digest, correction)
    return published


def _publish_story(digest: Digest, story: DigestStory) -> PublishedArticle:
    return PublishedArticle(
        edition=digest.edition,
        day=digest.day,
        story=story.id,
        revision=story.best.revision,
        headline=story.headline,
        lead=story.lead,
    )


def _publish_correction(
    digest: Digest,
    correction: Correction,
) -> PublishedArticle:
    return PublishedArticle(
        edition=digest.edition,
        day=correction.told.day,
        story=correction.told.story,
        revision=correction.article.revision,
        headline=correction.headline,
        lead=correction.lead,
    )


def find_corrected(
    edition: str,
    published: Mapping[str, Iterable[PublishedArticle]],
    articles: Mapping[str, Article],
) -> list[tuple[PublishedArticle, Article]]:
    """
    Return what an edition must correct.

    Args:
        edition: Its id.
        published: What each edition printed of an article, by article id.
        articles: As they are now, by id; those past their retention are absent.
    """
    corrected: list[tuple[PublishedArticle, Article]] = []
    for article_id, items in published.items():
        article = articles.get(article_id)
        if article is not None:
            own = [item for item in items if item.edition == edition]
            corrected += [(item, article) for item in own if not is_unchanged(item, article)]
    return corrected


def order_corrections(corrections: Iterable[Correction]) -> tuple[Correction, ...]:
    """Return corrections as readers get them: changed headlines first, then the latest printed."""
    return tuple(sorted(corrections, key=_make_order_key))


def _make_order_key(correction: Correction) -> tuple[bool, int, str]:
    day = correction.told.day
    return not _has_new_headline(correction), -day.toordinal(), correction.article.article_id


def _has_new_headline(correction: Correction) -> bool:
    old = correction.told.headline.original
    new = correction.headline.original
    return _split_words(new) != _split_words(old)
