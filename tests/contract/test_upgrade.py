"""A store that an earlier version wrote comes to the form of this one, whatever dies on the way."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aggregator.errors import SchemaError, StoreError
from aggregator.models import Stage
from aggregator.store.client import Connection
from aggregator.store.keys import SCHEMA_VERSION, Keys
from aggregator.store.redis import Store, name_client
from aggregator.store.restore import restore
from aggregator.store.retention import Retention
from aggregator.store.steps import STEPS, Step
from aggregator.store.upgrade import find_workers, read_stored_version, upgrade

OLD = Path(__file__).resolve().parent.parent / "data" / "stores" / "schema-1.backup"
KEYS = Keys("t")
NOW = datetime(2025, 8, 20, 8, tzinfo=UTC)
KEPT = Retention(
    articles=timedelta(days=30), identity=timedelta(days=90), digests=timedelta(days=365)
)


class Still:
    def now(self):
        return NOW


@pytest.fixture
def connection(any_redis_url):
    connection = Connection(any_redis_url)
    yield connection
    connection.close()


@pytest.fixture
def old(connection):
    """A store as the last version at schema 1 left it."""
    restore(connection, KEYS, OLD)
    return connection


def test_the_steps_lead_without_a_gap_to_the_version_known():
    assert [step.version for step in STEPS] == list(range(1, SCHEMA_VERSION))


def test_an_old_store_is_not_opened_and_says_what_to_do(old):
    with pytest.raises(SchemaError, match=r"= 1: .*tilshi backup FILE.*tilshi upgrade"):
        old.check_schema(KEYS)


def test_an_old_store_is_brought_up_to_date(old, any_redis_url):
    reports = []

    done = upgrade(
        old, KEYS, token="me", progress=lambda _what, some, of: reports.append((some, of))
    )

    assert [line.partition(":")[0] for line in done] == [
        f"{n} to {n + 1}" for n in range(1, SCHEMA_VERSION)
    ]
    assert (12, 12) in reports
    store = Store(any_redis_url, namespace="t", clock=Still(), retention=KEPT)
    store.check()
    ids = [
        key for day in store.digests.list_days("daily") for key in store.articles.list_day_ids(day)
    ]
    heads, articles = store.articles.load_heads(ids), store.articles.load(ids)
    translated = {
        key: item.passages[0].translated for key, item in articles.items() if item.passages
    }
    assert {key: heads[key].has_english for key in translated} == translated
    assert set(translated.values()) == {True, False}, "the fixture holds headlines of both kinds"
    assert all(item.stage is Stage.DONE for item in articles.values())
    store.close()


def test_nothing_else_of_it_changes(old):
    def everything():
        with old.client() as client:
            articles = {
                name: client.hgetall(name) for name in client.scan_iter(f"{KEYS.prefix}article:*")
            }
            return articles, sorted(client.scan_iter(f"{KEYS.prefix}*"))

    before, keys = everything()
    upgrade(old, KEYS, token="me")
    after, keys_after = everything()

    assert keys_after == keys
    for name, fields in before.items():
        assert {key: value for key, value in after[name].items() if key != b"tr_ok"} == fields


def test_a_store_of_this_version_and_an_empty_one_need_nothing(connection):
    assert upgrade(connection, KEYS, token="me") == []
    connection.check_schema(KEYS)
    assert upgrade(connection, KEYS, token="me") == []
    assert read_stored_version(connection, KEYS) == str(SCHEMA_VERSION)


class KilledError(Exception):
    """In place of kill -9."""


def test_killed_in_the_middle_it_is_locked_until_it_was_done_again(old):
    def die(what, some, of):
        raise KilledError

    with pytest.raises(KilledError):
        upgrade(old, KEYS, token="me", progress=die)
    assert read_stored_version(old, KEYS) == "1>2"
    with pytest.raises(SchemaError, match=r"not finished: run `tilshi upgrade` again"):
        old.check_schema(KEYS)

    assert upgrade(old, KEYS, token="me")
    old.check_schema(KEYS)


def test_every_step_done_twice_is_as_done_once(old):
    def dump():
        with old.client() as client:
            return {
                name: client.hgetall(name) for name in client.scan_iter(f"{KEYS.prefix}article:*")
            }

    upgrade(old, KEYS, token="me")
    once = dump()
    with old.client() as client:
        for step in STEPS:
            step.alter(client, KEYS, lambda some, of: None)

    assert dump() == once


def test_two_upgrades_at_once_are_one(old):
    def second(client, keys, progress):
        with pytest.raises(StoreError, match="another upgrade is at work"):
            upgrade(old, KEYS, token="other")

    upgrade(old, KEYS, token="me", steps=[Step(1, "tries a second one", second)], wanted=2)


def test_a_newer_store_is_left_alone(connection):
    connection.check_schema(KEYS)
    with connection.client() as client:
        client.set(KEYS.schema, SCHEMA_VERSION + 7)

    with pytest.raises(SchemaError, match="newer version of tilshi"):
        upgrade(connection, KEYS, token="me")
    assert read_stored_version(connection, KEYS) == str(SCHEMA_VERSION + 7)


def test_whoever_is_connected_or_worked_lately_is_named(connection, any_redis_url):
    """
    Connected ones are known by their name.

    Those of schema 1, which have none, by their last sign of life.
    """

    def busy(now=NOW):
        return find_workers(connection, KEYS, name_client("t"), now)

    assert busy() == []
    store = Store(any_redis_url, namespace="t", clock=Still(), retention=KEPT)
    store.check()
    assert ["process connected" in line for line in busy()] == [True]
    store.queues.prove_alive("text", "3 articles")
    store.close()
    assert busy() == []
    with connection.client() as client:
        client.set(KEYS.schema, 1)

    assert busy() == ["text worked 0 s ago"]
    assert busy(NOW + timedelta(seconds=59)) == ["text worked 59 s ago"]
    assert busy(NOW + timedelta(seconds=61)) == []
