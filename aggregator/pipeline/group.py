"""
GROUP: articles placed in stories, and the article that tells each story sent to be translated.

    store.heads -> what is new -> window.update -> window.stories -> store.plan

A day's stories depend on all the articles of its window and not on the order in which they came.
One planner at a time (lock ``plan``); a second one finds the lock taken and leaves.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from aggregator.digest.lead_article import list_candidates
from aggregator.digest.select import admits_article
from aggregator.grouping.overrides import NONE
from aggregator.grouping.window import StoryView
from aggregator.models import Stage, Story
from aggregator.pipeline.correct import find_corrections
from aggregator.pipeline.windows import Windows
from aggregator.store.articles import Move

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from aggregator.models import Edition, Overrides
    from aggregator.pipeline.windows import KeptWindow, Origin
    from aggregator.store.articles import ArticleHead
    from aggregator.store.redis import Store

__all__ = [
    "GroupStep",
    "find_days_to_group",
    "group_day",
    "group_days",
    "list_moves",
    "obeys_overrides",
]

log = logging.getLogger(__name__)

# Where an article may stand to go on to a stage; one that tells only now goes back to be
# translated.
_LEFT_FOR = {
    Stage.TRANSLATE: (Stage.GROUP, Stage.COMPOSE, Stage.DONE),
    Stage.COMPOSE: (Stage.GROUP,),
}


def find_days_to_group(
    changed: Collection[date], open_days: Iterable[date], window_days: int
) -> list[date]:
    """
    Return the open days whose windows hold a changed day, in order.

    A window is a day and those before it.
    """

    def holds_changed(day: date) -> bool:
        return any(0 <= (day - other).days < window_days for other in changed)

    return [day for day in sorted(open_days) if holds_changed(day)]


def list_moves(heads: Mapping[str, ArticleHead], untold: Collection[str], day: date) -> list[Move]:
    """
    Say which articles of a day go where, now that its stories are known.

    Args:
        heads: Of a window's articles.
        untold: Those that tell a story and have not been translated as they stand.
        day: Local day.
    """
    found = []
    for article_id, head in heads.items():
        new = Stage.TRANSLATE if article_id in untold else Stage.COMPOSE
        if head.day == day and head.stage in _LEFT_FOR[new]:
            found.append(Move(article_id, head.rev, head.stage, new))
    return found


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class GroupStep:
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


def obeys_overrides(stories: Sequence[Story], overrides: Overrides) -> bool:
    """Say whether stories were formed as ruled, as far as they hold both articles of a ruling."""
    place = _map_stories(stories)
    pinned = [place[one] == place[other] for one, other in _keep_known(overrides.pinned, place)]
    split = [place[one] != place[other] for one, other in _keep_known(overrides.split, place)]
    return all(pinned) and all(split)


def _keep_known(
    pairs: Iterable[tuple[str, str]], place: Mapping[str, str]
) -> list[tuple[str, str]]:
    return [(one, other) for one, other in pairs if one in place and other in place]


def _map_stories(stories: Sequence[Story]) -> dict[str, str]:
    """Return the story of each article, by its id."""
    return {article_id: story.id for story in stories for article_id, _ in story.articles}


def group_day(
    step: GroupStep,
    day: date,
    *,
    token: str,
    now: datetime,
) -> int | None:
    """Plan one day; returns how many articles moved on, None if the lock was lost."""
    heads, kept = _read_window(step, day)
    stories = kept.window.stories(StoryView(official=step.official, preferred=step.preferred))
    untold = _find_untold(step, day, stories, heads, kept)
    moves = list_moves(heads, untold, day)
    if not step.store.articles.plan(
        day,
        stories,
        moves,
        token=token,
        now=now,
    ):
        log.warning("plan came too late", extra={"day": day.isoformat()})
        return None
    _log_grouped(moves, _map_stories(stories))
    return len(moves)


def _read_window(step: GroupStep, day: date) -> tuple[dict[str, ArticleHead], KeptWindow]:
    """Bring a day's window up to date; returns it with the heads of what stands in it unchanged."""
    articles = step.store.articles
    days = [day - timedelta(days=back) for back in range(step.window_days)]
    ids = [article_id for of_day in days for article_id in articles.day_ids(of_day)]
    heads = articles.heads(ids)
    kept = step.windows.of(day, step.store.overrides.all())
    kept.refresh(heads, articles)
    # One that was edited since its head was read waits for its text stage, and is planned then.
    current = {key: head for key, head in heads.items() if kept.revs.get(key) == head.rev}
    return current, kept


def _find_untold(
    step: GroupStep,
    day: date,
    stories: Sequence[Story],
    heads: Mapping[str, ArticleHead],
    kept: KeptWindow,
) -> set[str]:
    """Return the articles of a day that tell a story and have not been translated as they stand."""
    translated = {key for key, head in heads.items() if head.told_as == kept.wordings[key]}
    failed = {key for key in translated if not heads[key].has_english}
    of_day = {key: kept.origins[key] for key, head in heads.items() if head.day == day}
    with_channels: set[str] = set()
    for edition in step.editions:
        languages = _list_eligible(step, edition, of_day)
        for story in stories:
            with_channels.update(list_candidates(story.articles, languages, failed))
    return with_channels - translated


def _list_eligible(
    step: GroupStep, edition: Edition, origins: Mapping[str, Origin]
) -> dict[str, str]:
    """Return the language of each article that an edition admits."""
    eligible = {}
    for key, (outlet_id, language) in origins.items():
        official = outlet_id in step.official
        if admits_article(
            edition,
            outlet_id=outlet_id,
            language=language,
            official=official,
        ):
            eligible[key] = language
    return eligible


def _log_grouped(moves: Sequence[Move], places: Mapping[str, str]) -> None:
    for move in moves:
        where = {"story": places.get(move.id, ""), "next": move.new.value}
        log.info("article grouped", extra={"article": move.id, **where})


def group_days(
    step: GroupStep,
    *,
    token: str,
    lease: timedelta,
    now: datetime,
) -> int:
    """
    Plan every day that has articles waiting to be grouped, or stories that are not as an operator
    ruled.

    Args:
        step: See there.
        token: Becomes the holder of the lock ``plan``.
        lease: How long the lock lasts.
        now: Real time.

    Returns:
        How many articles moved on; 0 if another planner is at work.
    """
    if not step.store.queues.lock("plan", token=token, lease=lease):
        return 0
    try:
        return _plan_days(step, token=token, now=now)
    finally:
        step.store.queues.unlock("plan", token=token)


def _plan_days(step: GroupStep, *, token: str, now: datetime) -> int:
    articles = step.store.articles
    stages = articles.stages(articles.waiting_ids(Stage.GROUP))
    open_days = articles.open_days()
    step.windows.keep_only(open_days)
    changed = {day for _, day in stages.values()}
    days = {
        *find_days_to_group(changed, open_days, step.window_days),
        *_find_overruled(step, open_days),
    }
    moved = _plan_each(
        step,
        sorted(days),
        token=token,
        now=now,
    )
    # Of days that are closed: kept, and told again only where told words have changed.
    late = [key for key, (_, day) in stages.items() if day not in open_days]
    return moved + find_corrections(
        step.store,
        step.editions,
        late,
        token=token,
        now=now,
    )


def _find_overruled(step: GroupStep, open_days: Iterable[date]) -> list[date]:
    """
    Return the days whose stories are not as an operator ruled.

    A ruling sends settled articles back to be grouped; what was on its way then shows only here.
    """
    overrides = step.store.overrides.all()
    if overrides == NONE:
        return []
    stories = step.store.articles.stories
    return [day for day in open_days if not obeys_overrides(stories(day), overrides)]


def _plan_each(
    step: GroupStep,
    days: Iterable[date],
    *,
    token: str,
    now: datetime,
) -> int:
    """Plan days until the lock is lost; returns how many articles moved on."""
    moved = 0
    for day in days:
        count = group_day(
            step,
            day,
            token=token,
            now=now,
        )
        if count is None:
            break
        moved += count
    return moved
