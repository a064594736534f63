"""
Namespaces of feeds, by their address and never by their prefix.

Addresses are compared without scheme, ``www.``, case and what stands at their end, since outlets
write ``https`` for ``http`` and forget or add a slash. Where they come from: RSS 1.0 and its
modules (purl.org/rss/1.0), Atom 0.3 and RFC 4287, Dublin Core, Yandex Turbo.
"""

from __future__ import annotations

import re

__all__ = ["CONVENTIONAL", "CORE", "name_namespace", "split_name"]

CORE = ""
"""The namespaces of RSS and Atom themselves, and none at all."""

_NAMES = {
    "": CORE,
    "backend.userland.com/rss": CORE,
    "backend.userland.com/rss2": CORE,
    "blogs.law.harvard.edu/tech/rss": CORE,
    "cyber.law.harvard.edu/rss": CORE,
    "my.netscape.com/rdf/simple/0.9": CORE,
    "channel.netscape.com/rdf/simple/0.9": CORE,
    "purl.org/rss/1.0": CORE,
    "purl.org/rss/1.0/modules/rss091": CORE,
    "purl.org/net/rss1.1": CORE,
    "purl.org/atom/ns": "atom",
    "purl.org/echo": "atom",
    "w3.org/2005/atom": "atom",
    "purl.org/dc/elements/1.1": "dc",
    "purl.org/dc/elements/1.0": "dc",
    "purl.org/dc/terms": "dcterms",
    "purl.org/rss/1.0/modules/content": "content",
    "search.yahoo.com/mrss": "media",
    "rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "w3.org/1999/xhtml": "xhtml",
    "w3.org/1999/02/22-rdf-syntax-ns": "rdf",
    "turbo.yandex.ru": "turbo",
    "turbo.yandex.com": "turbo",
}
CONVENTIONAL = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "mailru": "http://news.mail.ru/",
    "media": "http://search.yahoo.com/mrss/",
    "rambler": "http://news.rambler.ru/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "turbo": "http://turbo.yandex.ru",
    "xhtml": "http://www.w3.org/1999/xhtml",
    "yandex": "http://news.yandex.ru",
}
"""What a prefix is meant to stand for where a feed uses it and does not say."""

_SCHEME = re.compile(r"^https?://")


def name_namespace(address: str) -> str:
    """Return our name of a namespace; the address, made comparable, if we have none for it."""
    bare = _SCHEME.sub("", address.strip().lower().rstrip("/#")).removeprefix("www.")
    return _NAMES.get(bare, bare)


def split_name(tag: object) -> tuple[str, str]:
    """Return the address of a name's namespace and its local part in lower case."""
    if not isinstance(tag, str):
        return "", ""
    address, _, local = tag.rpartition("}")
    return address[1:], local.lower()
