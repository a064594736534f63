"""What the stages between a feed and a digest work with, made of the newsroom's services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.languages import ENGLISH, KAZAKH, RUSSIAN
from aggregator.pipeline.composing import Press
from aggregator.pipeline.planning import PlanningDesk
from aggregator.pipeline.polling import Desk
from aggregator.pipeline.reading import ReadingDesk
from aggregator.pipeline.translating import TranslationDesk
from aggregator.translate.packages import cautions

if TYPE_CHECKING:
    from aggregator.ports import Fetcher
    from workers.wiring import Newsroom

__all__ = [
    "PREFERRED_LANGUAGES",
    "make_compose_step",
    "make_fetch_step",
    "make_group_step",
    "make_text_step",
    "make_translate_step",
]

PREFERRED_LANGUAGES = (ENGLISH, RUSSIAN, KAZAKH)
"""
Whose article tells a story: English needs no translation; the shipped package knows Russian better
than Kazakh.
"""


def make_fetch_step(room: Newsroom, fetcher: Fetcher, *, run_id: str, as_of: str | None) -> Desk:
    """Return what polling works with, by a way out, for a run."""
    return Desk(
        store=room.store,
        fetcher=fetcher,
        clock=room.clock,
        now=room.now(as_of),
        run_id=run_id,
        zone=room.zone,
        fresh=room.settings.digest.fresh(),
        timetable=room.settings.schedule.timetable(room.zone),
    )


def make_text_step(room: Newsroom) -> ReadingDesk:
    """Return what reading works with."""
    return ReadingDesk(
        store=room.store,
        embedder=room.embedder,
        sources=room.sources,
        attempts=room.settings.schedule.attempts,
    )


def make_group_step(room: Newsroom) -> PlanningDesk:
    """Return what grouping works with."""
    official = (outlet.id for outlet in room.outlets.values() if outlet.official)
    return PlanningDesk(
        store=room.store,
        window_days=room.settings.digest.window_days,
        official=frozenset(official),
        preferred=PREFERRED_LANGUAGES,
        editions=room.editions,
    )


def make_translate_step(room: Newsroom) -> TranslationDesk:
    """Return what translating works with."""
    digest = room.settings.digest
    return TranslationDesk(
        store=room.store,
        translator=room.translator,
        attempts=room.settings.schedule.attempts,
        sentences=digest.lead_sentences,
        chars=digest.lead_chars,
    )


def make_compose_step(room: Newsroom, as_of: str | None) -> Press:
    """Return what composing works with."""
    return Press(
        store=room.store,
        editions=room.editions,
        outlets=room.outlets,
        window_days=room.settings.digest.window_days,
        deadline=room.settings.digest.deadline(),
        cautions=cautions(room.packages),
        now=room.now(as_of),
    )
