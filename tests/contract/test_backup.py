"""A backup holds everything, whole, and goes back whole, to the same kind of server or another."""

import gzip
import hashlib
import json
import re
import shutil
import threading
import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest
import redis
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.errors import BackupError, SchemaError, StoreError
from aggregator.models.digest_json import write_digest
from aggregator.net.host_limits import HostLimits
from aggregator.store.backup import back_up, read_backup
from aggregator.store.client import Connection
from aggregator.store.keys import SCHEMA_VERSION, Keys
from aggregator.store.redis import Store
from aggregator.store.restore import restore
from aggregator.store.retention import Retention
from aggregator.urls.host import find_host
from tests.support.builders import DAY, digest
from tests.support.clock import SettableClock
from workers.embedded import PrivateServer

NOW = datetime(2025, 8, 20, 8, tzinfo=UTC)
HERE, THERE = Keys("t"), Keys("u")
KEPT = Retention(
    articles=timedelta(days=30), identity=timedelta(days=90), digests=timedelta(days=365)
)


@pytest.fixture
def connection(any_redis_url):
    connection = Connection(any_redis_url)
    yield connection
    connection.close()


def fill(connection, keys=HERE):
    """
    One key of every type, with text, bytes that are no text, fractions, and ends.

    And what must stay behind.
    """
    connection.check_schema(keys)
    with connection.client() as client:
        client.set(f"{keys.prefix}source:a", '{"a":"қ"}')
        client.hset(
            f"{keys.prefix}article:1",
            mapping={"body": "Астана", "vec": bytes(range(256)), "rev": 3},
        )
        client.expire(f"{keys.prefix}article:1", 1000)
        client.sadd(f"{keys.prefix}day:2025-08-20", "1", b"\xff\x00")
        client.zadd(f"{keys.prefix}wait:text", {"1": 1755676800123.0, "2": 0.5})
        client.set(keys.lock("plan"), "me")
        client.set(keys.wakeup("text"), "1")
        client.set(keys.slot("tick:1"), "1")


def read_all_of(connection, keys):
    """Return all but the mark, which a restored store gets anew."""
    with connection.client() as client:
        records = {}
        names = set(client.scan_iter(f"{keys.prefix}*")) - {keys.mark.encode()}
        for name in sorted(names):
            kind = client.type(name)
            read = {
                b"string": client.get,
                b"hash": client.hgetall,
                b"set": client.smembers,
                b"zset": lambda key: client.zrange(key, 0, -1, withscores=True),
            }[kind]
            records[name.decode().removeprefix(keys.prefix)] = (
                read(name),
                round(client.pttl(name) / 10_000),
            )
        return records


def test_everything_comes_back_but_what_speaks_of_processes(connection, tmp_path):
    fill(connection)
    before = read_all_of(connection, HERE)

    head = back_up(connection, HERE, tmp_path / "b", now=NOW)
    restored = restore(connection, THERE, tmp_path / "b")

    gone = {"lock:plan", "hint:text", "slot:tick:1"}
    assert read_all_of(connection, THERE) == {
        key: value for key, value in before.items() if key not in gone
    }
    assert restored == head
    assert head.keys == 4
    assert read_all_of(connection, HERE) == before


def test_it_goes_into_another_server(connection, tmp_path):
    """From Redis 7 to Valkey 9 and back: values travel by type, not in a server's own form."""
    fill(connection)
    back_up(connection, HERE, tmp_path / "b", now=NOW)
    before = read_all_of(connection, HERE)

    for binary in (None, shutil.which("redis-server")):
        with PrivateServer(tmp_path / str(binary is None), binary=binary) as server:
            other = Connection(server.url)
            restore(other, HERE, tmp_path / "b")
            assert read_all_of(other, HERE).items() <= before.items()
            other.close()


def test_it_is_of_one_moment_while_others_write(connection, any_redis_url, tmp_path):
    """Two keys always written together agree in the copy; and whoever writes goes on afterwards."""
    connection.check_schema(HERE)
    stop, written = threading.Event(), []

    def write():
        with redis.Redis.from_url(any_redis_url) as client:
            while not stop.is_set():
                number = len(written)
                client.mset({f"{HERE.prefix}source:{i:04d}": number for i in range(0, 2000, 100)})
                written.append(number)

    with redis.Redis.from_url(any_redis_url) as client:
        client.mset({f"{HERE.prefix}source:{i:04d}": 0 for i in range(2000)})
    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            back_up(connection, HERE, tmp_path / str(number), now=NOW)
            seen = len(written)
            _, records = read_backup(tmp_path / str(number))
            assert len({record.value for record in records if int(record.key[-4:]) % 100 == 0}) == 1
            while len(written) == seen:
                assert writer.is_alive()
    finally:
        stop.set()
        writer.join()


def test_a_server_that_does_not_pause_says_what_to_do(tmp_path):
    with PrivateServer(tmp_path) as server:
        with redis.Redis.from_url(server.url) as client:
            client.acl_setuser("limited", enabled=True, passwords=["+p"],
                               categories=["+@all"], keys=["*"],
                               commands=["-client|pause"])  # fmt: skip
        path = server.url.removeprefix("unix://").partition("?")[0]
        connection = Connection(f"unix://limited:p@{path}?db=0")
        fill(connection)

        with pytest.raises(StoreError, match="--stopped"):
            back_up(connection, HERE, tmp_path / "b", now=NOW)
        assert not (tmp_path / "b").exists()
        assert back_up(connection, HERE, tmp_path / "b", now=NOW, pause=False).keys == 4
        connection.close()


def test_a_file_that_is_there_is_not_written_over(connection, tmp_path):
    fill(connection)
    (tmp_path / "b").write_text("mine")

    with pytest.raises(BackupError, match="is there already"):
        back_up(connection, HERE, tmp_path / "b", now=NOW)
    with pytest.raises(BackupError, match="cannot be written"):
        back_up(connection, HERE, tmp_path / "no" / "b", now=NOW)
    assert (tmp_path / "b").read_text() == "mine"


def test_only_its_owner_can_read_it(connection, tmp_path):
    fill(connection)
    back_up(connection, HERE, tmp_path / "b", now=NOW)

    assert (tmp_path / "b").stat().st_mode & 0o777 == 0o600


def test_nothing_is_backed_up_of_an_empty_namespace(connection, tmp_path):
    with pytest.raises(StoreError, match="nothing under this namespace"):
        back_up(connection, HERE, tmp_path / "b", now=NOW)
    assert list(tmp_path.iterdir()) == []


def test_a_store_in_use_is_replaced_only_if_asked(connection, tmp_path):
    fill(connection)
    back_up(connection, HERE, tmp_path / "b", now=NOW)
    with connection.client() as client:
        client.set(f"{HERE.prefix}source:later", "1")
    before = read_all_of(connection, HERE)

    with pytest.raises(StoreError, match="--replace"):
        restore(connection, HERE, tmp_path / "b")
    assert read_all_of(connection, HERE) == before

    restore(connection, HERE, tmp_path / "b", replace=True)
    assert "source:later" not in read_all_of(connection, HERE)
    assert "source:a" in read_all_of(connection, HERE)


def test_what_was_lost_a_moment_before_is_accepted(connection, tmp_path):
    """Whoever restores does so at once, within the second in which the loss was found."""
    fill(connection)
    back_up(connection, HERE, tmp_path / "b", now=NOW)
    with connection.client() as client:
        seconds, micros = client.time()
    restore(connection, HERE, tmp_path / "b", replace=True)

    with connection.client() as client:
        accepted_ms = int(client.hget(HERE.mark, "accepted"))
    assert accepted_ms >= seconds * 1000 + micros // 1000


def test_what_expired_meanwhile_does_not_come_back(connection, tmp_path):
    fill(connection)
    with connection.client() as client:
        client.pexpire(f"{HERE.prefix}article:1", 400)
    back_up(connection, HERE, tmp_path / "b", now=NOW)
    with connection.client() as client:
        while client.exists(f"{HERE.prefix}article:1"):
            pass

    restore(connection, THERE, tmp_path / "b")

    assert "article:1" not in read_all_of(connection, THERE)


def lines_of(path):
    return gzip.decompress(path.read_bytes()).splitlines(keepends=True)


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda data, lines: data[: len(data) // 2], "cannot be read to its end"),
        (lambda data, lines: b"hello", "cannot be read to its end"),
        (lambda data, lines: gzip.compress(b"hello\n"), "no backup of tilshi: line 1"),
        (
            lambda data, lines: gzip.compress(b'{"format": "tilshi.backup/9"}\n'),
            "expected tilshi.backup/1",
        ),
        (lambda data, lines: gzip.compress(b"".join(lines[:-1])), "was cut or changed"),
        (
            lambda data, lines: gzip.compress(b"".join([*lines[:2], *lines[3:]])),
            "was cut or changed",
        ),
        (
            lambda data, lines: gzip.compress(b"".join(lines).replace("қ".encode(), "к".encode())),
            "was cut or changed",
        ),
        (
            lambda data, lines: gzip.compress(b"".join([*lines, lines[1]])),
            "nothing after the last line",
        ),
        (
            lambda data, lines: gzip.compress(b"".join(lines).replace(b'"zset"', b'"list"')),
            "type 'list'",
        ),
        (lambda data, lines: b"", "was cut or changed"),
    ],
)
def test_a_file_that_is_not_whole_changes_nothing(connection, tmp_path, harm, said):
    fill(connection)
    back_up(connection, HERE, tmp_path / "b", now=NOW)
    changed = harm((tmp_path / "b").read_bytes(), lines_of(tmp_path / "b"))
    (tmp_path / "b").write_bytes(changed)
    before = read_all_of(connection, HERE)

    with pytest.raises(BackupError, match=said):
        restore(connection, HERE, tmp_path / "b", replace=True)
    assert read_all_of(connection, HERE) == before


def write_backup(path, *lines):
    """Write a file whose last line agrees with what is before it, whatever that is."""
    head = {"format": "tilshi.backup/1", "schema": str(SCHEMA_VERSION), "namespace": "t"}
    head |= {"made": "2025-08-20T08:00:00+00:00", "server": "redis 7"}
    body = b"".join(
        line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n"
        for line in (head, *lines)
    )
    end = {"keys": len(lines), "sha256": hashlib.sha256(body).hexdigest()}
    path.write_bytes(gzip.compress(body + json.dumps(end).encode() + b"\n"))
    return path


def record(key="source:a", kind="string", value="{}", until=None):
    return {"key": key, "type": kind, "until": until, "value": value}


STRANGE = write_digest(digest(1)).replace('"id": "', '"id": "../../')


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (record(key="schema"), "key 'schema': is none"),
        (record(key="restoring:open"), "is none"),
        (record(key="lock:compose"), "is none"),
        (record(key="source:a b"), "is none"),
        (record(key="source:\x1b[2J"), "is none"),
        (record(key="../a"), "is none"),
        (record(key=7), "is none"),
        (record(until="tomorrow"), "until 'tomorrow': expected milliseconds"),
        (record(until=True), "until True"),
        (record(until=-1), "until -1"),
        (record(value=["a"]), "expected a text"),
        (record(value={"b64": "!"}), "line 2"),
        (record(value={}), "line 2: KeyError"),
        (record(kind="hash", value="a"), "expected a list"),
        (record(kind="hash", value=[["a"]]), "hash holds"),
        (record(kind="set", value=[1]), "set holds 1"),
        (record(kind="zset", value=[["a", "b"]]), "zset holds"),
        (record(kind="zset", value=[["a", float("nan")]]), "zset holds"),
        (record(key="digest:daily:2025-08-20", value=STRANGE), "id = '../../"),
        (record(key="digest:daily:2025-08-21", value=write_digest(digest(1))), "is another"),
        (b"[" * 100_000 + b"\n", "line 2: RecursionError"),
        (b"[]\n", "line 2"),
        (b"7\n", "line 2"),
        (b'"x"\n', "line 2"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_what_no_backup_holds_is_named_with_its_line(tmp_path, line, said):
    with pytest.raises(BackupError, match=re.escape(said)):
        read_backup(write_backup(tmp_path / "b", line))


def test_a_small_file_takes_little_memory(tmp_path):
    path = tmp_path / "b"
    path.write_bytes(gzip.compress(b"[" * (64 << 20), 1))
    tracemalloc.start()
    try:
        with pytest.raises(BackupError, match="30 times its size"):
            read_backup(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert path.stat().st_size < 400_000
    assert peak < 80_000_000


def test_a_newer_form_is_not_restored(connection, tmp_path):
    fill(connection)
    with connection.client() as client:
        client.set(HERE.schema, SCHEMA_VERSION + 1)
    back_up(connection, HERE, tmp_path / "b", now=NOW)

    with pytest.raises(SchemaError, match=f"schema version {SCHEMA_VERSION + 1}"):
        restore(connection, THERE, tmp_path / "b")
    assert read_all_of(connection, THERE) == {}


class KilledError(Exception):
    """In place of kill -9."""


def dies_after(number):
    def progress(done, _of):
        if done >= number:
            raise KilledError

    return progress


def test_a_restore_killed_while_it_writes_leaves_what_was_there(connection, tmp_path):
    fill(connection)
    back_up(connection, HERE, tmp_path / "b", now=NOW)
    with connection.client() as client:
        client.set(f"{HERE.prefix}source:later", "1")
    before = read_all_of(connection, HERE)

    with pytest.raises(KilledError):
        restore(connection, HERE, tmp_path / "b", replace=True, progress=dies_after(1))
    after = read_all_of(connection, HERE)
    assert {
        key: value for key, value in after.items() if not key.startswith("restoring:")
    } == before

    connection.check_schema(HERE)
    restore(connection, HERE, tmp_path / "b", replace=True)
    assert not [key for key in read_all_of(connection, HERE) if key.startswith("restoring:")]


def test_a_restore_killed_at_the_change_is_reported_and_can_be_done_again(connection, tmp_path):
    fill(connection)
    back_up(connection, HERE, tmp_path / "b", now=NOW)
    before = read_all_of(connection, HERE)
    with connection.client() as client:
        client.set(HERE.schema, "restoring")
        client.delete(f"{HERE.prefix}article:1")

    with pytest.raises(SchemaError, match="restore FILE` again"):
        connection.check_schema(HERE)
    restore(connection, HERE, tmp_path / "b")

    connection.check_schema(HERE)
    assert read_all_of(connection, HERE).items() <= before.items()


def test_what_models_say_comes_back_as_it_was(connection, any_redis_url, tmp_path):
    class Still:
        def now(self):
            return NOW

    store = Store(any_redis_url, namespace="t", clock=Still(), retention=KEPT)
    store.check()
    assert store.queues.lock("compose", token="c", lease=timedelta(seconds=9))
    store.digests.publish(digest(4, closed=True), {}, token="c")
    back_up(connection, HERE, tmp_path / "b", now=NOW)
    restore(connection, THERE, tmp_path / "b")
    other = Store(any_redis_url, namespace="u", clock=Still(), retention=KEPT)

    other.check()
    assert other.digests.load_digest("daily", DAY) == store.digests.load_digest("daily", DAY)
    store.close()
    other.close()


@settings(max_examples=30)
@given(st.dictionaries(st.binary(min_size=1), st.binary()), st.sets(st.binary()), st.binary())
def test_any_bytes_come_back(hashed, members, value):
    import tempfile
    from pathlib import Path

    from aggregator.store.backup import Record, _make_plain, _parse_line

    for kind, given_value in (
        ("hash", sorted(hashed.items())),
        ("set", sorted(members)),
        ("string", value),
    ):
        line = json.dumps(
            {"key": "k", "type": kind, "until": 5, "value": _make_plain(given_value)}
        ).encode()
        record = _parse_line(Path(tempfile.gettempdir()), 2, line)
        expected = [list(pair) for pair in given_value] if kind == "hash" else given_value
        assert record == Record("k", kind, 5, expected)


@pytest.mark.parametrize(
    "url",
    [
        "http://[2001:db8:1:2:3:4:5:6]:8080/rss",
        "http://[1:2:3:4:5:6:7::]:8080/",
        "http://[::ffff:192.0.2.1]/",
        "https://тілші.қаз:8443/",
        "http://a b.example/",
        "http://a\u200bb.example/",
        f"http://{'a' * 400}.example/",
    ],
)
def test_whatever_host_was_asked_a_backup_can_be_put_back(connection, any_redis_url, tmp_path, url):
    store = Store(any_redis_url, namespace="t", clock=SettableClock(NOW), retention=KEPT)
    store.check()
    # A host that none could be is never asked by the store.
    if host := find_host(url):
        limiter = store.host_limits.make_limiter(HostLimits())
        limiter.enter(host, "token")
        limiter.close_until(host, NOW + timedelta(hours=20), "429")
    store.close()
    back_up(connection, HERE, tmp_path / "b", now=NOW)

    restore(connection, THERE, tmp_path / "b")
    assert bool(host) == (f"host:{host}" in read_all_of(connection, THERE))


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("digest:daily:2025-08-20", "{}", "key 'digest:daily:2025-08-20'"),
        ("source:a b", "{}", "key 'source:a b': is none"),
    ],
)
def test_no_backup_is_kept_that_no_restore_takes(connection, tmp_path, key, value, said):
    fill(connection)
    with connection.client() as client:
        client.set(f"{HERE.prefix}{key}", value)

    with pytest.raises(BackupError, match=f"b: no restore would take it: .*{said}"):
        back_up(connection, HERE, tmp_path / "b", now=NOW)
    assert list(tmp_path.iterdir()) == []
