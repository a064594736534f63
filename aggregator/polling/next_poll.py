"""
When and how to ask next: one decision after each poll. Pure.

    (state, what came of the poll) -> next_poll -> (state, due)

``aggregator.polling.schedule`` knows times, ``aggregator.polling.adaptive`` how often articles
come, ``aggregator.polling.conditional`` validators and moves; each is asked here for its part, and
nowhere else.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aggregator.feeds.hints import read_hints
from aggregator.feeds.identity import list_title_names, name_items
from aggregator.models import Outcome
from aggregator.polling.adaptive import count_arrivals
from aggregator.polling.conditional import (
    describe_requests,
    note_answer,
    note_failure,
    note_unchanged,
)
from aggregator.polling.schedule import Learnt, find_next_due, remember_poll
from aggregator.printable import make_line

if TYPE_CHECKING:
    from datetime import datetime

    from aggregator.models import FeedItem, FetchResult, Source, SourceState
    from aggregator.polling.conditional import PollRequest
    from aggregator.polling.schedule import Timetable

__all__ = ["PollResult", "next_poll"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PollResult:
    """
    What came of one poll.

    Attributes:
        outcome: In one word.
        detail: The outcome in words.
        request: What the source was asked for; None if it was not asked, or we failed and not it.
        reply: What it answered; None if nothing came that could be read.
        items: What it listed.
        counts: Of its items: ``new``, ``updated``, ``known``, ``stale``.
        reasons: Of those that are no new article, by ``NotNew``.
        retry_after_s: What the server asked us to wait, in seconds; None if it did not.
        lost: Leases on it that ran out, to be remembered: it was given up and not asked.
    """

    outcome: Outcome
    detail: str
    request: PollRequest | None = None
    reply: FetchResult | None = None
    items: tuple[FeedItem, ...] = ()
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    retry_after_s: float | None = None
    lost: int = 0


def next_poll(
    source: Source,
    state: SourceState,
    result: PollResult,
    now: datetime,
    timetable: Timetable,
) -> tuple[SourceState, datetime]:
    """
    Remember a poll, and say when the next is due.

    Args:
        state: Before the poll.
        now: When the poll ended.
        timetable: What all sources have in common.

    Returns:
        The state after the poll, which also says how to ask next, and a moment after ``now``.
    """
    learnt = _learn_from_poll(state, result, now)
    # Servers' words stand in it; accounts, pages and messages show it.
    detail = make_line(_describe_poll(result, learnt))
    after = remember_poll(state, result.outcome, detail, now, learnt)
    return after, find_next_due(source, after, now, timetable, result.retry_after_s)


def _learn_from_poll(state: SourceState, result: PollResult, now: datetime) -> Learnt:
    if result.request is None:
        return Learnt()
    if result.reply is None:
        return Learnt(request_state=note_failure(state, result.request))
    if result.outcome is Outcome.NOT_MODIFIED:
        return _learn_from_304(state, result.request, result.reply, now)
    return _learn_from_feed(state, result.request, result.reply, result, now)


def _learn_from_304(
    state: SourceState,
    request: PollRequest,
    reply: FetchResult,
    now: datetime,
) -> Learnt:
    return Learnt(
        arrivals=count_arrivals(state.arrivals, 0, now),
        hints=read_hints(reply.headers, b"", now, state.hints),
        request_state=note_unchanged(state, request, reply, now),
    )


def _learn_from_feed(
    state: SourceState,
    request: PollRequest,
    reply: FetchResult,
    result: PollResult,
    now: datetime,
) -> Learnt:
    items = result.items
    new = result.counts["new"]
    unseen = new + result.counts["stale"]
    return Learnt(
        validators=(reply.headers.get("etag", ""), reply.headers.get("last-modified", "")),
        listed=list_title_names(name_items(items)),
        arrivals=count_arrivals(state.arrivals, new, now, len(items)),
        hints=read_hints(reply.headers, reply.body, now),
        request_state=note_answer(
            state,
            request,
            reply,
            items=items,
            new=unseen,
            now=now,
        ),
    )


def _describe_poll(result: PollResult, learnt: Learnt) -> str:
    """Return the poll in words, with what an operator should know of how the source is asked."""
    request = result.request
    if result.reply is not None and learnt.request_state is not None:
        notes = describe_requests(learnt.request_state)
        return "; ".join((result.detail, *notes))
    if request is not None and request.url != request.original:
        where = f"at {request.url}, where it had moved to; the catalogue's address is asked next"
        return f"{result.detail} ({where})"
    return result.detail
