"""The life of an article, told from the store: when it came and from where, what became of it, where it is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from aggregator.models import Story
    from aggregator.store.articles import Life
    from aggregator.store.redis import Store

__all__ = ["Told", "Trace", "trace"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A digest that tells an article: as the best of its story, or among its other reports."""

    edition: str
    day: date
    story: str
    relation: str
    closed: bool
    composed: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """
    A life.

    Attributes:
        life: What its record says.
        story: Of the window that ends with its day; None if it is in none.
        told: Digests that hold it.
    """

    life: Life
    story: Story | None
    told: tuple[Told, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        life = self.life
        return {
            "article": life.id,
            "source": life.source_id,
            "outlet": life.outlet_id,
            "title": life.title,
            "link": life.link,
            "seen": life.seen,
            "run": life.run_id,
            "first_run": life.first_run_id,
            "stage": life.stage,
            "day": life.day,
            "edits": life.edits,
            "read": life.read,
            "language": life.language,
            "translated": life.translated,
            "english": life.english,
            "packages": list(life.packages),
            "story": {"id": self.story.id, "best": self.story.best, "articles": len(self.story.articles)}
            if self.story
            else None,
            "digests": [
                {
                    "edition": told.edition,
                    "day": told.day,
                    "story": told.story,
                    "relation": told.relation,
                    "closed": told.closed,
                    "composed": told.composed,
                }
                for told in self.told
            ],
        }

    def lines(self) -> list[tuple[datetime | None, str]]:
        """Return it for people: moments, as far as they are known, and what happened."""
        life = self.life
        edits = f", edited {life.edits} times since (last in run {life.run_id})" if life.edits else ""
        found: list[tuple[datetime | None, str]] = [
            (life.seen, f"first seen in {life.source_id}, run {life.first_run_id}{edits}"),
            (None, f"{life.title} {life.link}".strip()),
        ]
        if life.language:
            found.append((life.read, f"read: language {life.language}, day {life.day}"))
        if self.story:
            role = "its best article" if self.story.best == life.id else f"told by {self.story.best}"
            found.append((None, f"story {self.story.id} of {len(self.story.articles)} articles, {role}"))
        if life.english or life.packages:
            shown = life.english or "no English that can be shown"
            found.append((life.translated, f"translated by {', '.join(life.packages) or 'no package'}: {shown}"))
        found += [
            (
                told.composed,
                f"digest {told.edition}/{told.day}{'' if told.closed else ' (open)'}: {told.relation}, {told.story}",
            )
            for told in self.told
        ]
        found.append((None, f"stage {life.stage}"))
        return found


def trace(store: Store, article_id: str, editions: Sequence[str]) -> Trace | None:
    """
    Tell the life of an article.

    Args:
        store: See there.
        article_id: Whole.
        editions: Ids of those whose digests are looked through.

    Returns:
        None if the article is not kept.
    """
    life = store.articles.life(article_id)
    if life is None:
        return None
    stories = store.articles.stories(life.day) if life.day else ()
    story = next((item for item in stories if any(key == article_id for key, _ in item.articles)), None)
    digests = [store.digests.digest(edition, life.day) for edition in editions] if life.day else []
    told = [
        Told(
            edition=digest.edition,
            day=digest.day,
            story=item.id,
            relation=str(ref.relation),
            closed=digest.closed,
            composed=digest.composed,
        )
        for digest in digests
        if digest
        for item in digest.stories
        for ref in item.articles
        if ref.article_id == article_id
    ]
    return Trace(life=life, story=story, told=tuple(told))
