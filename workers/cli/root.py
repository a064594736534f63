"""The command's root: its commands by name, and the options that all of them share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workers.cli.lazy import CommandRow, LazyGroup

__all__ = ["DEMO_FILE", "Commands", "app"]

_DEFAULT_FILE = Path("tilshi.toml")
# What `tilshi demo` leaves; named here, as its own module takes half the program along.
DEMO_FILE = Path("tilshi-demo", "world", "tilshi.toml")


class Commands(LazyGroup):
    """All commands, in the order of the help."""

    rows = (
        CommandRow(
            "check-config",
            "check_config",
            "check_config",
            "Check settings, sources and editions, and show what is in force.",
        ),
        CommandRow("digest", "digest", "digest", "Print a digest, the newest by default."),
        CommandRow(
            "deliver",
            "deliver",
            "deliver",
            "Send what is due now. What was sent is never sent again.",
        ),
        CommandRow(
            "deliveries",
            "deliveries",
            "deliveries",
            "List what was sent lately and what went wrong.",
        ),
        CommandRow("run", "run", "run", "Poll the due sources once, then make the digest."),
        CommandRow(
            "demo",
            "demo",
            "demo",
            "Make a digest from bundled feeds, to see how everything works, without network or "
            "settings.",
        ),
        CommandRow(
            "backup",
            "backup",
            "backup",
            "Copy everything in the store into one file, also while everything runs.",
        ),
        CommandRow(
            "restore",
            "restore",
            "restore",
            "Put a backup into the store, wholly or not at all. Nothing may be at work on it.",
        ),
        CommandRow(
            "upgrade",
            "upgrade",
            "upgrade",
            "Bring what an older version stored into the form of this one. Nothing may be at work "
            "on it.",
        ),
        CommandRow(
            "read",
            "read",
            "read",
            "Read a digest story by story: space and b turn pages, o shows the original, q leaves.",
        ),
        CommandRow(
            "whole",
            "whole",
            "whole",
            "Read the whole article of a story in English beside the original, sentence by "
            "sentence.",
        ),
        CommandRow(
            "search",
            "search",
            "search",
            "Find stories by words, in any form and language, or by day, outlet, topic or "
            "language.",
        ),
        CommandRow(
            "serve",
            "serve",
            "serve",
            "Run everything here until stopped: scheduler, workers, page, and a private store if "
            "need be.",
        ),
        CommandRow("worker", "worker", "worker", "Run one worker for some queues until stopped."),
        CommandRow(
            "beat", "beat", "beat", "Run a scheduler until stopped. Any number may run at once."
        ),
        CommandRow(
            "health",
            "health",
            "health",
            "Exit with 0 if a queue's workers did real work lately, or if the page is served; "
            "else with 1.",
        ),
        CommandRow(
            "sources", "sources", "sources", "List the sources and what came of their last poll."
        ),
        CommandRow(
            "version", "version", "version", "Print the version of tilshi and of what it stands on."
        ),
        CommandRow(
            "status",
            "status",
            "status",
            "Say how things stand: alerts, queues, workers, sources, runs, dead letters, packages, "
            "memory.",
        ),
        CommandRow(
            "runs", "runs", "runs", "List the runs kept, or what came of every source in one."
        ),
        CommandRow(
            "letters",
            "letters",
            "letters",
            "List dead letters: articles that went on without a stage, deliveries that were given "
            "up.",
        ),
        CommandRow(
            "alerts", "alerts", "alerts", "List what is raised. Exit code 1 if anything is."
        ),
        CommandRow(
            "trace",
            "trace",
            "trace",
            "Tell the life of an article: source and run, text, story, translation, digests.",
        ),
        CommandRow(
            "web",
            "web",
            "web",
            "Serve the digest as pages, feeds and JSON until stopped. Read-only, but for the "
            "operator's page.",
        ),
        CommandRow(
            "site",
            "site",
            "site",
            "Write the whole archive as files that any web server can serve.",
        ),
        CommandRow("why", "why", "why", "Say what made or kept two articles from being one story."),
        CommandRow(
            "pin", "pin", "pin", "Rule that two articles are one story, whatever speaks against it."
        ),
        CommandRow(
            "split",
            "split",
            "split",
            "Rule that two articles are two stories, whatever speaks for one.",
        ),
        CommandRow("release", "release", "release", "Take back what was ruled of two articles."),
        CommandRow("rulings", "rulings", "rulings", "List what is ruled."),
        CommandRow(
            "source",
            "source",
            "source",
            "Sources: add, check, preview, record, import, export, steer.",
        ),
        CommandRow(
            "foundry",
            "foundry",
            "foundry",
            "Make a translation package, or an adapter: prepare, train, export, evaluate. Needs "
            "the extra `tilshi[foundry]`.",
        ),
        CommandRow(
            "packages",
            "packages",
            "packages",
            "Translation packages: list, install, verify, bench, remove, import.",
        ),
    )


app = typer.Typer(
    name="tilshi",
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="An English daily digest of what Kazakhstan's press writes in Kazakh and Russian, made "
    "on your own machine.",
    epilog="Start with `tilshi demo`. With no store configured, everything runs in a private "
    "server of its own.",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        # Imported here, as for the commands.
        from workers import __version__  # noqa: PLC0415
        from workers.cli.output import say  # noqa: PLC0415

        say(f"tilshi {__version__}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            "-c",
            metavar="FILE",
            help="Settings file. Default: ./tilshi.toml if it exists.",
            exists=True,
        ),
    ] = None,
    demo: Annotated[
        bool,
        typer.Option(
            "--demo", help="Work on what `tilshi demo` left here, in ./tilshi-demo/world."
        ),
    ] = False,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            help="Print the version and stop.",
        ),
    ] = False,
) -> None:
    """Keep the settings file for the command that follows."""
    del version
    if demo:
        if config is not None:
            raise typer.BadParameter("--demo and --config name two worlds, expected one of them")
        if not DEMO_FILE.is_file():
            raise typer.BadParameter(f"--demo: no {DEMO_FILE} here; `tilshi demo` makes it")
        config = DEMO_FILE
    context.obj = config or (_DEFAULT_FILE if _DEFAULT_FILE.exists() else None)
