"""The command's root: options that every command shares, and exit codes."""

from __future__ import annotations

import os
from enum import IntEnum
from pathlib import Path
from typing import Annotated

import typer

from workers import __version__
from workers.logs import configure
from workers.office import Plan, read_plan, secrets_of

__all__ = ["Exit", "app", "config_file", "plan_of", "source_app"]

_DEFAULT_FILE = Path("tilshi.toml")

app = typer.Typer(
    name="tilshi",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="An English daily digest of what Kazakhstan's press writes in Kazakh and Russian, made on your own machine.",
    epilog="Start with `tilshi demo`. With no store configured, everything runs in a private server of its own.",
)

source_app = typer.Typer(
    no_args_is_help=True,
    help="Sources: add, check, preview, record, import, export, steer.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(source_app, name="source")


class Exit(IntEnum):
    """Exit codes."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NO_SOURCE = 3
    NOT_FINISHED = 4


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tilshi {__version__}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config", "-c", metavar="FILE", help="Settings file. Default: ./tilshi.toml if it exists.", exists=True
        ),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Keep the settings file for the command that follows."""
    del version
    context.obj = config or (_DEFAULT_FILE if _DEFAULT_FILE.exists() else None)


def config_file(context: typer.Context) -> Path | None:
    """Return the settings file in use, absolute; None if there is none."""
    return context.obj.resolve() if context.obj else None


def plan_of(context: typer.Context, *, quiet: bool = True, beginning: bool = False) -> Plan:
    """
    Read settings, sources and editions for a command, and set up logs.

    Args:
        context: Of the command.
        beginning: The catalogue may not be there yet; for commands that add to it.
        quiet: Only warnings are logged unless the user asked for a level; for commands that people read.

    Raises:
        ConfigError: Lists every fault.
    """
    plan = read_plan(os.environ, config_file(context), beginning=beginning)
    asked = "TILSHI_LOG_LEVEL" in os.environ or not quiet
    level = plan.settings.log.level if asked else "error"
    configure(level, plan.settings.log.format, secrets_of(plan, os.environ))
    return plan
