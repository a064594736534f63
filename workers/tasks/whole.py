"""``tilshi.whole``: put some sentences of a whole article into English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.models import Stage
from aggregator.pipeline.whole import is_time_for_whole, translate_whole_article
from workers.leases import keep_leases
from workers.steps import make_whole_step
from workers.tasks.step import StepResult, TaskStep, run_step

if TYPE_CHECKING:
    from celery import Celery

    from workers.services import Services
    from workers.tasks.step import Turn

__all__ = ["register"]

# It takes its article itself: only when nothing waits for a digest, so that a message that comes
# too early does nothing and sends none.
_STEP = TaskStep(
    task="whole",
    counted=True,
    proof="{moved} sentences of a whole article",
    follows=(Stage.WHOLE,),
)


def register(app: Celery, services: Services) -> None:
    """Add the task to the application."""

    def take_further(turn: Turn) -> StepResult | None:
        step = make_whole_step(services)
        if not is_time_for_whole(step):
            return None
        queues = services.store.queues
        lease = services.lock_time
        taken = queues.take(Stage.WHOLE, limit=1, token=turn.token, lease=lease)
        if not taken:
            return None
        with keep_leases(queues, Stage.WHOLE, [taken[0].id], token=turn.token, lease=lease):
            made = translate_whole_article(taken[0], step, token=turn.token)
        return StepResult(made)

    @app.task(name="tilshi.whole", shared=False)
    def whole() -> int:
        """
        Take one whole article further; returns how many sentences were made.

        Twice is harmless: an article has one lease, and only its holder can take it further.
        """
        return run_step(services, _STEP, take_further)
