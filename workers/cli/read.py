"""``tilshi read``: a digest story by story in the terminal."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import typer
from click import getchar

from aggregator.digest.reader import Place, screen, step, told
from workers.cli.app import app
from workers.cli.digest import DayOption, EditionOption, Format, find_digest, rendered
from workers.cli.output import console

if TYPE_CHECKING:
    from aggregator.models import Digest

__all__ = ["read"]

# The terminal's other page, so that what stood there before comes back; its cursor is hidden meanwhile.
_ENTER, _LEAVE, _CLEAR = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l", "\x1b[2J\x1b[H"


@app.command()
def read(
    context: typer.Context,
    day: DayOption = None,
    edition: EditionOption = "daily",
) -> None:
    """
    Read a digest story by story: space and b turn pages, o shows the original, q leaves.

    In a pipe, or where the terminal cannot turn pages, it is plain text.

    Example: `tilshi read --edition state`
    """
    found = find_digest(context, day, edition)
    if sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb":
        _turn_pages(found)
    else:
        sys.stdout.write(rendered(found, Format.TEXT))


def _turn_pages(found: Digest) -> None:
    place, stories = Place(), len(told(found)) + len(found.corrections)
    color = not console().no_color
    sys.stdout.write(_ENTER)
    try:
        while not place.left:
            size = os.get_terminal_size()
            drawn = screen(found, place, width=size.columns, height=size.lines, color=color)
            sys.stdout.write(_CLEAR + drawn)
            sys.stdout.flush()
            place = step(place, _key(), stories)
    finally:
        sys.stdout.write(_LEAVE)
        sys.stdout.flush()


def _key() -> str:
    try:
        return getchar()
    except (KeyboardInterrupt, EOFError):
        return "q"
