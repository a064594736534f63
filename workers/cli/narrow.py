"""Options that narrow stories down, as several commands have them."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.languages import Language
from aggregator.models import Topic
from workers.cli.exits import Exit
from workers.cli.output import complain

if TYPE_CHECKING:
    from workers.services import Services

__all__ = ["LanguageOption", "OutletOption", "TopicOption", "check_outlet"]

OutletOption = Annotated[
    str | None, typer.Option(help="Id of one that has a report in the story.", metavar="ID")
]
"""Which outlet's stories."""

TopicOption = Annotated[Topic | None, typer.Option(help="What the story is about.")]
"""Stories about what."""

LanguageOption = Annotated[Language | None, typer.Option(help="Of one of the story's reports.")]
"""Stories in which language."""


def check_outlet(services: Services, outlet: str | None) -> None:
    """End the command, saying what is expected, if there is no such outlet."""
    if outlet is not None and outlet not in services.outlets:
        near = get_close_matches(outlet, services.outlets, n=3) or sorted(services.outlets)[:3]
        complain(
            f"--outlet {outlet}: expected the id of an outlet of sources.toml, "
            f"such as: {', '.join(near)}"
        )
        raise typer.Exit(Exit.USAGE)
