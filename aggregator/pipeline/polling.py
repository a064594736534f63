"""
FETCH: one source polled, parsed, stored and accounted for.

    source -> fetcher.fetch -> kinds -> dedup.identity -> store.ingest -> store.finish_source

Articles are stored before the source's validators, so that a crash between the two fetches once more rather than
skipping what was not stored. A failure is a line in the account; nothing here raises for one source, apart from a
lost lease and a store that is away, which end the whole batch. A source whose host is busy goes back for later.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING

from aggregator.asking import answered, asking_notes, failed, next_ask, unchanged
from aggregator.bound import bound
from aggregator.dedup.identity import Identity, KnownItem, identify, item_names, titled
from aggregator.digest.days import believable, day_of, first_open_day, local_day
from aggregator.errors import FetchError, FormChangedError, HostBusyError, LeaseLostError, ParseError, StoreError
from aggregator.feeds.hints import read_hints
from aggregator.kinds.registry import Kinds
from aggregator.models import FeedItem, FetchResult, Outcome, Source, SourceReport, SourceState, Stage
from aggregator.pace import arrived
from aggregator.pipeline.paging import wants_page
from aggregator.schedule import Learnt, Timetable, next_due, next_state
from aggregator.store.articles import Incoming
from aggregator.text.html import to_text
from aggregator.text.typography import tidy

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from zoneinfo import ZoneInfo

    from aggregator.asking import Ask
    from aggregator.ports import Clock, Fetcher
    from aggregator.store.redis import Store

__all__ = ["Desk", "poll", "poll_all"]

log = logging.getLogger(__name__)

_NOT_MODIFIED = 304
# Of an address in the account of a poll, which is stored and shown.
_URL_CHARS = 300
# A host that asks to be left alone for longer has its sources accounted for, instead of taken up again and again.
_BUSY_S = 60


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
        timetable: Bounds of the time between polls.
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
    timetable: Timetable
    kinds: Kinds = field(default_factory=Kinds)
    reading: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Polled:
    """What came of one poll, before it is written down."""

    outcome: Outcome
    detail: str
    learnt: Learnt = field(default_factory=Learnt)
    retry_after_s: float | None = None
    items: int = 0
    counts: Counter[str] | None = None


async def poll_all(sources: Iterable[Source], desk: Desk, token: str) -> list[SourceReport]:
    """
    Poll sources at once; each is finished on its own, so that none waits for another.

    Raises:
        StoreError: The store is away. Sources not finished come back when their leases end.
    """
    polls = [asyncio.create_task(_poll_bound(source, desk, token)) for source in sources]
    reports = await asyncio.gather(*polls, return_exceptions=True)
    done = []
    for report in reports:
        if isinstance(report, LeaseLostError):
            log.warning("poll came too late", extra={"source": report.item})
        elif isinstance(report, HostBusyError):
            log.debug("source given back", extra={"reason": report.detail})
        elif isinstance(report, BaseException):
            raise report
        else:
            done.append(report)
    return done


async def _poll_bound(source: Source, desk: Desk, token: str) -> SourceReport:
    """Poll a source; what the way out and the readers log meanwhile tells of it."""
    with bound(source=source.id, run=desk.run_id):
        return await poll(source, desk, token)


async def poll(source: Source, desk: Desk, token: str) -> SourceReport:
    """
    Poll one source under a lease.

    Raises:
        HostBusyError: Its host is busy for a moment; the source waits again, and nothing else was done.
        LeaseLostError: Somebody else polls it now.
        StoreError: The store is away.
    """
    work, started = desk.store.work, desk.clock.now()
    state = work.source_states([source.id])[source.id]
    try:
        polled = await _poll(source, state, desk)
    except (StoreError, LeaseLostError):
        raise
    except HostBusyError as error:
        back = desk.clock.now() + timedelta(seconds=error.retry_after_s or 0)
        work.release(Stage.FETCH, [source.id], token=token, ready=back, untried=True)
        raise
    except Exception as error:
        # One source of a batch must not stop the rest, and a bug of ours must not make a source vanish.
        log.exception("poll failed", extra={"source": source.id})
        polled = _Polled(outcome=Outcome.INTERNAL, detail=f"{type(error).__name__}: {error}")
    now = desk.clock.now()
    state = next_state(state, polled.outcome, polled.detail, now, polled.learnt)
    report = _report(source, polled, (now - started).total_seconds())
    due = next_due(source, state, now, desk.timetable, polled.retry_after_s)
    work.finish_source(report, state, token=token, due=due, run_id=desk.run_id)
    desk.store.pulse.polled(report, local_day(now, str(desk.zone)))
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
    ask = next_ask(source, state, desk.clock.now())
    try:
        result = await desk.fetcher.fetch(ask.url, etag=ask.etag, last_modified=ask.last_modified)
    except HostBusyError as error:
        if not error.closed or (error.retry_after_s or 0) < _BUSY_S:
            raise
        return _Polled(outcome=Outcome.HOST_BUSY, detail=error.detail, retry_after_s=error.retry_after_s)
    except FetchError as error:
        return _failure(state, ask, Outcome(error.outcome), error.detail, error.retry_after_s)
    if result.status == _NOT_MODIFIED:
        return _nothing_new(state, ask, result, desk.clock.now())
    try:
        # In a thread: a feed of megabytes takes a second to parse, and the other sources' time-outs are running.
        kind = desk.kinds.named(source.kind)
        async with desk.reading:
            feed = await asyncio.to_thread(kind.parse, result, source, default_zone=desk.zone)
    except FormChangedError as error:
        return _failure(state, ask, Outcome.FORM_CHANGED, error.detail)
    except ParseError as error:
        return _failure(state, ask, Outcome.NOT_A_FEED, error.detail)
    counts = await asyncio.to_thread(store_items, source, feed.items, desk, state.listed)
    now = desk.clock.now()
    asking = answered(state, ask, result, items=feed.items, new=counts["new"] + counts["stale"], now=now)
    return _Polled(
        outcome=Outcome.OK if feed.items else Outcome.EMPTY,
        detail=_detail(result, (*feed.notes, *asking_notes(asking))),
        items=len(feed.items),
        counts=counts,
        learnt=Learnt(
            validators=(result.headers.get("etag", ""), result.headers.get("last-modified", "")),
            listed=titled(item_names(feed.items)),
            arrivals=arrived(state.arrivals, counts["new"], now, len(feed.items)),
            hints=read_hints(result.headers, result.body, now),
            asking=asking,
        ),
    )


def _failure(
    state: SourceState, ask: Ask, outcome: Outcome, detail: str, retry_after_s: float | None = None
) -> _Polled:
    asking = failed(state, ask)
    if ask.url != ask.original:
        detail = f"{detail} (at {ask.url}, where it had moved to; the catalogue's address is asked next)"
    return _Polled(outcome=outcome, detail=detail, retry_after_s=retry_after_s, learnt=Learnt(asking=asking))


def _nothing_new(state: SourceState, ask: Ask, result: FetchResult, now: datetime) -> _Polled:
    asking = unchanged(state, ask, result, now)
    return _Polled(
        outcome=Outcome.NOT_MODIFIED,
        detail="; ".join(("304: nothing new since the last poll", *asking_notes(asking))),
        learnt=Learnt(
            arrivals=arrived(state.arrivals, 0, now),
            hints=read_hints(result.headers, b"", now, state.hints),
            asking=asking,
        ),
    )


def _detail(result: FetchResult, notes: Iterable[str]) -> str:
    moved = [f"redirected to {result.url[:_URL_CHARS]}"] if result.redirects else []
    return "; ".join((f"{result.status}", *moved, *notes))


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
            if what in ("new", "updated"):
                log.info(f"article {what}", extra={"article": identity.id, "source": source.id, "run": desk.run_id})  # noqa: G004 -- two fixed events
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
