"""
Pages read in a process of its own, so that a hostile one costs seconds and not a worker.

trafilatura takes the square of some markup: 400,000 characters of ``<b>`` and ``<i>`` in one
paragraph take half a minute. No thread can be stopped, and a signal cannot stop lxml within; a
process can be killed. It starts in 0.4 s, when the first page is read, and reads one after the
other until it is closed or killed. What starting takes, seconds on a busy machine, is no page's
time.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from typing import TYPE_CHECKING, Self

from aggregator.fulltext.page_text import PageText

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

__all__ = ["PageProcess"]

_COMMAND = (sys.executable, "-m", "aggregator.fulltext.child")
_MEMORY_BYTES = 1 << 30
# An answer is one line of JSON, and a page at most a million characters, each up to 12 bytes
# escaped.
_LINE_BYTES = 16 << 20


class PageProcess:
    """
    Reads pages; an async context manager.

    Args:
        work_s: Processor seconds a page may take, 1 or more; the process ends itself past them.
        limit_s: Seconds a page may take by the clock. Past either the process is killed, and
            another is started for the next page.
        start_s: Seconds a process may take to start.
        command: What is started; the bounds of memory and of work are added to it.
    """

    def __init__(
        self,
        *,
        work_s: int = 5,
        limit_s: float = 15.0,
        start_s: float = 60.0,
        command: Sequence[str] = _COMMAND,
    ) -> None:
        self._argv = (*command, str(_MEMORY_BYTES), str(work_s))
        self._limit_s = limit_s
        self._start_s = start_s
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

    async def extract(self, markup: str, url: str) -> PageText | None:
        """
        Read a page, given as HTML.

        Returns:
            What it holds; None if it took too long or too much memory.
        """
        async with self._lock:
            try:
                async with asyncio.timeout(self._start_s):
                    child = await self._find_child()
                async with asyncio.timeout(self._limit_s):
                    return await _ask_child(child, markup, url)
            except (TimeoutError, OSError, ValueError):
                await self._end_child()
                return None
            except BaseException:
                # Cancelled in the middle: what it answers later would be taken for the next page's.
                await self._end_child()
                raise

    async def _find_child(self) -> asyncio.subprocess.Process:
        """Return the process; one that was killed while it waited is no fault of the next page."""
        if self._child is not None and self._child.returncode is None:
            return self._child
        await self._end_child()
        return await self._start_child()

    async def _start_child(self) -> asyncio.subprocess.Process:
        """Start the process, and return it once it waits for its first page."""
        self._child = await asyncio.create_subprocess_exec(
            *self._argv,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=_LINE_BYTES,
        )
        assert self._child.stdout is not None
        if not await self._child.stdout.readline():
            raise ValueError("the process that reads pages ended while it started")
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


async def _ask_child(child: asyncio.subprocess.Process, markup: str, url: str) -> PageText:
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(json.dumps({"markup": markup, "url": url}).encode() + b"\n")
    await child.stdin.drain()
    line = await child.stdout.readline()
    # An empty line: the process has ended, and json says ValueError.
    return PageText(**json.loads(line))
