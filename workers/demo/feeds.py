"""
Feeds and pages of the demo's outlets, as bytes. Pure: the corpus and the number of the poll decide
everything.

The dialects are written by hand, not by a feed library, since their quirks are what the demo is
for.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import format_datetime
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from workers.demo.corpus import FeedDialect, Validator, address_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from workers.demo.corpus import Corpus, DemoArticle, DemoSource

__all__ = ["Reply", "article_page", "catalog_toml", "feed_reply", "page_path", "routes"]

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


def _entry(corpus: Corpus, article: DemoArticle, source: DemoSource) -> _Entry:
    link = corpus.link(article, source)
    paragraphs = (article.lead, *article.body)
    return _Entry(
        guid=article.guid or link,
        link=link,
        title=article.title,
        lead=article.lead,
        html=article.markup
        or "".join(f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in paragraphs),
        text="\n".join(paragraphs),
        published=article.published,
        date_text=article.date_text,
        permalink=not article.guid,
    )


def _element(name: str, text: str, attributes: str = "") -> str:
    return f"<{name}{attributes}>{escape(text, quote=False)}</{name}>" if text else ""


def _cdata(name: str, html: str) -> str:
    return f"<{name}><![CDATA[{html}]]></{name}>"


def _rfc822(entry: _Entry) -> str:
    return format_datetime(entry.published) if entry.date_text is None else entry.date_text


def _iso(entry: _Entry) -> str:
    return entry.published.isoformat() if entry.date_text is None else entry.date_text


def _full_text(entry: _Entry, dialect: FeedDialect) -> str:
    if dialect is FeedDialect.RSS2_FULL:
        return _cdata("content:encoded", entry.html)
    return _element("yandex:full-text", entry.text) if dialect is FeedDialect.RSS2_YANDEX else ""


def _rss2(channel: _Channel) -> str:
    source = channel.source
    items = "\n".join(
        "<item>"
        + _element("title", entry.title)
        + _element("link", entry.link)
        + _element("guid", entry.guid, f' isPermaLink="{str(entry.permalink).lower()}"')
        + _element("pubDate", _rfc822(entry))
        + _element("description", entry.lead)
        + _full_text(entry, source.dialect)
        + "</item>"
        for entry in channel.entries
    )
    return (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:yandex="http://news.yandex.ru">\n<channel>'
        f"{_element('title', source.title)}{_element('link', channel.home)}{_element('description', source.title)}"
        f'{_element("language", source.languages[0])}<atom:link href="{escape(channel.address)}" '
        'rel="self" '
        f'type="application/rss+xml"/>{_element("lastBuildDate", format_datetime(channel.updated))}\n'
        f"{items}\n</channel>\n</rss>\n"
    )


def _rss092(channel: _Channel) -> str:
    source = channel.source
    items = "\n".join(
        f"<item>{_element('title', entry.title)}{_element('description', entry.lead)}"
        f"{_element('link', entry.link)}</item>"
        for entry in channel.entries
    )
    return (
        f'<rss version="0.92">\n<channel>{_element("title", source.title)}{_element("link", channel.home)}'
        f"{_element('description', source.title)}{_element('language', source.languages[0])}\n"
        f"{items}\n</channel>\n</rss>\n"
    )


def _rss1(channel: _Channel) -> str:
    source = channel.source
    listed = "".join(f'<rdf:li rdf:resource="{escape(entry.link)}"/>' for entry in channel.entries)
    items = "\n".join(
        f'<item rdf:about="{escape(entry.guid)}">{_element("title", entry.title)}{_element("link", entry.link)}'
        f"{_element('description', entry.lead)}{_cdata('content:encoded', entry.html)}"
        f"{_element('dc:date', _iso(entry))}</item>"
        for entry in channel.entries
    )
    return (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/">\n'
        f'<channel rdf:about="{escape(channel.address)}">{_element("title", source.title)}'
        f"{_element('link', channel.home)}{_element('description', source.title)}"
        f"{_element('dc:language', source.languages[0])}"
        f"<items><rdf:Seq>{listed}</rdf:Seq></items></channel>\n{items}\n</rdf:RDF>\n"
    )


def _atom(channel: _Channel) -> str:
    source = channel.source
    entries = "\n".join(
        f"<entry>{_element('id', entry.guid)}{_element('title', entry.title)}<link "
        f'href="{escape(entry.link)}"/>'
        f"{_element('published', _iso(entry))}{_element('updated', _iso(entry))}"
        f'<summary type="html">{escape(escape(entry.lead, quote=False), quote=False)}</summary>'
        f'<content type="html">{escape(entry.html, quote=False)}</content></entry>'
        for entry in channel.entries
    )
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom" '
        f'xml:lang="{source.languages[0]}">{_element("id", channel.home)}'
        f'{_element("title", source.title)}<link href="{escape(channel.home)}"/>'
        '<link rel="self" '
        f'href="{escape(channel.address)}"/>{_element("updated", channel.updated.isoformat())}\n'
        f"{entries}\n</feed>\n"
    )


def _writer(dialect: FeedDialect) -> Callable[[_Channel], str]:
    return {
        FeedDialect.RSS1: _rss1,
        FeedDialect.RSS092: _rss092,
        FeedDialect.ATOM: _atom,
    }.get(dialect, _rss2)


def _media_type(dialect: FeedDialect) -> str:
    return {FeedDialect.RSS1: "application/rdf+xml", FeedDialect.ATOM: "application/atom+xml"}.get(
        dialect, "application/rss+xml"
    )


def _updated(
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


def feed_reply(
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
        poll: From 1.
        base_url: Of the server, without a slash at its end.
    """
    if poll in source.unavailable:
        return Reply(
            503, b"Service Unavailable\n", {"Content-Type": "text/plain", "Retry-After": "1"}
        )
    articles = corpus.items(source.id, poll)
    before = {article.key: article for article in corpus.items(source.id, max(1, poll - 1))}
    gone = before.keys() - {article.key for article in articles}
    earlier = tuple(before.get(article.key, article) for article in articles)
    channel = _Channel(
        source=source,
        home=corpus.outlet_of(source.id).home,
        address=base_url + source.path,
        entries=tuple(_entry(corpus, article, source) for article in articles),
        updated=_updated(corpus, articles, () if gone else earlier, poll),
    )
    text = f'<?xml version="1.0" encoding="{source.encoding}"?>\n' + _writer(source.dialect)(
        channel
    )
    # What an old code page lacks becomes a character reference, as outlets' systems do it.
    body = text.encode(source.encoding, errors="xmlcharrefreplace")
    headers = {"Content-Type": f"{_media_type(source.dialect)}; charset={source.encoding}"}
    if source.validator is Validator.ETAG:
        headers["ETag"] = f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"'
    elif source.validator is Validator.LAST_MODIFIED:
        headers["Last-Modified"] = format_datetime(channel.updated.astimezone(UTC), usegmt=True)
    return Reply(200, body, headers, packable=source.gzip)


def page_path(link: str) -> str:
    """Return the path on the demo's server of the page that stands for an article's link."""
    return _PAGES + address_of(link)


def article_page(articles: Sequence[DemoArticle], outlet_name: str, language: str) -> Reply:
    """Write the articles of one address, most often one, as a simple page."""
    title = escape(articles[0].title)
    html = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">'
        f"<title>{title}</title></head><body><p>{escape(outlet_name)}</p><main>"
        f"{''.join(_article_html(article) for article in articles)}</main></body></html>\n"
    )
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": "default-src 'none'",
    }
    return Reply(200, html.encode(), headers)


def _article_html(article: DemoArticle) -> str:
    paragraphs = "".join(
        f"<p>{escape(paragraph)}</p>" for paragraph in (article.lead, *article.body)
    )
    return f"<article><h1>{escape(article.title)}</h1>{article.markup or paragraphs}</article>"


def _pages(corpus: Corpus, poll: int) -> dict[str, Reply]:
    at_address: dict[tuple[str, str], list[DemoArticle]] = {}
    for article in corpus.articles:
        at_address.setdefault((article.source_id, article.path), []).append(article.at(poll))
    pages: dict[str, Reply] = {}
    for (source_id, path), articles in at_address.items():
        outlet = corpus.outlet_of(source_id)
        source = corpus.sources[source_id]
        link = f"//{urlsplit(outlet.home).netloc}{path}"
        pages[page_path(link)] = article_page(articles, outlet.name, source.languages[0])
    return pages


def routes(corpus: Corpus, poll: int, base_url: str) -> dict[str, Reply]:
    """Return everything that the demo's server answers in a poll, by path."""
    replies = _pages(corpus, poll)
    for source in corpus.sources.values():
        replies[source.path] = feed_reply(corpus, source, poll, base_url)
        if source.moved_from:
            replies[source.moved_from] = Reply(301, b"", {"Location": base_url + source.path})
    return replies


def catalog_toml(corpus: Corpus, base_url: str) -> str:
    """Return the demo's catalogue of sources, in the form of ``sources.toml``, with the feeds on this server."""
    lines: list[str] = []
    for outlet in corpus.outlets:
        lines += [
            "[[outlet]]",
            f'id = "{outlet.id}"',
            f'name = "{outlet.name}"',
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
