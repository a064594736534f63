"""
Answers ready to be sent: body, the same packed, and what caches need to know. And the memory that
keeps them.

A page changes a few times an hour and is asked for all day, so each is rendered once and then sent
from memory, before any router looks at it. An answer is forgotten when what it was made from has
changed.
"""

from __future__ import annotations

import gzip
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

__all__ = ["TYPES", "PageResponse", "ResponseCache", "make_response"]

_LEAST_PACKED = 512
_PACKED_KINDS = ("text/", "application/", "image/svg")

TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
    "woff2": "font/woff2",
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
    "opml": "text/x-opml; charset=utf-8",
}
"""Content types by the ending of a name."""


@dataclass(frozen=True, slots=True)
class PageResponse:
    """
    What is sent for one address.

    Attributes:
        status: HTTP's.
        kind: Content type.
        body: As it is.
        packed: By gzip; None where that does not pay.
        etag: Quoted, strong, of the body as it is; the packed body has another.
        fresh_s: Seconds for which caches need not ask.
        keep: May be kept in memory.
    """

    status: int
    kind: str
    body: bytes
    packed: bytes | None
    etag: str
    fresh_s: int
    keep: bool = True

    @property
    def size(self) -> int:
        """Bytes in memory."""
        return len(self.body) + len(self.packed or b"")


def make_response(
    body: str | bytes,
    kind: str,
    *,
    fresh_s: int,
    status: int = 200,
    keep: bool = True,
) -> PageResponse:
    """
    Make an answer.

    Args:
        body: Text is sent in UTF-8.
        kind: Content type.
        fresh_s: See ``PageResponse``.
        status: HTTP's.
        keep: Worth keeping; then it is packed as well as can be.
    """
    raw = body.encode() if isinstance(body, str) else body
    packable = len(raw) >= _LEAST_PACKED and kind.startswith(_PACKED_KINDS)
    # mtime 0: the same body packs to the same bytes.
    packed = gzip.compress(raw, 9 if keep else 4, mtime=0) if packable else None
    etag = f'"{blake2b(raw, digest_size=12).hexdigest()}"'
    return PageResponse(status, kind, raw, packed, etag, fresh_s, keep)


class ResponseCache:
    """
    Answers by address, bounded by their size, those not asked for longest forgotten first.

    Used from the event loop alone.

    Args:
        max_bytes: In memory.
    """

    def __init__(self, max_bytes: int = 64_000_000) -> None:
        self._kept: OrderedDict[str, PageResponse] = OrderedDict()
        self._max_bytes = max_bytes
        self._bytes = 0
        self._made_from: Hashable = None

    def get(self, address: str, made_from: Hashable) -> PageResponse | None:
        """Return an answer made from this state of things; None if there is none."""
        if made_from != self._made_from:
            self._kept.clear()
            self._bytes = 0
            self._made_from = made_from
            return None
        return self._kept.get(address)

    def put(
        self,
        address: str,
        found: PageResponse,
        made_from: Hashable,
    ) -> None:
        """Keep an answer, unless things have changed since."""
        if made_from != self._made_from or found.size > self._max_bytes or not found.keep:
            return
        if (old := self._kept.pop(address, None)) is not None:
            self._bytes -= old.size
        self._kept[address] = found
        self._bytes += found.size
        while self._bytes > self._max_bytes:
            _, gone = self._kept.popitem(last=False)
            self._bytes -= gone.size
