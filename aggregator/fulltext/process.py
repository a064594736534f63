"""
Pages read in a process of its own, so that a hostile one costs seconds and not a worker.

trafilatura takes the square of some markup: 400,000 characters of ``<b>`` and ``<i>`` in one
paragraph take half a minute. Starting the process takes 0.4 s, when the first page is read.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from aggregator.fulltext.page_text import PageText
from aggregator.line_process import LineProcess

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["PageProcess"]

_COMMAND = (sys.executable, "-m", "aggregator.fulltext.child")
_MEMORY_BYTES = 1 << 30
# An answer is one line of JSON, and a page at most a million characters, each up to 12 bytes
# escaped.
_LINE_BYTES = 16 << 20


class PageProcess(LineProcess):
    """
    Reads pages; an async context manager.

    Args:
        work_s: Processor seconds a page may take, 1 or more; the process ends itself past them.
        limit_s: Seconds a page may take by the clock; see ``LineProcess``.
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
        super().__init__(
            (*command, str(_MEMORY_BYTES), str(work_s)),
            limit_s=limit_s,
            start_s=start_s,
            line_bytes=_LINE_BYTES,
        )

    async def extract(self, markup: str, url: str) -> PageText | None:
        """
        Read a page, given as HTML.

        Returns:
            What it holds; None if it took too long or too much memory.
        """
        line = json.dumps({"markup": markup, "url": url}).encode()
        return await self.ask(line, lambda answer: PageText(**json.loads(answer)))
