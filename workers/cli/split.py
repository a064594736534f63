"""``tilshi split``: two articles are two stories, by an operator's word."""

from __future__ import annotations

import typer

from workers.cli.article_pair import FirstArticle, SecondArticle
from workers.cli.overriding import override_grouping

__all__ = ["split"]


def split(context: typer.Context, one: FirstArticle, other: SecondArticle) -> None:
    """
    Rule that two articles are two stories, whatever speaks for one.

    Example: `tilshi split https://a.example/1 https://b.example/2`
    """
    override_grouping(context, one, other, "split", "Ruled: two stories.")
