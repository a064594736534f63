"""``kill -9`` of a worker while it fetches a picture: the next one fetches and keeps it."""

import os
import signal
from datetime import timedelta

import pytest

from aggregator.models import Stage
from aggregator.store.pictures import PictureAddress
from tests.e2e.conftest import CLEAN
from tests.support.newsroom import newsroom
from tests.support.press_pictures import draw_picture
from tests.support.servers import Fault, FeedServer, Reply
from tests.support.waiting import until
from tests.support.worker_group import run_worker_group

pytestmark = pytest.mark.e2e

AS_OF = "2025-08-20T13:00:00+05:00"
ONE = f"{1:032x}"
CATALOG = """[[outlet]]
id = "one"
name = "One"
home = "https://one.example/"
pictures = true
[[outlet.source]]
id = "one"
url = "https://one.example/rss"
paused = true
"""


@pytest.mark.timeout(180)
def test_a_worker_that_is_killed_leaves_a_picture_to_the_next(tmp_path, redis_url):
    catalog = tmp_path / "sources.toml"
    catalog.write_text(CATALOG)
    environ = {
        "TILSHI_DATA_FOLDER": str(tmp_path / "data"),
        "TILSHI_SOURCES_FILE": str(catalog),
        "TILSHI_STORE_URL": redis_url,
        "TILSHI_FETCH_ALLOW_PRIVATE": "127.0.0.1",
        "TILSHI_SCHEDULE_LEASE_S": "1",
    }
    services = newsroom(tmp_path, redis_url, {"one": "https://one.example/rss"}, AS_OF, **environ)
    queues, pictures = services.store.queues, services.store.pictures
    with FeedServer() as server:
        drawn = Reply(body=draw_picture(), headers={"Content-Type": "image/jpeg"})
        stalled = Reply(body=b"", fault=Fault.STALL_BEFORE)
        server.route("/bridge.jpg", stalled, drawn)
        pictures.ask({ONE: PictureAddress(url=server.url("/bridge.jpg"), outlet_id="one")})

        def wake():
            services.wakeups.send("picture")
            return len(server.requests)

        with run_worker_group("fetch", CLEAN | environ) as first:
            until(lambda: wake() == 1, seconds=60)
            os.killpg(first.pid, signal.SIGKILL)
            first.wait()
        assert pictures.list_kept() == {}
        assert queues.load_waiting()[Stage.PICTURE].leased == 1
        until(lambda: queues.sweep(timedelta(seconds=1)), seconds=30)

        with run_worker_group("fetch", CLEAN | environ):
            until(lambda: wake() and pictures.list_kept(), seconds=60)
    assert pictures.load([ONE])[ONE].width == 960
    assert len(server.requests) == 2
