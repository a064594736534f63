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
from aggregator.store.article_records import make_wording

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from aggregator.models import Article, Overrides
    from aggregator.store.article_records import ArticleHead, StoredArticle
    from aggregator.store.articles import ArticleStore

__all__ = ["KeptWindow", "WindowMember", "Windows"]

# Grouping looks at the first screenful, and asks of the whole only whether it is longer than that.
_TEXT_CHARS = 1_000


@dataclass(frozen=True, slots=True)
class WindowMember:
    """
    What of an article in a window is needed beside the window.

    Attributes:
        rev: The version that the window holds.
        wording: What a translation of it depends on.
    """

    rev: int
    wording: bytes
    outlet_id: str
    language: str


@dataclass(slots=True)
class KeptWindow:
    """
    A window and what it was made from.

    Attributes:
        overrides: Which it obeys.
        members: Its articles, by id.
    """

    window: Window = field(default_factory=Window)
    overrides: Overrides = NONE
    members: dict[str, WindowMember] = field(default_factory=dict)

    def refresh(self, heads: Mapping[str, ArticleHead], store: ArticleStore) -> None:
        """Bring the window to these versions of these articles."""
        gone = [key for key in self.members if key not in heads]
        changed = self._load_changed(heads, store)
        articles = [_slim_article(stored.article) for stored in changed.values()]
        self.window.update(articles, gone=gone)
        for key in gone:
            del self.members[key]
        for key, stored in changed.items():
            self.members[key] = _make_member(stored)

    def has_version(self, key: str, rev: int) -> bool:
        """Say whether the window holds this version of an article."""
        member = self.members.get(key)
        return member is not None and member.rev == rev

    def _load_changed(
        self, heads: Mapping[str, ArticleHead], store: ArticleStore
    ) -> dict[str, StoredArticle]:
        """Load what is new or another version, unless it has changed since its head was read."""
        wanted = []
        for key, head in heads.items():
            if not self.has_version(key, head.rev):
                wanted.append(key)
        loaded = store.load(wanted)
        return {key: stored for key, stored in loaded.items() if stored.rev == heads[key].rev}


class Windows:
    """Kept windows by the day they end with."""

    def __init__(self) -> None:
        self._kept: dict[date, KeptWindow] = {}

    def keep_only(self, days: Collection[date]) -> None:
        """Let go of the windows of other days."""
        for day in self._kept.keys() - set(days):
            del self._kept[day]

    def open_window(self, day: date, overrides: Overrides) -> KeptWindow:
        """Return a day's window, empty if there is none or if the overrides have changed."""
        kept = self._kept.get(day)
        if kept is None or kept.overrides != overrides:
            kept = KeptWindow(Window(overrides), overrides)
            self._kept[day] = kept
        return kept


def _make_member(stored: StoredArticle) -> WindowMember:
    article = stored.article
    return WindowMember(
        rev=stored.rev,
        wording=make_wording(article),
        outlet_id=article.outlet_id,
        language=article.language,
    )


def _slim_article(article: Article) -> Article:
    return replace(article, html="", text=article.text[:_TEXT_CHARS])
