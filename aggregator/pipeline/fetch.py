"""
FETCH: one source polled, parsed, stored and accounted for.

    source -> fetcher.fetch -> kinds -> ingest.store_items -> next_poll -> store.finish_source

Articles are stored before the source's validators, so that a crash between the two fetches once
more rather than skipping what was not stored. A failure is a line in the account; nothing here
raises for one source, apart from a lost lease and a store that is away, which end the whole batch.
A source whose host is busy goes back for later.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from aggregator.digest.days import find_local_day
from aggregator.errors import (
    FetchError,
    FormChangedError,
    HostBusyError,
    LeaseLostError,
    ParseError,
    StoreError,
)
from aggregator.feeds.kinds.registry import Kinds
from aggregator.log_context import log_context
from aggregator.models import Outcome, SourceReport, Stage
from aggregator.net.shared_trips import SharedTrips
from aggregator.pipeline.ingest import store_items
from aggregator.polling.conditional import choose_request
from aggregator.polling.next_poll import PollResult, next_poll
from aggregator.store.queues import FinishedPoll

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from aggregator.feeds.process import FeedProcess
    from aggregator.models import FetchResult, Source, SourceState
    from aggregator.polling.conditional import PollRequest
    from aggregator.polling.schedule import Timetable
    from aggregator.ports import Clock, Fetcher
    from aggregator.store.redis import Store

__all__ = ["FetchStep", "fetch_sources", "give_up_source"]

log = logging.getLogger(__name__)

_NOT_MODIFIED = 304
# Of an address in the account of a poll, which is stored and shown.
_URL_CHARS = 300
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
        storing: Held while what a feed lists is taken in. Several threads at that take the
            interpreter from each other, which was a twentieth of a poll's processor time.
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
    storing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))


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
    async with step.storing:
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
