"""
GROUP, of articles whose day is closed: what they told then is compared with what they say now
(``digest.corrections``).

    store.digests -> told_in -> stands? -> store.corrections

An article whose told words have changed goes to be translated once more, and the next digest that
is open tells of it; any other is put to rest. The lookup reads closed digests, so all late articles
of one plan share it.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from aggregator.digest.corrections import is_unchanged, list_told
from aggregator.models import Stage
from aggregator.store.articles import Move

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from aggregator.models import Edition, PublishedArticle
    from aggregator.store.articles import StoredArticle
    from aggregator.store.redis import Store

__all__ = ["find_corrections", "find_next_open"]

log = logging.getLogger(__name__)


def find_next_open(day: date, open_days: Iterable[date], closed: Iterable[date]) -> date:
    """Return the first day after a closed one whose digest may still change; begun or not."""
    shut = {day, *closed}
    begun = [other for other in open_days if other > day and other not in shut]
    return min(begun, default=max(shut) + timedelta(days=1))


def find_corrections(
    store: Store,
    editions: Sequence[Edition],
    late: Collection[str],
    *,
    token: str,
    now: datetime,
) -> int:
    """
    Move on articles that wait to be grouped although their day is closed.

    Args:
        store: Where they are.
        editions: All of them.
        late: Their ids.
        token: Of the lock ``plan``.
        now: Real time.

    Returns:
        How many are to be told again.
    """
    stored = _load_waiting(store, late)
    if not stored:
        return 0
    open_days = store.articles.open_days()
    noted = {key for day in open_days for key in store.corrections.of(day)}
    changed = _find_changed(store, editions, stored, noted, now.date())
    again = 0
    for key, told in changed.items():
        item = stored[key]
        day = _choose_day(store, item, open_days, now)
        again += store.corrections.add(
            key,
            item.rev,
            told,
            day,
            token=token,
            now=now,
        )
        log.info("told words have changed", extra={"article": key, "day": day.isoformat()})
    rest = {key: item for key, item in stored.items() if key not in changed}
    _put_to_rest(
        store,
        rest,
        noted,
        token=token,
        now=now,
    )
    return again


def _load_waiting(store: Store, ids: Collection[str]) -> dict[str, StoredArticle]:
    loaded = store.articles.load(ids)
    return {key: item for key, item in loaded.items() if item.stage is Stage.GROUP}


def _find_changed(
    store: Store,
    editions: Sequence[Edition],
    stored: Mapping[str, StoredArticle],
    noted: Collection[str],
    today: date,
) -> dict[str, list[PublishedArticle]]:
    """Return what was told of articles and does not stand any more; without those noted already."""
    fresh = {key: item for key, item in stored.items() if key not in noted}
    changed = {}
    for key, told in _find_told(store, editions, fresh, today).items():
        fallen = [found for found in told if not is_unchanged(found, stored[key].article)]
        if fallen:
            changed[key] = fallen
    return changed


def _put_to_rest(
    store: Store,
    rest: Mapping[str, StoredArticle],
    noted: Collection[str],
    *,
    token: str,
    now: datetime,
) -> None:
    """Move on articles of which nothing new is to be told, day by day."""
    moves: dict[date, list[Move]] = defaultdict(list)
    for key, item in rest.items():
        stage = _choose_stage(item) if key in noted else Stage.DONE
        moves[item.article.day].append(Move(key, item.rev, Stage.GROUP, stage))
    for day, of_day in moves.items():
        store.articles.plan(
            day,
            None,
            of_day,
            token=token,
            now=now,
        )


def _choose_stage(item: StoredArticle) -> Stage:
    """Translated as it stands, or not yet; what came of it is the digest's to say."""
    return Stage.TRANSLATE if item.passages is None else Stage.COMPOSE


def _choose_day(
    store: Store,
    item: StoredArticle,
    open_days: Sequence[date],
    now: datetime,
) -> date:
    day = item.article.day
    ahead = max((now.date() - day).days, 0) + 2
    span = [day + timedelta(days=number) for number in range(ahead)]
    return find_next_open(day, open_days, store.articles.closed_days(span))


def _find_told(
    store: Store,
    editions: Sequence[Edition],
    late: Mapping[str, StoredArticle],
    today: date,
) -> dict[str, list[PublishedArticle]]:
    """Return what was told last of each article, once for each edition that told it."""
    found: dict[str, list[PublishedArticle]] = {key: [] for key in late}
    first = min((item.article.day for item in late.values()), default=today)
    for edition in editions:
        for key, item in _find_told_in_edition(store, edition, set(late), first).items():
            found[key].append(item)
    return found


def _find_told_in_edition(
    store: Store,
    edition: Edition,
    missing: set[str],
    first: date,
) -> dict[str, PublishedArticle]:
    """Return what an edition's closed digests told last of each article."""
    found: dict[str, PublishedArticle] = {}
    for day in store.digests.days(edition.id):
        if day < first or not missing:
            break
        digest = store.digests.digest(edition.id, day)
        if digest is not None and digest.closed:
            found |= list_told(digest, missing)
            missing -= found.keys()
    return found
