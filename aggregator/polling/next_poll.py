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
from aggregator.feeds.identity import item_names, titled
from aggregator.models import Outcome
from aggregator.polling.adaptive import count_arrivals
from aggregator.polling.conditional import (
    describe_requests,
    note_answer,
    note_failure,
    note_unchanged,
)
from aggregator.polling.schedule import Learnt, next_due, next_state

if TYPE_CHECKING:
    from datetime import datetime

    from aggregator.models import FeedItem, FetchResult, Source, SourceState
    from aggregator.polling.conditional import PollRequest
    from aggregator.polling.schedule import Timetable

__all__ = ["PollResult", "next_poll"]


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class PollResult:
    """
    What came of one poll.

    Attributes:
        outcome: In one word.
        detail: In words.
        asked: What the source was asked for; None if it was not asked, or if we failed and not it.
        reply: What it answered; None if nothing came that could be read.
        items: That it listed.
        counts: Of its items: ``new``, ``updated``, ``known``, ``stale``.
        retry_after_s: What the server asked us to wait, in seconds; None if it did not.
    """

    outcome: Outcome
    detail: str
    asked: PollRequest | None = None
    reply: FetchResult | None = None
    items: tuple[FeedItem, ...] = ()
    counts: Counter[str] = field(default_factory=Counter)
    retry_after_s: float | None = None


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
        source: As the catalogue has it.
        state: Before the poll.
        result: Of the poll.
        now: When the poll ended.
        timetable: What all sources have in common.

    Returns:
        The state after the poll, which also says how to ask next, and a moment after ``now``.
    """
    learnt = _learn(state, result, now)
    detail = _describe(result, learnt)
    after = next_state(state, result.outcome, detail, now, learnt)
    return after, next_due(source, after, now, timetable, result.retry_after_s)


def _learn(state: SourceState, result: PollResult, now: datetime) -> Learnt:
    if result.asked is None:
        return Learnt()
    if result.reply is None:
        return Learnt(asking=note_failure(state, result.asked))
    if result.outcome is Outcome.NOT_MODIFIED:
        return _learn_from_304(state, result.asked, result.reply, now)
    return _learn_from_feed(state, result.asked, result.reply, result, now)


def _learn_from_304(
    state: SourceState,
    asked: PollRequest,
    reply: FetchResult,
    now: datetime,
) -> Learnt:
    return Learnt(
        arrivals=count_arrivals(state.arrivals, 0, now),
        hints=read_hints(reply.headers, b"", now, state.hints),
        asking=note_unchanged(state, asked, reply, now),
    )


def _learn_from_feed(
    state: SourceState,
    asked: PollRequest,
    reply: FetchResult,
    result: PollResult,
    now: datetime,
) -> Learnt:
    items = result.items
    new = result.counts["new"]
    unseen = new + result.counts["stale"]
    return Learnt(
        validators=(reply.headers.get("etag", ""), reply.headers.get("last-modified", "")),
        listed=titled(item_names(items)),
        arrivals=count_arrivals(state.arrivals, new, now, len(items)),
        hints=read_hints(reply.headers, reply.body, now),
        asking=note_answer(
            state,
            asked,
            reply,
            items=items,
            new=unseen,
            now=now,
        ),
    )


def _describe(result: PollResult, learnt: Learnt) -> str:
    """Return the poll in words, with what an operator should know of how the source is asked."""
    asked = result.asked
    if result.reply is not None and learnt.asking is not None:
        return "; ".join((result.detail, *describe_requests(learnt.asking)))
    if asked is not None and asked.url != asked.original:
        where = f"at {asked.url}, where it had moved to; the catalogue's address is asked next"
        return f"{result.detail} ({where})"
    return result.detail
