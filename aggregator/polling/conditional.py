"""
How a source is asked next, and what its answers teach. Pure.

Validators (ETag, Last-Modified) save both sides the body, and some servers answer 304 for ever.
Missing articles is worse than fetching a body too many, so they are never believed blindly: after
so many 304s, or a day, the source is asked without them. If that answer lists new articles although
its validators are the ones we hold, or articles that were published well before the last 304, the
304s hid them, and validators are not sent to that server for a week.

A redirect is learnt where every step from the catalogue's address on was permanent (301, 308), led
to the same place, and did so over several polls and two days (a week, if to another site), ending
in a feed with items. The address learnt is then asked instead; the catalogue's own once a week, and
at once when the learnt one fails. Never learnt are redirects that a server calls temporary (302,
303, 307), steps from https to http, and pages that ask for consent or a login. Private addresses
need no rule here: an address learnt goes through the same guard as any other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aggregator.models import RequestState
from aggregator.urls.links import site_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aggregator.models import FeedItem, FetchResult, Source, SourceState

__all__ = [
    "PollRequest",
    "choose_request",
    "describe_requests",
    "note_answer",
    "note_failure",
    "note_unchanged",
]

_MOST_UNCHANGED = 20
_LONGEST_UNSEEN = timedelta(days=1)
_DISTRUST = timedelta(days=7)
# An article may be dated some minutes before it stands in the feed; caches before servers add some
# more.
_SLACK = timedelta(minutes=45)

_POLLS_TO_LEARN = 3
_TIME_TO_LEARN = timedelta(days=2)
_TIME_TO_LEARN_ELSEWHERE = timedelta(days=7)
# What is longer is made for one visit.
_MOST_CHARS = 1000
_LOOK_AT_ORIGINAL = timedelta(days=7)
_GATE = re.compile(
    r"(?:^|[./_-])(?:login|signin|sign-in|consent|captcha|auth|accounts?)(?:$|[./_?-])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PollRequest:
    """
    What to ask.

    Attributes:
        url: Address.
        original: Address in the catalogue; another one where a move was learnt.
        etag: To send; empty for none.
        last_modified: Likewise.
    """

    url: str
    original: str
    etag: str = ""
    last_modified: str = ""


def _recall(original: str, state: SourceState) -> RequestState:
    """Return what is remembered, unless it is about another address than the catalogue's of today."""
    asking = state.asking
    return (
        replace(asking, url=original)
        if asking.url in ("", original)
        else RequestState(url=original)
    )


def choose_request(source: Source, state: SourceState, now: datetime) -> PollRequest:
    """Say what to ask a source for."""
    asking = _recall(source.url, state)
    look_back = asking.original is None or now - asking.original >= _LOOK_AT_ORIGINAL
    url = source.url if look_back or not asking.learnt else asking.learnt
    another = state.asking.url not in ("", source.url)
    looks_elsewhere = bool(asking.learnt and look_back)
    if another or looks_elsewhere or _must_see_whole(asking, now):
        return PollRequest(url, source.url)
    return PollRequest(url, source.url, state.etag, state.last_modified)


def _must_see_whole(asking: RequestState, now: datetime) -> bool:
    """Say whether validators must not be sent: believed for too long, or known to be wrong."""
    if asking.distrusted is not None and now < asking.distrusted:
        return True
    if asking.unchanged >= _MOST_UNCHANGED:
        return True
    return asking.whole is None or now - asking.whole >= _LONGEST_UNSEEN


def note_unchanged(
    state: SourceState,
    ask: PollRequest,
    result: FetchResult,
    now: datetime,
) -> RequestState:
    """Remember a 304."""
    asking = _recall(ask.original, state)
    return _note_redirect(replace(asking, unchanged=asking.unchanged + 1), ask, result, now)


def note_answer(
    state: SourceState,
    ask: PollRequest,
    result: FetchResult,
    *,
    items: Sequence[FeedItem],
    new: int,
    now: datetime,
) -> RequestState:
    """
    Remember an answer in full.

    Args:
        state: Before the poll.
        ask: What it was asked.
        result: With the validators it gave.
        items: That it listed.
        new: How many of them were never seen before.
        now: When.
    """
    asking = _recall(ask.original, state)
    if asking.unchanged and new and _has_hidden(state, asking, result, items):
        asking = replace(asking, distrusted=now + _DISTRUST)
    elif asking.distrusted is not None and now >= asking.distrusted:
        asking = replace(asking, distrusted=None)
    asking = _note_redirect(replace(asking, whole=now, unchanged=0), ask, result, now)
    return _learn(asking, now) if items else asking


def _has_hidden(
    state: SourceState,
    asking: RequestState,
    result: FetchResult,
    items: Sequence[FeedItem],
) -> bool:
    given = (result.headers.get("etag", ""), result.headers.get("last-modified", ""))
    if any(given) and given == (state.etag, state.last_modified):
        return True
    if asking.whole is None or state.checked is None:
        return False
    last = state.checked - _SLACK
    return any(
        item.published is not None and asking.whole < item.published < last for item in items
    )


def _note_redirect(
    asking: RequestState,
    ask: PollRequest,
    result: FetchResult,
    now: datetime,
) -> RequestState:
    """Remember where permanent redirects from the catalogue's own address led."""
    if ask.url != ask.original:
        return asking
    target = _find_target(result)[: _MOST_CHARS + 1]
    if target != asking.learnt:
        asking = replace(asking, learnt="")
    asking = replace(asking, original=now)
    if not target:
        return replace(
            asking,
            moved_to="",
            moved_since=None,
            moved_polls=0,
        )
    if target != asking.moved_to:
        return replace(
            asking,
            moved_to=target,
            moved_since=now,
            moved_polls=1,
        )
    return replace(asking, moved_polls=asking.moved_polls + 1)


def _find_target(result: FetchResult) -> str:
    addresses = [step.url for step in result.redirects] + [result.url]
    steps = 0
    while steps < len(result.redirects) and result.redirects[steps].permanent:
        steps += 1
    return addresses[steps] if steps else ""


def _learn(asking: RequestState, now: datetime) -> RequestState:
    """Learn where the source has moved to, if it has led there often and long enough."""
    since = asking.moved_since
    if not asking.moved_to or since is None or asking.moved_polls < _POLLS_TO_LEARN:
        return asking
    if not _may_learn(asking):
        return asking
    same_site = site_of(asking.url) == site_of(asking.moved_to)
    wanted = _TIME_TO_LEARN if same_site else _TIME_TO_LEARN_ELSEWHERE
    return replace(asking, learnt=asking.moved_to) if now - since >= wanted else asking


def _may_learn(asking: RequestState) -> bool:
    old = urlsplit(asking.url)
    new = urlsplit(asking.moved_to)
    if len(asking.moved_to) > _MOST_CHARS:
        return False
    if old.scheme == "https" and new.scheme != "https":
        return False
    return not _GATE.search(f"{new.hostname}{new.path}")


def note_failure(state: SourceState, ask: PollRequest) -> RequestState:
    """Remember a failure: an address learnt that fails is forgotten, and the catalogue's is asked next."""
    asking = _recall(ask.original, state)
    if ask.url == ask.original:
        return asking
    return replace(
        asking,
        learnt="",
        moved_to="",
        moved_since=None,
        moved_polls=0,
    )


def describe_requests(asking: RequestState) -> list[str]:
    """Say what an operator should know, in words."""
    notes = []
    if asking.learnt:
        notes.append(f"moved for good to {asking.learnt}: mend the catalogue")
    if asking.distrusted is not None:
        notes.append(f"its 304s hid articles: asked in full until {asking.distrusted:%Y-%m-%d}")
    return notes
