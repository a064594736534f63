"""``tilshi release``: the grouping decides of two articles again."""

from __future__ import annotations

import typer

from workers.cli.article_pair import FirstArticle, SecondArticle
from workers.cli.overriding import override_grouping

__all__ = ["release"]


def release(context: typer.Context, one: FirstArticle, other: SecondArticle) -> None:
    """
    Take back what was ruled of two articles.

    Example: `tilshi release https://a.example/1 https://b.example/2`
    """
    override_grouping(context, one, other, None, "Released: the grouping decides.")
