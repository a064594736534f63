"""
GROUP, of articles whose day is closed: what they told then is compared with what they say now (``digest.corrections``).

    store.digests -> told_in -> stands? -> store.corrections

An article whose told words have changed goes to be translated once more, and the next digest that is open tells of it;
any other is put to rest. The lookup reads closed digests, so all late articles of one plan share it.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from aggregator.digest.corrections import stands, told_in
from aggregator.models import Stage
from aggregator.store.articles import Move

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from aggregator.models import Edition, Told
    from aggregator.store.articles import StoredArticle
    from aggregator.store.redis import Store

__all__ = ["next_open", "plan_corrections"]

log = logging.getLogger(__name__)


def next_open(day: date, open_days: Iterable[date], closed: Iterable[date]) -> date:
    """Return the first day after a closed one whose digest may still change; begun or not."""
    shut = {day, *closed}
    begun = [other for other in open_days if other > day and other not in shut]
    return min(begun, default=max(shut) + timedelta(days=1))


def plan_corrections(
    store: Store, editions: Sequence[Edition], late: Collection[str], *, token: str, now: datetime
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
    stored = {key: item for key, item in store.articles.load(late).items() if item.stage is Stage.GROUP}
    if not stored:
        return 0
    open_days = store.articles.open_days()
    pending = {key for day in open_days for key in store.corrections.of(day)}
    fresh = {key: item for key, item in stored.items() if key not in pending}
    told = _told(store, editions, fresh, now.date())
    again = 0
    rest: dict[date, list[Move]] = {}
    for key, item in stored.items():
        changed = [found for found in told.get(key, ()) if not stands(found, item.article)]
        if key in pending:
            # Noted already. Translated as it stands, or not yet; what came of it is the digest's to say.
            step = Stage.TRANSLATE if item.passages is None else Stage.COMPOSE
            rest.setdefault(item.article.day, []).append(Move(key, item.rev, Stage.GROUP, step))
        elif changed:
            day = _day_for(store, item, open_days, now)
            again += store.corrections.add(key, item.rev, changed, day, token=token, now=now)
            log.info("told words have changed", extra={"article": key, "day": day.isoformat()})
        else:
            rest.setdefault(item.article.day, []).append(Move(key, item.rev, Stage.GROUP, Stage.DONE))
    for day, moves in rest.items():
        store.articles.plan(day, None, moves, token=token, now=now)
    return again


def _day_for(store: Store, item: StoredArticle, open_days: Sequence[date], now: datetime) -> date:
    day = item.article.day
    span = [day + timedelta(days=n) for n in range(max((now.date() - day).days, 0) + 2)]
    return next_open(day, open_days, store.articles.closed_days(span))


def _told(
    store: Store, editions: Sequence[Edition], late: Mapping[str, StoredArticle], today: date
) -> dict[str, list[Told]]:
    """Return what was told last of each article, once for each edition that told it."""
    found: dict[str, list[Told]] = {key: [] for key in late}
    first = min((item.article.day for item in late.values()), default=today)
    for edition in editions:
        missing = set(late)
        for day in store.digests.days(edition.id):
            if day < first or not missing:
                break
            digest = store.digests.digest(edition.id, day)
            if digest is None or not digest.closed:
                continue
            for key, item in told_in(digest, missing).items():
                found[key].append(item)
                missing.discard(key)
    return found
