"""
The demo's gold: which articles are one story, and a human English headline for each article.

Stored articles join the gold by outlet, link and, where a live blog gives one link to several
items, title.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, ClassVar

from pydantic import ConfigDict

from aggregator.errors import ConfigError, Fault
from aggregator.toml.document import TomlError, read_toml_file
from workers.demo.corpus import Corpus, find_address, validate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from aggregator.models import Article
    from workers.demo.corpus import DemoArticle, DemoSource

    _Wrong = tuple[str, str, str]  # a key, its value, and what was expected
__all__ = ["Gold", "GoldStory", "find_article_key", "group_by_gold", "load_gold"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldStory:
    """
    Articles about one event.

    Attributes:
        name: Slug that no other story has.
        articles: Keys, one or more.
        copies: Key of the repeated article by key of the one that repeats its text.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    name: str
    articles: tuple[str, ...]
    copies: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
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
        table = read_toml_file(path)
    except (OSError, TomlError) as error:
        fault = Fault(
            str(path),
            None,
            path.name,
            str(error),
            "a readable TOML file",
        )
        raise ConfigError((fault,)) from error
    file = str(path)
    story_tables = table.get("story", [])
    stories = validate(tuple[GoldStory, ...], story_tables, file)
    headline_table = table.get("headlines", {})
    headlines = validate(dict[str, str], headline_table, file)
    keys = [article.key for article in corpus.articles]
    groups = [story.articles for story in stories]
    grouped = list(chain.from_iterable(groups))
    wrong_keys = _check_keys(keys, grouped, headlines)
    wrong_copies = _check_copies(stories)
    faults = [Fault(file, None, *wrong) for wrong in chain(wrong_keys, wrong_copies)]
    if faults:
        raise ConfigError(tuple(faults))
    alone = [key for key in keys if key not in grouped]
    single = [GoldStory(name=key, articles=(key,)) for key in alone]
    all_stories = (*stories, *single)
    return Gold(stories=all_stories, headlines=headlines)


def _check_keys(
    keys: Sequence[str],
    grouped: Sequence[str],
    headlines: Mapping[str, str],
) -> Iterator[_Wrong]:
    """Yield key, value and what was expected of each article that is unknown, doubled or bare."""
    told_of = {*grouped, *headlines}
    unknown = told_of - {*keys}
    for key in sorted(unknown):
        yield key, "", "an article of the corpus"
    for key in keys:
        if grouped.count(key) > 1:
            yield key, "", "to stand in one story only"
        if not headlines.get(key):
            yield f"headlines.{key}", "", "a headline"


def _check_copies(stories: Iterable[GoldStory]) -> Iterator[_Wrong]:
    """Yield the same of copies that are not both of their story."""
    for story in stories:
        members = {*story.articles}
        for copy, first in story.copies.items():
            if not {copy, first} <= members:
                place = f"{story.name}.copies"
                yield place, f"{copy} = {first}", "two articles of this story"


def find_article_key(
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
    address = find_address(link)
    linked = _find_articles(corpus, outlet_id, address)
    if len(linked) > 1:
        linked = [article for article in linked if _had_title(article, title)]
    if len(linked) != 1:
        raise LookupError(outlet_id, link, title)
    return linked[0].key


def _had_title(article: DemoArticle, title: str) -> bool:
    """Say whether an article had a title in either poll."""
    later = article.at(2)
    return title in {article.title, later.title}


def _find_articles(corpus: Corpus, outlet_id: str, address: str) -> list[DemoArticle]:
    """
    Return the articles of an outlet that have a canonical address.

    A live blog gives one to several.
    """
    sources: dict[str, DemoSource] = {}
    for outlet in corpus.outlets:
        if outlet.id == outlet_id:
            sources |= {source.id: source for source in outlet.sources}
    matches = []
    for article in corpus.articles:
        source = sources.get(article.source_id)
        if not source:
            continue
        link = corpus.link(article, source)
        if find_address(link) == address:
            matches.append(article)
    return matches


def group_by_gold(
    corpus: Corpus,
    gold: Gold,
    articles: Iterable[Article],
) -> dict[str, str]:
    """
    Return the gold story's name by id of each stored article, for B-cubed and the like.

    Raises:
        LookupError: A stored article is not of the corpus.
    """
    names: dict[str, str] = {}
    for story in gold.stories:
        names |= dict.fromkeys(story.articles, story.name)
    partition = {}
    for article in articles:
        key = find_article_key(
            corpus,
            article.outlet_id,
            article.link,
            article.title,
        )
        partition[article.id] = names[key]
    return partition
