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
from aggregator.text.charset import decode
from aggregator.text.html import to_text
from aggregator.urls.canonical import canonical_url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aggregator.fulltext.process import PageProcess
    from aggregator.models import FeedItem, FetchResult, RawArticle
    from aggregator.ports import Clock, Fetcher
    from aggregator.store.queues import Taken
    from aggregator.store.redis import Store

__all__ = ["PAGE_WAITS", "PageStep", "read_pages", "wants_page"]

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


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class PageStep:
    """
    What reading pages works with.

    Attributes:
        store: Where articles are.
        fetcher: The way out.
        process: Reads what was fetched.
        clock: Real time.
    """

    store: Store
    fetcher: Fetcher
    process: PageProcess
    clock: Clock


@dataclass(frozen=True, slots=True)
class _Page:
    """What came of one page: its text, or in words why there is none, and when to try again if that may help."""

    said: str
    item: FeedItem | None = None
    wait: timedelta | None = None
    untried: bool = False


async def read_pages(taken: Sequence[Taken], step: PageStep, *, token: str) -> int:
    """
    Take articles through their pages.

    Args:
        taken: Under the token's lease.
        step: See there.
        token: Of the lease.

    Returns:
        How many moved on.
    """
    tries = {item.id: item.tries for item in taken}
    hosts: dict[str, list[RawArticle]] = defaultdict(list)
    for raw in step.store.articles.raws(list(tries)):
        hosts[urlsplit(raw.item.link).hostname or ""].append(raw)
    visits = [_read_host(raws, tries, step, token) for raws in hosts.values()]
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
        log.info(
            "page read",
            extra={
                "article": raw.id,
                "said": page.said,
                "tries": tries[raw.id],
            },
        )
        if page.wait is not None:
            ready = step.clock.now() + page.wait
            step.store.queues.release(
                Stage.PAGE,
                [raw.id],
                token=token,
                ready=ready,
                untried=page.untried,
            )
        elif finish_article(raw.id, partial(_keep_page, raw, page, step, token), stage=Stage.PAGE):
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
        said=page.said,
        rev=raw.rev,
        token=token,
        now=step.clock.now(),
    )
    articles.count_page(read=item.content != raw.item.content)
    # Last, and lost without harm: another feed that lists this address then brings a copy, which
    # grouping knows.
    if url := canonical_url(item.address):
        articles.claim(raw.outlet_id, f"url:{url}", raw.id)


async def _read_page(raw: RawArticle, tries: int, step: PageStep) -> _Page:
    if tries > _MOST_TRIES:
        return _Page("given up")
    try:
        result = await step.fetcher.fetch(raw.item.link)
    except FetchError as error:
        return _judge_failure(error, tries)
    kind = result.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind and kind not in _HTML:
        return _Page(f"not a page: {kind}")
    return await _extract_text(raw.item, result, step)


def _judge_failure(error: FetchError, tries: int) -> _Page:
    said = f"{error.outcome}: {error.detail}"
    if isinstance(error, HostBusyError) and not error.closed:
        # Not our turn yet: no try, and no reason to go without.
        return _Page(said, wait=timedelta(seconds=error.retry_after_s or 1), untried=True)
    for_good = isinstance(error, PermanentFetchError) or error.outcome == Outcome.NOT_FOUND
    if for_good or tries > len(PAGE_WAITS):
        return _Page(said)
    asked = timedelta(seconds=error.retry_after_s or 0)
    wait = max(PAGE_WAITS[tries - 1], asked)
    # Whoever wants to be left alone for an hour has no page for today's digest.
    return _Page(said, wait=wait) if wait <= _LONGEST_WAIT else _Page(said)


async def _extract_text(item: FeedItem, result: FetchResult, step: PageStep) -> _Page:
    markup, _ = decode(result.body, result.headers.get("content-type", ""))
    found = await step.process.extract(markup, result.url)
    if found is None:
        return _Page("took too long to read")
    address = found.address or _find_target(result)
    before = len(to_text(item.content or item.summary))
    if len(found.text) < max(_LEAST_CHARS, before):
        return _Page(
            f"no article found in it ({len(found.text)} characters)", replace(item, address=address)
        )
    return _Page(
        f"{len(found.text)} characters", replace(item, content=found.text, address=address)
    )


def _find_target(result: FetchResult) -> str:
    """Return the address that the outlet's own link led to, if it did and it is not a front page."""
    return result.url if result.redirects and urlsplit(result.url).path.strip("/") else ""
