"""
The demo's gold: which articles are one story, and a human English headline for each article.

Stored articles join the gold by outlet, link and, where a live blog gives one link to several
items, title.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, ClassVar

from pydantic import ConfigDict

from aggregator.errors import ConfigError, Fault
from workers.demo.corpus import Corpus, address_of, validated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from aggregator.models import Article
    from workers.demo.corpus import DemoArticle

__all__ = ["Gold", "GoldStory", "article_key", "gold_partition", "load_gold"]


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class GoldStory:
    """
    Articles about one event.

    Attributes:
        name: Slug, unique.
        articles: Keys, one or more.
        copies: Key of the repeated article by key of the one that repeats its text.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    name: str
    articles: tuple[str, ...]
    copies: dict[str, str] = field(default_factory=dict)


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class Gold:
    """
    What a careful editor made of the corpus.

    Attributes:
        stories: Each article stands in exactly one; single articles are stories under their own
            key.
        headlines: English headline by article key; every article has one.
    """

    stories: tuple[GoldStory, ...]
    headlines: dict[str, str]


def load_gold(path: Path, corpus: Corpus) -> Gold:
    """
    Read the gold and check that it covers the corpus exactly once.

    Raises:
        ConfigError: An article is missing, unknown or in two stories, or the file is not readable.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(
            (Fault(str(path), None, path.name, str(error), "a readable TOML file"),)
        ) from error
    stories = validated(tuple[GoldStory, ...], table.get("story", []), str(path))
    headlines = validated(dict[str, str], table.get("headlines", {}), str(path))
    keys = [article.key for article in corpus.articles]
    grouped = list(chain.from_iterable(story.articles for story in stories))
    faults = [*_check_keys(keys, grouped, headlines), *_check_copies(stories)]
    if faults:
        raise ConfigError(tuple(Fault(str(path), None, *fault) for fault in faults))
    single = tuple(GoldStory(name=key, articles=(key,)) for key in keys if key not in set(grouped))
    return Gold(stories=(*stories, *single), headlines=headlines)


def _check_keys(
    keys: Sequence[str], grouped: Sequence[str], headlines: Mapping[str, str]
) -> Iterator[tuple[str, str, str]]:
    """Yield key, value and what was expected of each article that is unknown, doubled or without a headline."""
    for key in sorted({*grouped, *headlines} - {*keys}):
        yield key, "", "an article of the corpus"
    for key in keys:
        if grouped.count(key) > 1:
            yield key, "", "to stand in one story only"
        if not headlines.get(key):
            yield f"headlines.{key}", "", "a headline"


def _check_copies(stories: Iterable[GoldStory]) -> Iterator[tuple[str, str, str]]:
    """Likewise of copies that are not both of their story."""
    for story in stories:
        for copy, first in story.copies.items():
            if not {copy, first} <= {*story.articles}:
                yield f"{story.name}.copies", f"{copy} = {first}", "two articles of this story"


def article_key(
    corpus: Corpus,
    outlet_id: str,
    link: str,
    title: str,
) -> str:
    """
    Return the key of a stored article.

    Args:
        corpus: The demo's world.
        outlet_id: The stored article's outlet.
        link: Its link, in any of its variants, canonical or as published.
        title: Its title in either poll; decides only where items share the link.

    Raises:
        LookupError: No article of the corpus is this one.
    """
    linked = _articles_at(corpus, outlet_id, address_of(link))
    if len(linked) > 1:
        linked = [article for article in linked if title in {article.title, article.at(2).title}]
    if len(linked) != 1:
        raise LookupError(outlet_id, link, title)
    return linked[0].key


def _articles_at(corpus: Corpus, outlet_id: str, address: str) -> list[DemoArticle]:
    """
    Return the articles of an outlet that have a canonical address.

    A live blog gives one to several.
    """
    outlets = [outlet for outlet in corpus.outlets if outlet.id == outlet_id]
    sources = {source.id: source for outlet in outlets for source in outlet.sources}
    articles = [article for article in corpus.articles if article.source_id in sources]
    links = [corpus.link(article, sources[article.source_id]) for article in articles]
    return [
        article
        for article, link in zip(articles, links, strict=True)
        if address_of(link) == address
    ]


def gold_partition(corpus: Corpus, gold: Gold, articles: Iterable[Article]) -> dict[str, str]:
    """
    Return the gold story's name by id of each stored article, for B-cubed and the like.

    Raises:
        LookupError: A stored article is not of the corpus.
    """
    names = {key: story.name for story in gold.stories for key in story.articles}
    return {
        article.id: names[article_key(corpus, article.outlet_id, article.link, article.title)]
        for article in articles
    }
