"""What most commands begin with: settings, sources and editions read, logs set up."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from workers.logs import configure
from workers.office import Plan, read_plan, secrets_of

__all__ = ["config_file", "plan_of"]


def config_file(context: typer.Context) -> Path | None:
    """Return the settings file in use, absolute; None if there is none."""
    return context.obj.resolve() if context.obj else None


def plan_of(context: typer.Context, *, quiet: bool = True, beginning: bool = False) -> Plan:
    """
    Read settings, sources and editions for a command, and set up logs.

    Args:
        context: Its ``obj`` is the settings file, or None.
        quiet: Only errors are logged unless the user asked for a level; for commands that people read.
        beginning: The catalogue may not be there yet; for commands that add to it.

    Raises:
        ConfigError: Lists every fault.
    """
    plan = read_plan(os.environ, config_file(context), beginning=beginning)
    asked = "TILSHI_LOG_LEVEL" in os.environ or not quiet
    level = plan.settings.log.level if asked else "error"
    configure(level, plan.settings.log.format, secrets_of(plan, os.environ))
    return plan
