"""
Pictures made anew in a process of its own, so that a hostile one costs seconds and not a worker.

Decoders are written in C, and are where browsers are broken into. What one of them may do is
bounded: it runs where there is no store, no network client and no key, in so much memory and time,
and what it gives back is taken for a picture of a known form and nothing else.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import sys
from typing import TYPE_CHECKING, Self

from aggregator.pictures.verdict import MadePicture, UnfitPictureError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

__all__ = ["PictureProcess"]

_COMMAND = (sys.executable, "-m", "aggregator.pictures.child")
# Two copies of the largest picture that is decoded, and what Python and Pillow take.
_MEMORY_BYTES = 1 << 30
# An answer is a picture of 120 kB in base64.
_LINE_BYTES = 1 << 20


class PictureProcess:
    """
    Makes pictures; an async context manager.

    Args:
        work_s: Processor seconds a picture may take, 1 or more; the process ends itself past them.
        limit_s: Seconds a picture may take by the clock. Past either the process is killed, and
            another is started for the next picture.
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

    async def make(self, body: bytes) -> MadePicture:
        """
        Make a picture of what a server sent.

        Raises:
            UnfitPictureError: It is none, it is broken, or it took too long or too much memory.
        """
        async with self._lock:
            try:
                async with asyncio.timeout(self._start_s):
                    child = self._child or await self._start_child()
                async with asyncio.timeout(self._limit_s):
                    return await _ask_child(child, body)
            except (TimeoutError, OSError, ValueError, KeyError) as error:
                await self._end_child()
                raise UnfitPictureError("took too long, or too much memory") from error
            except UnfitPictureError:
                raise
            except BaseException:
                # Cancelled in the middle: what it answers later would be taken for the next one's.
                await self._end_child()
                raise

    async def _start_child(self) -> asyncio.subprocess.Process:
        """Start the process, and return it once it waits for its first picture."""
        self._child = await asyncio.create_subprocess_exec(
            *self._argv,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=_LINE_BYTES,
            # Nothing of the environment, where passwords stand, but where modules are found.
            env={"PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert self._child.stdout is not None
        if not await self._child.stdout.readline():
            raise ValueError("the process that makes pictures ended while it started")
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


async def _ask_child(child: asyncio.subprocess.Process, body: bytes) -> MadePicture:
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(base64.b64encode(body) + b"\n")
    await child.stdin.drain()
    line = await child.stdout.readline()
    # An empty line: the process has ended, and json says ValueError.
    answer = json.loads(line)
    if "fault" in answer:
        raise UnfitPictureError(str(answer["fault"]))
    return MadePicture(
        width=int(answer["width"]),
        height=int(answer["height"]),
        body=base64.b64decode(answer["body"], validate=True),
    )
