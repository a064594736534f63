"""What the store promises of pictures, on Valkey and on Redis."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.errors import LeaseLostError
from aggregator.models import Stage
from aggregator.store.backup import back_up
from aggregator.store.client import Connection
from aggregator.store.keys import Keys
from aggregator.store.pictures import PictureAddress, PictureBounds, PictureRecord, PictureStore
from aggregator.store.redis import Store
from aggregator.store.restore import restore
from aggregator.store.retention import Retention
from tests.support.clock import SettableClock
from tests.support.press_pictures import make_kept

NOW = datetime(2025, 8, 20, 8, tzinfo=UTC)
LEASE = timedelta(seconds=30)
ONE, TWO, THREE = (f"{number:032x}" for number in (1, 2, 3))
URL = "https://o.example/bridge.jpg"
ADDRESS = PictureAddress(url=URL, outlet_id="o-one")
BODY = make_kept(ONE, "o-one").body


@pytest.fixture
def clock():
    return SettableClock(NOW)


@pytest.fixture
def store(any_redis_url, clock):
    retention = Retention(digests=timedelta(days=365))
    store = Store(any_redis_url, namespace="t", clock=clock, retention=retention)
    store.check()
    yield store
    store.close()


def take(store, token="t1"):
    return store.queues.take(Stage.PICTURE, limit=10, token=token, lease=LEASE)


def keep(store, clock, *ids, pictures=None):
    for article_id in ids:
        clock.pass_by(minutes=1)
        store.pictures.ask({article_id: ADDRESS})
        take(store)
        (pictures or store.pictures).finish(
            article_id, said="made", token="t1", picture=make_kept(article_id, "o-one", body=BODY)
        )


def test_what_is_asked_for_waits_once_for_ever(store):
    assert store.pictures.ask({ONE: ADDRESS, TWO: ADDRESS}) == 2
    assert store.pictures.ask({ONE: replace(ADDRESS, url="https://o.example/other.jpg")}) == 0

    assert [item.id for item in take(store)] == [ONE, TWO]
    store.pictures.finish(ONE, said="gone", token="t1")
    assert store.pictures.ask({ONE: ADDRESS, TWO: ADDRESS}) == 0
    assert store.pictures.load_records([ONE, TWO, THREE]) == {
        ONE: PictureRecord(url=URL, outlet_id="o-one", said="gone", kept=False),
        TWO: PictureRecord(url=URL, outlet_id="o-one", said="", kept=False),
    }
    waiting = store.queues.load_waiting()[Stage.PICTURE]
    assert (waiting.ready, waiting.leased) == (0, 1)


def test_a_picture_is_kept_with_its_moment(store, clock):
    keep(store, clock, ONE)

    assert store.pictures.load([ONE, TWO]) == {ONE: make_kept(ONE, "o-one", body=BODY)}
    assert store.pictures.list_kept() == {ONE: clock.now()}
    assert store.pictures.list_kept(clock.now() + timedelta(seconds=1)) == {}
    assert store.pictures.load_records([ONE])[ONE].kept


def test_who_has_lost_the_lease_changes_nothing(store, clock):
    store.pictures.ask({ONE: ADDRESS})
    take(store)
    clock.pass_by(minutes=1)
    store.queues.sweep(LEASE)
    picture = make_kept(ONE, "o-one", body=BODY)
    for token in ("t1", ""):
        with pytest.raises(LeaseLostError):
            store.pictures.finish(ONE, said="made", token=token, picture=picture)

    assert store.pictures.list_kept() == {}
    assert store.pictures.load_records([ONE])[ONE].said == ""
    [again] = take(store, "t2")
    assert (again.id, again.lost) == (ONE, 1)
    store.pictures.finish(ONE, said="made", token="t2", picture=picture)
    assert store.pictures.load([ONE]) == {ONE: picture}


@pytest.mark.parametrize(
    "bounds",
    [PictureBounds(most=2), PictureBounds(most_bytes=2 * len(BODY) + 1)],
    ids=["too many", "too large"],
)
def test_the_oldest_go_when_there_are_too_many_or_too_large(store, clock, any_redis_url, bounds):
    connection = Connection(any_redis_url)
    bounded = PictureStore(connection, Keys("t"), clock, Retention(), bounds)
    keep(store, clock, TWO, ONE, THREE, pictures=bounded)

    assert list(store.pictures.list_kept()) == [ONE, THREE]
    assert store.pictures.load([ONE, TWO, THREE]).keys() == {ONE, THREE}
    # It had one, and none is asked for again.
    assert store.pictures.ask({TWO: ADDRESS}) == 0
    connection.close()


def test_they_are_kept_no_longer_than_digests(store, clock, any_redis_url):
    keep(store, clock, ONE)
    clock.pass_by(days=366)
    keep(store, clock, TWO)

    assert list(store.pictures.list_kept()) == [TWO]
    connection = Connection(any_redis_url)
    with connection.client() as client:
        assert client.hlen(Keys("t").picture_bodies) == 1
        assert 0 < client.ttl(Keys("t").picture(ONE)) <= 365 * 86_400
    connection.close()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("outlet", "../../etc"),
        ("width", "0"),
        ("width", "99999"),
        ("height", '1" onload="x'),
    ],
)
def test_what_a_backup_put_there_and_is_no_picture_is_not_given_out(
    store, clock, any_redis_url, field, value
):
    keep(store, clock, ONE)
    connection = Connection(any_redis_url)
    with connection.client() as client:
        client.hset(Keys("t").picture(ONE), field, value)
        client.hset(Keys("t").picture_bodies, "../x", BODY)

    assert store.pictures.load([ONE, "../x"]) == {}
    connection.close()


def test_bytes_that_are_no_webp_are_not_given_out(store, clock, any_redis_url):
    keep(store, clock, ONE)
    connection = Connection(any_redis_url)
    with connection.client() as client:
        client.hset(Keys("t").picture_bodies, ONE, b"<script>alert(1)</script>")

    assert store.pictures.load([ONE]) == {}
    connection.close()


def test_a_backup_brings_them_back_with_what_waits(store, clock, any_redis_url, tmp_path):
    keep(store, clock, ONE)
    store.pictures.ask({TWO: ADDRESS})
    connection = Connection(any_redis_url)
    back_up(connection, Keys("t"), tmp_path / "b", now=NOW)
    restore(connection, Keys("u"), tmp_path / "b")
    connection.close()
    back = Store(any_redis_url, namespace="u", clock=clock, retention=Retention())

    assert back.pictures.load([ONE]) == store.pictures.load([ONE])
    assert back.pictures.list_kept() == store.pictures.list_kept()
    assert back.pictures.load_records([ONE, TWO]) == store.pictures.load_records([ONE, TWO])
    assert [item.id for item in take(back)] == [TWO]
    back.close()
