"""
A way to a server that can be cut and stalled: a Unix socket or a TCP port in front of another.

``cut()`` closes what is open and refuses what is new; ``stall()`` keeps connections and lets
nothing through; ``mend()`` ends both. Real sockets, so that clients meet what they would meet in
life: resets, refusals, silence.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

Opened = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Proxy:
    """
    The proxy, in a thread of its own; a context manager.

    Args:
        target: Path of a Unix socket, or host and port.
        at: Path of the socket to listen on; None for a free TCP port, see ``port``.
    """

    def __init__(self, target: Path | tuple[str, int], at: Path | None = None) -> None:
        self._target, self._at = target, at
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._open = True
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        self._do(self._start)
        return self

    def __exit__(self, *_: object) -> None:
        self.mend()
        self.cut()
        self._do(self._finish)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def cut(self) -> None:
        """Close all connections and refuse new ones."""
        self._open = False
        self._do(self._close_all)

    def stall(self) -> None:
        """Keep connections, accept new ones, let nothing through."""
        self._do(self._hold)

    def mend(self) -> None:
        """Be a good way again."""
        self._open = True
        self._do(self._let)

    def _do(self, what: Callable[..., Awaitable[None]], *args: object) -> None:
        async def run() -> None:
            await what(*args)

        asyncio.run_coroutine_threadsafe(run(), self._loop).result(10)

    async def _start(self) -> None:
        self._through = asyncio.Event()
        self._through.set()
        if self._at is not None:
            self._server: asyncio.Server = await asyncio.start_unix_server(
                self._serve, str(self._at)
            )
        else:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
            self.port = self._server.sockets[0].getsockname()[1]

    async def _finish(self) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _hold(self) -> None:
        self._through.clear()

    async def _let(self) -> None:
        self._through.set()

    async def _close_all(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    async def _connect(self) -> Opened:
        if isinstance(self._target, Path):
            return await asyncio.open_unix_connection(str(self._target))
        return await asyncio.open_connection(*self._target)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._open:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await self._connect()
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, far_writer}
        for one, other in ((reader, far_writer), (far_reader, writer)):
            task = self._loop.create_task(self._pump(one, other))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                await self._through.wait()
                writer.write(data)
                await writer.drain()
        self._writers.discard(writer)
        with suppress(OSError):
            writer.close()
