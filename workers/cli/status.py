"""``tilshi status``, ``runs``, ``letters``, ``alerts``, ``trace``: how things stand, and what became of what."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.clock import ago
from aggregator.models import Stage
from aggregator.operations.actions import ActionResult, discard_dead_letter, retry_dead_letter
from aggregator.operations.snapshot import take_snapshot
from aggregator.operations.status import (
    DeadLetterRow,
    RunRow,
    SourceRow,
    Status,
    StoreRow,
    draw_spark,
    list_dead_letters,
    sum_up_run,
    take_status,
)
from aggregator.operations.trace import trace_article
from aggregator.pipeline.alert import judge_alerts, send_notices
from workers.bootstrap import open_runtime
from workers.cli.config import load_for_command
from workers.cli.exits import Exit
from workers.cli.output import complain, console, print_json, table
from workers.leases import new_token

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import Console

    from aggregator.models import Alert
    from aggregator.store.redis import Store

__all__ = ["alerts", "letters", "runs", "status", "trace"]

_AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_MB = 1_000_000
_SUMS = ("id", "polled", "good", "failed", "new", "updated")
_LETTER = ("id", "stage", "what", "reason", "at")
_ALERT = ("kind", "subject", "text", "raised")
_REPORT = (
    "source_id",
    "outcome",
    "detail",
    "items",
    "new",
    "updated",
    "known",
    "stale",
    "elapsed_s",
)
_WORDS = {
    Stage.FETCH: "sources to poll",
    Stage.PAGE: "pages to read",
    Stage.TEXT: "to read",
    Stage.GROUP: "to group",
    Stage.TRANSLATE: "to translate",
    Stage.COMPOSE: "to compose",
}


def status(
    context: typer.Context,
    sources: Annotated[
        bool, typer.Option("--sources", help="Every source, not only those that fail.")
    ] = False,
    json: _AsJson = False,
) -> None:
    """
    Say how things stand: alerts, queues, workers, the canary, sources, runs, dead letters,
    packages, memory.

    The curve of a source is its new articles on each of the last fourteen days, today the last.

    Example: `tilshi status --sources`
    """
    with open_runtime(load_for_command(context, check=False)) as runtime:
        services = runtime.services
        found = take_status(take_snapshot(services.snapshot_scope, services.clock.now()))
    if json:
        print_json(found.as_json())
        return
    screen = console()
    _print_alerts(screen, found)
    _print_stages(screen, found)
    _print_workers(screen, found)
    _print_sources(screen, found, everything=sources)
    if found.letters:
        screen.print(_tabulate_letters(found.letters, found.now))
        screen.print()
    _print_runs(screen, found)
    _print_store(screen, found.store)
    _print_days(screen, found)


def _print_alerts(screen: Console, found: Status) -> None:
    if found.alerts:
        screen.print(_tabulate_alerts(found.alerts, found.now))
        screen.print()


def _print_stages(screen: Console, found: Status) -> None:
    rows = [
        (_WORDS[stage], state.ready, state.leased, state.later, _since(state.oldest, found.now))
        for stage, state in found.stages.items()
    ]
    columns = ("stage", "waiting", "at work", "later", "waiting since")
    screen.print(table(columns, rows, right=columns[1:4]))
    screen.print()


def _since(oldest: datetime | None, now: datetime) -> str:
    # Due at once stands as 1970.
    return ago(oldest, now) if oldest and oldest.timestamp() > 0 else ""


def _print_workers(screen: Console, found: Status) -> None:
    rows = [(row.queue, ago(row.at, found.now), row.did) for row in found.workers]
    legs = found.rounds.last.steps_s if found.rounds.last else {}
    way = ", ".join(f"{leg} {seconds:.1f} s" for leg, seconds in legs.items())
    came_back = ago(found.rounds.came_back, found.now)
    rows.append(("canary", came_back, way or "no round came back yet"))
    screen.print(table(("worker", "last sign of work", "what it did"), rows))
    screen.print()


def _print_sources(screen: Console, found: Status, *, everything: bool) -> None:
    shown = found.sources if everything else found.failing
    if not shown:
        return
    name = "source" if everything else "failing source"
    columns = (name, "last outcome", "times", "last good", "14 days", "new", "due")
    rows = [_source_cells(row, found.now) for row in shown]
    screen.print(table(columns, rows, right=("times", "new")))
    screen.print()


def _source_cells(row: SourceRow, now: datetime) -> tuple[object, ...]:
    due = "" if row.paused else _since(row.due, now) or "at once"
    outcome = "paused" if row.paused else row.outcome or "not polled yet"
    good = ago(row.succeeded, now)
    return row.id, outcome, row.failures or "", good, draw_spark(row.by_day), sum(row.by_day), due


def _print_runs(screen: Console, found: Status) -> None:
    for row in found.runs[:3]:
        screen.print(
            f"run        {row.id}: {row.polled} sources polled, {row.failed} failed, "
            f"{row.new} new articles"
        )


def _print_store(screen: Console, store: StoreRow) -> None:
    bound = f" of {store.most / _MB:,.0f} MB" if store.most else ", no bound"
    each = f", {store.kb_an_article} KB an article" if store.kb_an_article else ""
    screen.print(f"store      {store.used / _MB:,.1f} MB{bound}; {store.articles} articles{each}")
    if store.growth_a_day is not None:
        left = f", full in {store.days_left:,.0f} days" if store.days_left is not None else ""
        screen.print(f"growth     {store.growth_a_day / _MB:+,.1f} MB a day{left}")


def _print_days(screen: Console, found: Status) -> None:
    for package in found.packages:
        screen.print(
            f"package    {package.name} {package.version}, reads {', '.join(package.reads)}"
        )
    screen.print(f"open days  {', '.join(map(str, found.open_days)) or 'none'}")
    for edition, days in found.digests.items():
        screen.print(f"digests    {edition}: {', '.join(map(str, days)) or 'none yet'}")


def _pick(value: object, names: Sequence[str]) -> dict[str, object]:
    """Return some attributes of a value by their names."""
    return {name: getattr(value, name) for name in names}


def runs(
    context: typer.Context,
    run_id: Annotated[
        str | None, typer.Argument(metavar="[RUN]", help="This one, source by source.")
    ] = None,
    json: _AsJson = False,
) -> None:
    """
    List the runs kept, or what came of every source in one.

    Example: `tilshi runs 2025-08-20T07`
    """
    with open_runtime(load_for_command(context)) as runtime:
        work = runtime.services.store.queues
        known = work.runs()
        if run_id is not None and run_id not in known:
            complain(f"{run_id}: no such run; `tilshi runs` lists them")
            raise typer.Exit(Exit.USAGE)
        wanted = [run_id] if run_id else known
        rows = [sum_up_run(item, work.run_reports(item)) for item in wanted]
    if json:
        shown = [_run_json(row, whole=run_id is not None) for row in rows]
        print_json({"format": "tilshi.runs/1", "runs": shown})
    elif run_id is not None:
        _print_run(rows[0])
    else:
        heads = ("run", *_SUMS[1:])
        cells = [tuple(_pick(row, _SUMS).values()) for row in rows]
        console().print(table(heads, cells, right=heads[1:]))


def _print_run(row: RunRow) -> None:
    columns = ("source", "outcome", "new", "updated", "known", "seconds", "what happened")
    shown = ("source_id", "outcome", "new", "updated", "known", "elapsed_s", "detail")
    lines = [tuple(_pick(report, shown).values()) for report in row.reports]
    console().print(table(columns, lines, right=columns[2:6]))


def _run_json(row: RunRow, *, whole: bool) -> dict[str, object]:
    sums = _pick(row, _SUMS)
    if whole:
        sums["sources"] = [_pick(report, _REPORT) for report in row.reports]
    return sums


def _tabulate_letters(rows: Sequence[DeadLetterRow], now: datetime) -> object:
    cells = [(row.id, ago(row.at, now), row.reason) for row in rows]
    return table(("dead letter", "since", "why"), cells)


def letters(
    context: typer.Context,
    retry: Annotated[
        str | None, typer.Option(metavar="ID", help="Try this one again; `all` for all.")
    ] = None,
    discard: Annotated[
        str | None, typer.Option(metavar="ID", help="Forget this one; `all` for all.")
    ] = None,
    json: _AsJson = False,
) -> None:
    """
    List dead letters: articles that went on without a stage, deliveries that were given up.

    `--retry` puts an article through its stage again, or takes a delivery up again; `--discard`
    forgets the letter.

    Example: `tilshi letters --retry text:0123456789abcdef0123456789abcdef`
    """
    with open_runtime(load_for_command(context)) as runtime:
        store = runtime.services.store
        now = runtime.services.clock.now()
        known = _read_letters(store)
        for letter_id in _choose_letters(known, retry):
            _act_on_letter(store, letter_id, now, retry_dead_letter)
        for letter_id in _choose_letters(known, discard):
            _act_on_letter(store, letter_id, now, discard_dead_letter)
        found = _read_letters(store) if retry or discard else known
    if json:
        shown = [_pick(row, _LETTER) for row in found]
        print_json({"format": "tilshi.letters/1", "letters": shown})
    else:
        console().print(_tabulate_letters(found, now) if found else "no dead letters")


def _read_letters(store: Store) -> tuple[DeadLetterRow, ...]:
    return list_dead_letters(store.dead_letters.all(), store.deliveries.recent())


def _choose_letters(known: Sequence[DeadLetterRow], wanted: str | None) -> list[str]:
    """Return the ids that an option names: one, all, or none where it is not given."""
    if wanted == "all":
        return [row.id for row in known]
    return [wanted] if wanted else []


def _act_on_letter(
    store: Store,
    letter_id: str,
    now: datetime,
    act: Callable[[Store, str, datetime], ActionResult],
) -> None:
    result = act(store, letter_id, now)
    if result is ActionResult.UNKNOWN:
        complain(f"{letter_id}: no such letter; `tilshi letters` lists them")
        raise typer.Exit(Exit.USAGE)
    if result is not ActionResult.DONE:
        complain(f"{letter_id}: {result.value}")


def alerts(
    context: typer.Context,
    send: Annotated[
        bool,
        typer.Option(
            "--send",
            help="Judge now and tell operators, without any worker; for cron on another machine.",
        ),
    ] = False,
    json: _AsJson = False,
) -> None:
    """
    List what is raised. Exit code 1 if anything is.

    Workers judge once a minute. `--send` judges and tells from here, so that a newsroom whose
    workers and scheduler are all dead is told of too; each alert is still told once.

    Example: `tilshi alerts --json`
    """
    with open_runtime(load_for_command(context)) as runtime:
        services = runtime.services
        if send:
            step = services.alert_step(with_channels=True)
            judge_alerts(step, token=new_token(), now=services.clock.now())
            send_notices(step, token=new_token(), now=services.clock.now())
        found = list(services.store.notices.raised().values())
        now = services.clock.now()
    if json:
        shown = [_pick(alert, _ALERT) for alert in found]
        print_json({"format": "tilshi.alerts/1", "alerts": shown})
    else:
        console().print(_tabulate_alerts(found, now) if found else "nothing is wrong")
    if found:
        raise typer.Exit(Exit.FAILED)


def _tabulate_alerts(found: Sequence[Alert], now: datetime) -> object:
    cells = [(alert.kind, ago(alert.raised, now), alert.text) for alert in found]
    return table(("alert", "raised", "what is wrong"), cells)


def trace(
    context: typer.Context,
    article: Annotated[str, typer.Argument(help="Its id; the beginning is not enough.")],
    json: _AsJson = False,
) -> None:
    """
    Tell the life of an article: source and run, text, story, translation, digests.

    The same id stands in the logs of every worker that had it.

    Example: `tilshi trace 0123456789abcdef0123456789abcdef`
    """
    with open_runtime(load_for_command(context)) as runtime:
        found = trace_article(
            runtime.services.store, article, [edition.id for edition in runtime.services.editions]
        )
    if found is None:
        complain(
            f"{article}: no such article; ids stand in `tilshi digest --format json` and in the "
            "logs"
        )
        raise typer.Exit(Exit.USAGE)
    if json:
        print_json({"format": "tilshi.trace/1", **found.as_json()})
        return
    for when, what in found.describe():
        moment = f"{when:%Y-%m-%d %H:%M:%S}Z" if when else " " * 20
        typer.echo(f"{moment}  {what}")
