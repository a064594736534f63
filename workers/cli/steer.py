"""``tilshi source pause``, ``resume`` and ``fetch``: an operator's word on when sources are polled."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.schedule import GOOD_OUTCOMES
from workers.cli.app import Exit, plan_of, source_app
from workers.cli.output import complain, console, print_json, progress_console, table
from workers.cli.source import AsJson, chosen, complete_source
from workers.office import open_office

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from aggregator.models import Source, SourceState
    from aggregator.store.work import WorkStore
    from workers.wiring import Newsroom

__all__ = ["fetch", "pause", "resume"]

_LOOK_S = 0.2

_Ids = Annotated[
    list[str], typer.Argument(metavar="ID...", autocompletion=complete_source, help="As `tilshi sources` lists them.")
]


@source_app.command()
def pause(
    context: typer.Context,
    ids: _Ids,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Shown wherever the pause is.")] = "",
) -> None:
    """
    Stop polling sources until they are resumed.

    It holds across restarts, for all workers, whatever the catalogue says. A poll that runs ends. Again with another
    reason: the reason is replaced.

    Example: `tilshi source pause tengrinews-ru --reason "they asked us to wait"`
    """
    plan = plan_of(context)
    sources = chosen(plan.catalog, ids)
    with open_office(plan) as office:
        for source in sources:
            fresh = office.room.store.work.pause_source(source.id, reason.strip())
            typer.echo(f"{source.id}: {'paused' if fresh else 'was paused already; the reason is replaced'}")


@source_app.command()
def resume(context: typer.Context, ids: _Ids) -> None:
    """
    Poll paused sources again, at once.

    Exit code 1 if one of them is paused in the catalogue, where only its file can change that.

    Example: `tilshi source resume tengrinews-ru`
    """
    plan = plan_of(context)
    sources = chosen(plan.catalog, ids)
    with open_office(plan) as office:
        for source in sources:
            paused = office.room.store.work.resume_source(source.id)
            if not source.paused:
                typer.echo(f"{source.id}: {'resumed' if paused else 'was not paused'}")
    _refuse_catalogue_pauses(sources)


@source_app.command()
def fetch(
    context: typer.Context,
    ids: _Ids,
    wait: Annotated[
        int, typer.Option("--wait", metavar="SECONDS", min=0, max=3600, help="Wait for the outcome so long.")
    ] = 0,
    json: AsJson = False,
) -> None:
    """
    Poll sources now, due or not.

    Workers do it, at their next tick; with none running, the next `tilshi run` does. Manners hold: a host that asked to
    be left alone is left alone. With `--wait`, exit code 3 if none could be polled, 4 if time ran out.

    Example: `tilshi source fetch tengrinews-ru --wait 60`
    """
    plan = plan_of(context)
    sources = chosen(plan.catalog, ids)
    _refuse_catalogue_pauses(sources)
    with open_office(plan) as office:
        work = office.room.store.work
        _refuse_pauses(work, sources)
        before = work.source_states([source.id for source in sources])
        _make_due(office.room, sources)
        if not wait:
            typer.echo(f"due now: {', '.join(source.id for source in sources)}")
            return
        states = _wait_for(office.room, before, timedelta(seconds=wait))
    polled = {name: state for name, state in states.items() if state != before[name]}
    if json:
        print_json([_outcome(name, states[name] if name in polled else None) for name in before])
    else:
        rows = [(name, state.outcome, state.detail) for name, state in polled.items()]
        console().print(table(("source", "outcome", "what happened"), rows))
    if left := sorted(before.keys() - polled.keys()):
        complain(f"not polled within {wait} s: {', '.join(left)}; `tilshi status` shows whether workers run")
        raise typer.Exit(Exit.NOT_FINISHED)
    if all(state.outcome not in GOOD_OUTCOMES for state in polled.values()):
        raise typer.Exit(Exit.NO_SOURCE)


def _refuse_catalogue_pauses(sources: Sequence[Source]) -> None:
    if names := [source.id for source in sources if source.paused]:
        complain(f"paused in the catalogue: {', '.join(names)}; set paused = false there")
        raise typer.Exit(Exit.FAILED)


def _refuse_pauses(work: WorkStore, sources: Sequence[Source]) -> None:
    paused = work.paused_sources()
    if names := [source.id for source in sources if source.id in paused]:
        complain(f"paused: {', '.join(names)}; `tilshi source resume {names[0]}` first")
        raise typer.Exit(Exit.FAILED)


def _make_due(room: Newsroom, sources: Sequence[Source]) -> None:
    work = room.store.work
    # One that was just added may not have been seen by any scheduler yet.
    work.sync_sources(source.id for source in room.sources.values() if not source.paused)
    work.due_now([source.id for source in sources])


def _outcome(name: str, state: SourceState | None) -> dict[str, object]:
    return {"id": name, "outcome": state.outcome if state else None, "detail": state.detail if state else ""}


def _wait_for(room: Newsroom, before: dict[str, SourceState], limit: timedelta) -> dict[str, SourceState]:
    """Return the states as soon as all have changed, or time is up."""
    deadline, screen = _after(room, limit), progress_console()
    if screen:
        screen.print(f"waiting for {len(before)} to be polled ...", style="dim")
    while True:
        states = room.store.work.source_states(list(before))
        if all(states[name] != before[name] for name in before) or room.clock.now() >= deadline:
            return states
        time.sleep(_LOOK_S)


def _after(room: Newsroom, limit: timedelta) -> datetime:
    return room.clock.now() + limit
