"""
How a command ends when it is asked to: by SIGTERM, by SIGINT (Ctrl-C), or with its terminal.

Python dies of SIGTERM on the spot, without leaving its blocks: a private server would stay behind.
So from its first instant to its last, a command takes such a signal as an exception of its main
thread, and leaves every block. An exception can be lost, though: Python drops one that comes while
it runs a ``__del__`` or the callback of a weak reference, as clients of stores and brokers have
many; and one that comes while a class is made, in an import, becomes another, which is taken for a
failure. So that the end was asked for is noted too, and what loops for ever looks at it. Nothing is
printed of one that was dropped: Python would show a traceback to who asked for no more than an end.
"""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "StoppedError",
    "die_on_interrupt",
    "end_on_signals",
    "find_code",
    "hold_signals",
    "is_end_asked",
    "run_until_stopped",
]

_NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

# Signals that came, and not an Event: its lock may be held by the very thread that a signal stops.
_came: list[int] = []


class StoppedError(SystemExit):
    """The command was asked to end; its code is what a shell makes of the signal."""


def die_on_interrupt() -> None:
    """
    Let Ctrl-C end the process without a word, as long as nothing is open that must be left.

    For the imports of a command: Python would show where in them it was.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def is_end_asked() -> bool:
    """Return whether this process was asked to end."""
    return bool(_came)


def find_code() -> int:
    """Return the exit code of a process that was asked to end, as a shell makes it."""
    return 128 + _came[0]


@contextmanager
def end_on_signals() -> Iterator[None]:
    """
    Raise where the main thread stands when the process is asked to end, as long as the block lasts.

    KeyboardInterrupt for Ctrl-C, StoppedError for the others. What is ignored stays ignored, as
    under nohup.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _came.clear()
    heeded = [number for number in _NUMBERS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, _leave) for number in heeded}
    tell = sys.unraisablehook
    sys.unraisablehook = lambda dropped: None if _is_request(dropped) else tell(dropped)
    try:
        yield
    finally:
        sys.unraisablehook = tell
        for number, handler in before.items():
            signal.signal(number, handler)


def _is_request(dropped: sys.UnraisableHookArgs) -> bool:
    return is_end_asked() and issubclass(dropped.exc_type, StoppedError | KeyboardInterrupt)


def _leave(number: int, _frame: object) -> None:
    # Nothing is logged or printed here: the signal may have come in the middle of a line.
    _came.append(number)
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    raise StoppedError(128 + number)


@contextmanager
def run_until_stopped() -> Iterator[None]:
    """
    Run what only ends when it is asked to; so that is no failure.

    Raises:
        StoppedError: It was asked before, and that was lost in an import.
    """
    if _came:
        raise StoppedError(find_code())
    try:
        yield
    except (StoppedError, KeyboardInterrupt):
        return
    except Exception:
        # It came in an import, and became another exception.
        if not is_end_asked():
            raise


@contextmanager
def hold_signals() -> Iterator[None]:
    """
    Keep signals to end until the block is left, for what must not be done by halves.

    The block has an end of its own, in seconds.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[int] = []
    before = {
        number: signal.signal(number, lambda which, _: held.append(which))
        for number in _NUMBERS
        if signal.getsignal(number) is _leave
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if held:
            signal.raise_signal(held[0])
