"""``tilshi read``: a digest story by story in the terminal."""

from __future__ import annotations

import os
import signal
import sys
import termios
import tty
from typing import TYPE_CHECKING

import typer

from aggregator.digest.reader import Place, draw_screen, list_stories, settle_place, step_place
from workers.cli.digest import DayOption, EditionOption, Format, find_digest, rendered
from workers.cli.output import console

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aggregator.models import Digest

__all__ = ["read", "turn_pages"]

# The terminal's other page, so that what stood there before comes back; its cursor is hidden meanwhile.
_ENTER, _LEAVE, _CLEAR = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l", "\x1b[2J\x1b[H"


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
        turn_pages(found)
    else:
        sys.stdout.write(rendered(found, Format.TEXT))


def turn_pages(found: Digest) -> None:
    """Turn pages until the reader leaves; draws anew when the terminal changes its size."""
    place, stories = Place(), len(list_stories(found)) + len(found.corrections)
    color = not console().no_color

    def draw(*_: object) -> None:
        size = os.get_terminal_size()
        drawn = draw_screen(found, place, width=size.columns, height=size.lines, color=color)
        sys.stdout.write(_CLEAR + drawn)
        sys.stdout.flush()

    terminal = sys.stdin.fileno()
    ways = termios.tcgetattr(terminal)
    # For as long as pages are turned: what is typed while one is drawn is a key too, and is not shown.
    tty.setcbreak(terminal)
    sys.stdout.write(_ENTER)
    # The wait for a key goes on by itself after a signal (PEP 475).
    before = signal.signal(signal.SIGWINCH, draw)
    try:
        draw()
        for key in _keys(terminal):
            size = os.get_terminal_size()
            place = settle_place(found, step_place(place, key, stories), width=size.columns, height=size.lines)
            if place.left:
                break
            draw()
    finally:
        signal.signal(signal.SIGWINCH, before)
        termios.tcsetattr(terminal, termios.TCSADRAIN, ways)
        sys.stdout.write(_LEAVE)
        sys.stdout.flush()


def _keys(terminal: int) -> Iterator[str]:
    """Yield keys until the terminal ends; one that sends a sequence of characters is one key."""
    try:
        while typed := os.read(terminal, 64).decode(errors="replace"):
            yield from [typed] if typed.startswith("\x1b") else typed
    except (KeyboardInterrupt, OSError):
        return
