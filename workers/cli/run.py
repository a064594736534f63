"""``tilshi run``: one pass over the due sources, then the digest."""

from __future__ import annotations

import time
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

from aggregator.models import Digest, Stage
from aggregator.operations.stage_words import STAGE_WORDS
from aggregator.polling.schedule import GOOD_OUTCOMES
from workers.bootstrap import Runtime, open_runtime, run_worker_processes
from workers.cli.config import find_config_file, keep_files_private, load_for_command
from workers.cli.exits import Exit
from workers.cli.output import complain, console, print_json, progress_console, table
from workers.cli.store_findings import find_store_findings
from workers.links import require_broker
from workers.run_once import NotFinishedError, RunAccount, run_once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["exit_when_late", "print_account", "run", "run_and_wait", "show_progress"]


def _show_nothing(_left: dict[Stage, int], _unpolled: int) -> None:
    """Show nothing."""


@contextmanager
def show_progress(
    sources: int, *, wanted: bool
) -> Iterator[Callable[[dict[Stage, int], int], None]]:
    """
    Give a function that shows how a pass stands; it shows nothing where nobody watches.

    Args:
        sources: Number of sources that may be polled.
        wanted: Show anything at all.
    """
    screen = progress_console() if wanted else None
    if screen is None:
        yield _show_nothing
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<34}"),
        BarColumn(),
        TextColumn("{task.fields[left]}"),
    )
    with Progress(*columns, console=screen, transient=True) as bars:
        bar = bars.add_task("polling sources", total=sources, left="")

        def show(left: dict[Stage, int], unpolled: int) -> None:
            waiting = ", ".join(f"{count} {STAGE_WORDS[stage]}" for stage, count in left.items())
            doing = "reading and translating" if left else "composing"
            if unpolled:
                doing = "polling sources"
            bars.update(
                bar,
                completed=max(sources - unpolled, 0),
                description=doing,
                left=waiting,
            )

        yield show


def run_and_wait(
    runtime: Runtime,
    *,
    everything: bool,
    timeout: timedelta,
    show: bool,
) -> RunAccount:
    """
    Do one pass with whatever workers there are.

    Raises:
        NotFinishedError: It took longer than ``timeout``.
    """
    services = runtime.services
    now = services.clock.now()
    sources = sum(not source.paused for source in services.sources.values())
    with show_progress(sources, wanted=show) as shown:
        return run_once(
            services,
            run_id=f"{now:%Y-%m-%dT%H:%M:%S}-{uuid4().hex[:6]}",
            everything=everything,
            deadline=now + timeout,
            pause=time.sleep,
            progress=shown,
        )


@contextmanager
def exit_when_late() -> Iterator[None]:
    """End the command with a message and its own exit code when a pass is not finished in time."""
    try:
        yield
    except NotFinishedError as error:
        complain(str(error))
        raise typer.Exit(Exit.NOT_FINISHED) from error


def print_account(account: RunAccount) -> None:
    """Print a run's account for people: sources with trouble by name, the rest in sums."""
    screen = console()
    totals = account.totals
    troubled = [report for report in account.reports if report.outcome not in GOOD_OUTCOMES]
    if troubled:
        rows = [(report.source_id, report.outcome, report.detail) for report in troubled]
        screen.print(table(("source", "outcome", "what happened"), rows))
        screen.print()
    names = ("polled", "fetched", "not_modified", "failed", "new", "updated", "known", "stale")
    screen.print("sources   " + _sum_line(totals, names[:4]))
    if account.elsewhere:
        screen.print(
            f"          {len(account.elsewhere)} polled by another run meanwhile, or paused"
        )
    screen.print("articles  " + _sum_line(totals, names[4:]))
    if account.reasons:
        screen.print("not new   " + _list_reasons(account.reasons))
    if any(account.pages):
        screen.print(
            f"pages     {account.pages[0]} read in full, {account.pages[1]} told from the teaser"
        )
    if account.segments:
        share = account.remembered / account.segments
        screen.print(
            f"segments  {account.segments} to translate, {account.remembered} known before "
            f"({share:.0%})"
        )
    if not account.digests:
        screen.print("digests   nothing new to tell")
    for digest in account.digests:
        screen.print(f"digest    {_describe_digest(digest)}")


def _list_reasons(reasons: dict[str, int]) -> str:
    return ", ".join([f"{count} {reason}" for reason, count in reasons.items()])


def _sum_line(totals: dict[str, int], names: tuple[str, ...]) -> str:
    return ", ".join(f"{totals[name]} {name.replace('_', ' ')}" for name in names)


def _describe_digest(digest: Digest) -> str:
    made = digest.account
    state = "closed" if digest.closed else "open"
    return (
        f"{digest.day} {digest.edition} ({state}): {made.articles} articles, {made.merged} of them "
        f"behind another report ({made.duplicates} copies), make {made.stories} stories: "
        f"{made.translated} with a headline translated, {made.written} written in English, "
        f"{made.original} in the original"
    )


def run(
    context: typer.Context,
    everything: Annotated[
        bool, typer.Option("--all", help="Poll every source, due or not.")
    ] = False,
    json: Annotated[
        bool, typer.Option("--json", help="Print the account as JSON, without progress.")
    ] = False,
    workers: Annotated[
        bool,
        typer.Option(
            "--workers/--no-workers", help="Bring workers along, or use those that run elsewhere."
        ),
    ] = True,
    timeout_minutes: Annotated[
        int,
        typer.Option(
            "--timeout",
            metavar="MINUTES",
            min=1,
            help="Give up after.",
        ),
    ] = 60,
) -> None:
    """
    Poll the due sources once, then make the digest.

    Prints what came of every source and every article. Exit code 3 if no source could be polled, 4
    if time ran out.

    Example: `tilshi run --all --json > account.json`
    """
    loaded = load_for_command(context)
    keep_files_private(loaded)
    file = find_config_file(context)
    timeout = timedelta(minutes=timeout_minutes)
    with exit_when_late(), open_runtime(loaded) as runtime:
        require_broker(runtime.loaded.settings)
        for text in find_store_findings(runtime.services):
            complain(f"warning: {text}")
        if workers:
            with run_worker_processes(
                runtime,
                file,
                beat=False,
                log_folder=loaded.settings.data.folder / "logs",
            ):
                account = run_and_wait(
                    runtime,
                    everything=everything,
                    timeout=timeout,
                    show=not json,
                )
        else:
            account = run_and_wait(
                runtime,
                everything=everything,
                timeout=timeout,
                show=not json,
            )
    if json:
        print_json(account.as_json())
    else:
        print_account(account)
    outcomes = [report.outcome for report in account.reports]
    if outcomes and all(outcome not in GOOD_OUTCOMES for outcome in outcomes):
        raise typer.Exit(Exit.NO_SOURCE)
