"""
One tick: sweep lost leases, and hint at every stage that has work.

Any number of schedulers may tick: a tick belongs to a slot of time, and one of them wins it. What a tick does is
idempotent anyway; the slot only saves messages.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from aggregator.digest.days import local_day
from aggregator.models import Stage
from aggregator.store.work import millis
from workers.app import QUEUES

if TYPE_CHECKING:
    from datetime import datetime

    from aggregator.store.pulse import Rounds
    from workers.wiring import Newsroom

__all__ = ["hand_out", "next_round", "tick"]

log = logging.getLogger(__name__)

# Clocks of hosts differ by seconds.
_AHEAD = timedelta(minutes=1)
_LOOK_S = 60
# A translation worker may have minutes of batches before the canary.
_ROUND_LOST = timedelta(minutes=5)
# With no round for so long, the newsroom was at rest, and is not late.
_PAUSE = timedelta(minutes=8)


def tick(room: Newsroom) -> list[str]:
    """Do one tick of the long-running form, if nobody did this slot's yet; returns the hints sent."""
    length_ms = room.settings.schedule.tick_s * 1000
    now = room.clock.now()
    slot = int(millis(now) // length_ms)
    if not room.store.work.win_slot(f"tick:{slot}", lasting=timedelta(milliseconds=length_ms * 3)):
        return []
    room.store.work.prove_alive("beat", "ticked")
    room.store.work.sync_sources(source.id for source in room.sources.values() if not source.paused)
    _forgive_a_clock_that_was_ahead(room, now)
    run_id = f"{now:%Y-%m-%dT%H}"
    if room.store.work.waiting()[Stage.FETCH].ready:
        room.store.work.open_run(run_id, keep=room.settings.retention.runs)
    # Where nothing is sent out, nobody need listen to that queue, and its messages would pile up.
    queues = [queue for queue in QUEUES if queue != "deliver" or room.channels]
    sent = [name for name in (f"canary.{queue}" for queue in queues) if room.hints.send(name)]
    sent += _look_after(room, now)
    return sent + hand_out(room, run_id=run_id, as_of=room.as_of, fetch=True, compose=True)


def _forgive_a_clock_that_was_ahead(room: Newsroom, now: datetime) -> None:
    """
    Sources polled at a time that is still to come are due by their usual time from now.

    Their next time was counted from a clock that was ahead. By their usual time and not at once, because where two
    hosts' clocks differ for good, "at once" would be at every tick.
    """
    states = room.store.work.source_states(list(room.sources))
    ahead = [key for key, state in states.items() if state.checked is not None and state.checked > now + _AHEAD]
    if ahead:
        room.store.work.not_later_than({key: now + room.sources[key].every for key in ahead})


def _look_after(room: Newsroom, now: datetime) -> list[str]:
    """Once a minute, send the canary on its round and have things judged; every tick, have operators told."""
    sent = []
    minute = int(now.timestamp() // _LOOK_S)
    if room.store.work.win_slot(f"look:{minute}", lasting=timedelta(seconds=_LOOK_S * 3)):
        round_id = next_round(room.store.pulse.rounds(), now)
        if round_id and room.hints.send("round.fetch", round_id=round_id):
            room.store.pulse.set_out(round_id, pause=_PAUSE)
            sent.append("round.fetch")
        sent += [name for name in ("watch",) if room.hints.send(name)]
        room.store.pulse.weigh(local_day(now, str(room.zone)))
    wanted = any(plan.alerts for plan in room.channels) and room.store.notices.waiting()
    return [*sent, *(name for name in ("notify",) if wanted and room.hints.send(name))]


def next_round(rounds: Rounds, now: datetime) -> str | None:
    """Return the name of the round to send out now; None while one is on its way and may still come back."""
    on_its_way = rounds.now is not None and rounds.now.ended is None
    if on_its_way and rounds.now is not None and now - rounds.now.began < _ROUND_LOST:
        return None
    return f"round-{now:%Y%m%dT%H%M%S}-{uuid4().hex[:6]}"


def hand_out(room: Newsroom, *, run_id: str, as_of: str | None, fetch: bool, compose: bool) -> list[str]:
    """
    Sweep lost leases and hint at every stage that has work.

    Args:
        room: Where.
        run_id: The run that polls count for.
        as_of: Editorial time; None for the present.
        fetch: Ask for polls.
        compose: Ask for digests; a single pass does so only when everything else is done.

    Returns:
        Names of the hints sent.
    """
    for stage, ids in room.store.work.sweep(room.lock_time).items():
        log.warning("leases ran out", extra={"stage": stage.value, "count": len(ids)})
    waiting, sent = room.store.work.waiting(), []
    if fetch and waiting[Stage.FETCH].ready and room.hints.send("fetch", run_id=run_id, as_of=as_of):
        sent.append("fetch")
    wanted = [name for name in ("page", "text", "group", "translate") if waiting[Stage(name)].ready]
    sent += [name for name in wanted if room.hints.send(name)]
    if compose and room.hints.send("compose", as_of=as_of):
        sent.append("compose")
    if compose and room.channels and room.hints.send("deliver", as_of=as_of):
        sent.append("deliver")
    return sent
