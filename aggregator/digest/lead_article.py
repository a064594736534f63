"""
Which articles a story may be told from, in order. Pure.

The best article comes first (``grouping.best``). If no English of its headline passes the guards,
readers would get the original, although another report of the same event may translate well; so a
few others are tried in its place, first those written in English, as they need no translation.
Copies are not: the same words fail the same way. How many are tried is bounded, since each costs a
translation, and the same bound holds where the digest is composed, so that what a digest tells
depends on its articles alone and not on which of them happened to be translated at some time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.languages import ENGLISH
from aggregator.models import Copy

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

__all__ = ["MOST_TRIED", "can_lead", "list_candidates"]

MOST_TRIED = 3
"""Articles of a story that are translated at most, for one edition."""


def can_lead(articles: Sequence[tuple[str, Copy]], languages: Mapping[str, str]) -> list[str]:
    """
    Return the articles a story may be told from, the preferred first; at most ``MOST_TRIED``.

    Args:
        articles: Of one story, ids with their relation, in the story's order.
        languages: Of those that an edition may tell today; the others are passed over.
    """
    present = [(key, relation) for key, relation in articles if key in languages]
    others = [key for key, relation in present[1:] if relation is not Copy.SAME_TEXT]
    others.sort(key=lambda key: languages[key] != ENGLISH)
    return [*(key for key, _ in present[:1]), *others][:MOST_TRIED]


def list_candidates(
    articles: Sequence[tuple[str, Copy]], languages: Mapping[str, str], failed: Collection[str]
) -> list[str]:
    """
    Return the articles of a story that must be translated: each in turn until one has not failed.

    Args:
        articles: See ``may_tell``.
        languages: See there.
        failed: Articles whose headline was translated as it stands, and no English of it can be
            shown.
    """
    found = []
    for key in can_lead(articles, languages):
        found.append(key)
        if key not in failed:
            break
    return found
