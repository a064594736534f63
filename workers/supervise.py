"""
Child processes kept running.

A child that dies is started again, after a pause that grows while it dies at once. Each child leads
a process group, and what is left of a group when its leader dies is killed: a pool process without
its worker would go on alone. Children die with us, however we end: the system kills them when the
thread that started them ends. So the watcher, which starts again those that died, outlives them
all, and no failure ends it: one that cannot be started now is tried again.
"""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from aggregator.errors import TilshiError
from workers.log_file import LogFile, LogPipe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

__all__ = ["ChildNotStartedError", "Supervisor", "die_with_parent"]

log = logging.getLogger(__name__)

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_CHECK_S = 0.1
_GRACE_S = 15.0  # a batch may finish
_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 30.0
_STEADY_S = 60.0  # a child that lived so long starts afresh without a pause

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent() -> None:
    """
    Ask the system to kill this process when its parent thread ends.

    Does nothing but on Linux.
    """
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class ChildNotStartedError(TilshiError):
    """The system has no room for a process that a command needs from its beginning."""

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(name, detail)
        self.name = name
        self.detail = detail

    def __str__(self) -> str:
        return (
            f"{self.name} cannot be started: {self.detail}; expected room for another process "
            "(ulimit -u and -n, free memory and disk say what is short)"
        )


@dataclass(slots=True)
class _Child:
    argv: Sequence[str]
    env: Mapping[str, str]
    out: LogPipe
    process: subprocess.Popen[bytes]
    started: float
    pause_s: float = 0.0
    due: float | None = field(default=None)

    def put_off(self, now: float, *, steady: bool = False) -> None:
        """Set when it is started again: after a longer pause than the last time, unless steady."""
        longer_s = max(_FIRST_PAUSE_S, self.pause_s * 2)
        self.pause_s = 0.0 if steady else min(longer_s, _LONGEST_PAUSE_S)
        self.due = now + self.pause_s


class Supervisor:
    """
    Starts named children, watches them, and stops them in the end; a context manager.

    It watches from a thread of its own.

    Args:
        log_folder: What a child prints goes to ``NAME.log`` there.
        grace_s: Seconds that children have to end by themselves when they are stopped.
        log_bytes: Of a log file, before another begins; see ``LogFile``.
        log_files: Of each child.
    """

    def __init__(
        self,
        log_folder: Path,
        *,
        grace_s: float = _GRACE_S,
        log_bytes: int = 10_000_000,
        log_files: int = 5,
    ) -> None:
        self._log_folder = log_folder
        self._log_bytes = log_bytes
        self._log_files = log_files
        self._grace_s = grace_s
        self._children: dict[str, _Child] = {}
        self._lock = threading.Lock()
        self._stopping = False
        self._over = threading.Event()
        self._watcher = threading.Thread(
            target=self._watch,
            name="supervisor",
            daemon=True,
        )

    def __enter__(self) -> Self:
        self._watcher.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self._stopping = True  # from here on nobody is started again
        self._stop_children()
        # Not before: what it started again would be killed with it, in the middle of a batch.
        self._over.set()
        self._watcher.join()

    def _stop_children(self) -> None:
        for child in self._children.values():
            _signal_group(child.process, signal.SIGTERM)
        deadline = time.monotonic() + self._grace_s
        for child in self._children.values():
            with suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, deadline - time.monotonic()))
            _signal_group(child.process, signal.SIGKILL)
            child.process.wait()
            child.out.close()

    def start(
        self,
        name: str,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
    ) -> None:
        """
        Start a child and keep it running from now on.

        Raises:
            ChildNotStartedError: The system refuses it, or its log.
        """
        path = self._log_folder / f"{name}.log"
        try:
            out = LogPipe(LogFile(path, self._log_bytes, self._log_files))
        except (OSError, RuntimeError) as error:  # the latter where there is no room for a thread
            detail = getattr(error, "strerror", None) or str(error)
            raise ChildNotStartedError(name, f"{path}: {detail}") from error
        with self._lock:
            try:
                process = _spawn(argv, env, out)
            except (OSError, subprocess.SubprocessError) as error:
                out.close()
                raise ChildNotStartedError(name, str(error)) from error
            self._children[name] = _Child(argv, env, out, process, time.monotonic())

    def pids(self) -> dict[str, int]:
        """Process ids of the children that live, by name."""
        with self._lock:
            return {
                name: child.process.pid
                for name, child in self._children.items()
                if child.process.poll() is None
            }

    def _watch(self) -> None:
        while not self._over.wait(_CHECK_S):
            with self._lock:
                self._revive_all()

    def _revive_all(self) -> None:
        if self._stopping:
            return
        for name, child in self._children.items():
            try:
                self._revive(name, child)
            except Exception:
                # Out of processes or memory, most likely, which others may give back.
                child.put_off(time.monotonic())
                log.exception(
                    "worker not started",
                    extra={"worker": name, "again_in_s": child.pause_s},
                )

    def _revive(self, name: str, child: _Child) -> None:
        now = time.monotonic()
        code = child.process.poll()
        if code is None:
            return
        if child.due is None:
            _signal_group(child.process, signal.SIGKILL)  # what is left of its group
            child.put_off(now, steady=now - child.started >= _STEADY_S)
            log.warning(
                "worker died",
                extra={
                    "worker": name,
                    "code": code,
                    "again_in_s": child.pause_s,
                },
            )
        if child.due is not None and now >= child.due:
            child.process = _spawn(child.argv, child.env, child.out)
            child.started = now
            child.due = None


def _spawn(argv: Sequence[str], env: Mapping[str, str], out: LogPipe) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        argv,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=out.fileno(),
        stderr=out.fileno(),
        start_new_session=True,
        preexec_fn=die_with_parent,  # noqa: PLW1509 -- one system call on a library loaded before; no locks taken
    )


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
