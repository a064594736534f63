"""
Windows kept from one plan to the next, so that a plan reads and compares only what is new.

Not the truth: a process that begins without them, or beside another that has others, comes to the
same stories, because these depend on the articles alone (``grouping.window``).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from aggregator.grouping.overrides import NONE
from aggregator.grouping.window import Window
from aggregator.store.articles import wording

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from aggregator.models import Article, Overrides
    from aggregator.store.articles import ArticleHead, ArticleStore, StoredArticle

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
        overrides: That it holds to.
        revs: Version of each article in it.
        wordings: What a translation of each depends on.
        origins: Who published each, and in which language.
    """

    window: Window = field(default_factory=Window)
    overrides: Overrides = NONE
    revs: dict[str, int] = field(default_factory=dict)
    wordings: dict[str, bytes] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)

    def refresh(self, heads: Mapping[str, ArticleHead], store: ArticleStore) -> None:
        """Bring the window to these versions of these articles."""
        gone = [key for key in self.revs if key not in heads]
        found = self._load_changed(heads, store)
        articles = [_slim(item.article) for item in found.values()]
        self.window.update(articles, gone=gone)
        for key in gone:
            self._forget(key)
        for key, item in found.items():
            self._remember(key, item)

    def _load_changed(
        self, heads: Mapping[str, ArticleHead], store: ArticleStore
    ) -> dict[str, StoredArticle]:
        """Load what is new or another version, unless it has changed since its head was read."""
        wanted = [key for key, head in heads.items() if self.revs.get(key) != head.rev]
        loaded = store.load(wanted)
        return {key: item for key, item in loaded.items() if item.rev == heads[key].rev}

    def _forget(self, key: str) -> None:
        del self.revs[key]
        del self.wordings[key]
        del self.origins[key]

    def _remember(self, key: str, item: StoredArticle) -> None:
        article = item.article
        self.revs[key] = item.rev
        self.wordings[key] = wording(article)
        self.origins[key] = (article.outlet_id, article.language)


class Windows:
    """Kept windows by the day they end with."""

    def __init__(self) -> None:
        self._kept: dict[date, KeptWindow] = {}

    def keep_only(self, days: Collection[date]) -> None:
        """Let go of the windows of other days."""
        self._kept = {day: kept for day, kept in self._kept.items() if day in days}

    def of(self, day: date, overrides: Overrides) -> KeptWindow:
        """Return a day's window, empty if there is none or if the rulings have changed."""
        kept = self._kept.get(day)
        if kept is None or kept.overrides != overrides:
            kept = KeptWindow(Window(overrides), overrides)
            self._kept[day] = kept
        return kept


def _slim(article: Article) -> Article:
    return replace(article, html="", text=article.text[:_TEXT_CHARS])
