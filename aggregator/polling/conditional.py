"""
How a source is asked next, and what its answers teach. Pure.

Validators (ETag, Last-Modified) save both sides the body, and some servers answer 304 for ever.
They go to the server that gave them alone, whatever a move led to since.
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
from itertools import takewhile
from operator import attrgetter
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aggregator.models import RequestState
from aggregator.urls.host import is_same_server
from aggregator.urls.site import find_site

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
_ORIGINAL_AGAIN = timedelta(days=7)
_LOGIN_PAGE = re.compile(
    r"(?:^|[./_-])(?:login|signin|sign-in|consent|captcha|auth|accounts?)(?:$|[./_?-])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PollRequest:
    """
    What to request.

    Attributes:
        url: Address to ask.
        original: Address in the catalogue; another one where a move was learnt.
        etag: Validator to send; empty for none.
        last_modified: Validator to send; empty for none.
    """

    url: str
    original: str
    etag: str = ""
    last_modified: str = ""


def _recall_state(original: str, state: SourceState) -> RequestState:
    """Return what is remembered, unless that is about another address than the catalogue's."""
    memory = state.asking
    if memory.url in ("", original):
        return replace(memory, url=original)
    return RequestState(url=original)


def choose_request(source: Source, state: SourceState, now: datetime) -> PollRequest:
    """Say what to request a source for."""
    memory = _recall_state(source.url, state)
    wants_original = memory.original is None or now - memory.original >= _ORIGINAL_AGAIN
    url = source.url if wants_original or not memory.learnt else memory.learnt
    another = state.asking.url not in ("", source.url)
    asks_elsewhere = bool(memory.learnt and wants_original)
    is_strange = memory.answered not in ("", url) and not is_same_server(url, memory.answered)
    if another or asks_elsewhere or is_strange or _must_see_whole(memory, now):
        return PollRequest(url, source.url)
    return PollRequest(url, source.url, state.etag, state.last_modified)


def _must_see_whole(memory: RequestState, now: datetime) -> bool:
    """Say whether validators must not be sent: believed for too long, or known to be wrong."""
    if memory.distrusted is not None and now < memory.distrusted:
        return True
    if memory.unchanged >= _MOST_UNCHANGED:
        return True
    return memory.whole is None or now - memory.whole >= _LONGEST_UNSEEN


def note_unchanged(
    state: SourceState,
    request: PollRequest,
    result: FetchResult,
    now: datetime,
) -> RequestState:
    """Remember a 304."""
    memory = _recall_state(request.original, state)
    return _note_redirect(replace(memory, unchanged=memory.unchanged + 1), request, result, now)


def note_answer(
    state: SourceState,
    request: PollRequest,
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
        result: With the validators it gave.
        items: That it listed.
        new: How many of them were never seen before.
    """
    memory = _recall_state(request.original, state)
    if memory.unchanged and new and _has_hidden(state, memory, result, items):
        memory = replace(memory, distrusted=now + _DISTRUST)
    elif memory.distrusted is not None and now >= memory.distrusted:
        memory = replace(memory, distrusted=None)
    seen = replace(memory, whole=now, unchanged=0, answered=result.url[:_MOST_CHARS])
    memory = _note_redirect(seen, request, result, now)
    return _learn_move(memory, now) if items else memory


def _has_hidden(
    state: SourceState,
    memory: RequestState,
    result: FetchResult,
    items: Sequence[FeedItem],
) -> bool:
    given = (result.headers.get("etag", ""), result.headers.get("last-modified", ""))
    if any(given) and given == (state.etag, state.last_modified):
        return True
    if memory.whole is None or state.checked is None:
        return False
    last = state.checked - _SLACK
    moments = [item.published for item in items if item.published is not None]
    return any(memory.whole < moment < last for moment in moments)


def _note_redirect(
    memory: RequestState,
    request: PollRequest,
    result: FetchResult,
    now: datetime,
) -> RequestState:
    """Remember where permanent redirects from the catalogue's own address led."""
    if request.url != request.original:
        return memory
    target = _find_target(result)[: _MOST_CHARS + 1]
    learnt = memory.learnt if target == memory.learnt else ""
    if not target:
        since, polls = None, 0
    elif target != memory.moved_to:
        since, polls = now, 1
    else:
        since, polls = memory.moved_since, memory.moved_polls + 1
    return replace(
        memory,
        learnt=learnt,
        original=now,
        moved_to=target,
        moved_since=since,
        moved_polls=polls,
    )


def _find_target(result: FetchResult) -> str:
    """Return where the permanent redirects at the beginning led; empty if there are none."""
    permanent = list(takewhile(attrgetter("permanent"), result.redirects))
    if not permanent:
        return ""
    addresses = [step.url for step in result.redirects] + [result.url]
    return addresses[len(permanent)]


def _learn_move(memory: RequestState, now: datetime) -> RequestState:
    """Learn where the source has moved to, if it has led there often and long enough."""
    since = memory.moved_since
    if not memory.moved_to or since is None or memory.moved_polls < _POLLS_TO_LEARN:
        return memory
    if not _may_learn_move(memory):
        return memory
    same_site = find_site(memory.url) == find_site(memory.moved_to)
    wanted = _TIME_TO_LEARN if same_site else _TIME_TO_LEARN_ELSEWHERE
    return replace(memory, learnt=memory.moved_to) if now - since >= wanted else memory


def _may_learn_move(memory: RequestState) -> bool:
    old = urlsplit(memory.url)
    new = urlsplit(memory.moved_to)
    if len(memory.moved_to) > _MOST_CHARS:
        return False
    if old.scheme == "https" and new.scheme != "https":
        return False
    return not _LOGIN_PAGE.search(f"{new.hostname}{new.path}")


def note_failure(state: SourceState, request: PollRequest) -> RequestState:
    """
    Remember a failure.

    An address learnt that fails is forgotten, and the catalogue's is asked next.
    """
    memory = _recall_state(request.original, state)
    if request.url == request.original:
        return memory
    return replace(
        memory,
        learnt="",
        moved_to="",
        moved_since=None,
        moved_polls=0,
    )


def describe_requests(memory: RequestState) -> list[str]:
    """Say what an operator should know, in words."""
    notes = []
    if memory.learnt:
        notes.append(f"moved for good to {memory.learnt}: mend the catalogue")
    if memory.distrusted is not None:
        notes.append(f"its 304s hid articles: asked in full until {memory.distrusted:%Y-%m-%d}")
    return notes
