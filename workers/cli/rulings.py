"""``tilshi rulings``: where an operator's word stands above the grouping."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from workers.bootstrap import open_runtime
from workers.cli.config import load_for_command
from workers.cli.options import AsJson
from workers.cli.output import console, print_json, table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aggregator.store.article_records import StoredArticle

    _Override = tuple[str, str, str]

__all__ = ["rulings"]


def rulings(context: typer.Context, json: AsJson = False) -> None:
    """
    List what is ruled.

    Example: `tilshi rulings --json`
    """
    with open_runtime(load_for_command(context)) as runtime:
        store = runtime.services.store
        known = store.overrides.load_all()
        pins = [("pin", one, other) for one, other in known.pinned]
        splits = [("split", one, other) for one, other in known.split]
        overrides = sorted(pins + splits)
        ids: set[str] = set()
        for _, one, other in overrides:
            ids |= {one, other}
        stored = store.articles.load(ids)
    if json:
        print_json([_write_override(override, stored) for override in overrides])
    elif not overrides:
        console().print("Nothing is ruled: the grouping decides alone.")
    else:
        cells = [_list_cells(override, stored) for override in overrides]
        console().print(table(("ruling", "article", "article"), cells))


def _write_override(override: _Override, stored: Mapping[str, StoredArticle]) -> dict[str, Any]:
    what, *pair = override
    articles = [{"id": article_id, "title": _find_title(article_id, stored)} for article_id in pair]
    return {"ruling": what, "articles": articles}


def _list_cells(override: _Override, stored: Mapping[str, StoredArticle]) -> list[str]:
    what, *pair = override
    return [what, *(f"{article_id[:8]} {_find_title(article_id, stored)}" for article_id in pair)]


def _find_title(article_id: str, stored: Mapping[str, StoredArticle]) -> str:
    match = stored.get(article_id)
    return match.article.title if match else "(no longer kept)"
