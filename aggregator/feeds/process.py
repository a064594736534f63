"""
Answers of sources read in a process of its own, so that no answer costs more than seconds.

A search within ``re``, or a parser written in C, lets nothing else of its process run: no thread
that renews leases, no time limit by a signal. A process can be ended from outside, whatever it
does. It starts with the first answer and is kept for all that follow, so that an ordinary feed
costs what handing it over does (decision 92).
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import select
import signal
import subprocess
import sys
import threading
import time
from typing import IO, TYPE_CHECKING, Any

from aggregator.errors import FormChangedError, ParseError, ReaderError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from aggregator.models import Feed, FetchResult, Source

__all__ = ["FeedProcess"]

_COMMAND = (sys.executable, "-m", "aggregator.feeds.child")
# The worst answer of the largest size takes 250 MB beside what is loaded.
_MEMORY_BYTES = 1 << 30
# Between the end of what a process hears, or says, and its own.
_GOING_S = 1.0
_FAULTS = {"form": FormChangedError, "parse": ParseError}
# What an answer is made of; anything else in one is refused.
_PARTS = frozenset(
    {
        ("aggregator.models.feed", "Feed"),
        ("aggregator.models.feed", "FeedItem"),
        ("datetime", "datetime"),
        ("datetime", "timezone"),
        ("datetime", "timedelta"),
    }
)


class FeedProcess:
    """
    Reads what sources answer, one answer after the other; safe to be called from several threads.

    Args:
        work_s: Processor seconds an answer may take, 1 or more; the process ends itself past them.
        limit_s: Seconds an answer may take by the clock; past them the process is killed. After
            either, another is started for the next answer.
        start_s: Seconds a process may take to start.
        command: What is started; the bounds of memory and of work are added to it.
    """

    def __init__(
        self,
        *,
        work_s: int = 5,
        limit_s: float = 30.0,
        start_s: float = 60.0,
        command: Sequence[str] = _COMMAND,
    ) -> None:
        self._argv = (*command, str(_MEMORY_BYTES), str(work_s))
        self._work_s = work_s
        self._limit_s = limit_s
        self._start_s = start_s
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def parse(self, result: FetchResult, source: Source, *, default_zone: tzinfo) -> Feed:
        """
        Read an answer as the kind of its source does.

        Raises:
            FormChangedError, ParseError: As the kind says; ParseError too where reading took too
                long or too much memory.
            ReaderError: The kind failed in another way, or no process could be started.
        """
        request = pickle.dumps((source, result, default_zone), pickle.HIGHEST_PROTOCOL)
        with self._lock:
            try:
                verdict, answer = self._ask_twice(request)
            except (OSError, EOFError, ValueError, pickle.UnpicklingError) as error:
                raise ParseError(result.url, self._describe_end(error)) from error
        if verdict == "feed":
            feed: Feed = answer
            return feed
        if verdict in _FAULTS:
            raise _FAULTS[verdict](result.url, answer)
        raise ReaderError(answer)

    def close(self) -> None:
        """End the process; the next answer starts another."""
        with self._lock:
            self._end_child()

    def _find_child(self) -> subprocess.Popen[bytes]:
        """Return the process, which waits for an answer to read."""
        # One that this process was forked with is its parent's.
        if self._owner != os.getpid():
            self._child = None
        # One that was killed while it waited is no fault of the next answer.
        if self._child is not None and self._child.poll() is not None:
            self._end_child()
        if self._child is None:
            self._child = self._start_child()
            self._owner = os.getpid()
        return self._child

    def _start_child(self) -> subprocess.Popen[bytes]:
        child = subprocess.Popen(
            self._argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            _read(child, 1, time.monotonic() + self._start_s)
        except (EOFError, TimeoutError) as error:
            code = _end(child)
            raise ReaderError(f"the process that reads feeds did not start ({code})") from error
        return child

    def _ask_twice(self, request: bytes) -> tuple[str, Any]:
        """
        Ask again where the process was killed by somebody else.

        Whoever kills a worker and its children, or looks for memory, does not mean the answer; one
        that brings it about each time is blamed the second time.
        """
        try:
            return self._ask(self._find_child(), request)
        except (EOFError, BrokenPipeError):
            if self._child is None or not _was_killed(self._child):
                raise
            self._end_child()
            return self._ask(self._find_child(), request)

    def _ask(self, child: subprocess.Popen[bytes], request: bytes) -> tuple[str, Any]:
        deadline = time.monotonic() + self._limit_s
        requests = _get_pipe(child.stdin)
        # It waits for this, so that writing never takes long.
        requests.write(len(request).to_bytes(8))
        requests.write(request)
        requests.flush()
        size = int.from_bytes(_read(child, 8, deadline))
        answer = _read(child, size, deadline)
        verdict, value = _Unpickler(io.BytesIO(answer)).load()
        return verdict, value

    def _describe_end(self, error: Exception) -> str:
        """End a process that did not answer; returns why it did not, in words."""
        code = self._end_child()
        if code == -signal.SIGXCPU:
            return f"reading it took more than {self._work_s} s of processor time, and was stopped"
        if isinstance(error, TimeoutError):
            return f"reading it took more than {self._limit_s:g} s, and was stopped"
        return f"reading it ended its process ({code}; {type(error).__name__})"

    def _end_child(self) -> int:
        child = self._child
        self._child = None
        return 0 if child is None else _end(child)


class _Unpickler(pickle.Unpickler):
    """Reads an answer; makes nothing but what answers are made of."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _PARTS:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of a feed")
        return super().find_class(module, name)


def _read(child: subprocess.Popen[bytes], size: int, deadline: float) -> bytes:
    """Read so many bytes of what a process says; it is killed if they are not there in time."""
    pipe = _get_pipe(child.stdout).fileno()
    pieces = []
    while size:
        left_s = max(0.0, deadline - time.monotonic())
        if not select.select([pipe], [], [], left_s)[0]:
            child.kill()
            raise TimeoutError
        piece = os.read(pipe, size)
        if not piece:
            raise EOFError
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _was_killed(child: subprocess.Popen[bytes]) -> bool:
    with contextlib.suppress(subprocess.TimeoutExpired):
        return child.wait(_GOING_S) == -signal.SIGKILL
    return False


def _get_pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe


def _end(child: subprocess.Popen[bytes]) -> int:
    """End a process that may have ended by itself; returns how it did."""
    with contextlib.suppress(OSError):
        _get_pipe(child.stdin).close()
    try:
        child.wait(_GOING_S)
    except subprocess.TimeoutExpired:
        child.kill()
    _get_pipe(child.stdout).close()
    return child.wait()
