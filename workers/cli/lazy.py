"""
Commands that are imported when they are asked for.

A group knows its commands from a table of names and summaries, so that help and completion need
none of them; what a command stands on is loaded with the command itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

__all__ = ["CommandRow", "LazyGroup", "load_command"]


@dataclass(frozen=True, slots=True)
class CommandRow:
    """
    A command that is not imported yet.

    Attributes:
        name: As it is typed.
        module: Its name, below ``workers.cli``.
        attribute: Of the module: the command's function, or the ``Typer`` of a group.
        summary: First paragraph of its help; a test holds it to the real one.
    """

    name: str
    module: str
    attribute: str
    summary: str


class LazyGroup(TyperGroup):
    """
    A group of the commands in ``rows``.

    Each takes the place of its summary when it is called.
    """

    rows: ClassVar[tuple[CommandRow, ...]] = ()

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for row in self.rows:
            self.add_command(TyperCommand(row.name, help=row.summary))
        self._unloaded = {row.name: row for row in self.rows}

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Load the command that is called, and nothing else; see ``TyperGroup``."""
        row = self._unloaded.pop(args[0], None)
        if row is not None:
            self.add_command(load_command(row))
        return super().resolve_command(ctx, args)


def load_command(row: CommandRow) -> Any:
    """Import a command and make of it what click calls."""
    module = import_module(f"workers.cli.{row.module}")
    command = getattr(module, row.attribute)
    holder = typer.Typer(rich_markup_mode="markdown", pretty_exceptions_enable=False)
    if isinstance(command, typer.Typer):
        holder.add_typer(command, name=row.name)
    else:
        holder.command(row.name)(command)
    return get_group(holder).commands[row.name]
