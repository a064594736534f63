"""
Looking at sources from outside the schedule: what one answers, where a site keeps its feed. Stores nothing.

    scout:  address -> fetch -> a feed? -> the page's own links -> common places -> Telegram, sitemaps
    look:   source  -> fetch -> parse by its kind

Everything goes through the port ``Fetcher``, so that strangers are guarded against, and hosts left in peace, as in any
poll.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from aggregator.errors import FetchError, FormChangedError, ParseError
from aggregator.feeds.charset import decode
from aggregator.fulltext.process import PageProcess
from aggregator.kinds.registry import Kinds
from aggregator.models import Outcome
from aggregator.sources.checkup import is_full
from aggregator.sources.page import (
    COMMON_PLACES,
    NEWS_SITEMAPS,
    SitePage,
    channel_page,
    is_page,
    news_of_index,
    read_page,
    sitemaps_of,
)
from aggregator.sources.sight import Look, PageLook

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import tzinfo

    from aggregator.models import FetchResult, Source
    from aggregator.ports import Fetcher

__all__ = ["Find", "Scout", "look_at", "look_at_all", "with_page"]

_MOST_TRIES = 24
# The site answers, so that another address of it may serve.
_GONE = frozenset({Outcome.NOT_FOUND, Outcome.GONE, Outcome.CLIENT_ERROR, Outcome.SERVER_ERROR})
# A host that answers so is asked nothing more: each further try would cost a time-out, or its patience.
_LEAVE_ALONE = frozenset({Outcome.TIMEOUT, Outcome.CONNECTION, Outcome.RATE_LIMITED, Outcome.HOST_BUSY})
# Twice in a row, and a host is not asked for its other sources: 29 channels of one would cost half an hour of waits.
_SILENT, _MOST_SILENT = frozenset({Outcome.TIMEOUT, Outcome.CONNECTION}), 2


async def look_at(source: Source, fetcher: Fetcher, zone: tzinfo) -> Look:
    """
    Fetch and parse one source in full, whatever was seen of it before; a failure is a value.

    Args:
        source: To look at, paused or not.
        fetcher: The way out.
        zone: Of dates that name none.
    """
    try:
        result = await fetcher.fetch(source.url)
    except FetchError as error:
        return Look(source=source, outcome=Outcome(error.outcome), detail=error.detail)
    return await asyncio.to_thread(read_look, source, result, zone)


def read_look(source: Source, result: FetchResult, zone: tzinfo) -> Look:
    """Parse what was fetched for a source; a failure is a value."""
    try:
        feed = Kinds().named(source.kind).parse(result, source, default_zone=zone)
    except FormChangedError as error:
        return Look(source=source, outcome=Outcome.FORM_CHANGED, detail=error.detail, result=result)
    except ParseError as error:
        return Look(source=source, outcome=Outcome.NOT_A_FEED, detail=error.detail, result=result)
    outcome = Outcome.OK if feed.items else Outcome.EMPTY
    return Look(source=source, outcome=outcome, detail=str(result.status), result=result, feed=feed)


async def with_page(look: Look, fetcher: Fetcher, process: PageProcess) -> Look:
    """Read the page of a look's first teaser too, for its full text; a failure is a value."""
    items = look.feed.items if look.feed else ()
    url = next((item.link for item in items if item.link and not is_full(item)), "")
    if not url:
        return look
    try:
        result = await fetcher.fetch(url)
    except FetchError as error:
        return replace(look, page=PageLook(url, 0, f"{error.outcome}: {error.detail}"))
    kind = result.headers.get("content-type", "")
    if not is_page(result.body, kind):
        return replace(look, page=PageLook(url, 0, f"not a page: {kind or 'without a content type'}"))
    found = await process.extract(decode(result.body, kind)[0], result.url)
    characters = len(found.text) if found else 0
    return replace(
        look, page=PageLook(url, characters, f"{characters} characters" if found else "took too long to read")
    )


async def look_at_all(
    sources: Sequence[Source],
    fetcher: Fetcher,
    zone: tzinfo,
    *,
    hosts: int,
    seen: Callable[[Look], None],
    pages: Callable[[Source], bool] = lambda source: source.full_text,
) -> list[Look]:
    """
    Look at many sources: hosts side by side, the sources of one host one after the other.

    Args:
        sources: To look at.
        fetcher: The way out.
        zone: Of dates that name none.
        hosts: How many hosts at once.
        seen: Told of each look as it is done.
        pages: For which sources the page of one article is read too.

    Returns:
        The looks, in the order of the sources.
    """
    by_host: dict[str, list[Source]] = defaultdict(list)
    for source in sources:
        by_host[urlsplit(source.url).netloc].append(source)
    room, looks = asyncio.Semaphore(hosts), dict[str, Look]()

    async def visit(group: list[Source]) -> None:
        async with room:
            silent = 0
            for source in group:
                look = await look_at(source, fetcher, zone) if silent < _MOST_SILENT else _not_asked(source)
                silent = silent + 1 if look.outcome in _SILENT else 0
                if look.feed and pages(source):
                    look = await with_page(look, fetcher, process)
                looks[source.id] = look
                seen(look)

    async with PageProcess() as process:
        await asyncio.gather(*(visit(group) for group in by_host.values()))
    return [looks[source.id] for source in sources]


def _not_asked(source: Source) -> Look:
    detail = f"not asked: {urlsplit(source.url).hostname} did not answer {_MOST_SILENT} times in a row"
    return Look(source=source, outcome=Outcome.CONNECTION, detail=detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """
    What was found at an address.

    Attributes:
        looks: Sources that gave articles, the one to propose first.
        page: The page the address shows; empty if it is a feed itself.
        tried: Addresses asked and what each answered, in order.
    """

    looks: tuple[Look, ...]
    page: SitePage
    tried: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Scout:
    """
    Finds where a site can be polled.

    Args:
        fetcher: The way out.
        zone: Of dates that name none.
        blank: A source whose address and kind are replaced by what is tried.
        told: Told of each address before it is asked.
    """

    fetcher: Fetcher
    zone: tzinfo
    blank: Source
    told: Callable[[str], None]
    _tried: dict[str, str] = field(default_factory=dict)
    _left_alone: set[str] = field(default_factory=set)

    async def find(self, url: str) -> Find:
        """
        Look around an address.

        Args:
            url: Of a site, a page, a feed or a Telegram channel.

        Raises:
            FetchError: The address itself cannot be fetched.
        """
        channel = channel_page(url)
        if channel:
            return self._found([await self._try(channel, "telegram")], SitePage())
        url, result = await self._first(url)
        first = read_look(self._as(url, "feed"), result, self.zone)
        self._tried[url] = first.outcome.value
        if first.feed and first.feed.items:
            return self._found([first], SitePage())
        as_sitemap = read_look(self._as(url, "sitemap"), result, self.zone)
        if as_sitemap.feed and as_sitemap.feed.items:
            return self._found([as_sitemap], SitePage())
        page = SitePage()
        if is_page(result.body, result.headers.get("content-type", "")):
            page = read_page(result.body, result.headers.get("content-type", ""), result.url)
        places = [urljoin(result.url, path) for path in COMMON_PLACES]
        for candidates, kind, enough in (
            (page.feeds, "feed", len(page.feeds)),
            (places, "feed", 1),
            (page.channels[:3], "telegram", 1),
        ):
            looks = await self._try_all(candidates, kind, enough)
            if looks:
                return self._found(looks, page)
        return self._found(await self._find_sitemap(result.url), page)

    async def _first(self, url: str) -> tuple[str, FetchResult]:
        """Fetch the address, or, where it is gone, the front page of its site."""
        try:
            return url, await self._fetch(url)
        except FetchError as error:
            self._tried[url] = error.outcome
            home = urljoin(url, "/")
            if error.outcome not in _GONE or home == url:
                raise
            return home, await self._fetch(home)

    def _found(self, looks: Sequence[Look], page: SitePage) -> Find:
        # Two addresses that lead to one feed are one find.
        good = {look.result.url: look for look in reversed(looks) if look.result and look.feed and look.feed.items}
        return Find(looks=tuple(reversed(good.values())), page=page, tried=tuple(self._tried.items()))

    def _as(self, url: str, kind: str) -> Source:
        return replace(self.blank, url=url, kind=kind)

    async def _fetch(self, url: str) -> FetchResult:
        self.told(url)
        return await self.fetcher.fetch(url)

    async def _try(self, url: str, kind: str) -> Look:
        self.told(url)
        look = await look_at(self._as(url, kind), self.fetcher, self.zone)
        self._tried[url] = look.outcome.value if look.outcome is not Outcome.NOT_A_FEED else look.detail
        return look

    async def _try_all(self, urls: Sequence[str], kind: str, enough: int) -> list[Look]:
        found: list[Look] = []
        for url in urls:
            look = await self._ask(url, kind) if len(found) < enough else None
            if look and look.feed and look.feed.items:
                found.append(look)
        return found

    async def _ask(self, url: str, kind: str) -> Look | None:
        """Try an address, unless it was tried, or has been enough for its host or for us."""
        host = urlsplit(url).netloc
        if url in self._tried or len(self._tried) >= _MOST_TRIES or host in self._left_alone:
            return None
        look = await self._try(url, kind)
        if look.outcome in _LEAVE_ALONE:
            self._left_alone.add(host)
        return look

    async def _find_sitemap(self, url: str) -> list[Look]:
        for address in await self._sitemaps(url):
            look = await self._ask(address, "sitemap")
            inner = news_of_index(look.result.body) if look and look.result and not look.feed else ""
            if inner:
                look = await self._ask(inner, "sitemap")
            if look and look.feed and look.feed.items:
                return [look]
        return []

    async def _sitemaps(self, url: str) -> tuple[str, ...]:
        if urlsplit(url).netloc in self._left_alone:
            return ()
        try:
            result = await self._fetch(urljoin(url, "/robots.txt"))
        except FetchError as error:
            self._tried[urljoin(url, "/robots.txt")] = error.outcome
            return ()
        self._tried[urljoin(url, "/robots.txt")] = "read"
        named = sitemaps_of(result.body.decode("utf-8", "replace"))[:3]
        return named or tuple(urljoin(url, path) for path in NEWS_SITEMAPS)
