"""What most commands begin with: settings, sources and editions read, logs set up."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from workers.loaded_config import LoadedConfig, collect_secrets, load_config
from workers.logs import configure

__all__ = ["find_config_file", "load_for_command"]


def find_config_file(context: typer.Context) -> Path | None:
    """Return the settings file in use, absolute; None if there is none."""
    return context.obj.resolve() if context.obj else None


def load_for_command(
    context: typer.Context,
    *,
    quiet: bool = True,
    beginning: bool = False,
    check: bool = True,
) -> LoadedConfig:
    """
    Read settings, sources and editions for a command, and set up logs.

    Args:
        context: Its ``obj`` is the settings file, or None.
        quiet: Only errors are logged unless the user asked for a level; for commands that people
            read.
        beginning: The catalogue may not be there yet; for commands that add to it.
        check: Read and check everything now; without it a file is read when it is first asked for.
            For commands that are asked often, or use little.

    Raises:
        ConfigError: Lists every fault.
    """
    loaded = load_config(
        os.environ,
        find_config_file(context),
        beginning=beginning,
        check=check,
    )
    asked = "TILSHI_LOG_LEVEL" in os.environ or not quiet
    level = loaded.settings.log.level if asked else "error"
    configure(level, loaded.settings.log.format, collect_secrets(loaded, os.environ))
    return loaded
