"""
One tick: sweep lost leases, and wake workers for every stage that has work.

Any number of schedulers may tick: a tick belongs to a slot of time, and one of them wins it. What a
tick does is idempotent anyway; the slot only saves messages.

A tick may be as long as ten minutes. Signs of life, and the look at what is wrong, do not wait for
it: the scheduler's messages come twice a minute at least, and each does as much.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from aggregator.clock import span_to_millis, to_millis
from aggregator.digest.days import find_local_day
from aggregator.models import Stage
from aggregator.polling.schedule import find_latest_due
from workers.snapshots import list_worked_queues

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from aggregator.models import Source, SourceState
    from aggregator.polling.schedule import Timetable
    from aggregator.store.counters import ProbeRuns
    from workers.services import Services

__all__ = ["hand_out_work", "is_astray", "name_next_probe", "run_tick"]

log = logging.getLogger(__name__)

_ARTICLE_STAGES = (Stage.PAGE, Stage.TEXT, Stage.GROUP, Stage.TRANSLATE)
# Clocks of hosts differ by seconds.
_AHEAD = timedelta(minutes=1)
_WATCH_S = 60
# A translation worker may have minutes of batches before the canary.
_PROBE_LOST = timedelta(minutes=5)
# With no probe sent for so long, everything was at rest, and none is late.
_PAUSE = timedelta(minutes=8)


def run_tick(services: Services) -> list[str]:
    """
    Do what is due at one message of the scheduler, if nobody did this slot's yet.

    Returns the wakeups sent.
    """
    now = services.clock.now()
    schedule = services.settings.schedule
    has_pulse = _win_slot(
        services,
        "pulse",
        schedule.pulse(),
        now,
    )
    if not has_pulse:
        return []
    services.store.queues.prove_alive("beat", "ticked")
    # To a queue that nobody listens to, messages would pile up.
    canaries = [f"canary.{queue}" for queue in list_worked_queues(services)]
    sent = _send_each(services, canaries)
    sent += _watch_over(services, now)
    has_tick = _win_slot(
        services,
        "tick",
        schedule.tick(),
        now,
    )
    if has_tick:
        sent += _do_tick(services, now)
    return sent


def _do_tick(services: Services, now: datetime) -> list[str]:
    """Look at what is due, and have it done; returns the wakeups sent."""
    queues = services.store.queues
    queues.sync_sources(source.id for source in services.sources.values() if not source.paused)
    _forgive_clock_ahead(services, now)
    run_id = f"{now:%Y-%m-%dT%H}"
    if queues.load_waiting()[Stage.FETCH].ready:
        queues.open_run(run_id, keep=services.settings.retention.runs)
    sent = _send_afterwards(services)
    return sent + hand_out_work(
        services,
        run_id=run_id,
        as_of=services.as_of,
        fetch=True,
        compose=True,
    )


def _send_afterwards(services: Services) -> list[str]:
    """Wake workers for what no digest waits for; they look whether anything is before it."""
    ready = services.store.queues.list_ready([Stage.WHOLE, Stage.PICTURE])
    return _send_each(services, [stage.value for stage in ready])


def _win_slot(
    services: Services,
    name: str,
    length: timedelta,
    now: datetime,
) -> bool:
    """Win the slot of this length that it is now; one of all schedulers does."""
    slot = to_millis(now) // span_to_millis(length)
    return services.store.queues.win_slot(f"{name}:{slot}", lasting=length * 3)


def _send_each(services: Services, names: Iterable[str], **arguments: str | None) -> list[str]:
    """Send wakeups; returns those that were sent, as the others are on their way already."""
    return [name for name in names if services.wakeups.send(name, **arguments)]


def _forgive_clock_ahead(services: Services, now: datetime) -> None:
    """
    Sources whose next time was counted from a clock that was ahead are due by their usual time.

    From now on and not at once, because where two hosts' clocks differ for good, "at once" would be
    at every tick.
    """
    queues = services.store.queues
    states = queues.load_source_states(list(services.sources))
    timetable = services.settings.schedule.timetable(services.zone)
    due_times = queues.load_due_times()
    usual = {}
    for source_id, state in states.items():
        source = services.sources[source_id]
        due = due_times.get(source_id)
        if is_astray(source, state, due, now, timetable):
            usual[source_id] = now + source.every
    if usual:
        queues.bring_forward(usual)


def is_astray(
    source: Source,
    state: SourceState,
    due: datetime | None,
    now: datetime,
    timetable: Timetable,
) -> bool:
    """
    Say whether a source was polled at a time that is still to come, or is due later than it can be.

    The latter is one that a host's turn was waited for, which no poll was noted of.

    Args:
        due: None while it is polled.
    """
    if state.checked is not None and state.checked > now + _AHEAD:
        return True
    if due is None:
        return False
    latest = find_latest_due(
        source,
        state,
        now,
        timetable,
    )
    return due > latest + _AHEAD


def _watch_over(services: Services, now: datetime) -> list[str]:
    """Once a minute, have a probe sent and alerts judged; each time, have operators notified."""
    sent = []
    store = services.store
    minute = int(now.timestamp() // _WATCH_S)
    lasting = timedelta(seconds=_WATCH_S * 3)
    if store.queues.win_slot(f"look:{minute}", lasting=lasting):
        sent += _send_probe(services, now)
        sent += _send_each(services, ["watch"])
        day = find_local_day(now, str(services.zone))
        store.counters.record_memory(day)
    has_alert_channel = any(plan.alerts for plan in services.channels)
    if has_alert_channel and store.notices.count_waiting():
        sent += _send_each(services, ["notify"])
    return sent


def _send_probe(services: Services, now: datetime) -> list[str]:
    counters = services.store.counters
    round_id = name_next_probe(counters.load_probe_runs(), now)
    if round_id is None:
        return []
    sent = _send_each(services, ["round.fetch"], round_id=round_id)
    if sent:
        counters.start_probe(round_id, pause=_PAUSE)
    return sent


def name_next_probe(probes: ProbeRuns, now: datetime) -> str | None:
    """Return a name for the probe to send out now; None while one may still come back."""
    last = probes.now
    # One that is still to begin was sent out by a clock that was ahead.
    if last is not None and last.ended is None and -_AHEAD <= now - last.began < _PROBE_LOST:
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
        services: Of the workers.
        run_id: The run that polls count for.
        as_of: Editorial time; None for the present.
        fetch: Ask for polls.
        compose: Ask for digests; a single pass does so only when everything else is done.

    Returns:
        Names of the wakeups sent.
    """
    queues = services.store.queues
    swept = queues.sweep(services.lock_time)
    for stage, ids in swept.items():
        log.warning("leases ran out", extra={"stage": stage.value, "count": len(ids)})
    waiting = queues.load_waiting()
    sent = []
    if fetch and waiting[Stage.FETCH].ready:
        sent += _send_each(
            services,
            ["fetch"],
            run_id=run_id,
            as_of=as_of,
        )
    stages = [stage.value for stage in _ARTICLE_STAGES if waiting[stage].ready]
    sent += _send_each(services, stages)
    if compose:
        last = ["compose", "deliver"] if services.channels else ["compose"]
        sent += _send_each(services, last, as_of=as_of)
    return sent
