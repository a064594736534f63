"""``tilshi read``: a digest story by story in the terminal."""

from __future__ import annotations

import os
import select
import signal
import sys
import termios
import tty
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING

import typer

from aggregator.digest.reader import (
    ReadingPlace,
    draw_screen,
    list_stories,
    resize_place,
    settle_place,
    step_place,
)
from aggregator.digest.select import narrow_digest
from aggregator.digest.whole import name_whole_article
from workers.bootstrap import open_runtime
from workers.cli.config import load_for_command
from workers.cli.digest import DayOption, EditionOption, Format, choose_digest, render_digest
from workers.cli.exits import Exit
from workers.cli.narrow import LanguageOption, OutletOption, TopicOption
from workers.cli.output import complain, console, print_drawn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aggregator.models import Digest, WholeArticle
    from aggregator.store.redis import Store

__all__ = ["read", "turn_pages"]

# The terminal's other page, so that what stood there before comes back; its cursor is hidden
# meanwhile.
_ENTER = "\x1b[?1049h\x1b[?25l"
_LEAVE = "\x1b[?25h\x1b[?1049l"
_CLEAR = "\x1b[2J\x1b[H"
_RESIZED = ""  # where a key is expected: none was pressed, and the page has to be drawn anew


def read(
    context: typer.Context,
    day: DayOption = None,
    outlet: OutletOption = None,
    topic: TopicOption = None,
    language: LanguageOption = None,
    edition: EditionOption = "daily",
) -> None:
    """
    Read a digest story by story: space and b turn pages, o shows the original, q leaves.

    w shows the whole article in English where it is there (`tilshi whole` makes it). In a pipe, or
    where the terminal cannot turn pages, it is plain text.

    Example: `tilshi read --topic sport`
    """
    with open_runtime(load_for_command(context)) as runtime:
        whole = choose_digest(runtime.services, day, edition)
        articles = _load_wholes(runtime.services.store, whole)
    digest = narrow_digest(whole, outlet=outlet, topic=topic, language=language)
    if (whole.stories or whole.corrections) and not (digest.stories or digest.corrections):
        asked = {"--outlet": outlet, "--topic": topic, "--language": language}
        chosen = " ".join(f"{name} {value}" for name, value in asked.items() if value)
        complain(f"{chosen}: no story of {whole.day} is left of {len(whole.stories)}")
        raise typer.Exit(Exit.FAILED)
    if sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb":
        turn_pages(digest, articles)
    else:
        print_drawn(render_digest(digest, Format.TEXT))


def _load_wholes(store: Store, digest: Digest) -> dict[str, WholeArticle]:
    """Return the whole articles that are in English, by story id."""
    ids = {story.id: name_whole_article(story.best) for story in digest.stories}
    known = store.wholes.load(ids.values())
    return {
        story_id: known[whole_id]
        for story_id, whole_id in ids.items()
        if whole_id in known and known[whole_id].finished
    }


def turn_pages(digest: Digest, wholes: Mapping[str, WholeArticle] = MappingProxyType({})) -> None:
    """
    Turn pages until the reader leaves; draws anew when the terminal changes its size.

    Args:
        wholes: Whole articles in English, by story id.
    """
    place = ReadingPlace()
    size = os.get_terminal_size()
    stories = len(list_stories(digest)) + len(digest.corrections)
    color = not console().no_color

    def draw() -> None:
        drawn = draw_screen(
            digest,
            place,
            width=size.columns,
            height=size.lines,
            color=color,
            wholes=wholes,
        )
        sys.stdout.write(_CLEAR + drawn)
        sys.stdout.flush()

    terminal = sys.stdin.fileno()
    ways = termios.tcgetattr(terminal)
    # For as long as pages are turned: what is typed while one is drawn is a key too, and is not
    # shown.
    tty.setcbreak(terminal)
    sys.stdout.write(_ENTER)
    try:
        with _watch_resizes() as resized:
            draw()
            for key in _read_keys(terminal, resized):
                before, size = size, os.get_terminal_size()
                if size != before:
                    place = resize_place(
                        digest,
                        place,
                        old_width=before.columns,
                        width=size.columns,
                        height=size.lines,
                        wholes=wholes,
                    )
                if key != _RESIZED:
                    place = settle_place(
                        digest,
                        step_place(place, key, stories),
                        width=size.columns,
                        height=size.lines,
                        wholes=wholes,
                    )
                if place.left:
                    break
                draw()
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, ways)
        sys.stdout.write(_LEAVE)
        sys.stdout.flush()


@contextmanager
def _watch_resizes() -> Iterator[int]:
    """
    Give a descriptor that has something to read once the terminal has changed its size.

    Nothing is drawn when the signal comes: it may come while a page is drawn, and output cannot be
    entered twice.
    """
    reading_end, writing_end = os.pipe()
    os.set_blocking(writing_end, False)
    before = signal.signal(signal.SIGWINCH, lambda *_: None)
    # The system's own handler writes to it, so that no change is missed before a wait.
    other = signal.set_wakeup_fd(writing_end, warn_on_full_buffer=False)
    try:
        yield reading_end
    finally:
        signal.set_wakeup_fd(other)
        signal.signal(signal.SIGWINCH, before)
        os.close(reading_end)
        os.close(writing_end)


def _read_keys(terminal: int, resized: int) -> Iterator[str]:
    """
    Yield keys until the terminal ends, and ``_RESIZED`` between them.

    A key may send a sequence of characters.
    """
    try:
        while True:
            ready, _, _ = select.select([terminal, resized], [], [])
            if resized in ready:
                os.read(resized, 4096)
                yield _RESIZED
            if terminal in ready:
                typed = os.read(terminal, 64).decode(errors="replace")
                if not typed:
                    return
                yield from [typed] if typed.startswith("\x1b") else typed
    except (KeyboardInterrupt, OSError):
        return
