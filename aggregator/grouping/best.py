"""
Which article leads its story. Pure, total.

Requirement. The reader gets one headline and one lead in English: they should be complete, and they
should survive the translation. So: a text before a bare headline; one written in English, which
needs no translation, if it is about as full and as early as the others (a late or thin one tells
less); an official source where there is one, which the others quote; the language whose package is
better; the fuller text, up to a point (beyond a screenful, more text means background, not news);
then the first to report it. Ids break ties.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from aggregator.languages import ENGLISH, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from aggregator.models import Article

__all__ = ["choose_best"]

_ENOUGH_CHARS = 600
_STEP_CHARS = 150
# A text in English leads a story if it has half of what the fullest tells, and came so soon.
_FULL_SHARE = 0.5
_SOON = timedelta(hours=6)


def choose_best(
    articles: Sequence[Article],
    *,
    official: Collection[str] = (),
    preferred: Sequence[str] = (),
) -> Article:
    """
    Choose the article that leads a story.

    Args:
        articles: Of one story; at least one.
        official: Ids of outlets that speak for a state body.
        preferred: Languages, those translated best first; others come after them.
    """
    order = {language: place for place, language in enumerate(preferred)}

    full = _FULL_SHARE * max(_count_chars(article) for article in articles)
    soon = min(_find_moment(article) for article in articles) + _SOON

    def is_told_in_english(article: Article) -> bool:
        in_time = _count_chars(article) >= full and _find_moment(article) <= soon
        return article.language == ENGLISH and in_time

    def make_key(article: Article) -> tuple[object, ...]:
        fullness = _count_chars(article) // _STEP_CHARS
        return (
            not article.lead,
            article.language == UNKNOWN,
            not is_told_in_english(article),
            article.outlet_id not in official,
            order.get(article.language, len(order)),
            -fullness,
            _find_moment(article),
            article.id,
        )

    return min(articles, key=make_key)


def _count_chars(article: Article) -> int:
    """Return how much an article tells, in characters, up to what is enough."""
    return min(len(article.text), _ENOUGH_CHARS)


def _find_moment(article: Article) -> datetime:
    return article.published or article.first_seen
