"""
Feeds and pages of the demo's outlets, as bytes.

Pure: the corpus and the number of the poll decide everything. The dialects are written by hand, not
by a feed library, since their quirks are what the demo is for.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import format_datetime
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from workers.demo.corpus import FeedDialect, Validator, find_address

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from workers.demo.corpus import Corpus, DemoArticle, DemoSource

__all__ = [
    "Reply",
    "find_page_path",
    "list_replies",
    "write_article_page",
    "write_catalog",
    "write_feed",
]

_PAGES = "/pages/"


@dataclass(frozen=True, slots=True)
class Reply:
    """
    What the demo's server answers.

    ``packable`` bodies travel gzipped to clients that accept it.
    """

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    packable: bool = False


@dataclass(frozen=True, slots=True)
class _Entry:
    """An article as one feed gives it, texts not yet escaped."""

    guid: str
    link: str
    title: str
    lead: str
    html: str
    text: str
    published: datetime
    date_text: str | None
    permalink: bool


@dataclass(frozen=True, slots=True)
class _Channel:
    source: DemoSource
    home: str
    address: str
    entries: tuple[_Entry, ...]
    updated: datetime


def _make_entry(corpus: Corpus, article: DemoArticle, source: DemoSource) -> _Entry:
    link = corpus.link(article, source)
    paragraphs = (article.lead, *article.body)
    marked_up = "".join(f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in paragraphs)
    return _Entry(
        guid=article.guid or link,
        link=link,
        title=article.title,
        lead=article.lead,
        html=article.markup or marked_up,
        text="\n".join(paragraphs),
        published=article.published,
        date_text=article.date_text,
        permalink=not article.guid,
    )


def _write_element(name: str, text: str, attributes: str = "") -> str:
    return f"<{name}{attributes}>{escape(text, quote=False)}</{name}>" if text else ""


def _write_cdata(name: str, html: str) -> str:
    return f"<{name}><![CDATA[{html}]]></{name}>"


def _write_rfc822(entry: _Entry) -> str:
    return format_datetime(entry.published) if entry.date_text is None else entry.date_text


def _write_iso(entry: _Entry) -> str:
    return entry.published.isoformat() if entry.date_text is None else entry.date_text


def _write_full_text(entry: _Entry, dialect: FeedDialect) -> str:
    if dialect is FeedDialect.RSS2_FULL:
        return _write_cdata("content:encoded", entry.html)
    return (
        _write_element("yandex:full-text", entry.text) if dialect is FeedDialect.RSS2_YANDEX else ""
    )


def _write_rss2(channel: _Channel) -> str:
    source = channel.source
    title = _write_element("title", source.title)
    link = _write_element("link", channel.home)
    description = _write_element("description", source.title)
    language = _write_element("language", source.languages[0])
    built = _write_element("lastBuildDate", format_datetime(channel.updated))
    items = "\n".join(_write_rss2_item(entry, source.dialect) for entry in channel.entries)
    return (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:yandex="http://news.yandex.ru">\n'
        f"<channel>{title}{link}{description}{language}"
        f'<atom:link href="{escape(channel.address)}" rel="self" type="application/rss+xml"/>'
        f"{built}\n{items}\n</channel>\n</rss>\n"
    )


def _write_rss2_item(entry: _Entry, dialect: FeedDialect) -> str:
    elements = (
        _write_element("title", entry.title),
        _write_element("link", entry.link),
        _write_element("guid", entry.guid, f' isPermaLink="{str(entry.permalink).lower()}"'),
        _write_element("pubDate", _write_rfc822(entry)),
        _write_element("description", entry.lead),
        _write_full_text(entry, dialect),
    )
    return f"<item>{''.join(elements)}</item>"


def _write_rss092(channel: _Channel) -> str:
    source = channel.source
    title = _write_element("title", source.title)
    link = _write_element("link", channel.home)
    description = _write_element("description", source.title)
    language = _write_element("language", source.languages[0])
    items = "\n".join(_write_rss092_item(entry) for entry in channel.entries)
    return (
        f'<rss version="0.92">\n<channel>{title}{link}{description}{language}\n'
        f"{items}\n</channel>\n</rss>\n"
    )


def _write_rss092_item(entry: _Entry) -> str:
    title = _write_element("title", entry.title)
    description = _write_element("description", entry.lead)
    link = _write_element("link", entry.link)
    return f"<item>{title}{description}{link}</item>"


def _write_rss1(channel: _Channel) -> str:
    source = channel.source
    title = _write_element("title", source.title)
    link = _write_element("link", channel.home)
    description = _write_element("description", source.title)
    language = _write_element("dc:language", source.languages[0])
    listed = "".join(f'<rdf:li rdf:resource="{escape(entry.link)}"/>' for entry in channel.entries)
    items = "\n".join(_write_rss1_item(entry) for entry in channel.entries)
    return (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/">\n'
        f'<channel rdf:about="{escape(channel.address)}">{title}{link}{description}{language}'
        f"<items><rdf:Seq>{listed}</rdf:Seq></items></channel>\n{items}\n</rdf:RDF>\n"
    )


def _write_rss1_item(entry: _Entry) -> str:
    title = _write_element("title", entry.title)
    link = _write_element("link", entry.link)
    description = _write_element("description", entry.lead)
    content = _write_cdata("content:encoded", entry.html)
    date = _write_element("dc:date", _write_iso(entry))
    return (
        f'<item rdf:about="{escape(entry.guid)}">{title}{link}{description}{content}{date}</item>'
    )


def _write_atom(channel: _Channel) -> str:
    source = channel.source
    feed_id = _write_element("id", channel.home)
    title = _write_element("title", source.title)
    updated = _write_element("updated", channel.updated.isoformat())
    entries = "\n".join(_write_atom_entry(entry) for entry in channel.entries)
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{source.languages[0]}">'
        f'{feed_id}{title}<link href="{escape(channel.home)}"/>'
        f'<link rel="self" href="{escape(channel.address)}"/>{updated}\n'
        f"{entries}\n</feed>\n"
    )


def _write_atom_entry(entry: _Entry) -> str:
    entry_id = _write_element("id", entry.guid)
    title = _write_element("title", entry.title)
    moment = _write_iso(entry)
    published = _write_element("published", moment)
    updated = _write_element("updated", moment)
    # The type is html, so the text is markup that is escaped once more.
    lead = escape(escape(entry.lead, quote=False), quote=False)
    content = escape(entry.html, quote=False)
    return (
        f'<entry>{entry_id}{title}<link href="{escape(entry.link)}"/>{published}{updated}'
        f'<summary type="html">{lead}</summary>'
        f'<content type="html">{content}</content></entry>'
    )


_WRITERS: Mapping[FeedDialect, Callable[[_Channel], str]] = {
    FeedDialect.RSS1: _write_rss1,
    FeedDialect.RSS092: _write_rss092,
    FeedDialect.ATOM: _write_atom,
}
_MEDIA_TYPES: Mapping[FeedDialect, str] = {
    FeedDialect.RSS1: "application/rdf+xml",
    FeedDialect.ATOM: "application/atom+xml",
}


def _find_update(
    corpus: Corpus,
    articles: tuple[DemoArticle, ...],
    edited: tuple[DemoArticle, ...],
    poll: int,
) -> datetime:
    # An edit or an item taken away shows in Last-Modified as the moment of the poll that first
    # shows it.
    if articles != edited:
        return corpus.polls[poll - 1]
    return max((article.published for article in articles), default=corpus.polls[0])


def write_feed(
    corpus: Corpus,
    source: DemoSource,
    poll: int,
    base_url: str,
) -> Reply:
    """
    Write the feed of a source as a poll finds it.

    Args:
        corpus: The demo's world.
        source: One of its sources.
        poll: Number of it, from 1.
        base_url: Of the server, without a slash at its end.
    """
    if poll in source.unavailable:
        headers = {"Content-Type": "text/plain", "Retry-After": "1"}
        return Reply(503, b"Service Unavailable\n", headers)
    articles = corpus.items(source.id, poll)
    keys = {article.key for article in articles}
    before = {article.key: article for article in corpus.items(source.id, max(1, poll - 1))}
    gone = before.keys() - keys
    earlier = tuple(before.get(article.key, article) for article in articles)
    channel = _Channel(
        source=source,
        home=corpus.outlet_of(source.id).home,
        address=base_url + source.path,
        entries=tuple(_make_entry(corpus, article, source) for article in articles),
        updated=_find_update(corpus, articles, () if gone else earlier, poll),
    )
    write_text = _WRITERS.get(source.dialect, _write_rss2)
    text = f'<?xml version="1.0" encoding="{source.encoding}"?>\n{write_text(channel)}'
    # What an old code page lacks becomes a character reference, as outlets' systems do it.
    body = text.encode(source.encoding, errors="xmlcharrefreplace")
    media_type = _MEDIA_TYPES.get(source.dialect, "application/rss+xml")
    headers = {"Content-Type": f"{media_type}; charset={source.encoding}"}
    if source.validator is Validator.ETAG:
        headers["ETag"] = f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"'
    elif source.validator is Validator.LAST_MODIFIED:
        headers["Last-Modified"] = format_datetime(channel.updated.astimezone(UTC), usegmt=True)
    return Reply(200, body, headers, packable=source.gzip)


def find_page_path(link: str) -> str:
    """Return the path on the demo's server of the page that stands for an article's link."""
    return _PAGES + find_address(link)


def write_article_page(articles: Sequence[DemoArticle], outlet_name: str, language: str) -> Reply:
    """Write the articles of one address, most often one, as a simple page."""
    title = escape(articles[0].title)
    texts = "".join(_write_article(article) for article in articles)
    html = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">'
        f"<title>{title}</title></head><body><p>{escape(outlet_name)}</p><main>"
        f"{texts}</main></body></html>\n"
    )
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": "default-src 'none'",
    }
    return Reply(200, html.encode(), headers)


def _write_article(article: DemoArticle) -> str:
    paragraphs = "".join(
        f"<p>{escape(paragraph)}</p>" for paragraph in (article.lead, *article.body)
    )
    return f"<article><h1>{escape(article.title)}</h1>{article.markup or paragraphs}</article>"


def _make_pages(corpus: Corpus, poll: int) -> dict[str, Reply]:
    at_address: dict[tuple[str, str], list[DemoArticle]] = {}
    for article in corpus.articles:
        at_address.setdefault((article.source_id, article.path), []).append(article.at(poll))
    pages: dict[str, Reply] = {}
    for (source_id, path), articles in at_address.items():
        outlet = corpus.outlet_of(source_id)
        source = corpus.sources[source_id]
        link = f"//{urlsplit(outlet.home).netloc}{path}"
        pages[find_page_path(link)] = write_article_page(articles, outlet.name, source.languages[0])
    return pages


def list_replies(corpus: Corpus, poll: int, base_url: str) -> dict[str, Reply]:
    """Return everything that the demo's server answers in a poll, by path."""
    replies = _make_pages(corpus, poll)
    for source in corpus.sources.values():
        replies[source.path] = write_feed(corpus, source, poll, base_url)
        if source.moved_from:
            replies[source.moved_from] = Reply(301, b"", {"Location": base_url + source.path})
    return replies


def write_catalog(corpus: Corpus, base_url: str) -> str:
    """Return the demo's catalogue in the form of ``sources.toml``, its feeds on this server."""
    lines: list[str] = []
    for outlet in corpus.outlets:
        lines += [
            "[[outlet]]",
            f'id = "{outlet.id}"',
            f'name = "{outlet.name}"',
            *([f'name_en = "{outlet.name_en}"'] if outlet.name_en else []),
            f'home = "{outlet.home}"',
            f"official = {str(outlet.official).lower()}",
        ]
        for source in outlet.sources:
            languages = ", ".join(f'"{language}"' for language in source.languages)
            lines += [
                "[[outlet.source]]",
                f'id = "{source.id}"',
                f'url = "{base_url}{source.moved_from or source.path}"',
                f"languages = [{languages}]",
                'every = "30m"',
            ]
        lines.append("")
    return "\n".join(lines)
