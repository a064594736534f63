"""
What a poll lists taken in: items to articles, known or new. A part of FETCH (``pipeline.fetch``).

    items -> feeds.identity -> store.ingest

Every item is an article of the store afterwards, or has a reason in the account.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING

from aggregator.digest.days import (
    choose_day,
    find_first_open_day,
    find_local_day,
    keep_believable,
)
from aggregator.feeds.identity import identify, list_lookups
from aggregator.models import NotNew
from aggregator.pipeline.page import wants_page
from aggregator.store.article_records import Incoming, Ingested
from aggregator.text.plain import read_plain

if TYPE_CHECKING:
    from collections.abc import (
        Collection,
        Iterable,
        Mapping,
        Sequence,
    )
    from datetime import date

    from aggregator.models import (
        FeedItem,
        Identity,
        KnownItem,
        Source,
    )
    from aggregator.pipeline.fetch import FetchStep
    from aggregator.store.articles import ArticleStore
    from aggregator.text.plain import PlainItem

__all__ = ["StoredItems", "load_known", "store_items"]

log = logging.getLogger(__name__)

# Reasons that an account has a column for.
_COLUMNS = frozenset({NotNew.UNCHANGED, NotNew.EDITED, NotNew.STALE})


@dataclass(frozen=True, slots=True)
class StoredItems:
    """
    What came of the items of one poll.

    Attributes:
        counts: How many were ``new``, ``updated``, ``known`` and ``stale``; all of them in sum.
        reasons: How many are no new article, by ``NotNew``.
        told_apart: New articles that came under a guid or an address of another.
    """

    counts: Counter[str]
    reasons: Counter[str]
    told_apart: int

    def list_notes(self) -> list[str]:
        """Say in words what the columns of an account do not."""
        shown = [reason for reason in NotNew if self.reasons[reason] and reason not in _COLUMNS]
        notes = [f"{reason}: {self.reasons[reason]}" for reason in shown]
        if self.told_apart:
            notes.append(f"new under the guid or link of another article: {self.told_apart}")
        return notes


def store_items(
    source: Source,
    items: Sequence[FeedItem],
    step: FetchStep,
    listed: Sequence[str] = (),
) -> StoredItems:
    """
    Store the items of one feed.

    Args:
        items: In the feed's order.
        listed: Names of the items known by their title alone that the last poll listed.
    """
    plains = [read_plain(item) for item in items]
    changes: dict[str, Ingested] = {}
    apart: set[str] = set()
    clashed = True
    while clashed:
        clashed = False
        identities = _identify_items(
            source,
            items,
            plains,
            step,
            listed,
        )
        rows: dict[str, _Row] = {}
        every_row = map(_Row, items, plains, identities)
        for row in every_row:
            if row.identity.id not in changes:
                rows.setdefault(row.identity.id, row)
        stored = _store_rows(source, list(rows.values()), step)
        for identity, ingested in stored:
            # A clash: since it was identified, another worker stored the same item from another
            # feed of this outlet, or the item's day closed.
            if ingested.change == "clash":
                clashed = True
                continue
            changes[identity.id] = ingested
            if identity.others:
                apart.add(identity.id)
            _log_stored(
                ingested,
                identity,
                source,
                step,
            )
    return _sum_up(changes, apart, len(items))


def _sum_up(changes: Mapping[str, Ingested], apart: Collection[str], items: int) -> StoredItems:
    counts = Counter(ingested.change for ingested in changes.values())
    reasons = Counter(ingested.reason.value for ingested in changes.values() if ingested.reason)
    twice = items - len(changes)
    if twice:
        counts["known"] += twice
        reasons[NotNew.LISTED_TWICE.value] += twice
    new = [article_id for article_id in apart if changes[article_id].change == "new"]
    return StoredItems(counts, reasons, len(new))


def _log_stored(
    ingested: Ingested,
    identity: Identity,
    source: Source,
    step: FetchStep,
) -> None:
    extra = {
        "article": identity.id,
        "source": source.id,
        "run": step.run_id,
    }
    if ingested.change in ("new", "updated"):
        log.info(f"article {ingested.change}", extra=extra)  # noqa: G004 -- two fixed events
    else:
        log.debug("article known", extra={**extra, "reason": ingested.reason})


def _identify_items(
    source: Source,
    items: Sequence[FeedItem],
    plains: Sequence[PlainItem],
    step: FetchStep,
    listed: Sequence[str],
) -> list[Identity]:
    articles = step.store.articles
    outlet_id = source.outlet.id
    lookups = list_lookups(items)
    names = frozenset(chain.from_iterable(lookups))
    unlisted = [name for name in listed if name not in names]
    article_ids = articles.find_seen(outlet_id, sorted({*names, *unlisted}))
    known = load_known(
        articles,
        article_ids,
        lookups,
        plains,
    )
    gone_ids = [article_ids[name] for name in unlisted if article_ids.get(name) in known]
    before = articles.load_items(gone_ids) if gone_ids else {}
    gone = [replace(known[gone_id], item=before.get(gone_id)) for gone_id in gone_ids]
    here = {name: known_id for name, known_id in article_ids.items() if name in names}
    return identify(
        outlet_id,
        items,
        here,
        known,
        gone,
    )


def load_known(
    articles: ArticleStore,
    article_ids: Mapping[str, str],
    lookups: Iterable[Sequence[str]],
    plains: Iterable[PlainItem],
) -> dict[str, KnownItem]:
    """
    Load what identity compares the items of one poll with, by article id.

    Args:
        article_ids: By name.
        lookups: For each item the names by which it may be known.
        plains: The words of each. An article that one of its items brings with other words is
            loaded with what it was.
    """
    known = articles.load_known(article_ids.values())
    changed: set[str] = set()
    for names, plain in zip(lookups, plains, strict=True):
        ids = {article_ids[name] for name in names if name in article_ids}
        stored = [known[article_id] for article_id in ids if article_id in known]
        changed.update(one.id for one in stored if one.content_hash != plain.content_hash)
    before = articles.load_items(sorted(changed)) if changed else {}
    for article_id, item in before.items():
        known[article_id] = replace(known[article_id], item=item)
    return known


@dataclass(frozen=True, slots=True)
class _Row:
    """One item, its words, and the article that it is."""

    item: FeedItem
    plain: PlainItem
    identity: Identity


def _store_rows(
    source: Source,
    rows: Sequence[_Row],
    step: FetchStep,
) -> list[tuple[Identity, Ingested]]:
    """Store items, all in one round trip, and say what came of each."""
    done = []
    left = []
    for row in rows:
        known = row.identity.known
        if _takes_teaser_back(row.item, row.plain, known):
            done.append((row.identity, Ingested("known", NotNew.TAKEN_BACK)))
        else:
            left.append(_doubt_dates(row, step))
    days = _choose_days(left, step)
    incoming = [
        Incoming(
            identity=row.identity,
            item=row.item,
            content_hash=row.plain.content_hash,
            size=row.plain.size,
            source_id=source.id,
            outlet_id=source.outlet.id,
            run_id=step.run_id,
            now=step.now,
            ready=step.clock.now(),
            day=day,
            page=source.full_text and wants_page(row.item),
        )
        for row, day in zip(left, days, strict=True)
    ]
    ingested = step.store.articles.ingest_all(incoming)
    identities = [row.identity for row in left]
    return [*done, *zip(identities, ingested, strict=True)]


def _doubt_dates(row: _Row, step: FetchStep) -> _Row:
    """Leave out dates that cannot be believed."""
    item = row.item
    published = keep_believable(item.published, step.now)
    updated = keep_believable(item.updated, step.now)
    if (published, updated) == (item.published, item.updated):
        return row
    return replace(row, item=replace(item, published=published, updated=updated))


def _choose_days(rows: Sequence[_Row], step: FetchStep) -> list[date | None]:
    """Return the day each item is printed on, an open one if it is new; None if it is too old."""
    zone = str(step.zone)
    today = find_local_day(step.now, zone)
    days = _date_items(rows, step)
    are_new = [row.identity.known is None for row in rows]
    wanted = [day for day, is_new in zip(days, are_new, strict=True) if day and is_new]
    if not wanted:
        return days
    first = min(wanted)
    length = (today - first).days + 1
    span = [first + timedelta(days=ahead) for ahead in range(length)]
    closed = step.store.articles.find_closed_days(span)
    chosen: list[date | None] = []
    for day, is_new in zip(days, are_new, strict=True):
        if day and is_new:
            chosen.append(find_first_open_day(day, today, closed))
        else:
            chosen.append(day)
    return chosen


def _date_items(rows: Sequence[_Row], step: FetchStep) -> list[date | None]:
    """Return the day of each item by its own dates, open or closed; None if it is too old."""
    zone = str(step.zone)
    moments = [row.item.published or row.item.updated for row in rows]
    return [choose_day(moment, step.now, zone, step.fresh) for moment in moments]


def _takes_teaser_back(item: FeedItem, plain: PlainItem, known: KnownItem | None) -> bool:
    """
    Say whether a feed took back its teaser and changed nothing else.

    One big feed does, with its page's layout.
    """
    if known is None or plain.summary or plain.content:
        return False
    return item.title == known.title and plain.size < known.size
