"""
PAGE: the pages of articles whose feed gave a teaser are read, for their full text.

    store.raws -> fetcher.fetch -> fulltext -> store.finish_page

Polite: the pages of one host one after the other, hosts beside each other. A page that cannot be
had is tried again within minutes, twice, since a digest may wait for it; then its article goes on
with the teaser, as if nobody had asked.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aggregator.errors import FetchError, HostBusyError, PermanentFetchError
from aggregator.models import Outcome, Stage
from aggregator.pipeline.finishing import finish_article
from aggregator.text.charset import decode, describe_binary
from aggregator.text.html import to_text
from aggregator.urls.canonical import canonicalize_url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aggregator.fulltext.process import PageProcess
    from aggregator.models import FeedItem, FetchResult, RawArticle
    from aggregator.ports import Clock, Fetcher
    from aggregator.store.queues import Taken
    from aggregator.store.redis import Store

__all__ = ["PAGE_WAITS", "NextTry", "PageStep", "find_next_try", "read_pages", "wants_page"]

log = logging.getLogger(__name__)

# A teaser is a sentence or three; whole news notes of this length exist, and cost one page each.
_TEASER_CHARS = 600
# What is shorter than its teaser and this is no article: a notice on cookies, a "page not found"
# that says 200.
_LEAST_CHARS = 200
_HTML = ("text/html", "application/xhtml+xml")
PAGE_WAITS = (timedelta(seconds=10), timedelta(seconds=60))
"""Waits between tries of a page; after the last the article goes on without."""
_LONGEST_WAIT = timedelta(minutes=2)
# Taken so often without moving on: reading it ends its worker.
_MOST_TRIES = 6


def wants_page(item: FeedItem) -> bool:
    """Say whether an item is a teaser: it has a page, and no more text than that."""
    return bool(item.link) and len(to_text(item.content or item.summary)) < _TEASER_CHARS


@dataclass(frozen=True, slots=True, kw_only=True)
class PageStep:
    """
    What reading pages works with.

    Attributes:
        fetcher: The way out.
        process: Reads what was fetched.
        clock: For real time, which schedules go by.
        pictured: Ids of the outlets whose pictures may be shown.
    """

    store: Store
    fetcher: Fetcher
    process: PageProcess
    clock: Clock
    pictured: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class NextTry:
    """
    When what could not be fetched is tried again.

    Attributes:
        wait: Until then.
        untried: Nothing was asked for, so this counts as no try.
    """

    wait: timedelta
    untried: bool = False


@dataclass(frozen=True, slots=True)
class _Page:
    """
    What came of one page.

    Attributes:
        detail: In words, above all why there is no text.
        item: With the page's text and address; None if nothing was learnt.
        again: Another try, if one may help; None if the article goes on.
    """

    detail: str
    item: FeedItem | None = None
    again: NextTry | None = None


async def read_pages(taken: Sequence[Taken], step: PageStep, *, token: str) -> int:
    """
    Take articles through their pages.

    Args:
        taken: Under the token's lease.

    Returns:
        How many moved on.
    """
    tries = {item.id: item.tries for item in taken}
    by_host: dict[str, list[RawArticle]] = defaultdict(list)
    for raw in step.store.articles.load_raw(list(tries)):
        host = urlsplit(raw.item.link).hostname or ""
        by_host[host].append(raw)
    visits = [_read_host(raws, tries, step, token) for raws in by_host.values()]
    return sum(await asyncio.gather(*visits))


async def _read_host(
    raws: Sequence[RawArticle],
    tries: dict[str, int],
    step: PageStep,
    token: str,
) -> int:
    done = 0
    for raw in raws:
        page = await _read_page(raw, tries[raw.id], step)
        extra = {
            "article": raw.id,
            "said": page.detail,
            "tries": tries[raw.id],
        }
        log.info("page read", extra=extra)
        if page.again is not None:
            ready = step.clock.now() + page.again.wait
            step.store.queues.release(
                Stage.PAGE,
                [raw.id],
                token=token,
                ready=ready,
                untried=page.again.untried,
            )
            continue
        finish = partial(_keep_page, raw, page, step, token)
        if finish_article(raw.id, finish, stage=Stage.PAGE):
            done += 1
    return done


def _keep_page(
    raw: RawArticle,
    page: _Page,
    step: PageStep,
    token: str,
) -> None:
    item = page.item or raw.item
    articles = step.store.articles
    articles.finish_page(
        raw.id,
        item,
        said=page.detail,
        rev=raw.rev,
        token=token,
        now=step.clock.now(),
    )
    articles.count_page(read=item.content != raw.item.content)
    # Last, and lost without harm: another feed that lists this address then brings a copy, which
    # grouping knows.
    url = canonicalize_url(item.address)
    if url:
        articles.claim_name(raw.outlet_id, f"url:{url}", raw.id)


async def _read_page(raw: RawArticle, tries: int, step: PageStep) -> _Page:
    if tries > _MOST_TRIES:
        return _Page("given up")
    try:
        result = await step.fetcher.fetch(raw.item.link)
    except FetchError as error:
        return _Page(f"{error.outcome}: {error.detail}", again=find_next_try(error, tries))
    kind, _, _ = result.headers.get("content-type", "").partition(";")
    kind = kind.strip().lower()
    if kind and kind not in _HTML:
        return _Page(f"not a page: {kind}")
    return await _extract_text(raw, result, step)


def find_next_try(error: FetchError, tries: int) -> NextTry | None:
    """
    Say when to ask again for what a digest or its page waits for.

    Args:
        tries: So far, the failed one included.

    Returns:
        None if it goes on without.
    """
    if isinstance(error, HostBusyError) and not error.closed:
        # Not our turn yet: no try, and no reason to go without.
        return NextTry(timedelta(seconds=error.retry_after_s or 1), untried=True)
    for_good = isinstance(error, PermanentFetchError) or error.outcome == Outcome.NOT_FOUND
    if for_good or tries > len(PAGE_WAITS):
        return None
    requested = timedelta(seconds=error.retry_after_s or 0)
    wait = max(PAGE_WAITS[tries - 1], requested)
    # Whoever wants to be left alone for an hour has no page for today's digest.
    return NextTry(wait) if wait <= _LONGEST_WAIT else None


async def _extract_text(raw: RawArticle, result: FetchResult, step: PageStep) -> _Page:
    binary = describe_binary(result.body)
    if binary:
        return _Page(f"not a page: {binary}")
    markup, _ = decode(result.body, result.headers.get("content-type", ""))
    page_text = await step.process.extract(markup, result.url)
    if page_text is None:
        return _Page("took too long to read")
    text = page_text.text
    picture = page_text.picture if raw.outlet_id in step.pictured else ""
    item = replace(
        raw.item,
        address=page_text.address or _find_target(result),
        picture=raw.item.picture or picture,
    )
    teaser = to_text(item.content or item.summary)
    if len(text) < max(_LEAST_CHARS, len(teaser)):
        return _Page(f"no article found in it ({len(text)} characters)", item)
    return _Page(f"{len(text)} characters", replace(item, content=text))


def _find_target(result: FetchResult) -> str:
    """Return the address that the outlet's own link led to; empty for none or a front page."""
    path = urlsplit(result.url).path
    return result.url if result.redirects and path.strip("/") else ""
