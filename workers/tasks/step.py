"""
One way for every task: what a step does by itself is its own, and all that surrounds it is here.

    message noted -> items leased -> the work -> counted -> queue proved alive -> what follows woken

How tasks differ is data (``TaskStep``). A step that finds nothing to do counts and proves nothing.
"""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from workers.alive import note_alive
from workers.app import SOFT_LIMIT, TASK_QUEUES
from workers.leases import keep_leases, keep_lock, make_token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from aggregator.models import Stage
    from aggregator.store.queues import Taken
    from workers.services import Services

__all__ = ["StepResult", "TaskStep", "Turn", "run_step"]

# Celery ends a task at its limit wherever it is, in the middle of a message too. What may take
# longer leaves off by then, with as much time left for what it is at.
_TURN_S = SOFT_LIMIT.total_seconds() / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskStep:
    """
    What a task differs by from the others.

    Attributes:
        task: Its name without ``tilshi.``; messages, and counts of it, go by that name too.
        stage: Items of this stage are taken for it, under a lease; None if it finds its work
            itself.
        batch: Items taken at most.
        lock: Of the store; the work takes it under the turn's token, and it is kept as long as the
            work lasts. Empty if it takes none.
        stays: For so long it takes one batch after the other, as long as something waits: a message
            for each would take as long as the polls of a batch that find nothing new.
        counted: Its items and its time are counted. Polls are counted one by one instead.
        proof: What is noted when it has worked, as proof that its queue is alive; ``{moved}`` and
            ``{tried}`` are numbers. Empty if it proves nothing.
        follows: Stages that are woken after work if something waits in them.
        when_empty: What follows is woken only once nothing more waits for this step.
    """

    task: str
    stage: Stage | None = None
    batch: int = 0
    lock: str = ""
    stays: timedelta = timedelta(0)
    counted: bool = False
    proof: str = ""
    follows: tuple[Stage, ...] = ()
    when_empty: bool = False

    @property
    def queue(self) -> str:
        """Whose workers run it."""
        return TASK_QUEUES[f"tilshi.{self.task}"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """
    What a step has been given to work with.

    Attributes:
        token: Holds the leases of what was taken, or the lock that the step takes itself.
        began: Real time at which the step was given its work.
        taken: Items of its stage; empty for a step that finds its work itself.
        is_over: Says that it is time to leave off, with the rest for another turn.
    """

    token: str
    began: datetime
    taken: tuple[Taken, ...] = ()
    is_over: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class StepResult:
    """
    What a step came to.

    Attributes:
        moved: Items that moved on, or were finished.
        tried: Items that it worked on; as many as moved on unless said.
    """

    moved: int
    tried: int | None = None


def run_step(
    services: Services,
    step: TaskStep,
    work: Callable[[Turn], StepResult | None],
    **arguments: str | None,
) -> int:
    """
    Run one step.

    Args:
        services: What tasks work in.
        step: What the task differs by.
        work: Does it, and returns None if there was nothing to do.
        arguments: Of the task, for the message that hands on the rest of its stage.

    Returns:
        How many items moved on.
    """
    services.wakeups.note_arrival(step.task)
    ends = services.clock.now() + step.stays
    moved = 0
    while (result := _run_batch(services, step, work, arguments)) is not None:
        moved += result.moved
        goes_on = services.clock.now() < ends
        is_rest = goes_on or _wake_for_rest(services, step, arguments)
        if not is_rest or not step.when_empty:
            _wake_followers(services, step)
        if not goes_on:
            break
    return moved


def _run_batch(
    services: Services,
    step: TaskStep,
    work: Callable[[Turn], StepResult | None],
    arguments: Mapping[str, str | None],
) -> StepResult | None:
    """Do one batch; None if there was nothing to do."""
    turn = _take_turn(services, step)
    if step.stage is not None and not turn.taken:
        return None
    # Before the work: an idle worker joins in meanwhile.
    _wake_for_rest(services, step, arguments)
    with _hold(services, step, turn):
        result = work(turn)
    if result is not None:
        _note_work(services, step, turn, result)
    return result


def _take_turn(services: Services, step: TaskStep) -> Turn:
    token = make_token()
    taken: list[Taken] = []
    if step.stage is not None:
        lease = services.lock_time
        taken = services.store.queues.take(
            step.stage,
            limit=step.batch,
            token=token,
            lease=lease,
        )
    ends = time.monotonic() + _TURN_S
    return Turn(
        token=token,
        began=services.clock.now(),
        taken=tuple(taken),
        is_over=lambda: time.monotonic() >= ends,
    )


@contextmanager
def _hold(services: Services, step: TaskStep, turn: Turn) -> Iterator[None]:
    """Keep what the step works under: the leases of what was taken, and its lock."""
    queues, lease = services.store.queues, services.lock_time
    with ExitStack() as held:
        if step.stage is not None:
            ids = [item.id for item in turn.taken]
            held.enter_context(
                keep_leases(
                    queues,
                    step.stage,
                    ids,
                    token=turn.token,
                    lease=lease,
                )
            )
        if step.lock:
            held.enter_context(keep_lock(queues, step.lock, token=turn.token, lease=lease))
        yield


def _note_work(
    services: Services,
    step: TaskStep,
    turn: Turn,
    result: StepResult,
) -> None:
    if step.counted:
        elapsed_s = (services.clock.now() - turn.began).total_seconds()
        services.store.counters.count_work(step.task, result.moved, elapsed_s)
    if step.proof:
        tried = result.moved if result.tried is None else result.tried
        proof = step.proof.format(moved=result.moved, tried=tried)
        services.store.queues.prove_alive(step.queue, proof)
        note_alive(step.queue)


def _wake_for_rest(services: Services, step: TaskStep, arguments: Mapping[str, str | None]) -> bool:
    """Wake another worker for the step's own stage if more waits there; returns whether it does."""
    if step.stage is None or not services.store.queues.list_ready([step.stage]):
        return False
    services.wakeups.send(step.task, **arguments)
    return True


def _wake_followers(services: Services, step: TaskStep) -> None:
    if not step.follows:
        return
    for stage in services.store.queues.list_ready(step.follows):
        services.wakeups.send(stage.value)
