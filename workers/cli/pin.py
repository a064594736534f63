"""``tilshi pin``: two articles are one story, by an operator's word."""

from __future__ import annotations

import typer

from workers.cli.article_pair import FirstArticle, SecondArticle
from workers.cli.overriding import override_grouping

__all__ = ["pin"]


def pin(context: typer.Context, one: FirstArticle, other: SecondArticle) -> None:
    """
    Rule that two articles are one story, whatever speaks against it.

    Example: `tilshi pin https://a.example/1 https://b.example/2`
    """
    override_grouping(context, one, other, "pin", "Ruled: one story.")
