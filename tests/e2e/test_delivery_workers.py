"""Deliveries by real workers: a closed digest is due, a worker sends it, a kill does no harm."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from redis import Redis

from aggregator.clock import SystemClock
from aggregator.store.deliveries import DeliveryId
from aggregator.store.keys import Keys
from aggregator.store.outbox import DeliveryState, PartState
from aggregator.store.redis import Store
from aggregator.store.retention import Retention
from tests.support.builders import DAY, digest
from tests.support.command import make_environ
from tests.support.messengers import TOKEN, Messengers
from tests.support.packages import STARTER
from tests.support.waiting import until
from workers.embedded import PrivateServer

pytestmark = pytest.mark.e2e

KEPT = Retention(
    articles=timedelta(days=30), identity=timedelta(days=90), digests=timedelta(days=9999)
)
ID = DeliveryId("daily", DAY, "family")


def test_a_closed_digest_goes_out_by_itself_and_once(tmp_path):
    with PrivateServer(tmp_path / "store") as server, Messengers() as messengers:
        store = Store(server.url, namespace="tilshi", clock=SystemClock(), retention=KEPT)
        store.check()
        store.queues.lock("compose", token="c", lease=timedelta(seconds=9))
        assert store.digests.publish(digest(60, closed=True), {}, token="c")
        (tmp_path / "channels.toml").write_text(
            '[[channel]]\nid = "family"\nkind = "telegram"\ntoken = "env:BOT"\nchat = '
            '"@family_digest"\nstories = 60\n'
            f'base = "{messengers.base}"\n'
        )
        clean = make_environ()
        environ = clean | {
            "BOT": TOKEN,
            "TILSHI_DATA_FOLDER": str(tmp_path / "data"),
            "TILSHI_TRANSLATE_PACKAGES": str(STARTER),
            "TILSHI_STORE_URL": server.url,
            "TILSHI_BROKER_URL": server.broker_url,
            "TILSHI_DELIVER_FILE": str(tmp_path / "channels.toml"),
            "TILSHI_CLOCK_AS_OF": "2025-08-21T08:00:00+05:00",
            "TILSHI_SCHEDULE_TICK_S": "1",
        }
        # The first part's answer is late, so that the kill finds its worker waiting for it.
        messengers.plan = ["stall"]
        tilshi = [sys.executable, "-m", "workers.cli"]

        def start(*command):
            return subprocess.Popen(
                [*tilshi, *command], env=environ, stderr=subprocess.DEVNULL, start_new_session=True
            )

        running = [start("beat"), start("worker", "deliver"), start("worker", "compose")]
        try:
            until(lambda: messengers.asked > 0, seconds=60)
            os.killpg(running[1].pid, signal.SIGKILL)
            running[1].wait()
            # The dead worker's lock would run out after three minutes.
            with Redis.from_url(server.url) as direct:
                assert direct.delete(Keys("tilshi").lock(f"deliver:{ID}"))
            running[1] = start("worker", "deliver")
            until(lambda: store.deliveries.get(ID).state is DeliveryState.DONE, seconds=60)
        finally:
            # How workers end when asked to is another test's matter; a busy machine takes its time.
            for process in running:
                os.killpg(process.pid, signal.SIGKILL)
            for process in running:
                process.wait()
        delivery = store.deliveries.get(ID)
        store.close()

    assert len(messengers.told) == len(set(messengers.told)) > 2, "nothing twice, whole digest"
    assert delivery.count(PartState.DOUBT) == 1, (
        "the part that was on its way when the worker was killed"
    )
