"""
Where fuzzing starts, and how bytes are changed.

By bit, by piece, by word, by what another seed has.
"""

from __future__ import annotations

import gzip
import re
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import brotli
import zstandard

from tests.support.hostile import KINDS

if TYPE_CHECKING:
    from random import Random

__all__ = ["CRASHES", "WORDS", "mutated", "seeds"]

CRASHES = Path(__file__).resolve().parents[1] / "data" / "crashes"
"""Bytes that once crashed a target, by target."""

_DATA = CRASHES.parent / "feeds"
_LARGEST = 20_000
_DIGIT = re.compile(rb"[0-9]")

_HEADS = (
    b'HTTP/1.1 200 OK\nContent-Length: 11\nContent-Type: text/xml\nETag: "a"\n',
    b"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5\n<rss>\n0\n",
    b"HTTP/1.1 103 Early Hints\nLink: <a>\n\nHTTP/1.1 200 OK\nContent-Encoding: gzip\n",
    b"HTTP/1.1 301 Moved\nLocation: /a\nContent-Length: 0\n",
    b"HTTP/1.1 302 Found\nLocation: http://[::1]:80/a@b\nContent-Length: 0\n",
    b"HTTP/1.0 503 No\nRetry-After: 120\nConnection: close\n",
    b"HTTP/1.1 429 No\nRetry-After: Wed, 20 Aug 2025 10:00:00 GMT\n",
    b"HTTP/1.1 304 Not Modified\n",
)

_ANSWERS = (
    b"<rss><channel><item><title>a</title></item></channel></rss>",
    (
        b'<div class="tgme_widget_message" data-post="name_/1"><div '
        b'class="tgme_widget_message_text">Words. More</div>'
        b'<a class="tgme_widget_message_date"><time '
        b'datetime="2025-08-20T10:00:00+00:00"></time></a></div>'
    ),
    (
        b'{"data": [{"id": 1, "title": "a", "body": "<p>b", "date": "2025-08-20", "lang": "kk"}, '
        b'{"id": "x\\ud800"}]}'
    ),
    (
        b'<html><base href="/b/"><div><a href="c">title</a><time '
        b'datetime="2025-08-20"></time><p>d</p></div>'
    ),
    (
        b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        b'xmlns:n="http://www.google.com/schemas/x-news/0.9">'
        b"<url><loc>https://outlet.example/1</loc>"
        b"<n:news><n:title>a</n:title><n:language>kk</n:language></n:news></url></urlset>"
    ),
)

WORDS: tuple[bytes, ...] = tuple(
    word.encode()
    for word in (
        '{"data": [',
        '"title": ',
        '"\\ud800"',
        "1e999",
        "9" * 5000,
        "[" * 2000,
        "null",
        "<url>",
        "<loc>",
        "<div class='tgme_widget_message' data-post='a_b_c/1'>",
        "<div class='tgme_widget_message_text'>",
        "<base href='//['>",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "Location: http://127.0.0.77/\r\n",
        "Location: //[",
        "Transfer-Encoding: chunked\r\n",
        "Content-Length: 99999999999\r\n",
        "Content-Encoding: br\r\n",
        "Retry-After: ",
        "\r\n\r\n",
        "ffffffff\r\n",
        "<item>",
        "</item>",
        "<entry>",
        "</entry>",
        "<rss>",
        "<feed>",
        "<rdf:RDF>",
        "<channel>",
        "<title>",
        "</title>",
        "<link>",
        "<link href='http://a/'/>",
        "<guid isPermaLink='false'>",
        "<description>",
        "</description>",
        "<content:encoded>",
        "<yandex:full-text>",
        "<media:group>",
        "<media:content url='x'/>",
        "<image>",
        "<textInput>",
        "<pubDate>",
        "<dc:date>",
        "<updated>",
        "<category>",
        "<itunes:summary>",
        "<georss:point>",
        "<gml:pos>1 2",
        "<content type='xhtml'>",
        "<content type='application/xml'>",
        "<content src='x'/>",
        "<summary type='html'>",
        "<source url='x'>",
        "<author>",
        "<creativeCommons:license>",
        "<psc:chapter start='x'/>",
        "<enclosure length='-'/>",
        "xml:base='http://[/'",
        "xml:lang='kk'",
        "xmlns='urn:x'",
        "xmlns:a='http://www.w3.org/2005/Atom'",
        "<a:entry>",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "<?xml",
        "?>",
        "<!DOCTYPE rss [",
        "<!ENTITY a 'b'>",
        "&a;",
        "&amp;",
        "&#x10ffff;",
        "&#0;",
        "&lt;",
        "&nbsp;",
        "encoding='utf-16'",
        "encoding='windows-1251'",
        "version='2.0'",
        "<script>",
        "</script>",
        "<style>",
        "<svg>",
        "<math>",
        "<iframe src='javascript:a'>",
        "<img onerror=a>",
        '<a href="javascript:alert(1)">',
        "<a href='data:text/html,x'>",
        "<table>",
        "<noscript>",
        "<template>",
        "<plaintext>",
        "<xmp>",
        "<select>",
        "<textarea>",
        "</",
        "<",
        ">",
        "'",
        '"',
        "=",
        "/",
        "\\",
        "\0",
        "\ufeff",
        "\u202e",
        "\u0301" * 20,
        "İ",
        "ﬃ",
        "ß",
        "Қазақстан",
        "жаңалықтар",
        "http://",
        "https://a.kz/b?utm_source=c#d",
        "http://[",
        "http://a:99999/",
        "//",
        "?",
        "#",
        "%",
        "%00",
        "2025-08-20T10:00:00+05:00",
        "20 тамыз 2025",
        "Wed, 20 Aug 2025 10:00:00 +2500",
        "1755680000",
        "24:00",
        "99999999999999999999",
        "-1",
        "\n",
        "\r",
        "\t",
    )
)
"""Pieces that mean something to what is fuzzed."""


def seeds(target: str) -> list[bytes]:
    """
    Return inputs to start from, small ones.

    Before some of them a byte chooses the header or the kind.
    """
    bodies = [path.read_bytes() for path in sorted(_DATA.glob("*.xml"))]
    bodies += [make(500) for make in KINDS.values()]
    feeds = [body for body in bodies if len(body) <= _LARGEST]
    pages = [KINDS[name](500) for name in KINDS if "HTML" in name]
    chosen = [bytes([number % 9]) + body for number, body in enumerate(feeds)]
    kinds = [bytes([number % 5]) + body for number, body in enumerate(_ANSWERS)]
    heads = [head.replace(b"\n", b"\r\n") for head in _HEADS]
    answers = [head + b"\r\n<rss></rss>" for head in heads]
    by_target = {
        "feed": chosen,
        "charset": chosen,
        "html": pages,
        "page": pages,
        "packed": _list_packed(feeds[:5]),
        "kinds": kinds,
        "answer": answers,
        "identity": [
            (
                b"1\nhttp://a.kz/b?c=d#e\nwords of a title\n\n"
                b"https://a.kz/b/?utm_source=x\nwords of another title"
            ),
        ],
        "dates": [word for word in WORDS if _DIGIT.search(word)],
    }
    return by_target[target]


def _list_packed(feeds: list[bytes]) -> list[bytes]:
    """Return feeds packed in every way, before each a byte that chooses it."""
    packers = (gzip.compress, zlib.compress, brotli.compress, zstandard.compress)
    packed = []
    for body in feeds:
        for number, pack in enumerate(packers):
            packed.append(bytes([number]) + pack(body))
    return packed


def mutated(data: bytes, random: Random, others: list[bytes]) -> bytes:
    """Change bytes in one to eight places."""
    made = bytearray(data)
    for _ in range(random.randint(1, 8)):
        at = random.randrange(len(made) + 1)
        to = min(len(made), at + random.choice((1, 1, 2, 4, 16, 64, 256)))
        match random.randrange(8):
            case 0 if at < len(made):
                made[at] ^= 1 << random.randrange(8)
            case 1:
                del made[at:to]
            case 2:
                made[at:at] = made[at:to] * random.choice((1, 2, 30))
            case 3:
                other = random.choice(others)
                start = random.randrange(len(other) + 1)
                made[at:to] = other[start : start + random.choice((8, 64, 512))]
            case 4:
                made[at:to] = random.randbytes(random.randint(1, 6))
            case _:
                made[at : to if random.random() < 0.3 else at] = random.choice(WORDS)
    return bytes(made[:_LARGEST])
