"""
What the stages between a feed and a digest work with, made of the services.

A stage is imported when its bundle is asked for, by whose task has imported it already: a worker
that fetches has no need of what composes.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from aggregator.languages import ENGLISH, KAZAKH, RUSSIAN

if TYPE_CHECKING:
    from aggregator.pipeline.compose import ComposeStep
    from aggregator.pipeline.fetch import FetchStep
    from aggregator.pipeline.group import GroupStep
    from aggregator.pipeline.text import TextStep
    from aggregator.pipeline.translate import TranslateStep
    from aggregator.pipeline.whole import WholeStep
    from aggregator.ports import Fetcher
    from workers.services import Services

__all__ = [
    "PREFERRED_LANGUAGES",
    "list_read_languages",
    "make_compose_step",
    "make_fetch_step",
    "make_group_step",
    "make_text_step",
    "make_translate_step",
    "make_whole_step",
]

PREFERRED_LANGUAGES = (ENGLISH, RUSSIAN, KAZAKH)
"""
Whose article tells a story: English needs no translation; the shipped package knows Russian better
than Kazakh.
"""


def make_fetch_step(
    services: Services,
    fetcher: Fetcher,
    *,
    run_id: str,
    as_of: str | None,
) -> FetchStep:
    """Return what polling works with, by a way out, for a run."""
    from aggregator.pipeline.fetch import FetchStep

    return FetchStep(
        store=services.store,
        fetcher=fetcher,
        clock=services.clock,
        now=services.now(as_of),
        run_id=run_id,
        zone=services.zone,
        fresh=services.settings.digest.fresh(),
        timetable=services.settings.schedule.timetable(services.zone),
        process=services.feed_process,
    )


def make_text_step(services: Services) -> TextStep:
    """Return what reading works with."""
    from aggregator.pipeline.text import TextStep

    return TextStep(
        store=services.store,
        embedder=services.embedder,
        sources=services.sources,
        attempts=services.settings.schedule.attempts,
    )


def make_group_step(services: Services) -> GroupStep:
    """Return what grouping works with."""
    from aggregator.pipeline.group import GroupStep

    official = (outlet.id for outlet in services.outlets.values() if outlet.official)
    return GroupStep(
        store=services.store,
        window_days=services.settings.digest.window_days,
        official=frozenset(official),
        preferred=PREFERRED_LANGUAGES,
        editions=services.editions,
    )


def make_translate_step(services: Services) -> TranslateStep:
    """Return what translating works with."""
    from aggregator.pipeline.translate import TranslateStep

    digest = services.settings.digest
    return TranslateStep(
        store=services.store,
        translator=services.translator,
        attempts=services.settings.schedule.attempts,
        sentences=digest.lead_sentences,
        chars=digest.lead_chars,
    )


def list_read_languages(services: Services) -> frozenset[str]:
    """Return the languages that the packages at hand read."""
    return frozenset(package.source for package in services.packages)


def make_whole_step(services: Services) -> WholeStep:
    """Return what putting whole articles into English works with."""
    from aggregator.pipeline.whole import WholeStep

    return WholeStep(
        store=services.store,
        translator=services.translator,
        bounds=services.settings.translate.whole_bounds(),
        attempts=services.settings.schedule.attempts,
        clock=services.clock,
        zone=str(services.zone),
        monotonic=time.monotonic,
    )


def make_compose_step(services: Services, as_of: str | None) -> ComposeStep:
    """Return what composing works with."""
    from aggregator.pipeline.compose import ComposeStep
    from aggregator.translate.packages.installed import list_cautions

    return ComposeStep(
        store=services.store,
        editions=services.editions,
        outlets=services.outlets,
        window_days=services.settings.digest.window_days,
        deadline=services.settings.digest.deadline(),
        cautions=list_cautions(services.packages),
        now=services.now(as_of),
    )
