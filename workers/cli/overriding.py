"""How ``pin``, ``split`` and ``release`` set an operator's word above the grouping."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import typer

from aggregator.models import pair_of
from workers.bootstrap import open_runtime
from workers.cli.article_pair import find_pair
from workers.cli.config import load_for_command
from workers.cli.exits import Exit
from workers.cli.output import complain, console

if TYPE_CHECKING:
    from aggregator.models import Article
    from workers.services import Services

__all__ = ["override_grouping"]


def override_grouping(
    context: typer.Context,
    one: str,
    other: str,
    what: Literal["pin", "split"] | None,
    done: str,
) -> None:
    """
    Set or take back what holds of two articles, and wake who groups them again.

    Args:
        context: Of the command.
        one: Link or id of an article.
        other: Link or id of another.
        what: None to take back what was said before.
        done: Printed when it is done.
    """
    with open_runtime(load_for_command(context)) as runtime:
        services = runtime.services
        first, second = find_pair(services, one, other)
        if what is None:
            _require_override(services, first, second)
        overrides = services.store.overrides
        regrouped = overrides.set_override(first.id, second.id, what, now=services.clock.now())
        services.wakeups.send("group")
    console().print(done, markup=False)
    console().print(
        "They are grouped again with the next work done (`tilshi run`, or the workers if they run)."
        if regrouped
        else "It holds for what is grouped from now on; a digest that is closed stays as it is.",
        markup=False,
    )


def _require_override(services: Services, first: Article, second: Article) -> None:
    known = services.store.overrides.load_all()
    if pair_of(first.id, second.id) in known.pinned | known.split:
        return
    complain("nothing is ruled of these two; `tilshi rulings` lists what is")
    raise typer.Exit(Exit.USAGE)
