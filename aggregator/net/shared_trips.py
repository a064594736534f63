"""
Round trips that tasks of one event loop share.

Sixteen polls of a batch each ask the store a few small things, and a trip costs more than what is
asked. What they hand in during one turn of the loop goes together, so nobody waits for company: a
task that is alone has a trip to itself.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["SharedTrips"]

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class SharedTrips(Generic[Asked, Answer]):
    """
    Carries what is handed in.

    Args:
        carry: Called with all that was handed in during a turn of the loop, in order; returns as
            many answers. What it raises, everybody on the trip gets.
    """

    def __init__(self, carry: Callable[[Sequence[Asked]], Sequence[Answer]]) -> None:
        self._carry = carry
        self._waiting: list[tuple[Asked, asyncio.Future[Answer]]] = []

    async def hand_in(self, asked: Asked) -> Answer:
        """Return the answer to one thing, after the next trip."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._go)
        self._waiting.append((asked, answer))
        return await answer

    def _go(self) -> None:
        waiting, self._waiting = self._waiting, []
        try:
            answers = self._carry([asked for asked, _ in waiting])
        except Exception as error:  # noqa: BLE001 -- each task raises it where it waits
            for _, future in waiting:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), answer in zip(waiting, answers, strict=True):
            if not future.done():  # the task may have been cancelled meanwhile
                future.set_result(answer)
