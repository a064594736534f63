"""
One real HTTP server for many feeds, each on an address of its own in 127.0.0.0/8.

    python -m tests.benchmarks.poll_server PORT FEEDS

It says "ready" once it listens. A feed has twenty items and about 17 KB, dated within the last day,
with an ETag. After a POST to /whole no ETag is given or looked at.
"""

from __future__ import annotations

import asyncio
import random
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

__all__ = ["ITEMS", "find_host", "write_feed"]

ITEMS = 20
_FIRST = (127 << 24) + (1 << 16)
_PRESS = (
    "Астанада жаңа мектеп ашылды облыс әкімі жиын барысында тұрғындар алдында есеп берді бюджет "
    "қаржысы жол жөндеу жұмыстары аяқталды министрлік мәліметінше жыл басынан бері кәсіпорын саны "
    "В Алматы прошло заседание правительства министр сообщил журналистам что работы завершат до "
    "конца года полиция расследует дело жители города обратились в акимат новая школа больница"
)
_WORDS = _PRESS.split()
_HEAD = (
    "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml; charset=utf-8\r\n"
    "Content-Length: {size}\r\n{etag}\r\n"
)


def find_host(number: int) -> str:
    """Return the address of a feed; a thousand of them have a thousand."""
    value = _FIRST + number + 1
    return ".".join(str(value >> shift & 255) for shift in (24, 16, 8, 0))


def write_feed(number: int, now: datetime) -> bytes:
    """Return a feed as WordPress writes it: twenty items, about 17 KB."""
    draw = random.Random(number)
    home = f"https://outlet-{number}.example"

    def words(count: int) -> str:
        return " ".join(draw.choices(_WORDS, k=count))

    items = []
    for place in range(ITEMS):
        at = format_datetime(now - timedelta(minutes=20 + 60 * place + draw.randrange(30)))
        address = f"{home}/news/{100_000 + 37 * number + place}/"
        items.append(
            f"<item><title>{words(8)}</title><link>{address}</link><dc:creator>"
            f"<![CDATA[{words(2)}]]></dc:creator><pubDate>{at}</pubDate>"
            f"<category><![CDATA[{words(1)}]]></category>"
            f'<guid isPermaLink="false">{home}/?p={100_000 + 37 * number + place}</guid>'
            f"<description><![CDATA[<p>{words(20)}.</p><p>{words(6)} "
            f"&laquo;{words(2)}&raquo;.</p>]]></description></item>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom">'
        f'<channel><title>{words(3)}</title><atom:link href="{home}/feed/" rel="self" '
        f'type="application/rss+xml"/><link>{home}/</link><description>{words(6)}</description>'
        f"<language>ru-RU</language>{''.join(items)}</channel></rss>\n"
    ).encode()


class _Feeds:
    """What is answered, made once."""

    def __init__(self, count: int) -> None:
        self.is_whole = False
        now = datetime.now(UTC)
        self._bodies = {find_host(n).encode(): write_feed(n, now) for n in range(count)}

    def answer(self, request: bytes) -> bytes:
        if request.startswith(b"POST /whole"):
            self.is_whole = True
            return b"HTTP/1.1 204 No Content\r\n\r\n"
        fields = request.lower()
        host = _read_field(fields, b"host").partition(b":")[0]
        etag = b'"' + host + b'"'
        if not self.is_whole and _read_field(fields, b"if-none-match") == etag:
            return b"HTTP/1.1 304 Not Modified\r\nETag: " + etag + b"\r\n\r\n"
        body = self._bodies[host]
        said = "" if self.is_whole else f"ETag: {etag.decode()}\r\n"
        return _HEAD.format(size=len(body), etag=said).encode() + body


def _read_field(request: bytes, name: bytes) -> bytes:
    _, _, rest = request.partition(b"\r\n" + name + b":")
    return rest.partition(b"\r\n")[0].strip()


class _Connection(asyncio.Protocol):
    def __init__(self, feeds: _Feeds) -> None:
        self._feeds = feeds
        self._request = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._request += data
        while b"\r\n\r\n" in self._request:
            request, _, self._request = self._request.partition(b"\r\n\r\n")
            self._transport.write(self._feeds.answer(request))


async def _serve(port: int, count: int) -> None:
    feeds = _Feeds(count)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(feeds), "0.0.0.0", port, backlog=1024)
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2])))
