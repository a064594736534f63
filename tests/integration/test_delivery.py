"""
Deliveries from end to end over a real store: each part once, whatever dies.

What fails is tried again or put aside.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from functools import partial
from pathlib import Path

import pytest

from aggregator.delivery.channel import Part, Prepared
from aggregator.delivery.telegram import TelegramChannel
from aggregator.errors import NotSentError
from aggregator.pipeline.deliver import (
    DeliverStep,
    Route,
    deliver,
    deliver_due,
    find_due_deliveries,
    find_sending_time,
)
from aggregator.polling.schedule import Backoff
from aggregator.store.deliveries import DeliveryId
from aggregator.store.outbox import DeliveryState, PartState
from aggregator.store.redis import Store
from aggregator.store.retention import Retention
from tests.support.builders import DAY, digest, edition
from tests.support.messengers import TOKEN, Messengers
from tests.support.site import StillClock
from tests.support.waiting import until

KEPT = Retention(
    articles=timedelta(days=30), identity=timedelta(days=90), digests=timedelta(days=365)
)
MORNING = datetime(2025, 8, 21, 2, 30, tzinfo=UTC)  # 07:30 of the next day in Almaty
DELIVERY = DeliveryId("daily", DAY, "tg")


@pytest.fixture
def server():
    with Messengers() as messengers:
        yield messengers


@pytest.fixture
def clock():
    return StillClock(MORNING)


@pytest.fixture
def store(redis_url, clock):
    store = Store(redis_url, namespace="t", clock=clock, retention=KEPT)
    store.check()
    yield store
    store.close()


def publish_digest(store, made):
    store.queues.lock("compose", token="c", lease=timedelta(seconds=9))
    assert store.digests.publish(made, {}, token="c")
    store.queues.unlock("compose", token="c")


@pytest.fixture
def closed(store):
    made = digest(80, closed=True)
    publish_digest(store, made)
    return made


def make_step(store, server, *, token=TOKEN, repeat=False, attempts=3, at=None):
    channel = TelegramChannel(
        id="tg",
        token=token,
        chat="@d",
        stories=80,
        address="",
        clock=StillClock(MORNING),
        base=server.base,
        timeout_s=0.6,
    )
    route = Route(channel=channel, edition=edition(), at=at or edition().at, repeat_in_doubt=repeat)
    backoff = Backoff(shortest=timedelta(seconds=30), longest=timedelta(hours=1))
    return DeliverStep(
        store=store, routes=(route,), backoff=backoff, attempts=attempts, fresh=timedelta(hours=24)
    )


def run_step(step, now=MORNING, token="a"):
    return deliver_due(step, token=token, now=now, real_now=now)


def test_a_digest_is_sent_once_and_whole(store, server, closed):
    step = make_step(store, server)
    [delivery] = run_step(step)
    parts = step.routes[0].channel.prepare(closed).parts

    assert delivery.state is DeliveryState.DONE
    assert server.told == [part.payload for part in parts]
    assert delivery.count(PartState.SENT) == len(parts) > 3
    assert run_step(step) == []
    assert server.asked == len(parts)


def test_an_open_digest_is_not_sent(store, server):
    publish_digest(store, digest(3))

    assert run_step(make_step(store, server)) == []
    assert server.asked == 0


@pytest.mark.parametrize(
    ("minutes", "due"), [(-31, 0), (-30, 1), (0, 1), (23 * 60, 1), (24 * 60, 0)]
)
def test_a_digest_goes_out_at_its_hour_and_not_a_day_late(store, server, closed, minutes, due):
    now = MORNING + timedelta(minutes=minutes)

    assert len(find_due_deliveries(make_step(store, server), now=now, real_now=now)) == due


def test_a_digest_never_goes_out_before_it_closes(server, store):
    route = make_step(store, server, at=clock_time(1, 0)).routes[0]

    assert find_sending_time(DAY, route) == datetime(2025, 8, 21, 1, 0, tzinfo=UTC), (
        "06:00 in Almaty"
    )


def test_a_failure_is_tried_again_from_where_it_stopped(store, server, closed):
    step = make_step(store, server)
    server.plan = [200, 200, 503]
    [delivery] = run_step(step)

    assert (delivery.state, delivery.tries, delivery.count(PartState.SENT)) == (
        DeliveryState.WAITING,
        1,
        2,
    )
    assert delivery.due == MORNING + timedelta(seconds=30)
    assert run_step(step, MORNING + timedelta(seconds=29)) == []
    [done] = run_step(step, MORNING + timedelta(seconds=31))
    assert done.state is DeliveryState.DONE
    assert len(server.told) == len(set(server.told)) == done.count(PartState.SENT)


def test_the_service_says_when_to_come_back(store, server, closed):
    second = timedelta(seconds=1)
    step = replace(make_step(store, server), backoff=Backoff(shortest=second, longest=second))
    server.plan = [429]
    [delivery] = run_step(step)

    assert delivery.due == MORNING + timedelta(seconds=7)


def test_after_the_last_try_an_operator_must_look(store, server, closed):
    step = make_step(store, server)
    now = MORNING
    server.plan = [500] * 3
    for _ in range(3):
        [delivery] = run_step(step, now)
        now += timedelta(hours=2)

    assert delivery.state is DeliveryState.DEAD
    assert "given up after 3 tries" in delivery.error
    assert run_step(step, now) == []
    store.deliveries.reopen(DELIVERY)
    assert run_step(step, now)[0].state is DeliveryState.DONE
    assert len(server.told) == len(set(server.told))


def test_a_wrong_token_is_a_dead_letter_with_its_reason(store, server, closed):
    [delivery] = run_step(make_step(store, server, token="1:wrong"))

    assert delivery.state is DeliveryState.DEAD
    assert "401" in delivery.error
    notes = [note for _, note in delivery.parts.values()]
    assert "wrong" not in json.dumps([delivery.error, *notes])


@pytest.mark.parametrize(("repeat", "times"), [(False, 1), (True, 2)])
def test_what_may_have_been_sent_is_sent_again_only_where_the_owner_says_so(
    store, server, closed, repeat, times
):
    step = make_step(store, server, repeat=repeat)
    server.plan = ["stall"]
    run_step(step)
    [*_, last] = run_step(step, MORNING + timedelta(minutes=5)) or [store.deliveries.get(DELIVERY)]

    assert last.state is DeliveryState.DONE
    assert last.count(PartState.DOUBT) == (not repeat)
    assert server.told.count(server.told[0]) == times
    assert len(set(server.told)) == len(step.routes[0].channel.prepare(closed).parts)


def test_a_channel_that_was_changed_meanwhile_is_not_gone_on_with(store, server, closed):
    step = make_step(store, server)
    server.plan = [200, 503]
    run_step(step)
    [route] = step.routes
    shorter = replace(route, channel=replace(route.channel, stories=10))
    [delivery] = run_step(replace(step, routes=(shorter,)), MORNING + timedelta(hours=1))

    assert delivery.state is DeliveryState.DEAD
    assert "changed meanwhile" in delivery.error
    assert len(server.told) == 1


def test_many_senders_at_once_send_each_part_once(redis_url, store, server, closed):
    step = make_step(store, server)
    stores = [
        Store(redis_url, namespace="t", clock=StillClock(MORNING), retention=KEPT) for _ in range(6)
    ]

    def send(own, token):
        run_step(replace(step, store=own), token=token)

    threads = [
        threading.Thread(target=send, args=(own, f"t{number}")) for number, own in enumerate(stores)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for own in stores:
        own.close()

    parts = step.routes[0].channel.prepare(closed).parts
    assert sorted(server.told) == sorted(part.payload for part in parts)


SENDER = """
import sys
from datetime import timedelta
from tests.integration.test_delivery import KEPT, MORNING, make_step, run_step
from tests.support.site import StillClock
from aggregator.store.redis import Store

class Server:
    base = sys.argv[2]

store = Store(sys.argv[1], namespace="t", clock=StillClock(MORNING), retention=KEPT)
run_step(make_step(store, Server), token=sys.argv[3])
"""


def has_asked_or_ended(server, before, process):
    return server.asked > before or process.poll() is not None


def test_senders_killed_at_any_moment_send_nothing_twice_and_lose_only_what_is_in_doubt(
    redis_url, store, server, closed, monkeypatch
):
    step = make_step(store, server)
    parts = step.routes[0].channel.prepare(closed).parts
    environ = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    for number in range(4):
        before = server.asked
        command = [sys.executable, "-c", SENDER, redis_url, server.base, f"k{number}"]
        process = subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL)
        until(partial(has_asked_or_ended, server, before, process))
        time.sleep(0.001 * number)
        process.send_signal(signal.SIGKILL)
        process.wait()
        # The lock of the dead runs out; here it is taken away, to save three minutes.
        for token in range(number + 1):
            store.queues.unlock(f"deliver:{DELIVERY}", token=f"k{token}")
    assert server.asked > 0, "the killed ones had begun"
    run_step(step, token="last")
    delivery = store.deliveries.get(DELIVERY)

    assert delivery.state is DeliveryState.DONE
    assert len(server.told) == len(set(server.told)), "nothing twice"
    sent = delivery.count(PartState.SENT)
    doubt = delivery.count(PartState.DOUBT)
    assert sent + doubt == len(parts), "every part is accounted for"
    missing = {part.payload for part in parts} - set(server.told)
    assert len(missing) <= doubt, "only what is in doubt can be missing"


def test_a_sender_frozen_past_its_lock_changes_nothing(store, server, closed):
    step = make_step(store, server)
    [route] = step.routes
    store.deliveries.open(DELIVERY, route.channel.prepare(closed).form)
    store.queues.lock(f"deliver:{DELIVERY}", token="frozen", lease=timedelta(seconds=30))
    assert (
        store.deliveries.begin_part(DELIVERY, "1", token="frozen", lease=timedelta(seconds=30)) == 1
    )
    store.queues.unlock(f"deliver:{DELIVERY}", token="frozen")
    delivery = deliver(step, route, DELIVERY, token="other", now=MORNING)

    assert delivery.count(PartState.DOUBT) == 1, "the frozen one may be sending it"
    assert (
        store.deliveries.begin_part(DELIVERY, "2", token="frozen", lease=timedelta(seconds=30))
        == -1
    )


def test_deliveries_are_listed_and_forgotten_in_time(store, server, closed, clock):
    run_step(make_step(store, server))

    assert [line.id for line in store.deliveries.load_recent()] == [DELIVERY]
    clock.at += timedelta(days=91)
    assert store.deliveries.load_recent() == []


class MailList:
    """A list whose form changes with how many messages it has, and some of whose readers fail."""

    def __init__(self, names, *, form="mail", in_order=False):
        self.id, self.names, self.form, self.in_order = "tg", names, form, in_order
        self.told, self.failing = [], set()

    def prepare(self, digest):
        parts = tuple(Part(name, name, name, name) for name in self.names)
        return Prepared(parts, self.form, in_order=self.in_order)

    def send(self, part):
        if part.key in self.failing:
            raise NotSentError("tg", "452 mailbox full")
        self.told.append(part.key)
        return ""


def make_list_step(store, channel, **changes):
    route = Route(channel=channel, edition=edition(), at=edition().at)
    backoff = Backoff(shortest=timedelta(seconds=30), longest=timedelta(hours=1))
    step = DeliverStep(
        store=store, routes=(route,), backoff=backoff, attempts=3, fresh=timedelta(hours=24)
    )
    return replace(step, **changes)


def test_a_full_mailbox_keeps_no_digest_from_the_others(store, closed):
    channel = MailList("abcde")
    channel.failing = {"b"}
    step = make_list_step(store, channel)
    for hours in range(3):
        [delivery] = run_step(step, MORNING + timedelta(hours=hours))

    assert delivery.state is DeliveryState.DEAD
    assert channel.told == list("acde")
    channel.failing = set()
    store.deliveries.reopen(DELIVERY)
    assert run_step(step)[0].state is DeliveryState.DONE
    assert channel.told == list("acdeb")


def test_a_turn_that_is_over_leaves_no_part_in_doubt(store, closed):
    channel = MailList("abcdef")
    looks = iter([False, False, False, True])
    step = make_list_step(store, channel, is_over=lambda: next(looks))
    [delivery] = run_step(step)

    assert channel.told == list("abc")
    assert (delivery.state, delivery.tries) == (DeliveryState.WAITING, 0)
    assert delivery.count(PartState.SENT) == len(delivery.parts) == 3
    [done] = run_step(make_list_step(store, channel), token="b")
    assert done.state is DeliveryState.DONE
    assert channel.told == list("abcdef")


def test_nothing_is_begun_when_the_turn_is_over(store, closed):
    channel = MailList("abc")

    assert run_step(make_list_step(store, channel, is_over=lambda: True)) == []
    assert channel.told == []


@pytest.mark.parametrize(
    ("failing", "state", "told"),
    [
        ("123", DeliveryState.DONE, ["1", "2", "3", "4"]),
        ("3", DeliveryState.DEAD, ["1", "2"]),
    ],
    ids=["nothing was sent", "some was sent"],
)
def test_a_changed_channel_taken_up_again_tells_nobody_twice(store, closed, failing, state, told):
    channel = MailList("123", form="3 messages", in_order=True)
    channel.failing = set(failing)
    step = make_list_step(store, channel)
    run_step(step)
    channel.names, channel.form, channel.failing = "1234", "4 messages", set()
    later = MORNING + timedelta(minutes=5)
    run_step(step, later)
    store.deliveries.reopen(DELIVERY)
    [delivery] = run_step(step, later) or [store.deliveries.get(DELIVERY)]

    assert delivery.state is state
    assert channel.told == told


def test_a_channel_set_back_is_gone_on_with(store, closed):
    channel = MailList("123", form="3 messages", in_order=True)
    channel.failing = {"3"}
    step = make_list_step(store, channel)
    run_step(step)
    channel.names, channel.form, channel.failing = "1234", "4 messages", set()
    later = MORNING + timedelta(minutes=5)
    assert run_step(step, later)[0].state is DeliveryState.DEAD

    channel.names, channel.form = "123", "3 messages"
    store.deliveries.reopen(DELIVERY)

    assert run_step(step, later)[0].state is DeliveryState.DONE
    assert channel.told == ["1", "2", "3"]


def test_a_digest_is_fresh_from_when_the_last_edition_closes(store, closed):
    """All editions close together, so one that might close at midnight is closed at six."""
    early = replace(edition(), close_after=timedelta(0))
    [route] = make_list_step(store, MailList("a")).routes
    early_route = replace(route, edition=early, at=clock_time(0, 30))
    step = make_list_step(
        store,
        MailList("a"),
        routes=(early_route,),
        fresh=timedelta(hours=1),
        editions=(early, replace(edition(), id="other")),
    )
    closing = datetime(2025, 8, 21, 1, tzinfo=UTC)

    assert find_sending_time(DAY, early_route, step.editions) == closing
    assert len(find_due_deliveries(step, now=closing, real_now=closing)) == 1
    assert find_due_deliveries(step, now=closing - timedelta(hours=2), real_now=closing) == []
