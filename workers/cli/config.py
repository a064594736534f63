"""What most commands begin with: settings, sources and editions read, logs set up."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from workers.cli.exits import Exit
from workers.cli.output import complain
from workers.loaded_config import LoadedConfig, collect_secrets, load_config
from workers.logs import configure
from workers.private_files import mend_modes

__all__ = ["find_config_file", "keep_files_private", "load_for_command", "require_store"]


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
    wanted = "TILSHI_LOG_LEVEL" in os.environ or not quiet
    level = loaded.settings.log.level if wanted else "error"
    configure(level, loaded.settings.log.format, collect_secrets(loaded, os.environ))
    return loaded


def keep_files_private(loaded: LoadedConfig) -> None:
    """
    Mend the modes of the data folder's files, and warn of what others can read all the same.

    For commands that run for long.
    """
    for warning in (*mend_modes(loaded.settings.data.folder), *loaded.list_open_secrets()):
        complain(f"warning: {warning}")


def require_store(loaded: LoadedConfig) -> None:
    """Stop the command unless a store is configured, for one that shares it with others."""
    if loaded.settings.store.url:
        return
    complain(
        "store.url (TILSHI_STORE_URL): expected the address of a store, because `worker` and "
        "`beat` share one; `tilshi serve` runs everything with a private server"
    )
    raise typer.Exit(Exit.USAGE)
