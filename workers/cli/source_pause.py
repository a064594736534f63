"""``tilshi source pause`` and ``resume``: an operator's word on whether sources are polled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from workers.bootstrap import open_runtime
from workers.cli.config import load_for_command
from workers.cli.exits import Exit
from workers.cli.output import complain, say
from workers.cli.source_catalog import choose_sources, complete_source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aggregator.models import Source

__all__ = ["Ids", "pause", "refuse_catalogue_pauses", "resume"]

Ids = Annotated[
    list[str],
    typer.Argument(
        metavar="ID...",
        autocompletion=complete_source,
        help="As `tilshi sources` lists them.",
    ),
]
"""Sources by id, at least one."""


def pause(
    context: typer.Context,
    ids: Ids,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Shown wherever the pause is.")
    ] = "",
) -> None:
    """
    Stop polling sources until they are resumed.

    It holds across restarts, for all workers, whatever the catalogue says. A poll that runs ends.
    Again with another reason: the reason is replaced.

    Example: `tilshi source pause tengrinews-ru --reason "they asked us to wait"`
    """
    loaded = load_for_command(context)
    sources = choose_sources(loaded.catalog, ids)
    with open_runtime(loaded) as runtime:
        for source in sources:
            fresh = runtime.services.store.queues.pause_source(source.id, reason.strip())
            done = "paused" if fresh else "was paused already; the reason is replaced"
            say(f"{source.id}: {done}")


def resume(context: typer.Context, ids: Ids) -> None:
    """
    Poll paused sources again, at once.

    Exit code 1 if one of them is paused in the catalogue, where only its file can change that.

    Example: `tilshi source resume tengrinews-ru`
    """
    loaded = load_for_command(context)
    sources = choose_sources(loaded.catalog, ids)
    with open_runtime(loaded) as runtime:
        for source in sources:
            paused = runtime.services.store.queues.resume_source(source.id)
            if not source.paused:
                say(f"{source.id}: {'resumed' if paused else 'was not paused'}")
    refuse_catalogue_pauses(sources)


def refuse_catalogue_pauses(sources: Sequence[Source]) -> None:
    """End the command where a source is paused by its file, which no command changes."""
    if names := [source.id for source in sources if source.paused]:
        complain(f"paused in the catalogue: {', '.join(names)}; set paused = false there")
        raise typer.Exit(Exit.FAILED)
