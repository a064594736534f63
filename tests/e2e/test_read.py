"""`tilshi read` in a real pseudo-terminal: keys, a change of size, and what is left behind."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from aggregator.web.archive import Archive
from tests.support.builders import digest

PROGRAM = """
import fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from pathlib import Path
from aggregator.web.archive import Archive
from workers.cli.read import turn_pages
archive = Archive(Path(sys.argv[1]))
turn_pages(archive.find_digest("daily", archive.list_days("daily")[0]))
"""
DEADLINE_S = 60


class Terminal:
    """A terminal of some size with the reader in it."""

    def __init__(self, archive, columns, lines, **environ):
        self.master, slave = pty.openpty()
        self.resize(columns, lines)
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, archive],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, "TERM": "xterm-256color", **environ},
            cwd=Path(__file__).parents[2],
            start_new_session=True,
        )
        os.close(slave)

    def resize(self, columns, lines):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def press(self, key):
        os.write(self.master, key.encode())

    def until(self, wanted):
        """Return what is drawn up to and with some words."""
        seen, end = "", time.monotonic() + DEADLINE_S
        while wanted not in seen:
            assert time.monotonic() < end, seen
            if select.select([self.master], [], [], 1)[0]:
                seen += os.read(self.master, 65536).decode(errors="replace")
        return seen

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.master)


@pytest.fixture
def terminal(tmp_path):
    archive = tmp_path / "archive.sqlite"
    Archive(archive).put(digest(3))
    opened = []

    def opens(columns, lines, **environ):
        opened.append(Terminal(archive, columns, lines, **environ))
        return opened[-1]

    yield opens
    for pages in opened:
        pages.close()


def test_keys_turn_pages_and_the_screen_comes_back(terminal):
    screen = terminal(80, 24)
    first = screen.until("leave: q")
    screen.press(" ")
    second = screen.until("leave: q")
    screen.press("o")
    original = screen.until("leave: q")
    screen.press("q")
    last = screen.until("\x1b[?1049l")

    assert "1 of 3" in first
    assert "\x1b[?1049h" in first
    assert "\x1b]8;" in first
    assert "2 of 3" in second
    assert "мектеп" in original
    assert "\x1b[?25h" in last
    assert screen.process.wait(timeout=DEADLINE_S) == 0


def test_a_change_of_size_draws_anew_without_a_key(terminal):
    screen = terminal(80, 24)
    screen.until("leave: q")
    screen.resize(36, 12)

    assert "1 of 3" in screen.until("leave q")


def test_a_size_that_changes_while_pages_are_drawn_ends_nothing(terminal):
    screen = terminal(80, 24)
    screen.until("leave: q")
    for number in range(40):
        screen.resize(60 + number, 20)
        screen.until("1 of 3")
    screen.resize(36, 12)

    assert "1 of 3" in screen.until("leave q")
    screen.press("q")
    screen.until("\x1b[?1049l")
    assert screen.process.wait(timeout=DEADLINE_S) == 0


def test_no_color_is_heeded(terminal):
    shown = terminal(80, 24, NO_COLOR="1").until("leave: q")

    assert "\x1b[36m" not in shown
    assert "\x1b[1m" not in shown
