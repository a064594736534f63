"""
One tick: sweep lost leases, and wake workers for every stage that has work.

Any number of schedulers may tick: a tick belongs to a slot of time, and one of them wins it. What a
tick does is idempotent anyway; the slot only saves messages.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from aggregator.clock import millis
from aggregator.digest.days import find_local_day
from aggregator.models import Stage
from workers.app import QUEUES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from aggregator.store.counters import ProbeRuns
    from workers.services import Services

__all__ = ["hand_out_work", "name_next_probe", "run_tick"]

log = logging.getLogger(__name__)

_ARTICLE_STAGES = (Stage.PAGE, Stage.TEXT, Stage.GROUP, Stage.TRANSLATE)
# Clocks of hosts differ by seconds.
_AHEAD = timedelta(minutes=1)
_LOOK_S = 60
# A translation worker may have minutes of batches before the canary.
_ROUND_LOST = timedelta(minutes=5)
# With no round for so long, the newsroom was at rest, and is not late.
_PAUSE = timedelta(minutes=8)


def run_tick(services: Services) -> list[str]:
    """
    Do one tick of the long-running form, if nobody did this slot's yet.

    Returns the wakeups sent.
    """
    now = services.clock.now()
    work = services.store.queues
    if not _win_slot(services, now):
        return []
    work.prove_alive("beat", "ticked")
    work.sync_sources(source.id for source in services.sources.values() if not source.paused)
    _forgive_a_clock_that_was_ahead(services, now)
    run_id = f"{now:%Y-%m-%dT%H}"
    if work.waiting()[Stage.FETCH].ready:
        work.open_run(run_id, keep=services.settings.retention.runs)
    # Where nothing is sent out, nobody need listen to that queue, and its messages would pile up.
    queues = [queue for queue in QUEUES if queue != "deliver" or services.channels]
    sent = _send_each(services, [f"canary.{queue}" for queue in queues])
    sent += _look_after(services, now)
    return sent + hand_out_work(
        services,
        run_id=run_id,
        as_of=services.as_of,
        fetch=True,
        compose=True,
    )


def _win_slot(services: Services, now: datetime) -> bool:
    length_ms = services.settings.schedule.tick_s * 1000
    slot = int(millis(now) // length_ms)
    return services.store.queues.win_slot(
        f"tick:{slot}", lasting=timedelta(milliseconds=length_ms * 3)
    )


def _send_each(services: Services, names: Iterable[str], **arguments: str | None) -> list[str]:
    """Send hints; returns those that were sent, as the others are on their way already."""
    return [name for name in names if services.wakeups.send(name, **arguments)]


def _forgive_a_clock_that_was_ahead(services: Services, now: datetime) -> None:
    """
    Sources polled at a time that is still to come are due by their usual time from now.

    Their next time was counted from a clock that was ahead. By their usual time and not at once,
    because where two hosts' clocks differ for good, "at once" would be at every tick.
    """
    states = services.store.queues.source_states(list(services.sources))
    latest = now + _AHEAD
    ahead = [key for key, state in states.items() if state.checked and state.checked > latest]
    if ahead:
        services.store.queues.not_later_than(
            {key: now + services.sources[key].every for key in ahead}
        )


def _look_after(services: Services, now: datetime) -> list[str]:
    """Once a minute, send a probe out and have things judged; each tick, have operators told."""
    sent = []
    minute = int(now.timestamp() // _LOOK_S)
    if services.store.queues.win_slot(f"look:{minute}", lasting=timedelta(seconds=_LOOK_S * 3)):
        sent += _send_probe(services, now)
        sent += _send_each(services, ["watch"])
        services.store.counters.record_memory(find_local_day(now, str(services.zone)))
    if any(plan.alerts for plan in services.channels) and services.store.notices.waiting():
        sent += _send_each(services, ["notify"])
    return sent


def _send_probe(services: Services, now: datetime) -> list[str]:
    round_id = name_next_probe(services.store.counters.probe_runs(), now)
    if round_id is None:
        return []
    sent = _send_each(services, ["round.fetch"], round_id=round_id)
    if sent:
        services.store.counters.start_probe(round_id, pause=_PAUSE)
    return sent


def name_next_probe(rounds: ProbeRuns, now: datetime) -> str | None:
    """Return a name for the probe to send out now; None while one may still come back."""
    last = rounds.now
    if last is not None and last.ended is None and now - last.began < _ROUND_LOST:
        return None
    return f"round-{now:%Y%m%dT%H%M%S}-{uuid4().hex[:6]}"


def hand_out_work(
    services: Services,
    *,
    run_id: str,
    as_of: str | None,
    fetch: bool,
    compose: bool,
) -> list[str]:
    """
    Sweep lost leases and wake workers for every stage that has work.

    Args:
        services: What tasks work in.
        run_id: The run that polls count for.
        as_of: Editorial time; None for the present.
        fetch: Ask for polls.
        compose: Ask for digests; a single pass does so only when everything else is done.

    Returns:
        Names of the wakeups sent.
    """
    for stage, ids in services.store.queues.sweep(services.lock_time).items():
        log.warning("leases ran out", extra={"stage": stage.value, "count": len(ids)})
    waiting = services.store.queues.waiting()
    sent = []
    if fetch and waiting[Stage.FETCH].ready:
        sent += _send_each(
            services,
            ["fetch"],
            run_id=run_id,
            as_of=as_of,
        )
    sent += _send_each(services, [stage.value for stage in _ARTICLE_STAGES if waiting[stage].ready])
    if compose:
        last = ["compose", "deliver"] if services.channels else ["compose"]
        sent += _send_each(services, last, as_of=as_of)
    return sent
