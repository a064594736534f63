"""
GROUP: articles placed in stories, and what readers see of each sent to be translated.

Of the article that leads a story that is headline and lead, of the other reports the headline.

    store.heads -> what is new -> window.update -> window.stories -> store.plan

A day's stories depend on all the articles of its window and not on the order in which they came.
One worker at a time (lock ``plan``); a second one finds the lock taken and leaves.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from aggregator.digest.lead_article import find_untranslated
from aggregator.digest.select import admits_article
from aggregator.grouping.overrides import NONE
from aggregator.grouping.window import StoryView
from aggregator.models import Extent, Stage, Story
from aggregator.pipeline.correct import find_corrections
from aggregator.pipeline.windows import Windows
from aggregator.store.article_records import Move, PlanOutcome

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from aggregator.models import Edition, Overrides
    from aggregator.pipeline.windows import KeptWindow, WindowMember
    from aggregator.store.article_records import ArticleHead
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

# The stages that an article may leave for another; one that leads a story only now goes back to be
# translated.
_LEFT_FOR = {
    Stage.TRANSLATE: (Stage.GROUP, Stage.COMPOSE, Stage.DONE),
    Stage.COMPOSE: (Stage.GROUP,),
}
# Each is overtaken by other articles that go on while it is made; what waits for it is not lost.
_MOST_PLANS = 8


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


def list_moves(
    heads: Mapping[str, ArticleHead], untranslated: Mapping[str, Extent], day: date
) -> list[Move]:
    """
    Say which articles of a day go where, now that its stories are known.

    Args:
        heads: Of a window's articles, by id.
        untranslated: How much is to be translated of those that have not been as they are, by id.
        day: Local day that is grouped.
    """
    moves = []
    for article_id, head in heads.items():
        new = Stage.TRANSLATE if article_id in untranslated else Stage.COMPOSE
        extent = untranslated.get(article_id, Extent.LEAD)
        goes = head.stage in _LEFT_FOR[new] or _wants_more(head, new, extent)
        if head.day == day and goes:
            moves.append(Move(article_id, head.rev, head.stage, new, extent))
    return moves


def _wants_more(head: ArticleHead, new: Stage, extent: Extent) -> bool:
    """Say whether more is wanted of an article than it waits for, or than is in hand."""
    waits = head.stage is Stage.TRANSLATE and new is Stage.TRANSLATE
    return waits and extent is Extent.LEAD and head.asked is not Extent.LEAD


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupStep:
    """
    What grouping works with.

    Attributes:
        store: Where articles are.
        window_days: Days grouped together.
        official: Ids of outlets that speak for a state body.
        preferred: Languages of lead articles, the best first.
        editions: Each may print a story with another lead article.
        windows: Kept from one plan to the next.
    """

    store: Store
    window_days: int
    official: frozenset[str]
    preferred: tuple[str, ...]
    editions: tuple[Edition, ...]
    windows: Windows = field(default_factory=Windows)


def obeys_overrides(stories: Sequence[Story], overrides: Overrides) -> bool:
    """Say whether stories obey overrides, as far as they hold both articles of a pair."""
    place = _map_stories(stories)
    pinned = _list_known_pairs(overrides.pinned, place)
    split = _list_known_pairs(overrides.split, place)
    together = all(place[one] == place[other] for one, other in pinned)
    apart = all(place[one] != place[other] for one, other in split)
    return together and apart


def _list_known_pairs(
    pairs: Iterable[tuple[str, str]], place: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Return the pairs of which both articles are in a story."""
    return [pair for pair in pairs if place.keys() >= set(pair)]


def _map_stories(stories: Sequence[Story]) -> dict[str, str]:
    """Return the story of each article, by its id."""
    place = {}
    for story in stories:
        for article_id, _ in story.articles:
            place[article_id] = story.id
    return place


def group_day(
    step: GroupStep,
    day: date,
    *,
    token: str,
    now: datetime,
) -> int | None:
    """
    Plan one day.

    A plan that articles have overtaken is made anew; one that always is, stays undone until the day
    is grouped again.

    Returns:
        How many articles moved on; None if the lock was lost.
    """
    for _ in range(_MOST_PLANS):
        stories, moves = _make_plan(step, day)
        outcome = step.store.articles.save_plan(
            day,
            stories,
            moves,
            token=token,
            now=now,
        )
        if outcome is PlanOutcome.KEPT:
            _log_grouped(moves, _map_stories(stories))
            return len(moves)
        if outcome is PlanOutcome.LOCK_LOST:
            log.warning("plan came too late", extra={"day": day.isoformat()})
            return None
    log.warning("plan was overtaken", extra={"day": day.isoformat(), "times": _MOST_PLANS})
    return 0


def _make_plan(step: GroupStep, day: date) -> tuple[Sequence[Story], list[Move]]:
    """Return the stories of a day's window, and where its articles go."""
    heads, kept = _read_window(step, day)
    stories = kept.window.stories(StoryView(official=step.official, preferred=step.preferred))
    untranslated = _find_untranslated(step, day, stories, heads, kept)
    return stories, list_moves(heads, untranslated, day)


def _read_window(step: GroupStep, day: date) -> tuple[dict[str, ArticleHead], KeptWindow]:
    """Bring a day's window up to date; returns it with the heads of what is in it unchanged."""
    articles = step.store.articles
    ids: list[str] = []
    for back in range(step.window_days):
        ids += articles.list_day_ids(day - timedelta(days=back))
    heads = articles.load_heads(ids)
    kept = step.windows.open_window(day, step.store.overrides.load_all())
    kept.refresh(heads, articles)
    # One that was edited since its head was read waits for its text stage, and is planned then.
    current = {key: head for key, head in heads.items() if kept.has_version(key, head.rev)}
    return current, kept


def _find_untranslated(
    step: GroupStep,
    day: date,
    stories: Sequence[Story],
    heads: Mapping[str, ArticleHead],
    kept: KeptWindow,
) -> dict[str, Extent]:
    """Return what of a day's articles readers see and has not been translated as it is."""
    members = kept.members
    translated = {
        key: head.extent
        for key, head in heads.items()
        if head.translated_wording == members[key].wording
    }
    failed = {key for key in translated if not heads[key].has_english}
    of_day = {key: members[key] for key, head in heads.items() if head.day == day}
    untranslated: dict[str, Extent] = {}
    for edition in step.editions:
        languages = _list_eligible(step, edition, of_day)
        for story in stories:
            missing = find_untranslated(story.articles, languages, translated, failed)
            for key, extent in missing.items():
                if extent is Extent.LEAD or key not in untranslated:
                    untranslated[key] = extent
    return untranslated


def _list_eligible(
    step: GroupStep,
    edition: Edition,
    members: Mapping[str, WindowMember],
) -> dict[str, str]:
    """Return the language of each article that an edition admits."""
    languages = {}
    for key, member in members.items():
        if admits_article(
            edition,
            outlet_id=member.outlet_id,
            language=member.language,
            official=member.outlet_id in step.official,
        ):
            languages[key] = member.language
    return languages


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
    Plan every day that has articles to be grouped, or stories that do not obey the overrides.

    Args:
        token: Becomes the holder of the lock ``plan``.
        lease: How long the lock lasts.
        now: Real time, in UTC.

    Returns:
        How many articles moved on; 0 if another worker is at it.
    """
    if not step.store.queues.lock("plan", token=token, lease=lease):
        return 0
    try:
        return _plan_days(step, token=token, now=now)
    finally:
        step.store.queues.unlock("plan", token=token)


def _plan_days(step: GroupStep, *, token: str, now: datetime) -> int:
    articles = step.store.articles
    stages = articles.load_stages(articles.list_waiting_ids(Stage.GROUP))
    open_days = articles.list_open_days()
    step.windows.keep_only(open_days)
    changed = {day for _, day in stages.values()}
    days = {
        *find_days_to_group(changed, open_days, step.window_days),
        *_find_overridden(step, open_days),
    }
    moved = _plan_each(
        step,
        sorted(days),
        token=token,
        now=now,
    )
    # Of days that are closed: kept, and printed again only where printed words have changed.
    late = [key for key, (_, day) in stages.items() if day not in open_days]
    return moved + find_corrections(
        step.store,
        step.editions,
        late,
        token=token,
        now=now,
    )


def _find_overridden(step: GroupStep, open_days: Iterable[date]) -> list[date]:
    """
    Return the days whose stories do not obey the operators' overrides.

    An override sends settled articles back to be grouped; what was on its way then shows only here.
    """
    overrides = step.store.overrides.load_all()
    if overrides == NONE:
        return []
    stories = step.store.articles.load_stories
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
