"""
What is fuzzed: functions of bytes that raise nothing but AssertionError, and that only where a
promise is broken.

The first bytes choose what is not in the bytes themselves (a header, an encoding), the rest is the
input.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from contextlib import suppress
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from aggregator.clock import SystemClock
from aggregator.errors import FetchError, TilshiError
from aggregator.feeds.dates import parse_date
from aggregator.feeds.fetch import HttpFetcher
from aggregator.feeds.identity import identify, list_title_names, name_items
from aggregator.feeds.limits import FetchLimits
from aggregator.feeds.unpack import BadEncodingError, IncompleteBodyError, OversizeError, unpack
from aggregator.models import FeedItem, FetchResult, Outcome
from aggregator.sources.site_page import read_page
from aggregator.text.charset import decode
from aggregator.text.html import to_safe_html, to_text
from aggregator.text.typography import fit_line, tidy
from aggregator.urls.canonical import canonicalize_url
from tests.support.safe import fault_of
from tests.support.through import ADDRESS, OPTIONS, ZONE, articles_of, made_of, read_as

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["TARGETS"]

_TYPES = (
    "",
    "text/xml",
    "application/rss+xml; charset=utf-8",
    "text/xml; charset=windows-1251",
    "text/html; charset=utf-7",
    "text/xml; charset=utf-16",
    "application/json",
    "text/xml; charset=koi8-r",
    "text/xml; charset=idna",
)
_ENCODINGS = (
    "gzip",
    "deflate",
    "br",
    "zstd",
    "gzip, br",
    "x-gzip",
    "zstd, zstd",
    "identity",
    "compress",
)
_CAP = 100_000
_HERE = "127.0.0.77"
_LONGEST_TITLE = 500


def _check_detail(error: Exception) -> None:
    assert str(error)


def _check_fetch_error(error: FetchError) -> None:
    assert str(error).isprintable(), repr(str(error))
    assert error.outcome in set(Outcome) - {Outcome.INTERNAL}


def feed(data: bytes) -> None:
    """Bytes to articles, each safe and whole, or an error of ours."""
    try:
        articles = made_of(
            data[1:], {"content-type": _TYPES[data[0] % len(_TYPES)]} if data else {}
        )
    except TilshiError as error:
        _check_detail(error)
        return
    for article in articles:
        assert not fault_of(article.html), article.html
        assert 0 < len(article.title) <= _LONGEST_TITLE or not article.text
        assert "\n" not in article.title
        assert tidy(article.text) == article.text
        assert not article.link or re.fullmatch(
            r"https?://[^/?#\s]\S*", article.link, re.IGNORECASE
        ), article.link
        assert article.published is None or article.published.utcoffset() == timedelta(0)


def html(data: bytes) -> None:
    """Markup to text and to safe HTML, which is safe again when cleaned again."""
    markup = data.decode("utf-8", "replace")
    safe = to_safe_html(markup, ADDRESS)
    assert not fault_of(safe), safe
    assert not fault_of(to_safe_html(safe, ADDRESS))
    text = tidy(to_text(markup))
    assert tidy(text) == text
    assert len(fit_line(text, 100)) <= 100


def page(data: bytes) -> None:
    """A page looked at for its feeds: links to the web, no more than can be shown."""
    site = read_page(data, "text/html", ADDRESS)
    for link in (*site.feeds, *site.channels):
        assert re.fullmatch(r"https?://[^/?#\s]\S*", link, re.IGNORECASE), link
    assert "\n" not in site.name


def dates(data: bytes) -> None:
    """A date in UTC or none."""
    moment = parse_date(data.decode("utf-8", "replace"), ZONE)
    assert moment is None or moment.utcoffset() == timedelta(0)


def charset(data: bytes) -> None:
    """Text without a byte order mark that can be written again."""
    text, note = decode(data[1:], _TYPES[data[0] % len(_TYPES)] if data else "")
    assert not text.startswith("\ufeff")
    assert isinstance(note, str)


def packed(data: bytes) -> None:
    """No more than the cap, or one of three errors."""
    encoding = _ENCODINGS[data[0] % len(_ENCODINGS)] if data else "gzip"
    try:
        assert len(unpack(data[1:], encoding, _CAP)) <= max(_CAP, len(data))
    except (BadEncodingError, IncompleteBodyError, OversizeError) as error:
        _check_detail(error)


def kinds(data: bytes) -> None:
    """Answers of APIs, pages, channels and sitemaps to articles, or an error of ours."""
    names = tuple(OPTIONS)
    try:
        items = read_as(names[data[0] % len(names)] if data else "json", data[1:])
    except TilshiError as error:
        _check_detail(error)
        return
    for article in articles_of(items):
        assert not fault_of(article.html), article.html
        assert not article.link or re.fullmatch(
            r"https?://[^/?#\s]\S*", article.link, re.IGNORECASE
        ), article.link


def answer(data: bytes) -> None:
    """What a server answers: a result within the cap, or an error whose name can be printed."""
    try:
        result = asyncio.run(_fetch(data))
    except FetchError as error:
        _check_fetch_error(error)
        return
    assert len(result.body) <= _CAP
    assert result.url.isprintable()


async def _fetch(data: bytes) -> FetchResult:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(data)
            await writer.drain()
        writer.close()

    async def resolve(host: str, port: int) -> list[str]:
        if host != _HERE:
            raise OSError("no names here")
        return [host]

    # An address of its own on loopback, so that a redirect that was made up meets nobody's service.
    async with await asyncio.start_server(serve, _HERE, 0) as server:
        port = server.sockets[0].getsockname()[1]
        fetcher = HttpFetcher(
            user_agent="fuzz",
            clock=SystemClock(),
            limits=FetchLimits(
                total_timeout_s=2, read_timeout_s=1, max_bytes=_CAP, max_redirects=2
            ),
            allow_private=(_HERE,),
            resolve=resolve,
            tls=_make_tls(),
        )
        async with fetcher:
            return await fetcher.fetch(f"http://{_HERE}:{port}/")


@cache
def _make_tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def identity(data: bytes) -> None:
    """
    Every item has an identity, the same for the same items.

    An address once canonical stays so.
    """
    words = data.decode("utf-8", "replace").split("\n")
    items = [
        FeedItem(guid=guid, link=link, title=title, summary=title * 2)
        for guid, link, title in zip(words[::3], words[1::3], words[2::3], strict=False)
    ]
    for item in items:
        once = canonicalize_url(item.link)
        assert canonicalize_url(once) == once
    list_title_names(name_items(items))
    identities = identify("outlet", items, {}, {}, [])
    assert len(identities) == len(items)
    assert identify("outlet", items, {}, {}, []) == identities


TARGETS: dict[str, Callable[[bytes], None]] = {
    "feed": feed,
    "html": html,
    "page": page,
    "dates": dates,
    "charset": charset,
    "packed": packed,
    "identity": identity,
    "kinds": kinds,
    "answer": answer,
}
"""Targets by name."""
