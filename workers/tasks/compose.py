"""``tilshi.compose``: put digests together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.models import Stage
from aggregator.pipeline.compose import compose_days
from aggregator.pipeline.picture import ask_pictures
from aggregator.pipeline.whole import ask_ahead
from workers.steps import list_read_languages, make_compose_step
from workers.tasks.step import StepResult, TaskStep, run_step

if TYPE_CHECKING:
    from celery import Celery

    from workers.services import Services
    from workers.tasks.step import Turn

__all__ = ["register"]

_STEP = TaskStep(
    task="compose",
    lock="compose",
    counted=True,
    proof="composed {moved} digests",
    follows=(Stage.PICTURE,),
)


def register(app: Celery, services: Services) -> None:
    """Add the task to the application."""

    @app.task(name="tilshi.compose", shared=False)
    def compose(as_of: str | None = None) -> int:
        """
        Compose the days that are ready and changed; returns how many digests were put in place.

        Twice is harmless: a digest depends on its articles alone, and a closed one never changes.
        """

        def compose_ready(turn: Turn) -> StepResult | None:
            step = make_compose_step(services, as_of)
            digests = compose_days(step, token=turn.token, lease=services.lock_time)
            _ask_ahead(services)
            ask_pictures(services.store, digests, services.pictured)
            return StepResult(len(digests)) if digests else None

        return run_step(services, _STEP, compose_ready)


def _ask_ahead(services: Services) -> None:
    ask_ahead(
        services.store,
        services.settings.translate.whole_bounds(),
        edition=services.editions[0].id,
        languages=list_read_languages(services),
    )
