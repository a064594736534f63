"""
Wakeups: messages that say there may be work in a stage.

At most one of a name is on its way at a time, so queues stay short however slow the workers
are. A task that starts says that its own arrived; if there is more than it takes, it sends the
next one before it begins to work, so that an idle worker joins in.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from kombu.exceptions import OperationalError

if TYPE_CHECKING:
    from datetime import timedelta

    from celery import Celery

    from aggregator.store.queues import QueueStore

__all__ = ["Wakeups"]

log = logging.getLogger(__name__)


class Wakeups:
    """
    Sends wakeups for one installation.

    Args:
        app: Carries them.
        queues: Know which are on their way.
        lost_after: One that did not arrive for so long counts as lost (a broker that came back
            empty, a worker that died with it in hand).
    """

    def __init__(
        self,
        app: Celery,
        queues: QueueStore,
        *,
        lost_after: timedelta,
    ) -> None:
        self._app = app
        self._queues = queues
        self._lost_after = lost_after

    def send(self, task: str, **arguments: str | None) -> bool:
        """
        Send a wakeup unless one is on its way.

        Args:
            task: Its name without ``tilshi.``.
            arguments: Of the task, as JSON has them.

        Returns:
            Whether one was sent. A broker that is away is logged, not raised: the next tick tries
            again.
        """
        if not self._queues.claim_wakeup(task, lasting=self._lost_after):
            return False
        try:
            self._app.send_task(f"tilshi.{task}", kwargs=arguments)
        except OperationalError as error:
            self._queues.clear_wakeup(task)
            log.warning("wakeup not sent", extra={"task": task, "error": str(error)})
            return False
        return True

    def note_arrival(self, task: str) -> None:
        """Note that one arrived, so that the next may be sent."""
        self._queues.clear_wakeup(task)
