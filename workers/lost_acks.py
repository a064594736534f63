"""
A worker whose acknowledgements were lost connects anew.

It takes as many messages as its pool has processes, and the next when one is acknowledged. Celery
logs an acknowledgement that the broker's connection took along, and does not repeat it. If a broker
on Redis goes away while every process of the pool is at work, all places stay taken: the worker
asks for nothing, so it does not notice that its connection is gone either, and is silent for good.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from celery import bootsteps
from celery.worker import state

if TYPE_CHECKING:
    from celery import Celery

__all__ = ["watch_acks"]

log = logging.getLogger(__name__)

_LOOK_S = 5.0


def watch_acks(app: Celery) -> None:
    """Have the workers of an application look for acknowledgements that were lost."""
    app.steps["consumer"].add(_LostAcks)


# Celery has no types.
class _LostAcks(bootsteps.StartStopStep):  # type: ignore[misc]
    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: Any, **_: Any) -> None:
        super().__init__(consumer)
        self._timer: Any = None
        self._seen = 0

    def start(self, consumer: Any) -> None:
        self._seen = 0
        self._timer = consumer.timer.call_repeatedly(_LOOK_S, self._look, (consumer,))

    def stop(self, _consumer: Any) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self, consumer: Any) -> None:
        lost = _count_taken(consumer) - len(state.reserved_requests)
        # Twice, since a message may be on its way between the two counts.
        if lost > 0 and self._seen > 0:
            log.warning("acknowledgements were lost", extra={"count": lost})
            # As if the connection had said so itself: the consumer begins again.
            raise ConnectionResetError("acknowledgements were lost")
        self._seen = lost


def _count_taken(consumer: Any) -> int:
    """Return how many messages are not acknowledged; 0 where the broker keeps count itself."""
    qos = getattr(consumer.task_consumer.channel, "qos", None)
    if qos is None or not qos.prefetch_count:
        return 0
    return int(qos.prefetch_count - qos.can_consume_max_estimate())
