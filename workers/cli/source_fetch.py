"""``tilshi source fetch``: sources polled now."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.polling.schedule import GOOD_OUTCOMES
from workers.bootstrap import open_runtime
from workers.cli.config import load_for_command
from workers.cli.exits import Exit
from workers.cli.options import AsJson
from workers.cli.output import complain, console, print_json, progress_console, say, table
from workers.cli.source_catalog import choose_sources
from workers.cli.source_pause import Ids, refuse_catalogue_pauses

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aggregator.models import SourceState
    from aggregator.store.queues import QueueStore
    from workers.services import Services

__all__ = ["fetch"]

_PAUSE_S = 0.2


def fetch(
    context: typer.Context,
    ids: Ids,
    wait: Annotated[
        int,
        typer.Option(
            "--wait",
            metavar="SECONDS",
            min=0,
            max=3600,
            help="Wait for the outcome so long.",
        ),
    ] = 0,
    json: AsJson = False,
) -> None:
    """
    Poll sources now, due or not.

    Workers do it, at their next tick; with none running, the next `tilshi run` does. Politeness
    holds: a host that asked to be left alone is left alone. With `--wait`, exit code 3 if none
    could be polled, 4 if time ran out.

    Example: `tilshi source fetch tengrinews-ru --wait 60`
    """
    loaded = load_for_command(context)
    sources = choose_sources(loaded.catalog, ids)
    refuse_catalogue_pauses(sources)
    with open_runtime(loaded) as runtime:
        queues = runtime.services.store.queues
        ids = [source.id for source in sources]
        _refuse_pauses(queues, ids)
        before = queues.load_source_states(ids)
        _make_due(runtime.services, ids)
        if not wait:
            say(f"due now: {', '.join(ids)}")
            return
        states = _wait_for(runtime.services, before, timedelta(seconds=wait))
    polled = {name: state for name, state in states.items() if state != before[name]}
    if json:
        print_json([_write_outcome(name, polled.get(name)) for name in before])
    else:
        rows = [(name, state.outcome, state.detail) for name, state in polled.items()]
        console().print(table(("source", "outcome", "what happened"), rows))
    _exit_unless_polled(sorted(before.keys() - polled.keys()), polled, wait)


def _exit_unless_polled(left: list[str], polled: dict[str, SourceState], wait: int) -> None:
    if left:
        complain(
            f"not polled within {wait} s: {', '.join(left)}; `tilshi status` shows whether "
            "workers run"
        )
        raise typer.Exit(Exit.NOT_FINISHED)
    if all(state.outcome not in GOOD_OUTCOMES for state in polled.values()):
        raise typer.Exit(Exit.NO_SOURCE)


def _refuse_pauses(queues: QueueStore, ids: Sequence[str]) -> None:
    paused = queues.load_paused_sources()
    if names := [source_id for source_id in ids if source_id in paused]:
        complain(f"paused: {', '.join(names)}; `tilshi source resume {names[0]}` first")
        raise typer.Exit(Exit.FAILED)


def _make_due(services: Services, ids: Sequence[str]) -> None:
    queues = services.store.queues
    # One that was just added may not have been seen by any scheduler yet.
    queues.sync_sources(source.id for source in services.sources.values() if not source.paused)
    queues.make_due(ids)


def _write_outcome(name: str, state: SourceState | None) -> dict[str, object]:
    return {
        "id": name,
        "outcome": state.outcome if state else None,
        "detail": state.detail if state else "",
    }


def _wait_for(
    services: Services, before: dict[str, SourceState], limit: timedelta
) -> dict[str, SourceState]:
    """Return the states as soon as all have changed, or time is up."""
    deadline = services.clock.now() + limit
    screen = progress_console()
    if screen:
        screen.print(f"waiting for {len(before)} to be polled ...", style="dim")
    while True:
        states = services.store.queues.load_source_states(list(before))
        is_done = all(states[name] != before[name] for name in before)
        if is_done or services.clock.now() >= deadline:
            return states
        time.sleep(_PAUSE_S)
