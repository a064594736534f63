"""
The demo's outlets and articles, read from ``config/demo/`` and checked.

``outlets.toml`` holds the outlets, how their feeds look and when they are polled;
``articles/SOURCE.toml`` holds what each source published. An article's ``published`` is the truth;
what its feed says about it (``date_text``) may be wrong, in words, or missing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar
from urllib.parse import urlsplit

from pydantic import ConfigDict, TypeAdapter, ValidationError

from aggregator.errors import ConfigError, Fault
from aggregator.toml.document import TomlError, read_toml_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pydantic_core import ErrorDetails

__all__ = [
    "Corpus",
    "DemoArticle",
    "DemoEdit",
    "DemoOutlet",
    "DemoSource",
    "FeedDialect",
    "Validator",
    "find_address",
    "load_corpus",
    "validate",
]

_T = TypeVar("_T")

_SLUG = re.compile(r"[a-z0-9-]{2,40}")


class FeedDialect(StrEnum):
    """How a feed is written."""

    RSS2_FULL = "rss2-full"  # description and content:encoded
    RSS2_TEASER = "rss2-teaser"  # description alone
    RSS2_YANDEX = "rss2-yandex"  # description and yandex:full-text
    RSS1 = "rss1"  # RDF with Dublin Core
    RSS092 = "rss092"  # no dates, no guids
    ATOM = "atom"


class Validator(StrEnum):
    """What a feed offers for conditional requests."""

    ETAG = "etag"
    LAST_MODIFIED = "last-modified"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSource:
    """
    One feed of one outlet.

    Attributes:
        id: Slug that no other source has.
        path: Of the feed on the demo's server, from ``/``.
        title: Of the channel.
        languages: BCP 47, the first one is declared by the feed.
        dialect: How it is written.
        encoding: Name of a Python codec, as the XML declaration gives it.
        validator: What it offers for conditional requests.
        gzip: It is packed where the client accepts that.
        unavailable: Polls in which it answers 503.
        moved_from: The path that the catalogue names, when it answers with a permanent redirect to
            ``path``.
        scheme: Of the article links in this feed.
        tracking: Query added to each article link.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    id: str
    path: str
    title: str
    languages: tuple[str, ...]
    dialect: FeedDialect
    encoding: str = "utf-8"
    validator: Validator = Validator.NONE
    gzip: bool = False
    unavailable: tuple[int, ...] = ()
    moved_from: str = ""
    scheme: str = "https"
    tracking: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOutlet:
    """A publisher; ``home`` gives the host of its article links."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    id: str
    name: str
    home: str
    official: bool = False
    name_en: str = ""
    sources: tuple[DemoSource, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoEdit:
    """What the outlet changed between the polls; None leaves a field as it was."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    guid: str | None = None
    title: str | None = None
    lead: str | None = None
    body: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoArticle:
    """
    One article as its outlet published it.

    Attributes:
        key: Slug, unique over all sources; the gold names articles by it.
        source_id: The source it belongs to.
        path: Of the article on its outlet's host, from ``/``; two items of a live blog share one.
        guid: As the feed gives it; empty means the link, as it stands in each feed.
        title: The outlet's headline.
        lead: First paragraph or teaser.
        body: Further paragraphs; empty where the feed gives a teaser alone.
        markup: HTML of the full text, in place of lead and body, where the markup is the point.
        published: The true moment, aware.
        date_text: What the feed says instead of ``published``; empty for no date; None for the
            truth.
        listed: Polls whose feeds list it; empty means all from its moment on.
        also_in: Further sources of its outlet that list it.
        edit: What changed by the second poll.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    key: str
    source_id: str
    path: str
    guid: str = ""
    title: str
    lead: str
    body: tuple[str, ...] = ()
    markup: str = ""
    published: datetime
    date_text: str | None = None
    listed: tuple[int, ...] = ()
    also_in: tuple[str, ...] = ()
    edit: DemoEdit | None = None

    def at(self, poll: int) -> DemoArticle:
        """Return the article as it reads in a poll."""
        if self.edit is None or poll < 2:  # noqa: PLR2004 - an edit is what the second poll shows
            return self
        edit = self.edit
        return replace(
            self,
            guid=self.guid if edit.guid is None else edit.guid,
            title=self.title if edit.title is None else edit.title,
            lead=self.lead if edit.lead is None else edit.lead,
            body=self.body if edit.body is None else edit.body,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """
    The whole world of the demo.

    Attributes:
        polls: Moments of the polls, aware, in order; poll 1 is the first.
        outlets: With their sources, in the file's order.
        articles: Of all sources, in the files' order.
    """

    polls: tuple[datetime, ...]
    outlets: tuple[DemoOutlet, ...]
    articles: tuple[DemoArticle, ...]

    @property
    def sources(self) -> dict[str, DemoSource]:
        """All sources by id."""
        listed = chain.from_iterable(outlet.sources for outlet in self.outlets)
        return {source.id: source for source in listed}

    def outlet_of(self, source_id: str) -> DemoOutlet:
        """Return the publisher of a source."""
        for outlet in self.outlets:
            if any(source.id == source_id for source in outlet.sources):
                return outlet
        raise LookupError(source_id)

    def link(self, article: DemoArticle, source: DemoSource) -> str:
        """Return the link of an article as a source gives it."""
        query = f"?{source.tracking}" if source.tracking else ""
        host = urlsplit(self.outlet_of(source.id).home).netloc
        return f"{source.scheme}://{host}{article.path}{query}"

    def items(self, source_id: str, poll: int) -> tuple[DemoArticle, ...]:
        """Return what a source lists in a poll, as it reads then, the newest first."""
        listed = []
        for article in self.articles:
            sources = (article.source_id, *article.also_in)
            if source_id in sources and self._is_listed(article, poll):
                listed.append(article.at(poll))
        return tuple(sorted(listed, key=lambda article: article.published, reverse=True))

    def _is_listed(self, article: DemoArticle, poll: int) -> bool:
        if article.listed:
            return poll in article.listed
        return article.published <= self.polls[poll - 1]


def find_address(link: str) -> str:
    """Return host and path of a link, which all variants of one article's address share."""
    parts = urlsplit(link)
    return parts.netloc.removeprefix("www.") + parts.path.rstrip("/")


def validate(kind: type[_T], value: object, where: str) -> _T:
    """
    Check a value read from TOML against a dataclass.

    Raises:
        ConfigError: With every fault, each with the file and the dotted key.
    """
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        faults = [_make_fault(where, details) for details in error.errors()]
        raise ConfigError(tuple(faults)) from error


def _make_fault(where: str, details: ErrorDetails) -> Fault:
    key = ".".join(map(str, details["loc"]))
    value = str(details["input"])[:80]
    return Fault(where, None, key, value, details["msg"])


def _read_table(path: Path) -> dict[str, Any]:
    try:
        return read_toml_file(path)
    except (OSError, TomlError) as error:
        fault = Fault(str(path), None, path.name, str(error), "a readable TOML file")
        raise ConfigError((fault,)) from error


def _read_articles(path: Path) -> list[DemoArticle]:
    articles = []
    for row in _read_table(path).get("article", []):
        where = f"{path} {row.get('key', '')}"
        articles.append(validate(DemoArticle, {**row, "source_id": path.stem}, where))
    return articles


def _find_faults(corpus: Corpus, folder: Path) -> list[Fault]:
    sources = corpus.sources
    where = str(folder)
    wrong: list[Fault] = []
    seen: set[str] = set()
    for article in corpus.articles:
        if not _SLUG.fullmatch(article.key) or article.key in seen:
            expected = "a slug that no other article has"
            wrong.append(Fault(where, None, "article.key", article.key, expected))
        seen.add(article.key)
        wrong += [
            Fault(where, None, f"{article.key}: source", name, "a source of outlets.toml")
            for name in (article.source_id, *article.also_in)
            if name not in sources
        ]
        if article.published.tzinfo is None:
            value = str(article.published)
            wrong.append(Fault(where, None, f"{article.key}: published", value, "a zone"))
    return wrong


def _rename_sources(row: Mapping[str, Any]) -> dict[str, Any]:
    return {("sources" if name == "source" else name): value for name, value in row.items()}


def load_corpus(folder: Path) -> Corpus:
    """
    Read the demo's world.

    Args:
        folder: Holds ``outlets.toml`` and ``articles/``.

    Raises:
        ConfigError: A file cannot be read or holds something wrong.
    """
    world = _read_table(folder / "outlets.toml")
    # One table a source reads better in the file as [[outlet.source]], as in the catalogue.
    outlets = [_rename_sources(row) for row in world.get("outlet", [])]
    files = sorted((folder / "articles").glob("*.toml"))
    articles = chain.from_iterable(map(_read_articles, files))
    corpus = Corpus(
        polls=validate(tuple[datetime, ...], world.get("polls", ()), "outlets.toml polls"),
        outlets=validate(tuple[DemoOutlet, ...], outlets, "outlets.toml outlet"),
        articles=tuple(articles),
    )
    faults = _find_faults(corpus, folder)
    if faults:
        raise ConfigError(tuple(faults))
    return corpus
