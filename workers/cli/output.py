"""
How the command speaks: to people in colour, to pipes in plain text, to machines in JSON.

All that it says goes through here, and through ``aggregator.printable``: most of it holds words of
strangers.
"""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from aggregator.printable import escape_json, make_printable
from aggregator.urls.secrets import hide_logins
from workers.cli.exits import Exit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

__all__ = [
    "complain",
    "console",
    "print_document",
    "print_drawn",
    "print_file",
    "print_json",
    "print_json_text",
    "progress_console",
    "say",
    "table",
    "writing",
]

_PIPE_WIDTH = 120


def console() -> Console:
    """Return the console of standard output; rich itself heeds NO_COLOR, and what a pipe is."""
    # Imported where something is drawn; what machines read, JSON and one line, needs none of it.
    from aggregator.digest.terminal import SafeConsole  # noqa: PLC0415

    return SafeConsole(
        soft_wrap=False,
        width=None if sys.stdout.isatty() else _PIPE_WIDTH,
    )


def progress_console() -> Console | None:
    """Return the console of standard error for progress; None where nobody watches."""
    if not sys.stderr.isatty():
        return None
    from aggregator.digest.terminal import SafeConsole  # noqa: PLC0415  (as above)

    return SafeConsole(stderr=True)


def complain(message: str) -> None:
    """Print an error for people."""
    from aggregator.digest.terminal import SafeConsole  # noqa: PLC0415  (as above)

    screen = SafeConsole(
        stderr=True,
        soft_wrap=True,
    )
    screen.print(f"tilshi: {hide_logins(message)}")


@contextmanager
def writing(option: str, path: Path) -> Iterator[None]:
    """End the command, saying what is expected, where what an option names cannot be written."""
    try:
        yield
    except OSError as error:
        import typer  # noqa: PLC0415  (as above)

        complain(f"{option} {path}: expected a place that can be written to ({error.strerror})")
        raise typer.Exit(Exit.USAGE) from error


def say(text: str) -> None:
    """Print a line, or lines, as they are: not wrapped, in no colour."""
    sys.stdout.write(f"{make_printable(text)}\n")


def print_json(value: Any) -> None:
    """Print one JSON document."""
    text = json.dumps(
        value,
        ensure_ascii=False,
        indent=2,
        default=str,
    )
    print_json_text(text)


def print_json_text(text: str) -> None:
    """Print a JSON document that is written already; a line break is added if it has none."""
    sys.stdout.write(f"{escape_json(text.rstrip())}\n")


def print_document(text: str) -> None:
    """Print a document that people and programs read; a line break is added if it has none."""
    say(text.removesuffix("\n"))


def print_file(text: str) -> None:
    """Print a file of the owner's: to a pipe as it is, so that it may be kept."""
    sys.stdout.write(make_printable(text) if sys.stdout.isatty() else text)


def print_drawn(text: str) -> None:
    """Print what ``digest.terminal`` drew, colours and links with it; its texts are safe."""
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")


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
        drawn.add_row(*map(_write_cell, row))
    return drawn


def _write_cell(cell: object) -> Text:
    from rich.text import Text  # noqa: PLC0415  (as above)

    return Text("" if cell is None else str(cell))
