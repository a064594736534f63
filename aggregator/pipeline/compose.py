"""
COMPOSE: a day's stories and their English put together as its digest.

    store.stories, store.load -> digest.build -> store.publish

A digest of a day that is not over is composed again whenever something new is ready; it closes some
hours after the day, and then it never changes. What is not ready by then waits for it until the
deadline; after that, articles that wait for translation are printed in the original, and those that
were not even read move to the next day.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from aggregator.digest.compose import Material, compose_digest
from aggregator.digest.days import find_first_open_day, find_last_closing_time, find_local_day
from aggregator.models import Extent, Outlet, Stage
from aggregator.pipeline.threads import find_threads, list_told

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

    from aggregator.models import Digest, Edition, PublishedArticle, Story
    from aggregator.store.article_records import StoredArticle
    from aggregator.store.redis import Store

__all__ = ["ComposeStep", "Readiness", "compose_days", "judge_readiness"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeStep:
    """
    What composing works with.

    Attributes:
        store: Where articles are and digests go.
        editions: They share one zone.
        outlets: By id, for names; one that left the catalogue goes by its id.
        window_days: Days grouped together.
        deadline: After a day's closing time, how long its digest waits for what is not ready.
        cautions: Words to readers about translation packages, by label.
        now: Editorial time, in UTC.
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


def judge_readiness(stages: Mapping[str, Stage]) -> Readiness:
    """Say what of a day is ready, from the stages of its articles."""

    def list_ids_at(*wanted: Stage) -> tuple[str, ...]:
        return tuple(sorted(key for key, stage in stages.items() if stage in wanted))

    return Readiness(
        unread=list_ids_at(Stage.PAGE, Stage.TEXT, Stage.GROUP),
        untranslated=list_ids_at(Stage.TRANSLATE),
        fresh=list_ids_at(Stage.COMPOSE),
    )


def compose_days(step: ComposeStep, *, token: str, lease: timedelta) -> list[Digest]:
    """
    Compose every open day that is ready and has changed, and close those whose time has come.

    One composer at a time (lock ``compose``).

    Returns:
        The digests put in place.
    """
    if not step.store.queues.lock("compose", token=token, lease=lease):
        return []
    digests: list[Digest] = []
    try:
        for day in step.store.articles.list_open_days():
            digests += _compose_day(step, day, token)
    finally:
        step.store.queues.unlock("compose", token=token)
    return digests


def _compose_day(step: ComposeStep, day: date, token: str) -> list[Digest]:
    ids = step.store.articles.list_day_ids(day)
    corrections = step.store.corrections.load_corrections(day)
    ready = judge_readiness(_read_stages(step, day, ids, corrections))
    closes = find_last_closing_time(day, step.editions)
    due = step.now >= closes
    late: frozenset[str] = frozenset()
    if ready.whole:
        if not ready.fresh and not due:
            return []
    elif due and step.now >= closes + step.deadline and not _has_begun_to_close(step, day):
        late = frozenset(ready.unread)
        _postpone_articles(step, day, ready.unread, corrections)
    else:
        return []
    in_time = {key: published for key, published in corrections.items() if key not in late}
    return _publish_editions(step, day, set(ids) - late, in_time, token, closed=due)


def _read_stages(
    step: ComposeStep,
    day: date,
    ids: Sequence[str],
    corrections: Collection[str],
) -> dict[str, Stage]:
    """Return the stages of a day's articles, and of those whose corrections it prints."""
    articles = step.store.articles
    stages = {}
    for key, (stage, of_day) in articles.load_stages(ids).items():
        if of_day == day:
            stages[key] = stage
    for key, (stage, _) in articles.load_stages(list(corrections)).items():
        stages[key] = stage
    return stages


def _has_begun_to_close(step: ComposeStep, day: date) -> bool:
    """Say whether an edition of the day is closed: what it prints must not move to another day."""
    digests = [step.store.digests.load_digest(edition.id, day) for edition in step.editions]
    return any(digest is not None and digest.closed for digest in digests)


def _postpone_articles(
    step: ComposeStep,
    day: date,
    ids: Sequence[str],
    corrections: Collection[str],
) -> None:
    """Move articles, or their corrections, to the first later day that is open."""
    articles = step.store.articles
    today = find_local_day(step.now, step.editions[0].zone)
    span = {day + timedelta(days=ahead) for ahead in range((today - day).days + 2)}
    new = find_first_open_day(day, today, articles.find_closed_days(span) | {day})
    for article_id in ids:
        corrected = article_id in corrections
        move = step.store.corrections.carry_over if corrected else articles.postpone
        if move(article_id, old=day, new=new):
            log.warning(
                "article came too late for its day",
                extra={"article": article_id, "day": day.isoformat()},
            )


def _publish_editions(
    step: ComposeStep,
    day: date,
    ids: set[str],
    corrections: Mapping[str, Sequence[PublishedArticle]],
    token: str,
    *,
    closed: bool,
) -> list[Digest]:
    # Read once: grouping may write others meanwhile, and a digest of two plans would show neither.
    stories = step.store.articles.load_stories(day)
    grouped = _list_grouped(stories)
    if not ids <= grouped:
        log.warning("stories are older than their articles", extra={"day": day.isoformat()})
        return []
    stored = step.store.articles.load(grouped | corrections.keys())
    fenced = ids | corrections.keys()
    fence = {key: item.rev for key, item in stored.items() if key in fenced}
    material = _gather_material(step, stories, stored, corrections)
    digests: list[Digest] = []
    for edition in step.editions:
        previous = step.store.digests.load_digest(edition.id, day)
        if previous is not None and previous.closed:
            continue  # whoever closed it died before the next edition; closed, it never changes
        threads = find_threads(step.store.digests, edition.id, day, material)
        digest = compose_digest(
            edition,
            day,
            replace(material, threads=threads),
            composed=step.now,
            closed=closed,
            previous=previous,
        )
        last = edition is step.editions[-1]
        placed = step.store.digests.publish(
            digest,
            fence,
            token=token,
            last=last,
            of_day=len(ids),
            corrected=len(corrections),
            told=list_told(digest, material.articles),
        )
        if not placed:
            log.info("digest overtaken", extra={"edition": edition.id, "day": day.isoformat()})
            break
        _log_entered(digest, previous)
        digests.append(digest)
    return digests


def _list_grouped(stories: Sequence[Story]) -> set[str]:
    grouped: set[str] = set()
    for story in stories:
        grouped.update(article_id for article_id, _ in story.articles)
    return grouped


def _gather_material(
    step: ComposeStep,
    stories: Sequence[Story],
    stored: Mapping[str, StoredArticle],
    corrections: Mapping[str, Sequence[PublishedArticle]],
) -> Material:
    articles = {key: item.article for key, item in stored.items()}
    translations = {}
    headlines = {}
    for key, item in stored.items():
        if item.passages is not None:
            headlines[key] = item.passages[0]
            if item.extent is Extent.LEAD:
                translations[key] = item.passages
    outlet_ids = {article.outlet_id for article in articles.values()}
    outlets = {key: _find_outlet(step, key) for key in outlet_ids}
    return Material(
        stories=stories,
        articles=articles,
        translations=translations,
        headlines=headlines,
        outlets=outlets,
        cautions=step.cautions,
        told=corrections,
    )


def _find_outlet(step: ComposeStep, outlet_id: str) -> Outlet:
    return step.outlets.get(outlet_id) or Outlet(
        id=outlet_id,
        name=outlet_id,
        home="",
    )


def _log_entered(digest: Digest, previous: Digest | None) -> None:
    """Log what is new in a digest, so that the life of each article can be followed to its end."""
    known = set(_list_printed(previous)) if previous else set()
    where = {
        "edition": digest.edition,
        "day": digest.day.isoformat(),
        "revision": digest.revision,
    }
    for story_id, article_id in _list_printed(digest):
        if (story_id, article_id) not in known:
            extra = {
                "article": article_id,
                "story": story_id,
                **where,
            }
            log.info("article in digest", extra=extra)
    event = "digest closed" if digest.closed else "digest composed"
    log.info(event, extra={**where, "stories": len(digest.stories)})


def _list_printed(digest: Digest) -> list[tuple[str, str]]:
    """Return ids of story and article for every article that a digest prints."""
    printed = []
    for story in digest.stories:
        printed += [(story.id, ref.article_id) for ref in story.articles]
    return printed
