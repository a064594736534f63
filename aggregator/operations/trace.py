"""
The life of an article, out of the store.

When it came and from where, what became of it, which digests print it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from aggregator.digest.whole import name_whole_article

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime

    from aggregator.models import Digest, Story
    from aggregator.store.article_records import Life
    from aggregator.store.pictures import PictureRecord
    from aggregator.store.redis import Store

__all__ = ["DigestMention", "Trace", "WholeMention", "trace_article"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestMention:
    """A digest that prints an article: as the best of its story, or among its other reports."""

    edition: str
    day: date
    story: str
    relation: str
    closed: bool
    composed: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeMention:
    """
    The whole article in English, of words that a digest printed.

    Attributes:
        made: Sentences that have English, or a reason why not.
        size: All sentences.
        waits: It is in line, or being worked on.
    """

    id: str
    made: int
    size: int
    waits: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """
    A life.

    Attributes:
        life: What its record says.
        story: Of the window that ends with its day; None if it is in none.
        mentions: One for each story of a digest that prints it.
        wholes: One for each wording that was put, or is to be put, into English as a whole.
        picture: What is known of its picture; None if none was asked for.
    """

    life: Life
    story: Story | None
    mentions: tuple[DigestMention, ...]
    wholes: tuple[WholeMention, ...] = ()
    picture: PictureRecord | None = None

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
            "story": _write_story(self.story) if self.story else None,
            "digests": [asdict(mention) for mention in self.mentions],
            "wholes": [asdict(mention) for mention in self.wholes],
            "picture": asdict(self.picture) if self.picture else None,
        }

    def describe(self) -> list[tuple[datetime | None, str]]:
        """Return it for people: moments, as far as they are known, and what happened."""
        life = self.life
        mentions = [(mention.composed, _describe_mention(mention)) for mention in self.mentions]
        return [
            (life.seen, _describe_arrival(life)),
            (None, f"{life.title} {life.link}".strip()),
            *self._describe_stages(),
            *mentions,
            *((None, _describe_whole(mention)) for mention in self.wholes),
            *([(None, _describe_picture(self.picture))] if self.picture else []),
            (None, f"stage {life.stage}"),
        ]

    def _describe_stages(self) -> Iterator[tuple[datetime | None, str]]:
        life = self.life
        if life.language:
            yield life.read, f"read: language {life.language}, day {life.day}"
        if self.story:
            yield None, _describe_story(self.story, life.id)
        if life.english or life.packages:
            packages = ", ".join(life.packages) or "no package"
            english = life.english or "no English that can be shown"
            yield life.translated, f"translated by {packages}: {english}"


def _write_story(story: Story) -> dict[str, object]:
    return {
        "id": story.id,
        "best": story.best,
        "articles": len(story.articles),
    }


def _describe_arrival(life: Life) -> str:
    edits = ""
    if life.edits:
        edits = f", edited {life.edits} times since (last in run {life.run_id})"
    return f"first seen in {life.source_id}, run {life.first_run_id}{edits}"


def _describe_story(story: Story, article_id: str) -> str:
    best = story.best == article_id
    role = "its best article" if best else f"told by {story.best}"
    return f"story {story.id} of {len(story.articles)} articles, {role}"


def _describe_mention(mention: DigestMention) -> str:
    state = "" if mention.closed else " (open)"
    return f"digest {mention.edition}/{mention.day}{state}: {mention.relation}, {mention.story}"


def _describe_whole(mention: WholeMention) -> str:
    waits = ", and waits" if mention.waits else ""
    return f"whole article: {mention.made} of {mention.size} sentences gone through{waits}"


def _describe_picture(record: PictureRecord) -> str:
    return f"picture {record.url}: {record.said or 'waits to be fetched'}"


def trace_article(store: Store, article_id: str, editions: Sequence[str]) -> Trace | None:
    """
    Follow an article through its stages, and through the digests of some editions, by their ids.

    Returns:
        None if the article is not kept.
    """
    life = store.articles.load_life(article_id)
    if life is None:
        return None
    if life.day is None:
        return Trace(
            life=life,
            story=None,
            mentions=(),
        )
    mentions: list[DigestMention] = []
    whole_ids: dict[str, None] = {}
    for edition in editions:
        digest = store.digests.load_digest(edition, life.day)
        if digest is not None:
            mentions += _find_mentions(digest, article_id)
            whole_ids |= dict.fromkeys(_find_whole_ids(digest, article_id))
    story = _find_story(store.articles.load_stories(life.day), article_id)
    return Trace(
        life=life,
        story=story,
        mentions=tuple(mentions),
        wholes=_load_wholes(store, whole_ids),
        picture=store.pictures.load_records([article_id]).get(article_id),
    )


def _find_whole_ids(digest: Digest, article_id: str) -> Iterator[str]:
    for story in digest.stories:
        if story.best.article_id == article_id:
            yield name_whole_article(story.best)


def _load_wholes(store: Store, ids: Iterable[str]) -> tuple[WholeMention, ...]:
    wholes = store.wholes.load(ids)
    waiting = store.wholes.list_waiting() if wholes else []
    return tuple(
        WholeMention(id=whole_id, made=whole.made, size=whole.size, waits=whole_id in waiting)
        for whole_id, whole in wholes.items()
    )


def _find_story(stories: Sequence[Story], article_id: str) -> Story | None:
    for story in stories:
        if any(known == article_id for known, _ in story.articles):
            return story
    return None


def _find_mentions(digest: Digest, article_id: str) -> Iterator[DigestMention]:
    for story in digest.stories:
        for ref in story.articles:
            if ref.article_id == article_id:
                yield DigestMention(
                    edition=digest.edition,
                    day=digest.day,
                    story=story.id,
                    relation=str(ref.relation),
                    closed=digest.closed,
                    composed=digest.composed,
                )
