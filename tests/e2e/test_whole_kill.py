"""``kill -9`` of a worker in the middle of a whole article: the next one goes on where it was."""

import os
import signal
from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.digest.whole import plan_whole_article
from aggregator.models import Stage
from aggregator.pipeline.whole import make_segments
from tests.e2e.conftest import CLEAN
from tests.support.builders import digest
from tests.support.newsroom import newsroom
from tests.support.tiny_package import write_tiny_package
from tests.support.waiting import until
from tests.support.worker_group import run_worker_group

pytestmark = pytest.mark.e2e

AS_OF = "2025-08-20T13:00:00+05:00"
SENTENCES = 300
LINES = [f"Бұл мақаланың {number}-сөйлемі. Мектеп ашылды." for number in range(SENTENCES // 2)]
TEXT = "\n".join(LINES)


@pytest.mark.timeout(180)
def test_a_worker_that_is_killed_loses_what_it_had_in_hand_and_no_more(tmp_path, redis_url):
    environ = {
        "TILSHI_DATA_FOLDER": str(tmp_path / "data"),
        "TILSHI_STORE_URL": redis_url,
        "TILSHI_TRANSLATE_PACKAGES": str(write_tiny_package(tmp_path).parent),
        "TILSHI_TRANSLATE_WHOLE_CHARS": "100000",
        "TILSHI_SCHEDULE_LEASE_S": "1",
    }
    services = newsroom(tmp_path, redis_url, {"one": "https://one.example/rss"}, AS_OF, **environ)
    best = replace(digest(1).stories[0].best, text=TEXT)
    whole = plan_whole_article(best, chars=100_000)
    assert whole.size == SENTENCES
    wholes = services.store.wholes
    wholes.ask(whole)

    def count_made():
        services.wakeups.send("whole")
        return wholes.load([whole.id])[whole.id].made

    with run_worker_group("translate", CLEAN | environ) as first:
        until(lambda: count_made() >= 8, seconds=60)
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
    kept = wholes.load([whole.id])[whole.id]
    assert 8 <= kept.made < SENTENCES, "it was finished before it was killed"
    assert services.store.queues.load_waiting()[Stage.WHOLE].leased == 1
    until(lambda: services.store.queues.sweep(timedelta(seconds=1)), seconds=30)

    with run_worker_group("translate", CLEAN | environ):
        until(lambda: count_made() == SENTENCES, seconds=60)
    finished = wholes.load([whole.id])[whole.id]

    assert finished.sentences[: kept.made] == kept.sentences[: kept.made]
    undisturbed = services.translator.translate_anew(make_segments(whole, whole.sentences))
    assert list(finished.sentences) == undisturbed
    assert services.store.dead_letters.load_all() == []
    assert wholes.list_waiting() == []
    services.close()
