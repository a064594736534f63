"""``tilshi runs``: what came of every poll."""

from __future__ import annotations

from typing import Annotated

import typer

from aggregator.operations.status import RunRow, sum_up_run
from workers.bootstrap import open_runtime
from workers.cli.config import load_for_command
from workers.cli.exits import Exit
from workers.cli.options import AsJson
from workers.cli.output import complain, console, print_json, table
from workers.cli.tables import pick_fields

__all__ = ["runs"]

_SUMS = ("id", "polled", "good", "failed", "new", "updated")
_REPORT = (
    "source_id",
    "outcome",
    "detail",
    "items",
    "new",
    "updated",
    "known",
    "stale",
    "reasons",
    "elapsed_s",
)


def runs(
    context: typer.Context,
    run_id: Annotated[
        str | None, typer.Argument(metavar="[RUN]", help="This one, source by source.")
    ] = None,
    json: AsJson = False,
) -> None:
    """
    List the runs kept, or what came of every source in one.

    Example: `tilshi runs 2025-08-20T07`
    """
    with open_runtime(load_for_command(context)) as runtime:
        queues = runtime.services.store.queues
        known = queues.list_runs()
        if run_id is not None and run_id not in known:
            complain(f"{run_id}: no such run; `tilshi runs` lists them")
            raise typer.Exit(Exit.USAGE)
        chosen = [run_id] if run_id else known
        rows = [sum_up_run(name, queues.load_run_reports(name)) for name in chosen]
    if json:
        forms = [_write_run(row, whole=run_id is not None) for row in rows]
        print_json({"format": "tilshi.runs/1", "runs": forms})
    elif run_id is not None:
        _print_run(rows[0])
    else:
        columns = ("run", *_SUMS[1:])
        cells = [tuple(pick_fields(row, _SUMS).values()) for row in rows]
        console().print(table(columns, cells, right=columns[1:]))


def _print_run(row: RunRow) -> None:
    columns = ("source", "outcome", "new", "updated", "known", "seconds", "what happened")
    shown = ("source_id", "outcome", "new", "updated", "known", "elapsed_s", "detail")
    cells = [tuple(pick_fields(report, shown).values()) for report in row.reports]
    console().print(table(columns, cells, right=columns[2:6]))


def _write_run(row: RunRow, *, whole: bool) -> dict[str, object]:
    """Return the sums of a run, and with ``whole`` its sources one by one."""
    form = pick_fields(row, _SUMS)
    if whole:
        form["sources"] = [pick_fields(report, _REPORT) for report in row.reports]
    return form
