"""
Sources from outside the schedule: what one answers, where a site keeps its feed.

    SourceFinder:   address -> fetch -> a feed, a sitemap, JSON? -> the page's own links
                    -> common places -> the page itself, if it is a list
                    -> Telegram, sitemaps
    sample_source:  source  -> fetch -> parse by its kind

Nothing is stored. Everything goes through the port ``Fetcher``, so that strangers are guarded
against, and hosts left in peace, as in any poll.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from aggregator.errors import FetchError, FormChangedError, ParseError
from aggregator.feeds.kinds.registry import Kinds
from aggregator.fulltext.process import PageProcess
from aggregator.models import Outcome
from aggregator.sources.check import is_full
from aggregator.sources.guess_json import guess_json_options
from aggregator.sources.guess_page import guess_page_options
from aggregator.sources.sample import PageSample, SourceSample
from aggregator.sources.site_page import (
    COMMON_PLACES,
    NEWS_SITEMAPS,
    SitePage,
    find_channel_page,
    find_news_sitemap,
    is_page,
    list_sitemaps,
    read_page,
)
from aggregator.text.charset import decode

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence
    from datetime import tzinfo

    from aggregator.models import FetchResult, Source
    from aggregator.ports import Fetcher

__all__ = [
    "DiscoveredSource",
    "SourceFinder",
    "add_page",
    "read_sample",
    "sample_source",
    "sample_sources",
]

_MOST_TRIES = 24
_MOST_CHANNELS = 3
_MOST_SITEMAPS = 3
# The site answers, so that another address of it may serve.
_GONE = frozenset({Outcome.NOT_FOUND, Outcome.GONE, Outcome.CLIENT_ERROR, Outcome.SERVER_ERROR})
# A host that answers so is asked nothing more: each further try would cost a time-out, or its
# patience.
_LEAVE_ALONE = frozenset(
    {Outcome.TIMEOUT, Outcome.CONNECTION, Outcome.RATE_LIMITED, Outcome.HOST_BUSY}
)
# Twice in a row, and a host is not asked for its other sources: 29 channels of one would cost half
# an hour of waits.
_SILENT = frozenset({Outcome.TIMEOUT, Outcome.CONNECTION})
_MOST_SILENT = 2


async def sample_source(source: Source, fetcher: Fetcher, zone: tzinfo) -> SourceSample:
    """
    Fetch and parse one source in full, whatever was seen of it before; a failure is a value.

    Args:
        source: To sample, paused or not.
        fetcher: The way out, which guards and waits.
        zone: Of dates that name none.
    """
    try:
        result = await fetcher.fetch(source.url)
    except FetchError as error:
        return SourceSample(
            source=source,
            outcome=Outcome(error.outcome),
            detail=error.detail,
        )
    return await asyncio.to_thread(read_sample, source, result, zone)


def read_sample(source: Source, result: FetchResult, zone: tzinfo) -> SourceSample:
    """Parse what was fetched for a source; a failure is a value."""
    try:
        feed = Kinds().find_kind(source.kind).parse(result, source, default_zone=zone)
    except FormChangedError as error:
        return SourceSample(
            source=source,
            outcome=Outcome.FORM_CHANGED,
            detail=error.detail,
            result=result,
        )
    except ParseError as error:
        return SourceSample(
            source=source,
            outcome=Outcome.NOT_A_FEED,
            detail=error.detail,
            result=result,
        )
    outcome = Outcome.OK if feed.items else Outcome.EMPTY
    return SourceSample(
        source=source,
        outcome=outcome,
        detail=str(result.status),
        result=result,
        feed=feed,
    )


async def add_page(sample: SourceSample, fetcher: Fetcher, process: PageProcess) -> SourceSample:
    """Read the page of a sample's first teaser too, for its full text; a failure is a value."""
    url = _find_teaser(sample)
    if not url:
        return sample
    page = await _sample_page(url, fetcher, process)
    return replace(sample, page=page)


def _find_teaser(sample: SourceSample) -> str:
    """Return the address of the first item that is not whole; empty if there is none."""
    items = sample.feed.items if sample.feed else ()
    for item in items:
        if item.link and not is_full(item):
            return item.link
    return ""


async def _sample_page(url: str, fetcher: Fetcher, process: PageProcess) -> PageSample:
    try:
        result = await fetcher.fetch(url)
    except FetchError as error:
        return PageSample(url, 0, f"{error.outcome}: {error.detail}")
    content_type = result.headers.get("content-type", "")
    if not is_page(result.body, content_type):
        shown = content_type or "without a content type"
        return PageSample(url, 0, f"not a page: {shown}")
    markup, _ = decode(result.body, content_type)
    article = await process.extract(markup, result.url)
    if article is None:
        return PageSample(url, 0, "took too long to read")
    characters = len(article.text)
    return PageSample(url, characters, f"{characters} characters")


async def sample_sources(
    sources: Sequence[Source],
    fetcher: Fetcher,
    zone: tzinfo,
    *,
    hosts: int,
    seen: Callable[[SourceSample], None],
    pages: Callable[[Source], bool] = lambda source: source.full_text,
) -> list[SourceSample]:
    """
    Sample many sources: hosts side by side, the sources of one host one after the other.

    Args:
        sources: To sample, in any order.
        fetcher: The way out, which guards and waits.
        zone: Of dates that name none.
        hosts: How many hosts at once.
        seen: Called with each sample as it is done.
        pages: For which sources the page of one article is read too.

    Returns:
        The samples, in the order of the sources.
    """
    by_host: dict[str, list[Source]] = defaultdict(list)
    for source in sources:
        host = urlsplit(source.url).netloc
        by_host[host].append(source)
    at_once = asyncio.Semaphore(hosts)
    samples = dict[str, SourceSample]()

    async def visit(group: Sequence[Source]) -> None:
        async with at_once:
            async for first in _sample_host(group, fetcher, zone):
                sample = first
                if sample.feed and pages(sample.source):
                    sample = await add_page(sample, fetcher, process)
                source_id = sample.source.id
                samples[source_id] = sample
                seen(sample)

    async with PageProcess() as process:
        visits = map(visit, by_host.values())
        await asyncio.gather(*visits)
    return [samples[source.id] for source in sources]


async def _sample_host(
    sources: Sequence[Source],
    fetcher: Fetcher,
    zone: tzinfo,
) -> AsyncIterator[SourceSample]:
    """Sample the sources of one host until it has been silent too often in a row."""
    silent = 0
    for source in sources:
        if silent < _MOST_SILENT:
            sample = await sample_source(source, fetcher, zone)
        else:
            sample = _leave_out(source)
        is_silent = sample.outcome in _SILENT
        silent = silent + 1 if is_silent else 0
        yield sample


def _leave_out(source: Source) -> SourceSample:
    host = urlsplit(source.url).hostname
    detail = f"not asked: {host} did not answer {_MOST_SILENT} times in a row"
    return SourceSample(
        source=source,
        outcome=Outcome.CONNECTION,
        detail=detail,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveredSource:
    """
    What was found at an address.

    Attributes:
        looks: Samples of sources that gave articles, the one to propose first.
        page: The page the address shows; empty if it is a feed itself.
        tried: Addresses asked and what each answered, in order.
    """

    looks: tuple[SourceSample, ...]
    page: SitePage
    tried: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class SourceFinder:
    """
    Finds where a site can be polled.

    Args:
        fetcher: The way out, which guards and waits.
        zone: Of dates that name none.
        blank: A source whose address and kind are replaced by what is tried.
        told: Called with each address before it is asked.
    """

    fetcher: Fetcher
    zone: tzinfo
    blank: Source
    told: Callable[[str], None]
    _tried: dict[str, str] = field(default_factory=dict)
    _left_alone: set[str] = field(default_factory=set)

    async def find(self, url: str) -> DiscoveredSource:
        """
        Find the sources at an address.

        Args:
            url: Of a site, a page, a feed or a Telegram channel.

        Raises:
            FetchError: The address itself cannot be fetched.
        """
        channel = find_channel_page(url)
        if channel:
            sample = await self._try(channel, "telegram")
            return self._report([sample], SitePage())
        url, result = await self._fetch_first(url)
        itself = self._read_itself(url, result)
        if itself:
            return self._report([itself], SitePage())
        page = _read_site(result)
        samples = await self._try_declared(page, result.url)
        as_list = self._read_list(url, result)
        is_inner = urlsplit(result.url).path.strip("/") != ""
        if not samples and as_list and is_inner:
            # Somebody who names a list's own page means that list.
            return self._report([as_list], page)
        samples = samples or await self._try_channels(page)
        samples = samples or await self._find_sitemap(result.url)
        if as_list and not samples:
            samples = [as_list]
        return self._report(samples, page)

    def _read_list(self, url: str, result: FetchResult) -> SourceSample | None:
        """Return the sample of a page that is itself a list of articles."""
        options = guess_page_options(result, self.zone)
        return self._try_options(url, "page", options, result)

    def _try_options(
        self,
        url: str,
        kind: str,
        options: Mapping[str, Any],
        result: FetchResult,
    ) -> SourceSample | None:
        """Return the sample that options give, None for none or one without items."""
        if not options:
            return None
        source = replace(self._make_source(url, kind), options=options)
        sample = read_sample(source, result, self.zone)
        return sample if _has_items(sample) else None

    def _read_itself(self, url: str, result: FetchResult) -> SourceSample | None:
        """Return the sample of an address that is itself a feed or a sitemap of news."""
        feed = self._make_source(url, "feed")
        as_feed = read_sample(feed, result, self.zone)
        self._tried[url] = as_feed.outcome.value
        if _has_items(as_feed):
            return as_feed
        sitemap = self._make_source(url, "sitemap")
        as_sitemap = read_sample(sitemap, result, self.zone)
        if _has_items(as_sitemap):
            return as_sitemap
        return self._read_json(url, result)

    def _read_json(self, url: str, result: FetchResult) -> SourceSample | None:
        """Return the sample of an answer in JSON: of JSON Feed, or of a site's own API."""
        sample = self._try_options(url, "json", guess_json_options(result), result)
        if sample:
            self._tried[url] = sample.outcome.value
        return sample

    async def _try_declared(self, page: SitePage, home: str) -> list[SourceSample]:
        """Try the feeds that a page names, in XML or JSON, then where feeds often are."""
        samples = await self._try_all(page.feeds, "feed", len(page.feeds))
        samples = samples or await self._try_json(page.json_feeds)
        places = [urljoin(home, path) for path in COMMON_PLACES]
        return samples or await self._try_all(places, "feed", 1)

    async def _try_channels(self, page: SitePage) -> list[SourceSample]:
        return await self._try_all(page.channels[:_MOST_CHANNELS], "telegram", 1)

    async def _try_json(self, urls: Sequence[str]) -> list[SourceSample]:
        """Try feeds that are declared as JSON; the first that can be read is enough."""
        for url in urls:
            sample = await self._try_once(url, "feed")
            found = self._read_json(url, sample.result) if sample and sample.result else None
            if found:
                return [found]
        return []

    async def _fetch_first(self, url: str) -> tuple[str, FetchResult]:
        """Fetch the address, or, where it is gone, the front page of its site."""
        try:
            return url, await self._fetch(url)
        except FetchError as error:
            self._tried[url] = error.outcome
            home = _find_front(url) if error.outcome in _GONE else url
            if home == url:
                raise
            return home, await self._fetch(home)

    def _report(self, samples: Sequence[SourceSample], page: SitePage) -> DiscoveredSource:
        # Two addresses that lead to one feed are one find, that of the first.
        by_url: dict[str, SourceSample] = {}
        for sample in reversed(samples):
            if sample.result and _has_items(sample):
                by_url[sample.result.url] = sample
        distinct = reversed(by_url.values())
        return DiscoveredSource(
            looks=tuple(distinct),
            page=page,
            tried=tuple(self._tried.items()),
        )

    def _make_source(self, url: str, kind: str) -> Source:
        return replace(self.blank, url=url, kind=kind)

    async def _fetch(self, url: str) -> FetchResult:
        self.told(url)
        return await self.fetcher.fetch(url)

    async def _try(self, url: str, kind: str) -> SourceSample:
        self.told(url)
        source = self._make_source(url, kind)
        sample = await sample_source(source, self.fetcher, self.zone)
        is_feed = sample.outcome is not Outcome.NOT_A_FEED
        self._tried[url] = sample.outcome.value if is_feed else sample.detail
        return sample

    async def _try_all(
        self,
        urls: Sequence[str],
        kind: str,
        enough: int,
    ) -> list[SourceSample]:
        samples: list[SourceSample] = []
        for url in urls:
            if len(samples) >= enough:
                break
            sample = await self._try_once(url, kind)
            if sample and _has_items(sample):
                samples.append(sample)
        return samples

    async def _try_once(self, url: str, kind: str) -> SourceSample | None:
        """Try an address, unless it was tried, or has been enough for its host or for us."""
        host = urlsplit(url).netloc
        is_enough = len(self._tried) >= _MOST_TRIES
        if is_enough or url in self._tried or host in self._left_alone:
            return None
        sample = await self._try(url, kind)
        if sample.outcome in _LEAVE_ALONE:
            self._left_alone.add(host)
        return sample

    async def _find_sitemap(self, url: str) -> list[SourceSample]:
        for address in await self._list_sitemaps(url):
            sample = await self._try_once(address, "sitemap")
            inner = _find_inner(sample)
            if inner:
                sample = await self._try_once(inner, "sitemap")
            if sample and _has_items(sample):
                return [sample]
        return []

    async def _list_sitemaps(self, url: str) -> tuple[str, ...]:
        if urlsplit(url).netloc in self._left_alone:
            return ()
        robots = urljoin(url, "/robots.txt")
        try:
            result = await self._fetch(robots)
        except FetchError as error:
            self._tried[robots] = error.outcome
            return ()
        self._tried[robots] = "read"
        text = result.body.decode("utf-8", "replace")
        named = list_sitemaps(text)
        if named:
            return named[:_MOST_SITEMAPS]
        return tuple(urljoin(url, path) for path in NEWS_SITEMAPS)


def _find_front(url: str) -> str:
    """Return the address of a site's front page; that of the page where the site has none."""
    try:
        return urljoin(url, "/")
    except ValueError:
        return url


def _has_items(sample: SourceSample) -> bool:
    return sample.feed is not None and bool(sample.feed.items)


def _read_site(result: FetchResult) -> SitePage:
    """Return what a page says of its site; empty if it is no page."""
    content_type = result.headers.get("content-type", "")
    if not is_page(result.body, content_type):
        return SitePage()
    return read_page(result.body, content_type, result.url)


def _find_inner(sample: SourceSample | None) -> str:
    """Return the sitemap of news that an index of sitemaps names; empty if there is none."""
    if sample is None or sample.result is None or sample.feed is not None:
        return ""
    return find_news_sitemap(sample.result.body)
