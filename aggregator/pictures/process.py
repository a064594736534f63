"""
Pictures made anew in a process of its own, so that a hostile one costs seconds and not a worker.

Decoders are written in C, and are where browsers are broken into. What one of them may do is
bounded: it runs where there is no store, no network client and no key, in so much memory and time,
and what it gives back is taken for a picture of a known form and nothing else.
"""

from __future__ import annotations

import base64
import json
import os
import sys
from typing import TYPE_CHECKING

from aggregator.line_process import LineProcess
from aggregator.pictures.verdict import MadePicture, UnfitPictureError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["PictureProcess"]

_COMMAND = (sys.executable, "-m", "aggregator.pictures.child")
# Two copies of the largest picture that is decoded, and what Python and Pillow take.
_MEMORY_BYTES = 1 << 30
# An answer is a picture of 120 kB in base64.
_LINE_BYTES = 1 << 20


class PictureProcess(LineProcess):
    """
    Makes pictures; an async context manager.

    Args:
        work_s: Processor seconds a picture may take, 1 or more; the process ends itself past them.
        limit_s: Seconds a picture may take by the clock; see ``LineProcess``.
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
            # Nothing of the environment, where passwords stand, but where modules are found.
            environ={"PYTHONPATH": os.pathsep.join(sys.path)},
        )

    async def make(self, body: bytes) -> MadePicture:
        """
        Make a picture of what a server sent.

        Raises:
            UnfitPictureError: It is none, it is broken, or it took too long or too much memory.
        """
        answer = await self.ask(base64.b64encode(body), _read_answer)
        if answer is None:
            raise UnfitPictureError("took too long, or too much memory")
        if isinstance(answer, UnfitPictureError):
            raise answer
        return answer


def _read_answer(line: bytes) -> MadePicture | UnfitPictureError:
    answer = json.loads(line)
    if "fault" in answer:
        return UnfitPictureError(str(answer["fault"]))
    try:
        return MadePicture(
            width=int(answer["width"]),
            height=int(answer["height"]),
            body=base64.b64decode(answer["body"], validate=True),
        )
    except KeyError as error:
        raise ValueError(f"an answer without {error}") from error
