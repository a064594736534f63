"""
FETCH: one source polled, parsed, stored and accounted for.

    source -> fetcher.fetch -> kinds -> dedup.identity -> store.ingest -> store.finish_source

Articles are stored before the source's validators, so that a crash between the two fetches once more rather than
skipping what was not stored. A failure is a line in the account; nothing here raises for one source, apart from a
lost lease and a store that is away, which end the whole batch.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING

from aggregator.dedup.identity import Identity, KnownItem, identify, item_names, titled
from aggregator.digest.days import believable, day_of, first_open_day, local_day
from aggregator.errors import FetchError, FormChangedError, LeaseLostError, ParseError, StoreError
from aggregator.kinds.registry import Kinds
from aggregator.models import FeedItem, FetchResult, Outcome, Source, SourceReport, SourceState
from aggregator.pipeline.paging import wants_page
from aggregator.schedule import Backoff, next_due, next_state
from aggregator.store.articles import Incoming
from aggregator.text.html import to_text
from aggregator.text.typography import tidy

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from zoneinfo import ZoneInfo

    from aggregator.models import Feed
    from aggregator.ports import Clock, Fetcher
    from aggregator.store.redis import Store

__all__ = ["Desk", "poll", "poll_all"]

log = logging.getLogger(__name__)

_NOT_MODIFIED = 304
# Of an address in the account of a poll, which is stored and shown.
_URL_CHARS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """
    What a poll works with.

    Attributes:
        store: Where articles go.
        fetcher: The way out.
        clock: Real time, for schedules.
        now: Editorial time, for days.
        run_id: The run this poll counts for.
        zone: Of the digests' days, and of dates without a zone.
        fresh: How old an article may be to be told.
        backoff: After failures.
        kinds: How what comes is read.
        reading: Held while a feed is read. Reading is all processor, so two at once are no faster, and sixteen hostile
            feeds would need the memory of sixteen.
    """

    store: Store
    fetcher: Fetcher
    clock: Clock
    now: datetime
    run_id: str
    zone: ZoneInfo
    fresh: timedelta
    backoff: Backoff
    kinds: Kinds = field(default_factory=Kinds)
    reading: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Polled:
    """What came of one poll, before it is written down."""

    outcome: Outcome
    detail: str
    validators: tuple[str, str] | None = None
    retry_after_s: float | None = None
    items: int = 0
    counts: Counter[str] | None = None
    listed: tuple[str, ...] | None = None


async def poll_all(sources: Iterable[Source], desk: Desk, token: str) -> list[SourceReport]:
    """
    Poll sources at once; each is finished on its own, so that none waits for another.

    Raises:
        StoreError: The store is away. Sources not finished come back when their leases end.
    """
    polls = [asyncio.create_task(poll(source, desk, token)) for source in sources]
    reports = await asyncio.gather(*polls, return_exceptions=True)
    done = []
    for report in reports:
        if isinstance(report, LeaseLostError):
            log.warning("poll came too late", extra={"source": report.item})
        elif isinstance(report, BaseException):
            raise report
        else:
            done.append(report)
    return done


async def poll(source: Source, desk: Desk, token: str) -> SourceReport:
    """
    Poll one source under a lease.

    Raises:
        LeaseLostError: Somebody else polls it now.
        StoreError: The store is away.
    """
    work, started = desk.store.work, desk.clock.now()
    state = work.source_states([source.id])[source.id]
    try:
        polled = await _poll(source, state, desk)
    except (StoreError, LeaseLostError):
        raise
    except Exception as error:
        # One source of a batch must not stop the rest, and a bug of ours must not make a source vanish.
        log.exception("poll failed", extra={"source": source.id})
        polled = _Polled(outcome=Outcome.INTERNAL, detail=f"{type(error).__name__}: {error}")
    now = desk.clock.now()
    state = next_state(state, polled.outcome, polled.detail, now, polled.validators)
    if polled.listed is not None:
        state = replace(state, listed=polled.listed)
    report = _report(source, polled, (now - started).total_seconds())
    due = next_due(source, state, now, desk.backoff, polled.retry_after_s)
    work.finish_source(report, state, token=token, due=due, run_id=desk.run_id)
    log.info("source polled", extra={"source": source.id, "outcome": report.outcome.value, "new": report.new})
    return report


def _report(source: Source, polled: _Polled, elapsed_s: float) -> SourceReport:
    counts = polled.counts or Counter()
    return SourceReport(
        source_id=source.id,
        outcome=polled.outcome,
        detail=polled.detail,
        items=polled.items,
        new=counts["new"],
        updated=counts["updated"],
        known=counts["known"],
        stale=counts["stale"],
        elapsed_s=round(elapsed_s, 3),
    )


async def _poll(source: Source, state: SourceState, desk: Desk) -> _Polled:
    try:
        result = await desk.fetcher.fetch(source.url, etag=state.etag, last_modified=state.last_modified)
    except FetchError as error:
        return _Polled(outcome=Outcome(error.outcome), detail=error.detail, retry_after_s=error.retry_after_s)
    if result.status == _NOT_MODIFIED:
        return _Polled(outcome=Outcome.NOT_MODIFIED, detail="304: nothing new since the last poll")
    try:
        # In a thread: a feed of megabytes takes a second to parse, and the other sources' time-outs are running.
        kind = desk.kinds.named(source.kind)
        async with desk.reading:
            feed = await asyncio.to_thread(kind.parse, result, source, default_zone=desk.zone)
    except FormChangedError as error:
        return _Polled(outcome=Outcome.FORM_CHANGED, detail=error.detail)
    except ParseError as error:
        return _Polled(outcome=Outcome.NOT_A_FEED, detail=error.detail)
    counts = await asyncio.to_thread(store_items, source, feed.items, desk, state.listed)
    validators = (result.headers.get("etag", ""), result.headers.get("last-modified", ""))
    outcome = Outcome.OK if feed.items else Outcome.EMPTY
    detail = _detail(result, feed)
    return _Polled(
        outcome=outcome,
        detail=detail,
        validators=validators,
        items=len(feed.items),
        counts=counts,
        listed=titled(item_names(feed.items)),
    )


def _detail(result: FetchResult, feed: Feed) -> str:
    moved = [f"redirected to {result.url[:_URL_CHARS]}"] if result.redirects else []
    return "; ".join((f"{result.status}", *moved, *feed.notes))


def store_items(source: Source, items: Sequence[FeedItem], desk: Desk, listed: Sequence[str] = ()) -> Counter[str]:
    """
    Store the items of one feed.

    Args:
        source: That listed them.
        items: In the feed's order.
        desk: See there.
        listed: Names of the items known by their title alone that the last poll listed.

    Returns:
        How many were new, updated, known and stale.
    """
    counts: Counter[str] = Counter()
    done: set[str] = set()
    clashed = True
    while clashed:
        clashed = False
        for item, identity in zip(items, _identities(source, items, desk, listed), strict=True):
            if identity.id in done:
                continue
            what = _store_item(source, item, identity, desk)
            # A clash: since we looked, another worker stored the same item from another feed of this outlet, or the
            # item's day closed.
            clashed = clashed or what == "clash"
            if what != "clash":
                done.add(identity.id)
                counts[what] += 1
    # Items listed twice in one feed.
    counts["known"] += len(items) - counts.total()
    return counts


def _identities(source: Source, items: Sequence[FeedItem], desk: Desk, listed: Sequence[str]) -> list[Identity]:
    articles, outlet_id = desk.store.articles, source.outlet.id
    names = {name for item in item_names(items) for name in item}
    left = [name for name in listed if name not in names]
    seen = articles.seen(outlet_id, sorted(names | set(left)))
    known = articles.known(seen.values())
    gone = [known[seen[name]] for name in left if seen.get(name) in known]
    here = {name: found for name, found in seen.items() if name in names}
    return identify(outlet_id, items, here, known, gone)


def _store_item(source: Source, item: FeedItem, identity: Identity, desk: Desk) -> str:
    item = replace(item, published=believable(item.published, desk.now), updated=believable(item.updated, desk.now))
    words = _words(item)
    size = sum(map(len, words))
    if identity.known is not None and not words[1] and not words[2] and _only_title(item, identity.known, size):
        return "known"
    articles, zone = desk.store.articles, str(desk.zone)
    day = day_of(item.published or item.updated, desk.now, zone, desk.fresh)
    if day is not None and identity.known is None:
        today = local_day(desk.now, zone)
        span = [day + timedelta(days=n) for n in range((today - day).days + 1)]
        day = first_open_day(day, today, articles.closed_days(span))
    return articles.ingest(
        Incoming(
            identity=identity,
            item=item,
            content_hash=blake2b("\n".join(words).encode(), digest_size=16).hexdigest(),
            size=size,
            source_id=source.id,
            outlet_id=source.outlet.id,
            run_id=desk.run_id,
            now=desk.now,
            ready=desk.clock.now(),
            day=day,
            page=source.full_text and wants_page(item),
        )
    )


def _words(item: FeedItem) -> tuple[str, str, str]:
    """Return what a reader would see of an item; markup, trackers and counters in it do not make an edit."""
    return tidy(to_text(item.title)), tidy(to_text(item.summary)), tidy(to_text(item.content))


def _only_title(item: FeedItem, known: KnownItem, size: int) -> bool:
    """Say whether a feed took back its teaser and changed nothing else; one big feed does, with its page's layout."""
    return item.title == known.title and size < known.size
