"""
One outbox behind digests and notices, on Valkey and on Redis.

What earlier builds kept is read, and the rules of sending hold.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import redis

from aggregator.clock import to_millis
from aggregator.delivery.channel import Part
from aggregator.errors import DeliveryBusyError, InDoubtError, NotSentError, RefusedError
from aggregator.models import Alert, AlertKind
from aggregator.operations.actions import ActionResult, retry_dead_letter, retry_delivery
from aggregator.pipeline.send import Parcel, SendRules, send_parcels
from aggregator.polling.schedule import Backoff
from aggregator.store.deliveries import Delivery, DeliveryId
from aggregator.store.outbox import DeliveryState, PartState
from aggregator.store.redis import Store
from aggregator.store.retention import Retention
from tests.support.clock import SettableClock

NOW = datetime(2025, 8, 21, 2, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
KEPT = Retention(
    articles=timedelta(days=30), identity=timedelta(days=90), digests=timedelta(days=365)
)
ID = DeliveryId("daily", date(2025, 8, 20), "tg")
NOTICE = "1755743400000-0"
HOUR = Backoff(shortest=MINUTE, longest=timedelta(hours=1))
ORDERLY = SendRules(backoff=HOUR, attempts=3, in_order=True)
SEPARATE = SendRules(backoff=HOUR, attempts=None, in_order=False)


@pytest.fixture
def clock():
    return SettableClock(NOW)


@pytest.fixture
def server(any_redis_url):
    with redis.Redis.from_url(any_redis_url, decode_responses=True) as server:
        yield server


@pytest.fixture
def store(any_redis_url, clock):
    store = Store(any_redis_url, namespace="t", clock=clock, retention=KEPT)
    store.check()
    yield store
    store.close()


class Channel:
    """
    A channel that keeps what it sends, or fails as planned.

    Each sending has a fault, or None for none.
    """

    def __init__(self, *faults, name="tg"):
        self.id, self.sent, self.faults = name, [], list(faults)

    def send(self, part):
        fault = self.faults.pop(0) if self.faults else None
        if fault:
            raise fault
        self.sent.append(part.key)
        return f"receipt {part.key}"


def parcels(channel, *keys, repeat=False):
    return [
        Parcel(key=key, channel=channel, part=Part(key, "all", key, key), repeat_in_doubt=repeat)
        for key in keys
    ]  # fmt: skip


def send(store, sent, rules=ORDERLY, *, now=NOW):
    """Send a delivery under its lock."""
    lock = store.deliveries.name_lock(ID)
    assert store.queues.lock(lock, token="me", lease=MINUTE)
    number = send_parcels(store.deliveries, ID, sent, rules, token="me", now=now)
    store.queues.unlock(lock, token="me")
    return number


# What earlier builds kept


def test_a_delivery_that_an_earlier_build_kept_is_read(store, server):
    server.hset("{t}:delivery:daily:2025-08-20:tg", mapping={
        "form": "5 messages",
        "part:1": "sent 17", "part:2": "begun", "part:3": "doubt reset by peer",
        "part:4": "refused channel tg: 403", "part:5": "sent", "tries": "2", "due": "1755743460000",
        "error": "channel tg: 503", "at": "1755743400500", "state": "dead",
    })  # fmt: skip
    server.zadd("{t}:deliveries", {"daily/2025-08-20/tg": 1755743400000})

    assert store.deliveries.load_recent() == [
        Delivery(
            id=ID,
            state=DeliveryState.DEAD,
            form="5 messages",
            parts={
                "1": (PartState.SENT, "17"),
                "2": (PartState.BEGUN, ""),
                "3": (PartState.DOUBT, "reset by peer"),
                "4": (PartState.SKIPPED, "channel tg: 403"),
                "5": (PartState.SENT, ""),
            },
            tries=2,
            due=NOW + MINUTE,
            error="channel tg: 503",
            at=NOW + timedelta(milliseconds=500),
        )
    ]


def test_a_delivery_is_kept_as_earlier_builds_read_it(store, server):
    store.deliveries.open(ID, "3 messages")
    channel = Channel(None, RefusedError("tg", "403"), NotSentError("tg", "503"))
    send(store, parcels(channel, "1", "2", "3"))

    assert server.hgetall("{t}:delivery:daily:2025-08-20:tg") == {
        "form": "3 messages", "part:1": "sent receipt 1", "part:2": "refused channel tg: 403",
        "error": "channel tg: 503", "tries": "1", "due": "1755743460000", "at": "1755743400000",
    }  # fmt: skip
    assert server.ttl("{t}:delivery:daily:2025-08-20:tg") == 90 * 86_400
    assert server.zrange("{t}:deliveries", 0, -1, withscores=True) == [
        ("daily/2025-08-20/tg", 1755743400000)
    ]
    assert server.keys("{t}:lock:*") == []


def test_a_notice_that_an_earlier_build_kept_is_sent_where_it_was_not(store, server):
    server.hset(f"{{t}}:notice:{NOTICE}", mapping={
        "text": "Alert: late", "part:mail/a1": "sent", "part:mail/b2": "begun",
        "part:mail/c3": "doubt channel mail: reset", "part:tg/all": "refused channel tg: 403",
    })  # fmt: skip
    server.zadd("{t}:notices", {NOTICE: 1755743400000})
    [notice] = store.notices.list_due()
    assert (notice.text, notice.at) == ("Alert: late", NOW)

    channel = Channel()
    keys = ("mail/a1", "mail/b2", "mail/c3", "tg/all", "hook/all")
    assert store.queues.lock("watch", token="me", lease=MINUTE)
    assert (
        send_parcels(
            store.notices, notice.id, parcels(channel, *keys), SEPARATE, token="me", now=NOW
        )
        == 1
    )

    assert channel.sent == ["hook/all"]
    assert server.hgetall(f"{{t}}:notice:{NOTICE}") == {
        "text": "Alert: late", "part:mail/a1": "sent", "part:mail/c3": "doubt channel mail: reset",
        "part:mail/b2": "doubt its sender ended before the answer came",
        "part:tg/all": "refused channel tg: 403",
        "part:hook/all": "sent receipt hook/all",
    }  # fmt: skip
    assert server.ttl(f"{{t}}:notice:{NOTICE}") == 7 * 86_400
    assert store.notices.count_waiting() == 0


def test_a_notice_that_was_put_off_stands_in_the_queue_alone(store, server):
    server.hset(f"{{t}}:notice:{NOTICE}", "text", "Alert: late")
    server.zadd("{t}:notices", {NOTICE: 1755743400000})
    assert store.queues.lock("watch", token="me", lease=MINUTE)
    away = parcels(Channel(NotSentError("tg", "503")), "tg/all")

    assert send_parcels(store.notices, NOTICE, away, SEPARATE, token="me", now=NOW) == 0

    assert server.hgetall(f"{{t}}:notice:{NOTICE}") == {"text": "Alert: late"}
    assert server.zrange("{t}:notices", 0, -1, withscores=True) == [
        (NOTICE, to_millis(NOW + MINUTE))
    ]
    assert store.notices.list_due() == []


# The rules


def test_parts_in_order_stop_at_the_first_that_fails_and_others_do_not(store):
    orderly, separate = Channel(NotSentError("tg", "503")), Channel(NotSentError("tg", "503"))

    assert send(store, parcels(orderly, "1", "2")) == 0
    assert orderly.sent == []
    assert send(store, parcels(separate, "1", "2"), SEPARATE) == 1
    assert separate.sent == ["2"]
    assert store.deliveries.get(ID).state is DeliveryState.WAITING


def test_waits_grow_and_the_last_try_is_given_up(store):
    channel = Channel(*(NotSentError("tg", "503") for _ in range(3)))
    dues = []
    for _ in range(3):
        send(store, parcels(channel, "1"))
        dues.append(store.deliveries.get(ID).due - NOW)

    assert dues == [MINUTE, 2 * MINUTE, timedelta(0)]
    last = store.deliveries.get(ID)
    assert (last.state, last.error) == (
        DeliveryState.DEAD,
        "given up after 3 tries: channel tg: 503",
    )


@pytest.mark.parametrize(
    ("asked", "waited"),
    [([None], 60), ([7], 60), ([300], 300), ([300, 120], 120), ([300, None], 60)],
)
def test_a_service_that_asks_for_time_gets_it_and_no_other_waits_for_it(store, asked, waited):
    channel = Channel(*(NotSentError("tg", "429", retry_after_s=seconds) for seconds in asked))
    send(store, parcels(channel, *(str(number) for number, _ in enumerate(asked))), SEPARATE)

    assert store.deliveries.get(ID).due == NOW + timedelta(seconds=waited)


@pytest.mark.parametrize(("repeat", "sent"), [(False, ["2"]), (True, ["1", "2"])])
def test_what_may_have_been_sent_is_sent_again_only_where_that_is_wanted(store, repeat, sent):
    channel = Channel(InDoubtError("tg", "reset"))
    for _ in range(2):
        send(store, parcels(channel, "1", "2", repeat=repeat))

    assert channel.sent == sent
    delivery = store.deliveries.get(ID)
    assert delivery.state is DeliveryState.DONE
    assert delivery.count(PartState.DOUBT) == (not repeat)


def test_whoever_lost_the_lock_sends_no_more_and_ends_nothing(store):
    class Slow(Channel):
        def send(self, part):
            store.queues.unlock(store.deliveries.name_lock(ID), token="me")
            return super().send(part)

    channel = Slow()
    assert send(store, parcels(channel, "1", "2")) == 1
    assert channel.sent == ["1"]
    assert store.deliveries.get(ID).state is DeliveryState.WAITING


@pytest.mark.parametrize(
    ("refused", "state", "error"),
    [
        (0, DeliveryState.DONE, ""),
        (1, DeliveryState.DONE, "1 of 2 refused"),
        (2, DeliveryState.DEAD, "channel tg: 403"),
    ],
)
def test_an_operator_is_to_look_at_what_nobody_took(store, refused, state, error):
    channel = Channel(*(RefusedError("tg", "403") for _ in range(refused)))
    send(store, parcels(channel, "1", "2"))

    delivery = store.deliveries.get(ID)
    assert (delivery.state, delivery.error) == (state, error)


def test_nothing_to_send_is_done(store):
    assert send(store, []) == 0
    assert store.deliveries.get(ID).state is DeliveryState.DONE


LIST = replace(ORDERLY, in_order=False)


class Mail:
    """A channel whose recipients fail as long as it is said, each alone."""

    def __init__(self, failing=(), times=1000, *, for_all=False):
        self.id, self.sent, self.asked = "list", [], []
        self.left = dict.fromkeys(failing, times)
        self.for_all = for_all

    def send(self, part):
        self.asked.append(part.key)
        if self.left.get(part.key, 0):
            self.left[part.key] -= 1
            raise NotSentError("list", f"{part.key}: 452", None, self.for_all)
        self.sent.append(part.key)
        return ""


def send_until_the_end(store, sent, rules):
    """Send in one turn after the other; returns how many it took."""
    turns = 0
    while store.deliveries.get(ID).state is DeliveryState.WAITING:
        send(store, sent, rules)
        turns += 1
    return turns


def test_a_recipient_who_is_put_off_for_good_keeps_nothing_from_the_others(store):
    channel = Mail("b")
    turns = send_until_the_end(store, parcels(channel, *"abcde"), LIST)

    assert (turns, channel.sent) == (3, list("acde"))
    last = store.deliveries.get(ID)
    assert (last.state, last.error) == (
        DeliveryState.DEAD,
        "given up after 3 tries: channel list: b: 452",
    )


@pytest.mark.parametrize("rules", [ORDERLY, LIST], ids=["in order", "each alone"])
def test_as_long_as_something_is_sent_nothing_is_given_up(store, rules):
    keys = [f"{number:02}" for number in range(9)]
    channel = Mail(keys, times=1)
    turns = send_until_the_end(store, parcels(channel, *keys), rules)

    assert store.deliveries.get(ID).state is DeliveryState.DONE
    assert sorted(channel.sent) == keys
    assert turns == (10 if rules.in_order else 2)


def test_tries_are_counted_anew_after_something_was_sent(store):
    channel = Mail("12", times=2)
    sent = parcels(channel, "1", "2")
    tries = []
    while store.deliveries.get(ID).state is DeliveryState.WAITING:
        send(store, sent)
        tries.append(store.deliveries.get(ID).tries)

    assert tries[:4] == [1, 2, 1, 2]
    assert store.deliveries.get(ID).state is DeliveryState.DONE


def test_a_channel_that_is_away_is_asked_once_and_another_is_not_held_up(store):
    away, well = Mail("abc", for_all=True), Mail()
    well.id = "other"
    send(store, [*parcels(away, *"abc"), *parcels(well, *"de")], SEPARATE)

    assert away.asked == ["a"]
    assert well.sent == ["d", "e"]


class Turn:
    """A turn that is over after so many looks."""

    def __init__(self, looks):
        self.left = looks

    def is_over(self):
        self.left -= 1
        return self.left < 0


@pytest.mark.parametrize("rules", [ORDERLY, LIST], ids=["in order", "each alone"])
def test_a_turn_ends_between_two_parts_and_the_next_goes_on(store, rules):
    channel = Mail()
    sent = parcels(channel, *"abcde")
    assert send(store, sent, replace(rules, is_over=Turn(1).is_over)) == 2
    delivery = store.deliveries.get(ID)
    assert channel.sent == ["a", "b"]
    assert delivery.may_be_tried(NOW)
    assert [state for state, _ in delivery.parts.values()] == [PartState.SENT] * 2

    assert send(store, sent, replace(rules, is_over=Turn(0).is_over)) == 1, "never none"
    assert send(store, sent, rules) == 2
    assert channel.sent == list("abcde")
    assert store.deliveries.get(ID).state is DeliveryState.DONE


def test_a_turn_that_sent_something_and_ended_leaves_no_failures_in_a_row(store):
    channel = Mail("a", times=2)
    sent = parcels(channel, *"abc")
    for _ in range(2):
        send(store, sent)
    assert store.deliveries.get(ID).tries == 2

    send(store, sent, replace(ORDERLY, is_over=Turn(0).is_over))

    after = store.deliveries.get(ID)
    assert (after.tries, after.error, after.may_be_tried(NOW)) == (0, "", True)


def test_recipients_who_fail_slowly_do_not_take_every_turn(store):
    """In each turn there is time for two, and the first four never take anything."""
    keys = "abcdefgh"
    channel = Mail("abcd")
    sent = parcels(channel, *keys)
    for _ in range(9):
        if store.deliveries.get(ID).state is DeliveryState.WAITING:
            send(store, sent, replace(LIST, attempts=4, is_over=Turn(1).is_over))

    assert channel.sent == list("efgh")


@pytest.mark.parametrize(
    ("due", "ahead", "may"),
    [
        (timedelta(seconds=30), timedelta(0), False),
        (timedelta(seconds=-1), timedelta(0), True),
        (timedelta(hours=6), timedelta(hours=6), True),
        (timedelta(hours=6), timedelta(seconds=5), False),
    ],
)
def test_what_a_clock_put_off_that_was_ahead_need_not_wait_for_it(store, clock, due, ahead, may):
    clock.moment = NOW + ahead
    store.deliveries.put_off(ID, "503", tries=1, due=NOW + due)

    assert store.deliveries.get(ID).may_be_tried(NOW) is may


def test_a_notice_of_a_clock_that_was_ahead_is_sent_at_once(store, clock):
    alert = Alert(kind=AlertKind.CANARY_LATE, subject="", text="t", raised=NOW)
    clock.pass_by(hours=6)
    store.notices.change_alerts([alert], [], ["Alert: t"])
    clock.pass_by(hours=-6)
    [notice] = store.notices.list_due()

    assert store.queues.lock("watch", token="me", lease=MINUTE)
    away = parcels(Channel(NotSentError("tg", "503")), "tg/all")
    send_parcels(store.notices, notice.id, away, SEPARATE, token="me", now=NOW)
    assert store.notices.list_due() == [], "it was put off, and waits its time"


# Taken up again


def note_parts(store, **parts):
    store.deliveries.open(ID, "3 messages")
    for key, (state, note) in parts.items():
        store.deliveries.note_part(ID, key, state, note)
    store.deliveries.put_off(ID, "503", tries=3, due=NOW + MINUTE)
    store.deliveries.end(ID, DeliveryState.DEAD, "given up")


def test_what_was_sent_stays_sent_and_the_rest_is_taken_up_again(store):
    note_parts(
        store,
        a=(PartState.SENT, "17"),
        b=(PartState.SENT, ""),
        c=(PartState.DOUBT, "sent or not"),
        d=(PartState.SKIPPED, "550 sent back"),
        e=(PartState.BEGUN, ""),
    )
    store.deliveries.reopen(ID)

    again = store.deliveries.get(ID)
    assert again.parts == {"a": (PartState.SENT, "17"), "b": (PartState.SENT, "")}
    assert (again.state, again.tries, again.due, again.error) == (
        DeliveryState.WAITING,
        0,
        None,
        "",
    )
    assert again.form == "3 messages", "what was sent was of it"


def test_where_nothing_was_sent_the_form_is_forgotten(store):
    note_parts(store, a=(PartState.DOUBT, ""), b=(PartState.SKIPPED, "550"))
    store.deliveries.reopen(ID)

    assert store.deliveries.get(ID).form == ""
    assert store.deliveries.get(ID).parts == {}


def test_what_is_being_sent_is_not_taken_up_again(store):
    note_parts(store, a=(PartState.BEGUN, ""))
    before = store.deliveries.get(ID)
    lock = store.deliveries.name_lock(ID)
    assert store.queues.lock(lock, token="sender", lease=MINUTE)

    with pytest.raises(DeliveryBusyError, match="daily/2025-08-20/tg: is being sent"):
        store.deliveries.reopen(ID)
    assert store.deliveries.get(ID) == before
    assert retry_delivery(store, str(ID)) is ActionResult.BUSY
    assert retry_dead_letter(store, f"deliver:{ID}", NOW) is ActionResult.BUSY

    store.queues.unlock(lock, token="sender")
    assert retry_dead_letter(store, f"deliver:{ID}", NOW) is ActionResult.DONE


def test_a_part_that_is_sent_while_an_operator_retries_is_sent_once(store):
    """The operator's list is of the moment before the answer came."""

    class Interrupted(Channel):
        def send(self, part):
            with suppress(DeliveryBusyError):
                store.deliveries.reopen(ID)
            return super().send(part)

    channel = Interrupted()
    sent = parcels(channel, "1", "2")
    send(store, sent)
    store.deliveries.reopen(ID)
    send(store, sent)

    assert channel.sent == ["1", "2"]
