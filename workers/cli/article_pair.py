"""The articles that ``why``, ``pin``, ``split``, ``release`` and ``trace`` are about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.urls.canonical import canonicalize_url
from workers.cli.exits import Exit
from workers.cli.output import complain

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date
    from typing import NoReturn

    from aggregator.models import Article
    from workers.services import Services

__all__ = ["FirstArticle", "SecondArticle", "find_article_id", "find_pair"]

FirstArticle = Annotated[
    str, typer.Argument(metavar="ARTICLE", help="Its link, or its id or the beginning of one.")
]
SecondArticle = Annotated[str, typer.Argument(metavar="ARTICLE", help="Another.")]

_ID_START = re.compile("[0-9a-f]{1,32}")
_WHOLE_ID = re.compile("[0-9a-f]{32}")
_SHOWN_IDS = 4


def find_pair(services: Services, one: str, other: str) -> tuple[Article, Article]:
    """Return the articles that two arguments mean; stops the command unless they are two."""
    first = _find_article(services, one)
    second = _find_article(services, other)
    if first.id == second.id:
        complain(f"{one!r} and {other!r} are one article, expected two")
        raise typer.Exit(Exit.USAGE)
    return first, second


def _find_article(services: Services, text: str) -> Article:
    stored = services.store.articles.load(_list_ids(services, text))
    if len(stored) != 1:
        _refuse(text, stored)
    return next(iter(stored.values())).article


def find_article_id(services: Services, text: str) -> str:
    """
    Return the id of the article that an argument means, read or not; a whole id is returned as is.

    Stops the command unless it is one.
    """
    if _WHOLE_ID.fullmatch(text.lower()):
        return text.lower()
    ids = _list_ids(services, text)
    if len(ids) != 1:
        _refuse(text, ids)
    return ids[0]


def _refuse(text: str, ids: Collection[str]) -> NoReturn:
    """Stop the command, as an argument means no article, or several."""
    if ids:
        some = ", ".join(sorted(ids)[:_SHOWN_IDS])
        complain(f"{text!r} is the beginning of {len(ids)} ids: {some}")
    else:
        complain(
            f"{text!r}: no article kept has this link or id; expected a link as published, or an "
            "id as in `tilshi digest --format json`"
        )
    raise typer.Exit(Exit.USAGE)


def _list_ids(services: Services, text: str) -> list[str]:
    """Return the ids of stored articles that an argument may mean."""
    if url := canonicalize_url(text):
        return _list_ids_of_link(services, url)
    start = text.lower()
    return _list_ids_with_start(services, start) if _ID_START.fullmatch(start) else []


def _list_ids_of_link(services: Services, url: str) -> list[str]:
    ids: set[str] = set()
    for outlet in services.outlets:
        ids.update(services.store.articles.find_seen(outlet, [f"url:{url}"]).values())
    return sorted(ids)


def _list_ids_with_start(services: Services, start: str) -> list[str]:
    ids: set[str] = set()
    for day in _list_days(services):
        ids.update(
            article_id
            for article_id in services.store.articles.list_day_ids(day)
            if article_id.startswith(start)
        )
    return sorted(ids)


def _list_days(services: Services) -> set[date]:
    """Return the days whose articles are kept: open ones, and those with a digest."""
    closed = services.store.digests.list_days(services.editions[0].id)
    return {*services.store.articles.list_open_days(), *closed}
