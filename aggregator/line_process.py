"""
A process that answers each line with a line, and may be ended: for what strangers send.

No thread can be stopped, and a signal stops no library written in C; a process can be killed. It is
started for the first line, and answers one after the other until it is closed or killed. What
starting takes, seconds on a busy machine, is no line's time.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

__all__ = ["LineProcess"]

_Answer = TypeVar("_Answer")


class LineProcess:
    """
    An async context manager.

    Args:
        command: What is started. It says an empty line once all is loaded.
        limit_s: Seconds an answer may take by the clock. Past them the process is killed, and
            another is started for the next line.
        start_s: Seconds a process may take to start.
        line_bytes: The longest answer.
        environ: Variables of the process; None for those of this one.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        limit_s: float,
        start_s: float,
        line_bytes: int,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._command = command
        self._limit_s = limit_s
        self._start_s = start_s
        self._line_bytes = line_bytes
        self._environ = environ
        self._lock = asyncio.Lock()
        self._child: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        """Return itself; nothing is started yet."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process."""
        await self._end_child()

    async def ask(self, line: bytes, read: Callable[[bytes], _Answer]) -> _Answer | None:
        """
        Ask, and read the answer.

        Args:
            line: Without its end.
            read: Makes something of an answer; ValueError if that is none, as an empty line is of a
                process that has ended.

        Returns:
            None if it took too long, or more than the process may use.
        """
        async with self._lock:
            try:
                async with asyncio.timeout(self._start_s):
                    child = await self._find_child()
                async with asyncio.timeout(self._limit_s):
                    return read(await _ask_child(child, line))
            except (TimeoutError, OSError, ValueError):
                await self._end_child()
                return None
            except BaseException:
                # Cancelled in the middle: what it answers later would be taken for the next answer.
                await self._end_child()
                raise

    async def _find_child(self) -> asyncio.subprocess.Process:
        """Return the process; one that was killed while it waited is no fault of the next line."""
        if self._child is not None and self._child.returncode is None:
            return self._child
        await self._end_child()
        return await self._start_child()

    async def _start_child(self) -> asyncio.subprocess.Process:
        """Start the process, and return it once it waits for its first line."""
        self._child = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=self._line_bytes,
            env=self._environ,
        )
        assert self._child.stdout is not None
        if not await self._child.stdout.readline():
            raise ValueError("the process ended while it started")
        return self._child

    async def _end_child(self) -> None:
        child = self._child
        self._child = None
        if child is None:
            return
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        # Its pipes are read to their end and closed, or the event loop would complain of them
        # later.
        await child.communicate()


async def _ask_child(child: asyncio.subprocess.Process, line: bytes) -> bytes:
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(line + b"\n")
    await child.stdin.drain()
    return await child.stdout.readline()
