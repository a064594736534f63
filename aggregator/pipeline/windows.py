"""
Windows kept from one plan to the next, so that a plan reads and compares only what is new.

Not the truth: a process that begins without them, or beside another that has others, comes to the same stories, because
these depend on the articles alone (``grouping.window``).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from aggregator.grouping.rulings import NONE
from aggregator.grouping.window import Window
from aggregator.store.articles import wording

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from aggregator.grouping.rulings import Rulings
    from aggregator.models import Article
    from aggregator.store.articles import ArticleStore, Head

__all__ = ["KeptWindow", "Origin", "Windows"]

Origin = tuple[str, str]
"""Outlet id and language of an article."""

# Grouping looks at the first screenful, and asks of the whole only whether it is longer than that.
_TEXT_CHARS = 1_000


@dataclass(slots=True)
class KeptWindow:
    """
    A window and what it was made from.

    Attributes:
        window: Itself.
        rulings: That it holds to.
        revs: Version of each article in it.
        wordings: What a translation of each depends on.
        origins: Who published each, and in which language.
    """

    window: Window = field(default_factory=Window)
    rulings: Rulings = NONE
    revs: dict[str, int] = field(default_factory=dict)
    wordings: dict[str, bytes] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)

    def refresh(self, heads: Mapping[str, Head], store: ArticleStore) -> None:
        """Bring the window to these versions of these articles."""
        gone = [key for key in self.revs if key not in heads]
        wanted = [key for key, head in heads.items() if self.revs.get(key) != head.rev]
        found = {key: item for key, item in store.load(wanted).items() if item.rev == heads[key].rev}
        self.window.update((_slim(item.article) for item in found.values()), gone=gone)
        for key in gone:
            del self.revs[key], self.wordings[key], self.origins[key]
        self.revs.update({key: item.rev for key, item in found.items()})
        self.wordings.update({key: wording(item.article) for key, item in found.items()})
        self.origins.update({key: (item.article.outlet_id, item.article.language) for key, item in found.items()})


class Windows:
    """Kept windows by the day they end with."""

    def __init__(self) -> None:
        self._kept: dict[date, KeptWindow] = {}

    def keep_only(self, days: Collection[date]) -> None:
        """Let go of the windows of other days."""
        self._kept = {day: kept for day, kept in self._kept.items() if day in days}

    def of(self, day: date, rulings: Rulings) -> KeptWindow:
        """Return a day's window, empty if there is none or if the rulings have changed."""
        kept = self._kept.get(day)
        if kept is None or kept.rulings != rulings:
            kept = self._kept[day] = KeptWindow(Window(rulings), rulings)
        return kept


def _slim(article: Article) -> Article:
    return replace(article, html="", text=article.text[:_TEXT_CHARS])
