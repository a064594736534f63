"""
WHOLE: whole articles put into English, some sentences at a time, after all that digests wait for.

    digest closed, or somebody asks -> digest.whole -> store.wholes -> translator -> store.wholes

A worker leaves off between two pieces when anything waits for a digest, when the day's time is
spent, or when its turn has been long enough; whoever comes next goes on where it left off.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from aggregator.digest.days import find_local_day
from aggregator.digest.whole import choose_ahead, plan_whole_article
from aggregator.errors import LeaseLostError, SchemaError
from aggregator.models import Segment, Stage
from aggregator.pipeline.finishing import give_up_article
from aggregator.text.language import detect_segment

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from aggregator.digest.whole_bounds import WholeBounds
    from aggregator.models import Translation, WholeArticle
    from aggregator.ports import Clock, Translator
    from aggregator.store.queues import Taken, Waiting
    from aggregator.store.redis import Store

__all__ = [
    "WholeStep",
    "ask_ahead",
    "find_seconds_left",
    "finish_whole_article",
    "is_free",
    "is_time_for_whole",
    "make_segments",
    "translate_whole_article",
]

log = logging.getLogger(__name__)

# What digests wait for.
_BEFORE = (Stage.PAGE, Stage.TEXT, Stage.GROUP, Stage.TRANSLATE)
# Sentences between two looks at what waits: five seconds of work at most, a fifth cheaper each than
# with four (docs/benchmarks.md).
_PIECE = 8
# A task's turn: a probe of the queue waits no longer than that behind it.
_TURN_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeStep:
    """
    What putting whole articles into English works with.

    Attributes:
        bounds: What it may cost.
        attempts: An article that ended its worker so often keeps the rest in the original.
        clock: Of real time; days of its time are counted by it.
        zone: IANA name of the zone of these days.
        monotonic: Seconds that pass, from any beginning.
    """

    store: Store
    translator: Translator
    bounds: WholeBounds
    attempts: int
    clock: Clock
    zone: str
    monotonic: Callable[[], float]


def ask_ahead(
    store: Store,
    bounds: WholeBounds,
    *,
    edition: str,
    languages: Collection[str],
) -> int:
    """
    Ask for whole articles of the digest that closed last, once.

    Args:
        edition: Whose digest.
        languages: That packages read.

    Returns:
        How many wait now that did not.
    """
    wanted = bounds.ahead and bounds.a_day
    day = store.articles.find_last_closed_day() if wanted else None
    if day is None or day.isoformat() <= store.wholes.load_day_ahead():
        return 0
    digest = store.digests.load_digest(edition, day)
    refs = choose_ahead(digest, languages, bounds.ahead) if digest else ()
    wholes = [plan_whole_article(ref, chars=bounds.chars) for ref in refs]
    asked = [store.wholes.ask(whole, ahead=True) for whole in wholes if whole.size]
    # Last: who dies before that asks again, which changes nothing.
    store.wholes.note_day_ahead(day)
    return len(asked)


def is_time_for_whole(step: WholeStep) -> bool:
    """Say whether nothing waits for a digest, and some of the day's time is left."""
    return is_free(step.store.queues.load_waiting()) and find_seconds_left(step) > 0


def is_free(waiting: Mapping[Stage, Waiting]) -> bool:
    """
    Say whether digests wait for nothing that could be worked on now.

    A page that is to be tried again later holds up nothing here.
    """
    return not any(waiting[stage].ready or waiting[stage].leased for stage in _BEFORE)


def find_seconds_left(step: WholeStep) -> float:
    """Return how much of today's time is left."""
    today = find_local_day(step.clock.now(), step.zone)
    return step.bounds.find_seconds_left(step.store.wholes.load_spent_s(today))


def translate_whole_article(taken: Taken, step: WholeStep, *, token: str) -> int:
    """
    Take a whole article further, until it is finished or something else comes first.

    Args:
        taken: Under the token's lease.

    Returns:
        How many sentences were made.
    """
    try:
        whole = step.store.wholes.load([taken.id]).get(taken.id)
    except SchemaError as error:
        # It would be taken again and again; forgotten, it can be asked for anew.
        log.error("whole article forgotten", extra={"error": str(error)})  # noqa: TRY400 -- says all
        step.store.wholes.forget(taken.id)
        return 0
    if whole is None or whole.finished:
        _put_away(whole, taken, step, token)
        return 0
    if taken.is_spent(step.attempts):
        _give_up(whole, taken, step, token)
        return 0
    before = whole.made
    ends = step.monotonic() + _TURN_S
    try:
        while not whole.finished and step.monotonic() < ends and is_time_for_whole(step):
            whole = _make_piece(whole, step, token)
    except LeaseLostError:
        log.info("whole article came too late", extra={"article": taken.id})
        return whole.made - before
    if whole.finished:
        log.info("whole article translated", extra={"article": taken.id, "sentences": whole.size})
        return whole.made - before
    made = whole.made - before
    # What was begun is finished before anything else begins.
    first = step.clock.now() - timedelta(days=2)
    step.store.queues.release(Stage.WHOLE, [taken.id], token=token, ready=first, untried=not made)
    return made


def finish_whole_article(
    whole: WholeArticle, step: WholeStep, *, within_day: bool = False
) -> WholeArticle:
    """
    Put a whole article into English at once, whatever waits; the time is counted all the same.

    Args:
        whole: As it was asked for.
        within_day: Leave off when the day's time is spent.

    Returns:
        Finished, if it did not leave off. A worker that is at it takes its share.
    """
    while not whole.finished and (not within_day or find_seconds_left(step) > 0):
        try:
            whole = _make_piece(whole, step, "")
        except LeaseLostError:
            kept = step.store.wholes.load([whole.id]).get(whole.id)
            if kept is None or kept.made < whole.made:
                raise
            whole = kept
    return whole


def _make_piece(whole: WholeArticle, step: WholeStep, token: str) -> WholeArticle:
    """Put the next sentences into English and keep them; counts the time they took."""
    began = step.monotonic()
    parts = whole.list_next(_PIECE)
    made = step.translator.translate(make_segments(whole, parts))
    further = whole.add(made)
    day = find_local_day(step.clock.now(), step.zone)
    step.store.wholes.add_spent(day, timedelta(seconds=step.monotonic() - began))
    step.store.wholes.keep(further, before=whole.made, token=token)
    return further


def make_segments(whole: WholeArticle, parts: Sequence[Translation]) -> list[Segment]:
    """Return sentences of a whole article as translators take them, each in its own language."""
    return [
        Segment(text=part.source, language=detect_segment(part.source, whole.language))
        for part in parts
    ]


def _put_away(whole: WholeArticle | None, taken: Taken, step: WholeStep, token: str) -> None:
    """End the work on what is past its retention (None), or finished, as where it was made anew."""
    if whole is not None:
        with suppress(LeaseLostError):
            step.store.wholes.keep(whole, before=whole.made, token=token)
    step.store.queues.drop(Stage.WHOLE, taken.id, token=token)


def _give_up(whole: WholeArticle, taken: Taken, step: WholeStep, token: str) -> None:
    give_up_article(
        step.store,
        whole.id,
        stage=Stage.WHOLE,
        lost=taken.lost,
        now=step.clock.now(),
    )
    try:
        step.store.wholes.keep(whole, before=whole.made, token=token, given_up=True)
    except LeaseLostError:
        log.info("whole article came too late", extra={"article": whole.id})
