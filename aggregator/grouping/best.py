"""
Which article leads its story. Pure, total.

Requirement. The reader gets one headline and one lead in English: they should be complete, and they
should survive the translation. So: a text before a bare headline; an official source where there is
one, which the others quote; the language whose package is better; the fuller text, up to a point
(beyond a screenful, more text means background, not news); then the first to report it. Ids break
ties.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.languages import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from aggregator.models import Article

__all__ = ["choose_best"]

_ENOUGH_CHARS = 600
_STEP_CHARS = 150


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

    def make_key(article: Article) -> tuple[object, ...]:
        chars = min(len(article.text), _ENOUGH_CHARS)
        fullness = chars // _STEP_CHARS
        return (
            not article.lead,
            article.language == UNKNOWN,
            article.outlet_id not in official,
            order.get(article.language, len(order)),
            -fullness,
            article.published or article.first_seen,
            article.id,
        )

    return min(articles, key=make_key)
