"""
Which articles may lead a story, in order. Pure.

The best article comes first (``grouping.best``). If no English of its headline passes the guards,
readers would get the original, although another report of the same event may translate well; so a
few others are tried in its place, first those written in English, as they need no translation.
Copies are not: the same words fail the same way. How many are tried is bounded, since each costs a
translation, and the same bound holds where the digest is composed, so that what a digest prints
depends on its articles alone and not on which of them happened to be translated at some time.

Of the other reports readers see the headline alone, in English too where it can be had
(``list_reports``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.languages import ENGLISH
from aggregator.models import Copy, Extent

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

__all__ = [
    "MOST_REPORTS",
    "MOST_TRIED",
    "find_untranslated",
    "list_candidates",
    "list_reports",
    "rank_leads",
]

MOST_TRIED = 3
"""Articles of a story that are translated at most, for one edition."""

MOST_REPORTS = 12
"""Further reports of a story whose headlines are translated at most, for one edition."""


def rank_leads(
    articles: Sequence[tuple[str, Copy]],
    languages: Mapping[str, str],
) -> list[str]:
    """
    Return the articles that may lead a story, the preferred first; at most ``MOST_TRIED``.

    Args:
        articles: Of one story, ids with their relation, in the story's order.
        languages: Of those that an edition may print today; the others are passed over.
    """
    present = [(key, relation) for key, relation in articles if key in languages]
    if not present:
        return []
    (best, _), *rest = present
    others = [key for key, relation in rest if relation is not Copy.SAME_TEXT]
    others.sort(key=lambda key: languages[key] != ENGLISH)
    ranked = [best, *others]
    return ranked[:MOST_TRIED]


def list_candidates(
    articles: Sequence[tuple[str, Copy]],
    languages: Mapping[str, str],
    failed: Collection[str],
) -> list[str]:
    """
    Return the articles of a story that must be translated: each in turn until one has not failed.

    Args:
        articles: As for ``rank_leads``.
        languages: As for ``rank_leads``.
        failed: Articles whose headline was translated as it stands, and no English of it can be
            shown.
    """
    candidates = []
    for article_id in rank_leads(articles, languages):
        candidates.append(article_id)
        if article_id not in failed:
            break
    return candidates


def list_reports(
    articles: Sequence[tuple[str, Copy]],
    languages: Mapping[str, str],
) -> list[str]:
    """
    Return the articles of a story whose headlines are translated; at most ``MOST_REPORTS``.

    Not those written in English, nor copies: the headline of a copy is most often the same, and a
    reader opens the report it is a copy of.

    Args:
        articles: As for ``rank_leads``.
        languages: As for ``rank_leads``.
    """
    reports = []
    for key, relation in articles[1:]:
        told = relation is not Copy.SAME_TEXT and languages.get(key, ENGLISH) != ENGLISH
        if told:
            reports.append(key)
    return reports[:MOST_REPORTS]


def find_untranslated(
    articles: Sequence[tuple[str, Copy]],
    languages: Mapping[str, str],
    translated: Mapping[str, Extent],
    failed: Collection[str],
) -> dict[str, Extent]:
    """
    Return how much is to be translated of the articles of a story that readers see.

    A candidate whose headline failed is passed over, however much of it was translated. The best is
    not: a story that no article can lead in English is told from it, and its lead may have English.
    It may have been translated as a report, of which that is the headline alone.

    Args:
        articles: As for ``rank_leads``.
        languages: As for ``rank_leads``.
        translated: How much of each article has been translated as it stands.
        failed: As for ``list_candidates``.
    """
    untranslated = {
        key: Extent.HEADLINE for key in list_reports(articles, languages) if key not in translated
    }
    for place, key in enumerate(list_candidates(articles, languages, failed)):
        is_passed_over = place > 0 and key in failed
        if not is_passed_over and translated.get(key) is not Extent.LEAD:
            untranslated[key] = Extent.LEAD
    return untranslated
