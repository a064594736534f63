"""A store that is away: whoever waits for an answer has one within seconds, workers wait longer."""

import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager, suppress

import pytest

from aggregator.errors import StoreError
from tests.support.command import call_command
from tests.support.waiting import until
from workers.bootstrap import open_runtime
from workers.cli.root import Commands
from workers.cli.source import SourceCommands
from workers.loaded_config import load_config

CATALOGUE = (
    '[[outlet]]\nid = "oo"\nname = "O"\nhome = "https://o.example/"\n'
    '[[outlet.source]]\nid = "ss"\nurl = "https://o.example/rss"\n'
)
CHANNELS = (
    '[[channel]]\nid = "cc"\nkind = "telegram"\ntoken = "env:BOT"\nchat = "@digest"\n'
    'base = "http://127.0.0.1:9"\n'
)
ONE, OTHER = "1" * 32, "2" * 32
ASKING = {
    "alerts": (),
    "backup": ("kept.backup",),
    "deliver": (),
    "deliveries": (),
    "digest": (),
    "health": ("--queue", "text"),
    "letters": (),
    "pin": (ONE, OTHER),
    "read": (),
    "release": (ONE, OTHER),
    "restore": ("kept.backup",),
    "rulings": (),
    "run": (),
    "runs": (),
    "search": ("school",),
    "site": ("pages",),
    "source fetch": ("ss",),
    "source pause": ("ss", "--reason", "why"),
    "source preview": ("ss",),
    "source resume": ("ss",),
    "sources": (),
    "split": (ONE, OTHER),
    "status": (),
    "trace": (ONE,),
    "upgrade": (),
    "whole": (),
    "why": (ONE, OTHER),
}
"""Commands that ask the store, with arguments that are right."""

WAITING = {"beat", "serve", "worker"}
WITHOUT = {
    "check-config",
    "demo",
    "foundry",
    "packages",
    "source check",
    "source export",
    "source import",
    "source new",
    "source record",
    "source test",
    "version",
    "web",  # readers are served copies
}


@pytest.fixture
def call(tmp_path):
    (tmp_path / "sources.toml").write_text(CATALOGUE)
    (tmp_path / "channels.toml").write_text(CHANNELS)
    environ = {
        "BOT": "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
        "COLUMNS": "200",
        "TILSHI_DATA_FOLDER": str(tmp_path / "data"),
        "TILSHI_SOURCES_FILE": str(tmp_path / "sources.toml"),
        "TILSHI_DELIVER_FILE": str(tmp_path / "channels.toml"),
    }

    def called(*arguments, store):
        return call_command(
            *arguments, environ=environ | {"TILSHI_STORE_URL": store}, folder=tmp_path
        )

    return called


def test_every_command_is_known_to_ask_the_store_or_not():
    names = {row.name for row in Commands.rows} - {"source"}
    names |= {f"source {row.name}" for row in SourceCommands.rows}

    assert names == ASKING.keys() | WAITING | WITHOUT


@pytest.mark.parametrize("command", ASKING)
def test_a_command_says_that_the_store_is_away_where_and_what_to_do(call, command):
    began = time.monotonic()
    done = call(*command.split(), *ASKING[command], store="redis://me:s3cr3t-pw@127.0.0.1:9/0")
    waited_s = time.monotonic() - began

    assert done.returncode == 1
    assert "the store did not do as asked: ConnectionError" in done.stderr
    assert "store.url (TILSHI_STORE_URL) = redis://me:***@127.0.0.1:9/0: expected" in done.stderr
    assert "start it, or set" in done.stderr
    assert "Traceback" not in done.stderr
    assert waited_s < 15, "half a second on an idle machine; a patient one takes half a minute"


def test_a_store_that_lets_in_and_says_nothing_is_given_up_in_time():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        loaded = load_config({"TILSHI_STORE_URL": address}, None, check=False)
        began = time.monotonic()
        with pytest.raises(StoreError, match="TimeoutError"), open_runtime(loaded):
            pass

    assert time.monotonic() - began < 5


class ClosingStore(threading.Thread):
    """Lets in and hangs up, and counts how often it was asked."""

    def __init__(self):
        super().__init__(daemon=True)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url, self.asked = f"redis://127.0.0.1:{self._listener.getsockname()[1]}/0", 0

    def run(self):
        with suppress(OSError):
            while True:
                self._listener.accept()[0].close()
                self.asked += 1

    def close(self):
        # Closing alone would not wake the thread that waits in it.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.join()


@contextmanager
def closing_store():
    store = ClosingStore()
    store.start()
    try:
        yield store
    finally:
        store.close()


def test_what_runs_until_it_is_stopped_asks_again_and_again(tmp_path, call):
    with closing_store() as impatient:
        assert call("status", store=impatient.url).returncode == 1
    with ExitStack() as stack:
        stores = [stack.enter_context(closing_store()) for _ in WAITING]
        running = [
            subprocess.Popen(
                [sys.executable, "-m", "workers.cli", *command],
                env=os.environ | {"TILSHI_STORE_URL": store.url},
                cwd=tmp_path,
                stderr=subprocess.DEVNULL,
            )
            for command, store in zip(
                (["beat"], ["serve"], ["worker", "text"]), stores, strict=True
            )
        ]
        try:
            until(lambda: all(store.asked > impatient.asked + 1 for store in stores))
            assert [process.poll() for process in running] == [None, None, None]
        finally:
            for process in running:
                process.kill()
            for process in running:
                process.wait()
