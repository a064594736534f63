"""What comes with a tick, and what does not wait for one."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import redis

from tests.support.clock import SettableClock
from tests.support.newsroom import newsroom
from workers.app import QUEUES
from workers.cli.here import WITHIN_S
from workers.tick import run_tick

NOW = datetime(2025, 8, 20, 8, tzinfo=UTC)
FEEDS = {"dala": "https://dala.example/rss"}
CANARIES = [f"canary.{queue}" for queue in QUEUES if queue != "deliver"]


class Woken:
    """Wakeups that arrive at once, and nothing is done."""

    def send(self, _name, **_arguments):
        return True


def make_services(tmp_path, redis_url, **environ):
    return newsroom(
        tmp_path, redis_url, FEEDS, NOW.isoformat(), clock=SettableClock(NOW), **environ
    )


def watch_ticks(services, *, lasting):
    """Do what beat asks for as long as that, and return what was sent at which second."""
    vars(services)["wakeups"] = Woken()
    sent = {}
    while services.clock.now() - NOW < lasting:
        second = (services.clock.now() - NOW).total_seconds()
        for name in run_tick(services):
            sent.setdefault(name, []).append(second)
        services.clock.moment += services.settings.schedule.pulse()
    return sent


def list_gaps(seconds):
    return [after - before for before, after in pairwise(seconds)]


@pytest.mark.parametrize("tick_s", [10, 45, 90, 600])
def test_signs_of_life_and_the_look_at_what_is_wrong_do_not_wait_for_a_tick(
    tmp_path, redis_url, tick_s
):
    services = make_services(tmp_path, redis_url, TILSHI_SCHEDULE_TICK_S=str(tick_s))
    sent = watch_ticks(services, lasting=timedelta(seconds=max(240, 3 * tick_s)))

    for canary in CANARIES:
        assert max(list_gaps(sent[canary])) <= WITHIN_S / 4
    assert max(list_gaps(sent["watch"])) <= 90
    # The source is due all the time, as nobody fetches.
    assert set(list_gaps(sent["fetch"])) == {tick_s}
    assert services.store.queues.load_last_alive("beat")[1] == "ticked"


@pytest.mark.parametrize("tick_s", [1, 10, 30, 31, 45, 60, 61, 90, 599, 600])
def test_the_scheduler_sends_twice_within_what_health_waits_for(tmp_path, redis_url, tick_s):
    services = make_services(tmp_path, redis_url, TILSHI_SCHEDULE_TICK_S=str(tick_s))
    pulse = services.settings.schedule.pulse()
    [(_, entry)] = services.app.conf.beat_schedule.items()

    assert entry["schedule"] == pulse
    assert pulse <= timedelta(seconds=min(tick_s, WITHIN_S / 4))
    parts = tick_s / pulse.total_seconds()
    assert parts == pytest.approx(round(parts), rel=1e-6)


def test_two_schedulers_do_as_much_as_one(tmp_path, redis_url):
    services = make_services(tmp_path, redis_url)
    vars(services)["wakeups"] = Woken()

    assert run_tick(services)
    assert run_tick(services) == []


def test_a_canary_that_was_lost_is_sent_again_within_a_minute(tmp_path, redis_url):
    services = make_services(tmp_path, redis_url, TILSHI_SCHEDULE_LEASE_S="3600")
    assert services.wakeups.send("canary.text")

    with redis.Redis.from_url(redis_url) as client:
        [key] = client.scan_iter("*hint*canary.text*")
        assert 0 < client.pttl(key) <= 60_000
