"""A scheduler that ticks by the monotonic clock."""

from datetime import timedelta

from tests.support.waiting import until
from workers.app import create_app
from workers.beat import SteadyScheduler


class Counting(SteadyScheduler):
    """Counts instead of sending."""

    sent = 0
    paused = 0.0

    def pause(self, seconds):
        self.paused = seconds

    def apply_entry(self, entry, producer=None):
        self.sent += 1


def scheduler(tick):
    app = create_app("memory://", namespace="t", tick=tick)
    return Counting(app=app, lazy=False)


def test_it_ticks_at_once_and_then_by_the_interval():
    found = scheduler(timedelta(seconds=10))

    assert found.tick() == 0
    assert (found.sent, found.paused) == (1, 1.0)
    assert found.tick() == 0
    assert (found.sent, found.paused) == (1, 1.0)


def test_a_wall_clock_that_is_set_back_does_not_stop_it():
    found = scheduler(timedelta(milliseconds=5))
    found.tick()
    # As if the last run had been in an hour that is now still to come.
    for entry in found.schedule.values():
        entry.last_run_at += timedelta(hours=1)

    def ticked_again():
        found.tick()
        return found.sent > 1

    until(ticked_again)


def test_ticks_that_were_missed_are_not_made_up_for():
    found = scheduler(timedelta(milliseconds=1))
    found.tick()
    began = found._due["tick"]
    while found._due["tick"] < began + 0.05:
        found.tick()

    assert found.sent <= 52
