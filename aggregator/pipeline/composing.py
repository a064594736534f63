"""
COMPOSE: a day's stories and their English put together as its digest.

    store.stories, store.load -> digest.build -> store.publish

A digest of a day that is not over is composed again whenever something new is ready; it closes some hours after the
day, and then it never changes. What is not ready by then waits for it until the deadline; after that, articles that
wait for translation are told in the original, and those that were not even read move to the next day.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from aggregator.digest.build import Material, compose
from aggregator.digest.days import closing_time, first_open_day, local_day
from aggregator.models import Digest, Edition, Outlet, Stage, Told

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from aggregator.store.articles import StoredArticle
    from aggregator.store.redis import Store

__all__ = ["Press", "compose_days", "readiness"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """
    What composing works with.

    Attributes:
        store: Where articles are and digests go.
        editions: All of them; they share one zone.
        outlets: By id, for names; one that left the catalogue goes by its id.
        window_days: Days grouped together.
        deadline: After a day's closing time, how long its digest waits for what is not ready.
        cautions: What readers are told about packages, by label.
        now: Editorial time.
    """

    store: Store
    editions: Sequence[Edition]
    outlets: Mapping[str, Outlet]
    window_days: int
    deadline: timedelta
    cautions: Mapping[str, str]
    now: datetime


@dataclass(frozen=True, slots=True)
class Readiness:
    """
    Whether a day can be composed.

    Attributes:
        unread: Articles whose page or text waits to be read, or that wait to be grouped.
        untranslated: Articles that wait for translation.
        fresh: Articles ready that are not in the digest yet.
    """

    unread: tuple[str, ...]
    untranslated: tuple[str, ...]
    fresh: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Nothing of the day is on its way."""
        return not self.unread and not self.untranslated


def readiness(stages: Mapping[str, Stage]) -> Readiness:
    """Say what of a day is ready, from the stages of its articles."""

    def at(*wanted: Stage) -> tuple[str, ...]:
        return tuple(sorted(key for key, stage in stages.items() if stage in wanted))

    return Readiness(at(Stage.PAGE, Stage.TEXT, Stage.GROUP), at(Stage.TRANSLATE), at(Stage.COMPOSE))


def compose_days(press: Press, *, token: str, lease: timedelta) -> list[Digest]:
    """
    Compose every open day that is ready and has changed, and close those whose time has come.

    One composer at a time (lock ``compose``).

    Returns:
        The digests put in place.
    """
    if not press.store.work.lock("compose", token=token, lease=lease):
        return []
    try:
        return [digest for day in press.store.articles.open_days() for digest in _compose_day(press, day, token)]
    finally:
        press.store.work.unlock("compose", token=token)


def _compose_day(press: Press, day: date, token: str) -> list[Digest]:
    articles = press.store.articles
    ids, told = articles.day_ids(day), press.store.corrections.of(day)
    stages = {key: stage for key, (stage, of_day) in articles.stages(ids).items() if of_day == day}
    stages |= {key: stage for key, (stage, _) in articles.stages(list(told)).items()}
    ready = readiness(stages)
    closes = max(closing_time(day, edition) for edition in press.editions)
    due = press.now >= closes
    late: set[str] = set()
    if due and not ready.whole and press.now >= closes + press.deadline and not _begun(press, day):
        late = set(ready.unread)
        _postpone(press, day, ready.unread, told)
    elif not ready.whole or not (ready.fresh or due):
        return []
    told = {key: items for key, items in told.items() if key not in late}
    return _publish(press, day, set(ids) - late, told, token, closed=due)


def _begun(press: Press, day: date) -> bool:
    """Say whether an edition of the day is closed already: what it tells must not move to another day."""
    found = (press.store.digests.digest(edition.id, day) for edition in press.editions)
    return any(digest is not None and digest.closed for digest in found)


def _postpone(press: Press, day: date, ids: Sequence[str], told: Collection[str]) -> None:
    articles, today = press.store.articles, local_day(press.now, press.editions[0].zone)
    span = {day + timedelta(days=n) for n in range((today - day).days + 2)}
    new = first_open_day(day, today, articles.closed_days(span) | {day})
    for article_id in ids:
        carried = press.store.corrections.carry if article_id in told else articles.postpone
        if carried(article_id, old=day, new=new):
            log.warning("article came too late for its day", extra={"article": article_id, "day": day.isoformat()})


def _publish(
    press: Press, day: date, ids: set[str], told: Mapping[str, Sequence[Told]], token: str, *, closed: bool
) -> list[Digest]:
    store = press.store
    stories = store.articles.stories(day)
    grouped = {article_id for story in stories for article_id, _ in story.articles}
    if not ids <= grouped:
        log.warning("stories are older than their articles", extra={"day": day.isoformat()})
        return []
    stored = store.articles.load(grouped | told.keys())
    fence = {key: item.rev for key, item in stored.items() if key in ids or key in told}
    material = _material(press, day, stored, told)
    done: list[Digest] = []
    for edition in press.editions:
        previous = store.digests.digest(edition.id, day)
        if previous is not None and previous.closed:
            continue  # whoever closed it died before the next edition; closed, it never changes
        digest = compose(edition, day, material, composed=press.now, closed=closed, previous=previous)
        last = edition is press.editions[-1]
        if not store.digests.publish(digest, fence, token=token, last=last, of_day=len(ids), corrected=len(told)):
            log.info("digest overtaken", extra={"edition": edition.id, "day": day.isoformat()})
            break
        _log_entered(digest, previous)
        done.append(digest)
    return done


def _log_entered(digest: Digest, previous: Digest | None) -> None:
    """Log what is new in a digest, article by article, so that the life of each can be told to its end."""
    known = {(story.id, ref.article_id) for story in previous.stories for ref in story.articles} if previous else set()
    where = {"edition": digest.edition, "day": digest.day.isoformat(), "revision": digest.revision}
    for story in digest.stories:
        for ref in story.articles:
            if (story.id, ref.article_id) not in known:
                log.info("article in digest", extra={"article": ref.article_id, "story": story.id, **where})
    log.info("digest closed" if digest.closed else "digest composed", extra={**where, "stories": len(digest.stories)})


def _material(
    press: Press, day: date, stored: Mapping[str, StoredArticle], told: Mapping[str, Sequence[Told]]
) -> Material:
    ids = {item.article.outlet_id for item in stored.values()}
    return Material(
        stories=press.store.articles.stories(day),
        articles={key: item.article for key, item in stored.items()},
        translations={key: item.passages for key, item in stored.items() if item.passages is not None},
        outlets={key: press.outlets.get(key) or Outlet(id=key, name=key, home="") for key in ids},
        cautions=press.cautions,
        told=told,
    )
