"""``tilshi`` called in this process: the words, the exit code, and no second of starting."""

from __future__ import annotations

import io
import logging
import os
import signal
import subprocess
import sys
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING

import pytest

from tests.support.packages import share_models_folder
from workers.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["call_command", "make_environ"]


def make_environ() -> dict[str, str]:
    """
    Return variables for a process that a test starts, to which it adds settings.

    Those of whoever runs the tests are kept out. Packages are unpacked where other tests have
    unpacked them.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TILSHI_")}
    return kept | {"TILSHI_DATA_MODELS": share_models_folder()}


def call_command(
    *arguments: str, environ: Mapping[str, str], folder: Path
) -> subprocess.CompletedProcess[str]:
    """
    Call the command as a shell would, but for the process.

    Not for commands that change how signals are handled, or that run until they are stopped.

    Args:
        arguments: After ``tilshi``.
        environ: Settings; those of whoever runs the tests are kept out. Packages are unpacked where
            other tests have unpacked them, unless it names a place.
        folder: Where it is called.
    """
    said, complained = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, _logs_put_back(), _interrupts_put_back():
        for name in list(os.environ):
            if name.startswith("TILSHI_"):
                patch.delenv(name)
        settings = {"TILSHI_DATA_MODELS": share_models_folder(), **environ}
        for name, value in settings.items():
            patch.setenv(name, value)
        patch.chdir(folder)
        patch.setattr(sys, "argv", ["tilshi", *arguments])
        with redirect_stdout(said), redirect_stderr(complained):
            code = _exit_code()
    return subprocess.CompletedProcess(arguments, code, said.getvalue(), complained.getvalue())


def _exit_code() -> int:
    try:
        main()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0


@contextmanager
def _interrupts_put_back() -> Iterator[None]:
    """Let Ctrl-C end the tests as before."""
    before = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _logs_put_back() -> Iterator[None]:
    """Let a command set up its logs, and put back those of the tests."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
