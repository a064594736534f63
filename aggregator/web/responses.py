"""
Answers ready to be sent: body, the same packed, what caches need to know; and their memory.

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
    "webp": "image/webp",
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
        kind: Content type, with its charset.
        body: Not packed.
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
        kind: Content type, with its charset.
        fresh_s: Seconds for which caches need not ask.
        keep: Worth keeping; then it is packed as well as can be.
    """
    raw = body.encode() if isinstance(body, str) else body
    packed = None
    if len(raw) >= _LEAST_PACKED and kind.startswith(_PACKED_KINDS):
        level = 9 if keep else 4
        # mtime 0: the same body packs to the same bytes.
        packed = gzip.compress(raw, level, mtime=0)
    etag = f'"{blake2b(raw, digest_size=12).hexdigest()}"'
    return PageResponse(status, kind, raw, packed, etag, fresh_s, keep)


class ResponseCache:
    """
    Answers by address, bounded by their size, those not asked for longest forgotten first.

    Used from the event loop alone.

    Args:
        max_bytes: Of all bodies, packed and not; the oldest go when there are more.
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
        response: PageResponse,
        made_from: Hashable,
    ) -> None:
        """Keep an answer, unless things have changed since."""
        if made_from != self._made_from:
            return
        if response.size > self._max_bytes or not response.keep:
            return
        replaced = self._kept.pop(address, None)
        if replaced is not None:
            self._bytes -= replaced.size
        self._kept[address] = response
        self._bytes += response.size
        while self._bytes > self._max_bytes:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= dropped.size
