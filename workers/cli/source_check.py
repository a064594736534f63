"""``tilshi source check``: sources looked at, with the line to mend."""

from __future__ import annotations

import asyncio
from collections import Counter
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
from aggregator.sources.report import write_json, write_report
from aggregator.toml.files import read_owner_text
from workers import __version__
from workers.cli.config import load_for_command
from workers.cli.exits import Exit
from workers.cli.options import AsJson
from workers.cli.output import complain, console, print_json_text, progress_console, writing
from workers.cli.source_catalog import (
    choose_sources,
    complete_source,
    find_sources_file,
    make_services,
)
from workers.fetchers import open_fetcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from aggregator.models import Source
    from aggregator.sources.check import Checkup, Finding
    from aggregator.sources.sample import SourceSample
    from workers.services import Services

__all__ = ["check"]

# Below the source's id.
_INDENT = (0, 0, 0, 7)
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
    be read, or none is polled.

    Example: `tilshi source check --all --report report.md`
    """
    _refuse_other_reports(report)
    loaded = load_for_command(context)
    sources = choose_sources(loaded.catalog, ids, everything=everything)
    _refuse_to_check_none(sources, find_sources_file(loaded))
    services = make_services(loaded)
    with _show_progress(len(sources), wanted=not json) as seen:
        sampling = _sample(
            services,
            sources,
            pages=pages,
            seen=seen,
        )
        samples = asyncio.run(sampling)
    now = services.clock.now()
    editorial_now = services.now(services.as_of)
    checkups = [check_source(sample, editorial_now) for sample in samples]
    if report:
        _write_report(report, checkups, now)
    if json:
        print_json_text(write_json(checkups, now, __version__))
    else:
        brief = len(checkups) > 1 and not ids
        _print_checkups(checkups, find_sources_file(loaded), brief=brief)
        if report:
            console().print(f"written: {report}", markup=False)
    polled = [checkup for checkup in checkups if not checkup.look.source.paused]
    _exit_unless_right(checkups if ids else polled, checkups)


def _refuse_other_reports(file: Path | None) -> None:
    if file and file.suffix not in {".md", ".json"}:
        complain(f"--report {file}: expected a name that ends in .md or .json")
        raise typer.Exit(Exit.USAGE)


def _refuse_to_check_none(sources: list[Source], path: Path) -> None:
    if not sources:
        complain(f"{path}: no source is polled, all are paused; `--all` looks at paused ones too")
        raise typer.Exit(Exit.NO_SOURCE)


def _write_report(file: Path, checkups: list[Checkup], now: datetime) -> None:
    render_report = write_report if file.suffix == ".md" else write_json
    with writing("--report", file):
        file.write_text(render_report(checkups, now, __version__), encoding="utf-8")


def _exit_unless_right(judged: list[Checkup], checkups: list[Checkup]) -> None:
    if all(checkup.look.outcome not in GOOD_OUTCOMES for checkup in checkups):
        raise typer.Exit(Exit.NO_SOURCE)
    if any(checkup.grade == "wrong" for checkup in judged):
        raise typer.Exit(Exit.FAILED)


@contextmanager
def _show_progress(count: int, *, wanted: bool) -> Iterator[Callable[[SourceSample], None]]:
    """Give what is called with each sample; nothing is drawn where nobody watches."""
    screen = progress_console() if wanted else None
    if screen is None:
        yield lambda _sample: None
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
        yield lambda sample: bars.update(bar, advance=1, last=sample.source.id)


async def _sample(
    services: Services,
    sources: list[Source],
    *,
    pages: bool,
    seen: Callable[[SourceSample], None],
) -> list[SourceSample]:
    async with open_fetcher(services, alone=True) as fetcher:
        return await sample_sources(
            sources,
            fetcher,
            services.zone,
            hosts=services.settings.fetch.concurrency,
            seen=seen,
            pages=lambda source: pages or source.full_text,
        )


def _describe_mend(text: str, source_id: str, finding: Finding) -> str:
    """Return the line of a catalogue's text, and what to write there."""
    header = find_source_line(text, source_id)
    line = find_source_line(text, source_id, finding.key)
    return f"{line}: add {finding.mend}" if line == header else f"{line}: {finding.mend}"


def _print_checkups(checkups: Sequence[Checkup], path: Path, *, brief: bool) -> None:
    screen = console()
    text = read_owner_text(path, "sources.file")
    for checkup in checkups:
        source_id = checkup.look.source.id
        grade = (f"{checkup.grade:<6} {source_id}", _STYLES[checkup.grade])
        screen.print(Text.assemble(grade, f"  {_summarize(checkup)}"))
        for finding in checkup.findings:
            if brief and finding.grade == "note":
                continue
            words = Text(finding.words, style=_STYLES[finding.grade])
            screen.print(Padding(words, _INDENT, expand=False))
            if finding.mend:
                where = _describe_mend(text, source_id, finding)
                screen.print(f"         {path}:{where}", markup=False, soft_wrap=True)
    grades = Counter(checkup.grade for checkup in checkups)
    counts = [f"{grades[grade]} {grade}" for grade in ("right", "look", "wrong")]
    screen.print(f"{len(checkups)} sources: {', '.join(counts)}")
    if all(checkup.look.outcome is Outcome.CONNECTION for checkup in checkups):
        complain(
            "none could be connected to: is this machine on the net, or `fetch.proxy` missing?"
        )


def _summarize(checkup: Checkup) -> str:
    source = checkup.look.source
    if not checkup.items:
        return checkup.look.outcome.value
    languages = " ".join(f"{tag}:{count}" for tag, count in checkup.languages.items())
    facts = [
        f"{checkup.items} items",
        languages,
        f"{checkup.dated} dated",
        f"{checkup.full} in full",
    ]
    if checkup.newest:
        facts.append(f"newest {checkup.newest:%Y-%m-%d %H:%M} UTC")
    if source.paused:
        facts.append("paused")
    return ", ".join(facts)
