"""``tilshi trace``: the life of an article."""

from __future__ import annotations

import typer

from aggregator.operations.trace import trace_article
from workers.bootstrap import open_runtime
from workers.cli.article_pair import FirstArticle, find_article_id
from workers.cli.config import load_for_command
from workers.cli.exits import Exit
from workers.cli.options import AsJson
from workers.cli.output import complain, print_json, say

__all__ = ["trace"]


def trace(
    context: typer.Context,
    article: FirstArticle,
    json: AsJson = False,
) -> None:
    """
    Tell the life of an article: source and run, text, story, translation, digests.

    The same id stands in the logs of every worker that had it.

    Example: `tilshi trace https://outlet.example/news/1`
    """
    with open_runtime(load_for_command(context)) as runtime:
        services = runtime.services
        editions = [edition.id for edition in services.editions]
        article_id = find_article_id(services, article)
        life = trace_article(services.store, article_id, editions)
    if life is None:
        complain(
            f"{article}: no such article; ids stand in `tilshi digest --format json` and in the "
            "logs"
        )
        raise typer.Exit(Exit.USAGE)
    if json:
        print_json({"format": "tilshi.trace/1", **life.as_json()})
        return
    for when, what in life.describe():
        moment = f"{when:%Y-%m-%d %H:%M:%S}Z" if when else " " * 20
        say(f"{moment}  {what}")
