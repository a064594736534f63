"""
GROUP, of articles whose day is closed: the words printed then are compared with those of now.

    store.digests -> list_told -> is_unchanged? -> store.corrections

An article whose printed words have changed goes to be translated once more, and the next digest
that is open prints its correction; any other is put to rest. The lookup reads closed digests, so
all late articles of one plan share it.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from aggregator.digest.corrections import is_unchanged, list_published
from aggregator.models import Stage
from aggregator.store.article_records import Move

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from aggregator.models import Edition, PublishedArticle
    from aggregator.store.article_records import StoredArticle
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
        late: Ids of those articles.
        token: Of the lock ``plan``.
        now: Real time, in UTC.

    Returns:
        How many are to be printed again.
    """
    stored = _load_waiting(store, late)
    if not stored:
        return 0
    open_days = store.articles.list_open_days()
    noted: set[str] = set()
    for open_day in open_days:
        noted.update(store.corrections.load_corrections(open_day))
    changed = _find_changed(store, editions, stored, noted, now.date())
    corrected = 0
    for key, published in changed.items():
        item = stored[key]
        day = _choose_day(store, item, open_days, now)
        corrected += store.corrections.add_correction(
            key,
            item.rev,
            published,
            day,
            token=token,
            now=now,
        )
        log.info("printed words have changed", extra={"article": key, "day": day.isoformat()})
    rest = {key: item for key, item in stored.items() if key not in changed}
    _put_to_rest(
        store,
        rest,
        noted,
        token=token,
        now=now,
    )
    return corrected


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
    """Return what was printed of articles and has changed since; without those noted already."""
    fresh = {key: item for key, item in stored.items() if key not in noted}
    changed = {}
    for key, published in _find_published(store, editions, fresh, today).items():
        article = stored[key].article
        outdated = [printed for printed in published if not is_unchanged(printed, article)]
        if outdated:
            changed[key] = outdated
    return changed


def _put_to_rest(
    store: Store,
    rest: Mapping[str, StoredArticle],
    noted: Collection[str],
    *,
    token: str,
    now: datetime,
) -> None:
    """Move on articles of which nothing new is to be printed, day by day."""
    moves: dict[date, list[Move]] = defaultdict(list)
    for key, item in rest.items():
        stage = _choose_stage(item) if key in noted else Stage.DONE
        moves[item.article.day].append(Move(key, item.rev, Stage.GROUP, stage))
    for day, of_day in moves.items():
        store.articles.save_plan(
            day,
            None,
            of_day,
            token=token,
            now=now,
        )


def _choose_stage(item: StoredArticle) -> Stage:
    """Return where an article goes whose correction is noted: translated as it is, or not yet."""
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
    return find_next_open(day, open_days, store.articles.find_closed_days(span))


def _find_published(
    store: Store,
    editions: Sequence[Edition],
    late: Mapping[str, StoredArticle],
    today: date,
) -> dict[str, list[PublishedArticle]]:
    """Return what was printed last of each article, once for each edition that printed it."""
    published: dict[str, list[PublishedArticle]] = {key: [] for key in late}
    days = [item.article.day for item in late.values()]
    first = min(days, default=today)
    for edition in editions:
        in_edition = _find_published_in_edition(store, edition, set(late), first)
        for key, printed in in_edition.items():
            published[key].append(printed)
    return published


def _find_published_in_edition(
    store: Store,
    edition: Edition,
    missing: set[str],
    first: date,
) -> dict[str, PublishedArticle]:
    """Return what an edition's closed digests printed last of each article."""
    published: dict[str, PublishedArticle] = {}
    for day in store.digests.list_days(edition.id):
        if day < first or not missing:
            break
        digest = store.digests.load_digest(edition.id, day)
        if digest is not None and digest.closed:
            published |= list_published(digest, missing)
            missing -= published.keys()
    return published
