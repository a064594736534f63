"""
What a server sent, and what was read in it.

``FetchResult`` is an answer as the network gave it, ``Feed`` what a kind of source read in its
body, ``FeedItem`` one item of it, before any cleaning. None of them is stored, except a
``FeedItem`` inside a ``RawArticle``.

See ``models`` for what holds of all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["Feed", "FeedItem", "FetchResult", "Redirect"]


@dataclass(frozen=True, slots=True)
class Redirect:
    """
    One step of a redirect.

    Attributes:
        url: The address that was requested.
        status: 301, 302, 303, 307 or 308.
    """

    url: str
    status: int

    @property
    def permanent(self) -> bool:
        """The server says that the address has moved for good (RFC 9110, 15.4.2 and 15.4.9)."""
        return self.status in {301, 308}


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchResult:
    """
    What came back for a request.

    Attributes:
        url: The address that answered, after redirects.
        status: 200 (or another 2xx with a body) or 304.
        headers: Of the last response, names in lower case.
        body: Decompressed; empty for 304.
        redirects: Every address passed through with the status it gave, in order, without the last.
            The source has moved for good as far as all steps from the first on are permanent.
        elapsed_s: Seconds from the first byte sent to the last received.
    """

    url: str
    status: int
    headers: dict[str, str]
    body: bytes
    redirects: tuple[Redirect, ...] = ()
    elapsed_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """
    One item as a feed gave it, before any cleaning.

    Attributes:
        guid: As given; empty if none.
        link: Absolute address; empty if none.
        title: May hold markup and entities.
        summary: Teaser, HTML or text; empty if none.
        content: Full text (``content:encoded``, ``yandex:full-text``, Atom content), HTML or text;
            empty if none.
        published: None if the feed gave no date that can be read.
        updated: None if the feed gave no such date that can be read.
        language: As the item or the feed declares it, lower case; empty if not.
        categories: In the words and the order of the feed.
        address: Canonical address as the article's page names it; empty if it was not read or names
            none.
        picture: Address of the article's lead picture; empty if it names none, or if its outlet has
            not given leave to show it.
    """

    guid: str
    link: str
    title: str
    summary: str = ""
    content: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    language: str = ""
    categories: tuple[str, ...] = ()
    address: str = ""
    picture: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """
    A feed as it was polled.

    Attributes:
        title: Of the channel, plain text.
        language: As declared, lower case; empty if not.
        items: In the feed's order; an item with neither title nor text is left out.
        notes: What was wrong and mended, in words, e.g. ``charset: header says utf-8, bytes are
            windows-1251``.
    """

    title: str
    language: str
    items: tuple[FeedItem, ...]
    notes: tuple[str, ...] = ()
