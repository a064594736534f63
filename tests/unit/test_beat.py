"""A scheduler that ticks by the monotonic clock."""

import signal
from contextlib import suppress
from datetime import timedelta

import pytest

from tests.support.waiting import until
from workers.app import create_app
from workers.beat import SteadyScheduler
from workers.ending import StoppedError, end_on_signals


@pytest.fixture(autouse=True)
def nothing_was_asked():
    """Forget, for tests after it, that a test asked its process to end."""
    yield
    with end_on_signals():
        pass


class Counting(SteadyScheduler):
    """Counts instead of sending."""

    sent = 0
    paused = 0.0

    def pause(self, seconds):
        self.paused = seconds

    def apply_entry(self, entry, producer=None):
        self.sent += 1


def scheduler(tick):
    app = create_app("memory://", namespace="t", pulse=tick)
    return Counting(app=app, lazy=False)


def test_it_ticks_at_once_and_then_by_the_interval():
    beat = scheduler(timedelta(seconds=10))

    assert beat.tick() == 0
    assert (beat.sent, beat.paused) == (1, 1.0)
    assert beat.tick() == 0
    assert (beat.sent, beat.paused) == (1, 1.0)


def test_a_wall_clock_that_is_set_back_does_not_stop_it():
    beat = scheduler(timedelta(milliseconds=5))
    beat.tick()
    # As if the last run had been in an hour that is now still to come.
    for entry in beat.schedule.values():
        entry.last_run_at += timedelta(hours=1)

    def ticked_again():
        beat.tick()
        return beat.sent > 1

    until(ticked_again)


def test_ticks_that_were_missed_are_not_made_up_for():
    beat = scheduler(timedelta(milliseconds=1))
    beat.tick()
    began = beat._due["tick"]
    while beat._due["tick"] < began + 0.05:
        beat.tick()

    assert beat.sent <= 52


class Swallowing(Counting):
    """Loses what a signal raised, as an import does that it came in the middle of."""

    def apply_entry(self, entry, producer=None):
        with suppress(StoppedError):
            signal.raise_signal(signal.SIGTERM)
        super().apply_entry(entry)


def test_it_ends_although_what_asked_for_it_was_lost():
    app = create_app("memory://", namespace="t", pulse=timedelta(seconds=10))
    beat = Swallowing(app=app, lazy=False)
    with end_on_signals():
        beat.tick()
        with pytest.raises(SystemExit):
            beat.tick()
    assert beat.sent == 1
