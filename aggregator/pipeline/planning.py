"""
GROUP: articles placed in stories, and the article that tells each story sent to be translated.

    store.heads -> what is new -> window.update -> window.stories -> store.plan

A day's stories depend on all the articles of its window and not on the order in which they came. One planner at a time
(lock ``plan``); a second one finds the lock taken and leaves.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from aggregator.digest.select import admits
from aggregator.digest.telling import tellers
from aggregator.grouping.rulings import NONE
from aggregator.grouping.window import Telling
from aggregator.models import Stage, Story
from aggregator.pipeline.correcting import plan_corrections
from aggregator.pipeline.windows import Windows
from aggregator.store.articles import Move

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from aggregator.grouping.rulings import Rulings
    from aggregator.models import Edition
    from aggregator.pipeline.windows import Origin
    from aggregator.store.articles import Head
    from aggregator.store.redis import Store

__all__ = ["PlanningDesk", "days_to_plan", "heeds", "moves", "plan_day", "plan_days"]

log = logging.getLogger(__name__)


def days_to_plan(changed: Collection[date], open_days: Iterable[date], window_days: int) -> list[date]:
    """Return the open days whose windows hold a changed day, in order. A window is a day and those before it."""
    return [day for day in sorted(open_days) if any(0 <= (day - other).days < window_days for other in changed)]


def moves(heads: Mapping[str, Head], untold: Collection[str], day: date) -> list[Move]:
    """
    Say which articles of a day go where, now that its stories are known.

    Args:
        heads: Of a window's articles.
        untold: Those that tell a story and have not been translated as they stand.
        day: Local day.
    """
    found = []
    for article_id, head in heads.items():
        if head.day != day:
            continue
        wanting = article_id in untold
        new = Stage.TRANSLATE if wanting else Stage.COMPOSE
        waiting = head.stage is Stage.GROUP
        if waiting or (wanting and head.stage in (Stage.COMPOSE, Stage.DONE)):
            found.append(Move(article_id, head.rev, head.stage, new))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanningDesk:
    """
    What planning works with.

    Attributes:
        store: Where articles are.
        window_days: Days grouped together.
        official: Ids of outlets that speak for a state body.
        preferred: Languages preferred to tell a story, the best first.
        editions: Each may tell a story from another article.
        windows: Kept from one plan to the next.
    """

    store: Store
    window_days: int
    official: frozenset[str]
    preferred: tuple[str, ...]
    editions: tuple[Edition, ...]
    windows: Windows = field(default_factory=Windows)


def heeds(stories: Sequence[Story], rulings: Rulings) -> bool:
    """Say whether stories were formed as ruled, as far as they hold both articles of a ruling."""
    place = {article_id: story.id for story in stories for article_id, _ in story.articles}
    both = [(pair, pair in rulings.pinned) for pair in rulings.pinned | rulings.split if place.keys() >= {*pair}]
    return all((place[one] == place[other]) is together for (one, other), together in both)


def _eligible(desk: PlanningDesk, edition: Edition, origins: Mapping[str, Origin]) -> dict[str, str]:
    return {
        key: language
        for key, (outlet_id, language) in origins.items()
        if admits(edition, outlet_id=outlet_id, language=language, official=outlet_id in desk.official)
    }


def plan_day(desk: PlanningDesk, day: date, *, token: str, now: datetime) -> int:
    """Plan one day under the token's lock; returns how many articles moved on, -1 if the lock was lost."""
    store = desk.store
    ids = [item for n in range(desk.window_days) for item in store.articles.day_ids(day - timedelta(days=n))]
    heads = store.articles.heads(ids)
    kept = desk.windows.of(day, store.rulings.all())
    kept.refresh(heads, store.articles)
    # One that was edited since its head was read waits for its text stage, and is planned after that.
    heads = {key: head for key, head in heads.items() if kept.revs.get(key) == head.rev}
    stories = kept.window.stories(Telling(official=desk.official, preferred=desk.preferred))
    of_day = {key: kept.origins[key] for key, head in heads.items() if head.day == day}
    told = {key: head.told_well for key, head in heads.items() if head.told_as == kept.wordings[key]}
    failed = {key for key, well in told.items() if not well}
    may = [_eligible(desk, edition, of_day) for edition in desk.editions]
    telling = {key for languages in may for story in stories for key in tellers(story.articles, languages, failed)}
    untold = telling - told.keys()
    steps = moves(heads, untold, day)
    if not store.articles.plan(day, stories, steps, token=token, now=now):
        log.warning("plan came too late", extra={"day": day.isoformat()})
        return -1
    place = {article_id: story.id for story in stories for article_id, _ in story.articles}
    for step in steps:
        log.info("article grouped", extra={"article": step.id, "story": place.get(step.id, ""), "next": step.new.value})
    return len(steps)


def plan_days(desk: PlanningDesk, *, token: str, lease: timedelta, now: datetime) -> int:
    """
    Plan every day that has articles waiting to be grouped, or stories that are not as an operator ruled.

    Args:
        desk: See there.
        token: Becomes the holder of the lock ``plan``.
        lease: How long the lock lasts.
        now: Real time.

    Returns:
        How many articles moved on; 0 if another planner is at work.
    """
    if not desk.store.work.lock("plan", token=token, lease=lease):
        return 0
    try:
        return _plan_days(desk, token=token, now=now)
    finally:
        desk.store.work.unlock("plan", token=token)


def _plan_days(desk: PlanningDesk, *, token: str, now: datetime) -> int:
    store = desk.store
    waiting = store.articles.waiting_ids(Stage.GROUP)
    stages = store.articles.stages(waiting)
    changed = {day for _, day in stages.values()}
    open_days = store.articles.open_days()
    desk.windows.keep_only(open_days)
    # A ruling sends settled articles back to be grouped; what was on its way when it came shows only here.
    rulings = store.rulings.all()
    unheeded = {day for day in open_days if rulings != NONE and not heeds(store.articles.stories(day), rulings)}
    moved = 0
    for day in sorted({*days_to_plan(changed, open_days, desk.window_days), *unheeded}):
        count = plan_day(desk, day, token=token, now=now)
        if count < 0:
            break
        moved += count
    # Of days that are closed: kept, and told again only where told words have changed.
    late = [key for key, (_, day) in stages.items() if day not in open_days]
    return moved + plan_corrections(store, desk.editions, late, token=token, now=now)
