"""
Text drawn for a terminal by rich, into a string.

What an outlet wrote obeys no markup and steers nothing.
"""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from aggregator.text.typography import tidy

__all__ = ["make_canvas", "write_one_line"]


def make_canvas(width: int, *, color: bool) -> tuple[Console, StringIO]:
    """
    Return a console and what it draws on.

    Args:
        width: Columns.
        color: With the terminal's colours and links.
    """
    out = StringIO()
    console = Console(
        file=out,
        width=width,
        force_terminal=color,
        color_system="standard" if color else None,
        no_color=not color,
        highlight=False,
        markup=False,
        emoji=False,
    )
    return console, out


def write_one_line(text: str) -> str:
    """Return a text of an outlet's as one line: control characters would steer the terminal."""
    return tidy(text).replace("\n", " ")
