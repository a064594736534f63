"""``tilshi status``: how things stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.clock import format_age
from aggregator.operations.snapshot import note_snapshot, take_snapshot
from aggregator.operations.stage_words import STAGE_WORDS
from aggregator.operations.status import SourceRow, Status, StoreRow, draw_spark, take_status
from workers.bootstrap import open_runtime
from workers.cli.config import load_for_command
from workers.cli.options import AsJson
from workers.cli.output import console, print_json, table
from workers.cli.tables import tabulate_alerts, tabulate_dead_letters
from workers.snapshots import make_snapshot_scope

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import Console

__all__ = ["status"]

_MB = 1_000_000
_SHOWN_RUNS = 3


def status(
    context: typer.Context,
    sources: Annotated[
        bool, typer.Option("--sources", help="Every source, not only those that fail.")
    ] = False,
    json: AsJson = False,
) -> None:
    """
    Say how things stand: alerts, queues, workers, sources, runs, dead letters, packages, memory.

    The curve of a source is its new articles on each of the last fourteen days, today the last.

    Example: `tilshi status --sources`
    """
    with open_runtime(load_for_command(context, check=False)) as runtime:
        services = runtime.services
        scope = make_snapshot_scope(services)
        snapshot = take_snapshot(scope, services.clock.now())
        note_snapshot(scope, snapshot)
    shown = take_status(snapshot)
    if json:
        print_json(shown.as_json())
        return
    screen = console()
    if shown.alerts:
        screen.print(tabulate_alerts(shown.alerts, shown.now))
        screen.print()
    for text in shown.unknown:
        screen.print(f"not known  {text}", markup=False)
    _print_stages(screen, shown)
    _print_workers(screen, shown)
    _print_sources(screen, shown, everything=sources)
    if shown.letters:
        screen.print(tabulate_dead_letters(shown.letters, shown.now))
        screen.print()
    _print_runs(screen, shown)
    _print_store(screen, shown.store)
    _print_days(screen, shown)


def _print_stages(screen: Console, status: Status) -> None:
    rows = []
    for stage, queue in status.stages.items():
        since = _write_age(queue.oldest, status.now)
        rows.append((STAGE_WORDS[stage], queue.ready, queue.leased, queue.later, since))
    columns = ("stage", "waiting", "at work", "later", "waiting since")
    screen.print(table(columns, rows, right=columns[1:4]))
    screen.print()


def _write_age(oldest: datetime | None, now: datetime) -> str:
    # Due at once stands as 1970.
    return format_age(oldest, now) if oldest and oldest.timestamp() > 0 else ""


def _print_workers(screen: Console, status: Status) -> None:
    rows = [(row.queue, format_age(row.at, status.now), row.did) for row in status.workers]
    probes = status.rounds
    seconds = probes.last.steps_s if probes.last else {}
    steps = ", ".join(f"{step} {took:.1f} s" for step, took in seconds.items())
    came_back = format_age(probes.came_back, status.now)
    rows.append(("canary", came_back, steps or "no round came back yet"))
    screen.print(table(("worker", "last sign of work", "what it did"), rows))
    screen.print()


def _print_sources(screen: Console, status: Status, *, everything: bool) -> None:
    rows = status.sources if everything else status.failing
    if not rows:
        return
    name = "source" if everything else "failing source"
    columns = (name, "last outcome", "times", "last good", "14 days", "new", "due")
    cells = [_write_source(row, status.now) for row in rows]
    screen.print(table(columns, cells, right=("times", "new")))
    screen.print()


def _write_source(row: SourceRow, now: datetime) -> tuple[object, ...]:
    outcome = row.outcome or "not polled yet"
    due = _write_age(row.due, now) or "at once"
    if row.paused:
        outcome = "paused"
        due = ""
    return (
        row.id,
        outcome,
        row.failures or "",
        format_age(row.succeeded, now),
        draw_spark(row.by_day),
        sum(row.by_day),
        due,
    )


def _print_runs(screen: Console, status: Status) -> None:
    for row in status.runs[:_SHOWN_RUNS]:
        screen.print(
            f"run        {row.id}: {row.polled} sources polled, {row.failed} failed, "
            f"{row.new} new articles"
        )


def _print_store(screen: Console, store: StoreRow) -> None:
    limit = f" of {store.most / _MB:,.0f} MB" if store.most else ", no bound"
    each = f", {store.kb_an_article} KB an article" if store.kb_an_article else ""
    screen.print(f"store      {store.used / _MB:,.1f} MB{limit}; {store.articles} articles{each}")
    if store.growth_a_day is not None:
        left = f", full in {store.days_left:,.0f} days" if store.days_left is not None else ""
        screen.print(f"growth     {store.growth_a_day / _MB:+,.1f} MB a day{left}")


def _print_days(screen: Console, status: Status) -> None:
    wholes = status.wholes
    screen.print(
        f"whole      articles: {wholes.spent_s / 60:.1f} of {wholes.a_day_s / 60:g} minutes spent "
        f"today; waiting: {wholes.waiting}"
    )
    for package in status.packages:
        reads = ", ".join(package.reads)
        screen.print(f"package    {package.name} {package.version}, reads {reads}")
    screen.print(f"open days  {', '.join(map(str, status.open_days)) or 'none'}")
    for edition, days in status.digests.items():
        screen.print(f"digests    {edition}: {', '.join(map(str, days)) or 'none yet'}")
