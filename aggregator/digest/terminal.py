"""
Text drawn by rich, for a terminal or into a string.

What an outlet wrote obeys no markup and steers nothing: whatever is printed passes
``aggregator.printable`` on its way.
"""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.segment import Segment

from aggregator.printable import make_printable
from aggregator.text.typography import tidy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import ConsoleOptions, RenderableType

__all__ = ["SafeConsole", "make_canvas", "write_one_line"]


class SafeConsole(Console):
    """
    A console for texts of strangers: no markup, no highlighting, no control characters in texts.

    Rich itself takes out five of them, and leaves those that begin a sequence.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, highlight=False, emoji=False, **options)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Render what is printed; every text in it is made safe, and every link's address."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else _make_safe(segment)


def _make_safe(segment: Segment) -> Segment:
    text = make_printable(segment.text)
    style = segment.style
    if style and style.link and not style.link.isprintable():
        style = style.update_link(None)
    return segment if text is segment.text and style is segment.style else Segment(text, style)


def make_canvas(width: int, *, color: bool) -> tuple[Console, StringIO]:
    """
    Return a console and what it draws on.

    Args:
        width: Columns.
        color: With the terminal's colours and links.
    """
    out = StringIO()
    console = SafeConsole(
        file=out,
        width=width,
        force_terminal=color,
        color_system="standard" if color else None,
        no_color=not color,
    )
    return console, out


def write_one_line(text: str) -> str:
    """Return a text of an outlet's as one line: control characters would steer the terminal."""
    return tidy(text).replace("\n", " ")
