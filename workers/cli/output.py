"""How the command speaks: to people in colour, to pipes in plain text, to machines in JSON."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from aggregator.urls.secrets import hide_logins

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console
    from rich.table import Table

__all__ = ["complain", "console", "print_json", "progress_console", "table"]

_PIPE_WIDTH = 120


def console() -> Console:
    """Return the console of standard output; rich itself heeds NO_COLOR, and what a pipe is."""
    # Imported where something is drawn; what machines read, JSON and one line, needs none of it.
    from rich.console import Console  # noqa: PLC0415

    return Console(
        soft_wrap=False,
        highlight=False,
        width=None if sys.stdout.isatty() else _PIPE_WIDTH,
    )


def progress_console() -> Console | None:
    """Return the console of standard error for progress; None where nobody watches."""
    if not sys.stderr.isatty():
        return None
    from rich.console import Console  # noqa: PLC0415  (as above)

    return Console(stderr=True, highlight=False)


def complain(message: str) -> None:
    """Print an error for people."""
    from rich.console import Console  # noqa: PLC0415  (as above)

    screen = Console(
        stderr=True,
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    screen.print(f"tilshi: {hide_logins(message)}")


def print_json(value: Any) -> None:
    """Print one JSON document."""
    text = json.dumps(
        value,
        ensure_ascii=False,
        indent=2,
        default=str,
    )
    sys.stdout.write(f"{text}\n")


def table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[str] = ()
) -> Table:
    """
    Make a table of plain cells.

    Args:
        columns: Headings, from left to right.
        rows: Cells; anything is shown as text, markup in it is not obeyed.
        right: Headings of columns of numbers.
    """
    from rich.table import Table  # noqa: PLC0415  (as above)

    drawn = Table(
        box=None,
        pad_edge=False,
        header_style="bold",
    )
    for column in columns:
        drawn.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*(_escape_cell(cell) for cell in row))
    return drawn


def _escape_cell(cell: object) -> str:
    from rich.markup import escape  # noqa: PLC0415  (as above)

    return escape("" if cell is None else str(cell))
