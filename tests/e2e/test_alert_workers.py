"""
Operators alerted by real workers.

One is killed, health is red, the alert goes out once, and once that it is over.
"""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis

from aggregator.clock import SystemClock
from aggregator.models import Stage
from aggregator.store.keys import Keys
from aggregator.store.redis import Store
from aggregator.store.retention import Retention
from tests.contract.test_store import make_incoming
from tests.support.clock import SettableClock
from tests.support.command import call_command, make_environ
from tests.support.messengers import TOKEN, Messengers
from tests.support.packages import STARTER
from tests.support.waiting import until
from workers.embedded import PrivateServer

pytestmark = pytest.mark.e2e

KEPT = Retention(
    articles=timedelta(days=30), identity=timedelta(days=90), digests=timedelta(days=9999)
)
TILSHI = [sys.executable, "-m", "workers.cli"]
CATALOGUE = (
    '[[outlet]]\nid = "oo"\nname = "O"\nhome = "https://o.example/"\n'
    '[[outlet.source]]\nid = "ss"\nurl = "https://o.example/rss"\npaused = true\n'
)


class Newsroom:
    """A store, an operator's channel, and the workers that a test starts."""

    def __init__(self, folder, server, messengers):
        self.folder = folder
        (folder / "sources.toml").write_text(CATALOGUE)
        (folder / "channels.toml").write_text(
            '[[channel]]\nid = "ops"\nkind = "telegram"\ntoken = "env:BOT"\nchat = '
            '"@operators"\nalerts = true\n'
            f'base = "{messengers.base}"\n'
        )
        clean = make_environ()
        self.environ = clean | {
            "BOT": TOKEN,
            "TILSHI_DATA_FOLDER": str(folder / "data"),
            "TILSHI_TRANSLATE_PACKAGES": str(STARTER),
            "TILSHI_STORE_URL": server.url,
            "TILSHI_BROKER_URL": server.broker_url,
            "TILSHI_SOURCES_FILE": str(folder / "sources.toml"),
            "TILSHI_DELIVER_FILE": str(folder / "channels.toml"),
            "TILSHI_CLOCK_AS_OF": "2025-08-20T21:00:00+05:00",
            "TILSHI_SCHEDULE_TICK_S": "1",
        }
        self.server, self.running = server, []
        self.log = (folder / "log").open("wb")

    def start(self, *command):
        process = subprocess.Popen(
            [*TILSHI, *command], env=self.environ, stderr=self.log, start_new_session=True
        )
        self.running.append(process)
        return process

    def ask(self, *command):
        return call_command(*command, environ=self.environ, folder=self.folder)

    def store(self, clock=None):
        return Store(
            self.server.url, namespace="tilshi", clock=clock or SystemClock(), retention=KEPT
        )

    def hasten(self):
        """Let the next tick look again, although it did this minute."""
        with Redis.from_url(self.server.url) as direct:
            minute = int(time.time() // 60)
            direct.delete(
                *(Keys("tilshi").slot(f"look:{number}") for number in (minute - 1, minute))
            )


@contextmanager
def newsroom(folder, messengers):
    with PrivateServer(folder / "store") as server:
        installation = Newsroom(folder, server, messengers)
        store = installation.store()
        store.check()
        store.close()
        try:
            yield installation
        finally:
            for process in installation.running:
                process.terminate()
            for process in installation.running:
                process.wait(180)
            installation.log.close()


def test_a_killed_worker_is_told_once_and_once_that_it_is_back(tmp_path):
    with Messengers() as messengers, newsroom(tmp_path, messengers) as services:
        for command in (("beat",), ("worker", "compose"), ("worker", "deliver")):
            services.start(*command)
        text = services.start("worker", "text")
        store = services.store()
        until(lambda: store.queues.load_last_alive("text"), seconds=60)
        assert services.ask("health", "--queue", "text").returncode == 0

        os.killpg(text.pid, signal.SIGKILL)
        text.wait()
        # What nobody reads any more, as if it had come an hour ago.
        hour_ago = datetime.now(UTC) - timedelta(hours=1)
        past = services.store(SettableClock(hour_ago))
        past.articles.ingest(make_incoming(source_id="ss", now=hour_ago))
        assert past.articles.list_waiting_ids(Stage.TEXT)
        past.close()
        last, _ = store.queues.load_last_alive("text")
        until(lambda: datetime.now(UTC) - last > timedelta(seconds=3), seconds=30)
        assert services.ask("health", "--queue", "text", "--within", "3").returncode == 1

        def told(number):
            services.hasten()
            return len(messengers.told) >= number

        until(lambda: told(1), seconds=60)
        assert services.ask("alerts").returncode == 1
        services.start("worker", "text")
        until(lambda: told(2), seconds=60)
        until(lambda: not store.notices.load_raised(), seconds=60)
        assert services.ask("alerts").returncode == 0
        counts = store.counters.load_counts()
        store.close()

    assert messengers.told[0].startswith("Alert: what waits for text waits since 60 min")
    assert messengers.told[1].startswith("Over: queue ages text, raised 0 min ago")
    assert len(messengers.told) == 2, "nothing twice, though it was judged again and again"
    assert (counts["alert:queue ages"], counts["notices:told"]) == (1, 2)


def test_dead_composers_who_would_judge_are_told_of_by_those_who_deliver(tmp_path):
    with Messengers() as messengers, newsroom(tmp_path, messengers) as services:
        past = services.store(SettableClock(datetime.now(UTC) - timedelta(minutes=30)))
        past.counters.start_probe("round-1", pause=timedelta(minutes=8))
        past.close()
        for command in (("beat",), ("worker", "deliver")):
            services.start(*command)
        until(lambda: messengers.told, seconds=60)
        store = services.store()
        assert store.queues.load_last_alive("beat") is None, "no tick was done"
        assert [alert.kind.value for alert in store.notices.load_raised().values()] == [
            "canary late"
        ]
        store.close()

    assert len(messengers.told) == 1
    assert messengers.told[0].startswith(
        "Alert: no canary came back from fetch, text and translation for 30 min"
    )
