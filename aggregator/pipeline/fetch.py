"""
FETCH: one source polled, parsed, stored and accounted for.

    source -> fetcher.fetch -> kinds -> dedup.identity -> store.ingest -> next_poll ->
    store.finish_source

Articles are stored before the source's validators, so that a crash between the two fetches once
more rather than skipping what was not stored. A failure is a line in the account; nothing here
raises for one source, apart from a lost lease and a store that is away, which end the whole batch.
A source whose host is busy goes back for later.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING

from aggregator.digest.days import choose_day, find_first_open_day, find_local_day, keep_believable
from aggregator.errors import (
    FetchError,
    FormChangedError,
    HostBusyError,
    LeaseLostError,
    ParseError,
    StoreError,
)
from aggregator.feeds.identity import identify, list_lookups
from aggregator.feeds.kinds.registry import Kinds
from aggregator.log_context import log_context
from aggregator.models import NotNew, Outcome, SourceReport, Stage
from aggregator.net.shared_trips import SharedTrips
from aggregator.pipeline.page import wants_page
from aggregator.polling.conditional import choose_request
from aggregator.polling.next_poll import PollResult, next_poll
from aggregator.store.articles import Incoming, Ingested
from aggregator.store.queues import FinishedPoll
from aggregator.text.plain import read_plain

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from aggregator.feeds.process import FeedProcess
    from aggregator.models import FeedItem, FetchResult, Identity, KnownItem, Source, SourceState
    from aggregator.polling.conditional import PollRequest
    from aggregator.polling.schedule import Timetable
    from aggregator.ports import Clock, Fetcher
    from aggregator.store.articles import ArticleStore
    from aggregator.store.redis import Store
    from aggregator.text.plain import PlainItem

__all__ = [
    "FetchStep",
    "StoredItems",
    "fetch_sources",
    "give_up_source",
    "load_known",
    "store_items",
]

log = logging.getLogger(__name__)

_NOT_MODIFIED = 304
# Of an address in the account of a poll, which is stored and shown.
_URL_CHARS = 300
# Reasons that an account has a column for.
_COLUMNS = frozenset({NotNew.UNCHANGED, NotNew.EDITED, NotNew.STALE})
# A host that asks to be left alone for longer has its sources accounted for, instead of taken up
# again and again.
_BUSY_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchStep:
    """
    What a poll works with.

    Attributes:
        store: Where articles go.
        fetcher: The way out.
        clock: Real time, for schedules.
        now: Editorial time, for days.
        run_id: The run this poll counts for.
        zone: Of the digests' days, and of dates without a zone.
        fresh: How old an article may be to be printed.
        timetable: Bounds of the time between polls.
        kinds: How what comes is read.
        process: Where it is read, so that nobody can hold this one up; None for here.
        reading: Held while a feed is read. Reading is all processor, so two at once are no faster,
            and sixteen hostile feeds would need the memory of sixteen.
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
    process: FeedProcess | None = None
    reading: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))


async def fetch_sources(
    sources: Iterable[Source], step: FetchStep, token: str
) -> list[SourceReport]:
    """
    Poll sources at once; each is finished on its own, so that none waits for another.

    Raises:
        StoreError: The store is away. Sources not finished come back when their leases end.
    """
    batch = _Batch(step, token)
    wanted = list(sources)
    states = step.store.queues.load_source_states([source.id for source in wanted])
    polls = [
        asyncio.create_task(_poll_with_context(source, states[source.id], batch))
        for source in wanted
    ]
    reports = []
    for report in await asyncio.gather(*polls, return_exceptions=True):
        if isinstance(report, LeaseLostError):
            log.warning("poll came too late", extra={"source": report.item})
        elif isinstance(report, HostBusyError):
            log.debug("source given back", extra={"reason": report.detail})
        elif isinstance(report, BaseException):
            raise report
        else:
            reports.append(report)
    return reports


class _Batch:
    """
    Polls under one token.

    Args:
        step: What they work with.
        token: Holds the leases of their sources.
    """

    def __init__(self, step: FetchStep, token: str) -> None:
        self.step = step
        self.token = token
        self._finish = SharedTrips(self._finish_all)

    async def finish(self, poll: FinishedPoll) -> None:
        """Keep what came of a poll; raises LeaseLostError if somebody else polls the source now."""
        if not await self._finish.hand_in(poll):
            raise LeaseLostError(poll.report.source_id)

    def _finish_all(self, polls: Sequence[FinishedPoll]) -> list[bool]:
        """Keep polls, each or not at all; one whose lease was lost is not counted."""
        step = self.step
        done = step.store.queues.finish_sources(polls, token=self.token, run_id=step.run_id)
        counted = [poll.report for poll, is_done in zip(polls, done, strict=True) if is_done]
        day = find_local_day(step.clock.now(), str(step.zone))
        step.store.counters.count_polls(counted, day)
        return done


async def _poll_with_context(source: Source, state: SourceState, batch: _Batch) -> SourceReport:
    """Poll a source; what the way out and the readers log meanwhile names it."""
    with log_context(source=source.id, run=batch.step.run_id):
        return await _fetch_source(source, state, batch)


async def _fetch_source(source: Source, state: SourceState, batch: _Batch) -> SourceReport:
    """
    Poll one source under a lease.

    Raises:
        HostBusyError: Its host is busy for a moment; the source waits again, and nothing else was
            done.
        LeaseLostError: Somebody else polls it now.
        StoreError: The store is away.
    """
    step = batch.step
    started = step.clock.now()
    try:
        result = await _request_source(source, state, step)
    except (StoreError, LeaseLostError):
        raise
    except HostBusyError as error:
        back = step.clock.now() + timedelta(seconds=error.retry_after_s or 0)
        step.store.queues.release(
            Stage.FETCH,
            [source.id],
            token=batch.token,
            ready=back,
            untried=True,
        )
        raise
    except Exception as error:
        # One source of a batch must not stop the rest, and a bug of ours must not make a source
        # vanish.
        log.exception("poll failed", extra={"source": source.id})
        result = PollResult(outcome=Outcome.INTERNAL, detail=f"{type(error).__name__}: {error}")
    return await _finish_poll(source, state, result, batch, started)


def give_up_source(source: Source, step: FetchStep, token: str, *, lost: int) -> SourceReport:
    """
    Account for a source that ended or outlasted its workers, without asking it.

    When it is due again it is asked once, alone: given up at once if it does the same, like any
    other if it does not.

    Args:
        lost: Leases on it that ran out.

    Raises:
        LeaseLostError: Somebody else polls it now.
        StoreError: The store is away.
    """
    state = step.store.queues.load_source_states([source.id])[source.id]
    detail = f"given up for now: it ended or outlasted its worker {lost} times"
    log.error("source given up", extra={"source": source.id, "lost": lost})
    result = PollResult(outcome=Outcome.INTERNAL, detail=detail, lost=lost - 1)
    now = step.clock.now()
    poll = _judge_poll(source, state, result, step, now)
    step.store.queues.finish_source(
        poll.report,
        poll.state,
        token=token,
        due=poll.due,
        run_id=step.run_id,
        lost=poll.lost,
    )
    step.store.counters.count_polls([poll.report], find_local_day(now, str(step.zone)))
    return _log_polled(poll.report)


async def _finish_poll(
    source: Source,
    state: SourceState,
    result: PollResult,
    batch: _Batch,
    started: datetime,
) -> SourceReport:
    """Write down what came of a poll, and when and how the source is asked next."""
    poll = _judge_poll(source, state, result, batch.step, started)
    await batch.finish(poll)
    return _log_polled(poll.report)


def _judge_poll(
    source: Source,
    state: SourceState,
    result: PollResult,
    step: FetchStep,
    started: datetime,
) -> FinishedPoll:
    """Say what came of a poll, and when and how the source is asked next."""
    now = step.clock.now()
    after, due = next_poll(source, state, result, now, step.timetable)
    report = _make_report(source, result, after.detail, (now - started).total_seconds())
    return FinishedPoll(report, after, due, result.lost)


def _log_polled(report: SourceReport) -> SourceReport:
    extra = {
        "source": report.source_id,
        "outcome": report.outcome.value,
        "new": report.new,
    }
    log.info("source polled", extra=extra)
    return report


def _make_report(
    source: Source,
    result: PollResult,
    detail: str,
    elapsed_s: float,
) -> SourceReport:
    return SourceReport(
        source_id=source.id,
        outcome=result.outcome,
        detail=detail,
        items=len(result.items),
        new=result.counts["new"],
        updated=result.counts["updated"],
        known=result.counts["known"],
        stale=result.counts["stale"],
        elapsed_s=round(elapsed_s, 3),
        reasons=dict(result.reasons),
    )


async def _request_source(source: Source, state: SourceState, step: FetchStep) -> PollResult:
    """Fetch a source and take in what it lists; a failure of its own is a value."""
    request = choose_request(source, state, step.clock.now())
    try:
        reply = await step.fetcher.fetch(
            request.url,
            etag=request.etag,
            last_modified=request.last_modified,
        )
    except HostBusyError as error:
        if not error.closed or (error.retry_after_s or 0) < _BUSY_S:
            raise
        return PollResult(
            outcome=Outcome.HOST_BUSY,
            detail=error.detail,
            retry_after_s=error.retry_after_s,
        )
    except FetchError as error:
        return PollResult(
            outcome=Outcome(error.outcome),
            detail=error.detail,
            request=request,
            retry_after_s=error.retry_after_s,
        )
    if reply.status == _NOT_MODIFIED:
        return PollResult(
            outcome=Outcome.NOT_MODIFIED,
            detail="304: nothing new since the last poll",
            request=request,
            reply=reply,
        )
    return await _take_in_reply(source, state, step, request, reply)


async def _take_in_reply(
    source: Source,
    state: SourceState,
    step: FetchStep,
    request: PollRequest,
    reply: FetchResult,
) -> PollResult:
    """Parse what came, and store what it lists."""
    try:
        # In a thread: a feed of megabytes takes a second to parse, and the other sources' time-outs
        # are running.
        reader = step.process or step.kinds.find_kind(source.kind)
        async with step.reading:
            feed = await asyncio.to_thread(reader.parse, reply, source, default_zone=step.zone)
    except FormChangedError as error:
        return PollResult(
            outcome=Outcome.FORM_CHANGED,
            detail=error.detail,
            request=request,
        )
    except ParseError as error:
        return PollResult(
            outcome=Outcome.NOT_A_FEED,
            detail=error.detail,
            request=request,
        )
    stored = await asyncio.to_thread(store_items, source, feed.items, step, state.listed)
    return PollResult(
        outcome=Outcome.OK if feed.items else Outcome.EMPTY,
        detail=_describe_reply(reply, (*feed.notes, *stored.list_notes())),
        request=request,
        reply=reply,
        items=feed.items,
        counts=stored.counts,
        reasons=stored.reasons,
    )


def _describe_reply(reply: FetchResult, notes: Iterable[str]) -> str:
    moved = [f"redirected to {reply.url[:_URL_CHARS]}"] if reply.redirects else []
    return "; ".join((f"{reply.status}", *moved, *notes))


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
        identities = _identify_items(source, items, plains, step, listed)
        rows: dict[str, _Row] = {}
        for row in map(_Row, items, plains, identities):
            if row.identity.id not in changes:
                rows.setdefault(row.identity.id, row)
        for identity, ingested in _store_rows(source, list(rows.values()), step):
            # A clash: since it was identified, another worker stored the same item from another
            # feed of this outlet, or the item's day closed.
            if ingested.change == "clash":
                clashed = True
                continue
            changes[identity.id] = ingested
            apart.update([identity.id] if identity.others else [])
            _log_stored(ingested, identity, source, step)
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
    known = load_known(articles, article_ids, lookups, plains)
    gone_ids = [article_ids[name] for name in unlisted if article_ids.get(name) in known]
    before = articles.load_items(gone_ids) if gone_ids else {}
    gone = [replace(known[gone_id], item=before.get(gone_id)) for gone_id in gone_ids]
    here = {name: known_id for name, known_id in article_ids.items() if name in names}
    return identify(outlet_id, items, here, known, gone)


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
    taken_back = [
        row for row in rows if _takes_teaser_back(row.item, row.plain, row.identity.known)
    ]
    done = [(row.identity, Ingested("known", NotNew.TAKEN_BACK)) for row in taken_back]
    ids = {row.identity.id for row in taken_back}
    left = [_doubt_dates(row, step) for row in rows if row.identity.id not in ids]
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
    return [*done, *zip((row.identity for row in left), ingested, strict=True)]


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
    days = [
        choose_day(row.item.published or row.item.updated, step.now, zone, step.fresh)
        for row in rows
    ]
    wanted = [
        day for row, day in zip(rows, days, strict=True) if day and row.identity.known is None
    ]
    if not wanted:
        return days
    first = min(wanted)
    span = [first + timedelta(days=ahead) for ahead in range((today - first).days + 1)]
    closed = step.store.articles.find_closed_days(span)
    return [
        find_first_open_day(day, today, closed) if day and row.identity.known is None else day
        for row, day in zip(rows, days, strict=True)
    ]


def _takes_teaser_back(item: FeedItem, plain: PlainItem, known: KnownItem | None) -> bool:
    """
    Say whether a feed took back its teaser and changed nothing else.

    One big feed does, with its page's layout.
    """
    if known is None or plain.summary or plain.content:
        return False
    return item.title == known.title and plain.size < known.size
