"""One batch of a stage's articles: taken under a lease, worked on, its successors hinted at."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from workers.app import TASK_QUEUES
from workers.leases import kept, new_token

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aggregator.models import Stage
    from aggregator.store.work import Taken
    from workers.wiring import Newsroom

__all__ = ["work_batch"]


def work_batch(room: Newsroom, stage: Stage, limit: int, work: Callable[[Sequence[Taken], str], int]) -> int:
    """
    Take a batch of a stage and work on it; hint at the rest of the stage before and after.

    Args:
        room: Where.
        stage: Which; its name is that of its task and its queue.
        limit: Articles in the batch, at most.
        work: Does it, given the batch and the token of its leases; returns how many moved on.

    Returns:
        How many moved on.
    """
    store, lease = room.store.work, timedelta(seconds=room.settings.schedule.lease_s)
    room.hints.arrived(stage.value)
    token = new_token()
    taken = store.take(stage, limit=limit, token=token, lease=lease)
    if not taken:
        return 0
    if store.waiting()[stage].ready:
        room.hints.send(stage.value)
    began = room.clock.now()
    with kept(store, stage, [item.id for item in taken], token=token, lease=lease):
        done = work(taken, token)
    room.store.pulse.worked(stage.value, done, (room.clock.now() - began).total_seconds())
    store.prove_alive(TASK_QUEUES[f"tilshi.{stage.value}"], f"{done} articles")
    if store.waiting()[stage].ready:
        room.hints.send(stage.value)
    return done
