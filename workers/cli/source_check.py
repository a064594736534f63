"""``tilshi source check``: sources looked at, with the line to mend."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.text import Text

from aggregator.models import Outcome
from aggregator.polling.schedule import GOOD_OUTCOMES
from aggregator.sources.check import check_source
from aggregator.sources.discover import sample_sources
from aggregator.sources.entries import find_source_line
from aggregator.sources.report import as_json, markdown_report
from workers import __version__
from workers.cli.config import load_for_command
from workers.cli.exits import Exit
from workers.cli.output import complain, console, progress_console
from workers.cli.source_catalog import (
    AsJson,
    choose_sources,
    complete_source,
    find_sources_file,
    make_services,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from aggregator.models import Source
    from aggregator.sources.check import Checkup, Finding
    from aggregator.sources.sample import SourceSample
    from workers.services import Services

__all__ = ["check"]

_STYLES = {
    "right": "green",
    "note": "dim",
    "look": "yellow",
    "wrong": "red",
}


def check(
    context: typer.Context,
    ids: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID]...",
            autocompletion=complete_source,
            help="Default: those polled.",
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Paused ones too.")] = False,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FILE", help="Write a table: .md or .json.")
    ] = None,
    pages: Annotated[
        bool, typer.Option("--pages", help="Read an article's page of each, for its full text.")
    ] = False,
    json: AsJson = False,
) -> None:
    """
    Look at sources and say whether they are right, with the line to mend.

    Nothing is stored. Exit code 1 if a source that is polled, or named, is wrong; 3 if none could
    be read.

    Example: `tilshi source check --all --report report.md`
    """
    _refuse_other_reports(report)
    loaded = load_for_command(context)
    sources = choose_sources(loaded.catalog, ids, everything=everything)
    services = make_services(loaded)
    with _progress(len(sources), show=not json) as seen:
        looks = asyncio.run(
            _look(
                services,
                sources,
                pages=pages,
                seen=seen,
            )
        )
    now, as_of = services.clock.now(), services.now(services.as_of)
    found = [check_source(look, as_of) for look in looks]
    if report:
        _write_report(report, found, now)
    if json:
        typer.echo(as_json(found, now, __version__), nl=False)
    else:
        _say_findings(found, find_sources_file(loaded), brief=len(found) > 1 and not ids)
        if report:
            console().print(f"written: {report}", markup=False)
    judged = found if ids else [one for one in found if not one.look.source.paused]
    _exit_unless_right(judged, found)


def _refuse_other_reports(file: Path | None) -> None:
    if file and file.suffix not in {".md", ".json"}:
        complain(f"--report {file}: expected a name that ends in .md or .json")
        raise typer.Exit(Exit.USAGE)


def _write_report(file: Path, found: list[Checkup], now: datetime) -> None:
    render_report = markdown_report if file.suffix == ".md" else as_json
    file.write_text(render_report(found, now, __version__), encoding="utf-8")


def _exit_unless_right(judged: list[Checkup], found: list[Checkup]) -> None:
    if all(one.look.outcome not in GOOD_OUTCOMES for one in found):
        raise typer.Exit(Exit.NO_SOURCE)
    if any(one.grade == "wrong" for one in judged):
        raise typer.Exit(Exit.FAILED)


@contextmanager
def _progress(count: int, *, show: bool) -> Iterator[Callable[[SourceSample], None]]:
    """Give what is told of each look; nothing is drawn where nobody watches."""
    screen = progress_console() if show else None
    if screen is None:
        yield lambda _look: None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("looking"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[last]}"),
    )
    with Progress(*columns, console=screen, transient=True) as bars:
        bar = bars.add_task("", total=count, last="")
        yield lambda look: bars.update(bar, advance=1, last=look.source.id)


async def _look(
    services: Services,
    sources: list[Source],
    *,
    pages: bool,
    seen: Callable[[SourceSample], None],
) -> list[SourceSample]:
    async with services.fetcher(alone=True) as fetcher:
        return await sample_sources(
            sources,
            fetcher,
            services.zone,
            hosts=services.settings.fetch.concurrency,
            seen=seen,
            pages=lambda source: pages or source.full_text,
        )


def _line_to_mend(text: str, source_id: str, finding: Finding) -> str:
    """Return the line of a catalogue's text, and what to write there."""
    header = find_source_line(text, source_id)
    line = find_source_line(text, source_id, finding.key)
    return f"{line}: add {finding.mend}" if line == header else f"{line}: {finding.mend}"


def _say_findings(found: Sequence[Checkup], path: Path, *, brief: bool) -> None:
    screen = console()
    text = path.read_text(encoding="utf-8")
    for one in found:
        source = one.look.source
        head = Text.assemble(
            (f"{one.grade:<6} {source.id}", _STYLES[one.grade]), f"  {_summary(one)}"
        )
        screen.print(head)
        for finding in one.findings:
            if brief and finding.grade == "note":
                continue
            screen.print(
                Padding(
                    Text(finding.words, style=_STYLES[finding.grade]), (0, 0, 0, 7), expand=False
                )
            )
            if finding.mend:
                where = _line_to_mend(text, source.id, finding)
                screen.print(f"         {path}:{where}", markup=False, soft_wrap=True)
    counts = [
        f"{sum(one.grade == grade for one in found)} {grade}"
        for grade in ("right", "look", "wrong")
    ]
    screen.print(f"{len(found)} sources: {', '.join(counts)}")
    if all(one.look.outcome is Outcome.CONNECTION for one in found):
        complain(
            "none could be connected to: is this machine on the net, or `fetch.proxy` missing?"
        )


def _summary(one: Checkup) -> str:
    if not one.items:
        return one.look.outcome.value
    languages = " ".join(f"{tag}:{count}" for tag, count in one.languages.items())
    newest = f", newest {one.newest:%Y-%m-%d %H:%M} UTC" if one.newest else ""
    paused = ", paused" if one.look.source.paused else ""
    return f"{one.items} items, {languages}, {one.dated} dated, {one.full} in full{newest}{paused}"
