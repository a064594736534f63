"""Two schedulers and sets of workers on one store: nothing is polled twice."""

import subprocess
import sys
from collections import Counter

import pytest
import redis

from tests.support.command import call_command, make_environ
from tests.support.packages import STARTER
from tests.support.servers import FeedServer, Reply
from tests.support.waiting import until

RSS = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>T</title><item><guid>{0}</guid>'
    "<link>https://d.example/{0}</link><title>Новость {0}</title></item></channel></rss>"
)
SOURCES = 12
CATALOGUE = (
    '[[outlet]]\nid = "o{0}"\nname = "O{0}"\nhome = "https://o{0}.example/"\n'
    '[[outlet.source]]\nid = "s{0}"\nurl = "{1}"\nevery = "1m"\n'
)


@pytest.fixture
def place(tmp_path, redis_url):
    with FeedServer() as server:
        entries = []
        for number in range(SOURCES):
            server.route(f"/{number}", Reply(body=RSS.format(number)))
            entries.append(CATALOGUE.format(number, server.url(f"/{number}")))
        (tmp_path / "sources.toml").write_text("".join(entries))
        clean = make_environ()
        environ = clean | {
            "TILSHI_DATA_FOLDER": str(tmp_path / "data"),
            "TILSHI_TRANSLATE_PACKAGES": str(STARTER),
            "TILSHI_STORE_URL": redis_url,
            "TILSHI_BROKER_URL": f"redis+socket://{redis_url.removeprefix('unix://').partition('?')[0]}?virtual_host=1",
            "TILSHI_SOURCES_FILE": str(tmp_path / "sources.toml"),
            "TILSHI_FETCH_ALLOW_PRIVATE": "127.0.0.1",
            "TILSHI_FETCH_HOST_AT_ONCE": "8",
            "TILSHI_FETCH_HOST_GAP_S": "0",
            "TILSHI_FETCH_CONCURRENCY": "3",
            "TILSHI_SCHEDULE_TICK_S": "1",
            "COLUMNS": "160",
        }
        yield tmp_path, environ, server


@pytest.fixture
def started(place):
    folder, environ, _ = place
    running = []

    def start(*arguments):
        with (folder / f"log{len(running)}").open("wb") as log:
            command = [sys.executable, "-m", "workers.cli", *arguments]
            running.append(
                subprocess.Popen(command, env=environ, cwd=folder, stdout=log, stderr=log)
            )

    yield start
    for process in running:
        process.terminate()
    for process in running:
        process.wait(timeout=120)


def slots_seen(client, slots):
    """Add the slots that are taken now; returns how many were seen so far."""
    slots.update(client.scan_iter("{tilshi}:slot:tick:*"))
    return len(slots)


def tilshi(place, *arguments):
    folder, environ, _ = place
    return call_command(*arguments, environ=environ, folder=folder)


@pytest.mark.e2e
def test_two_beats_poll_nothing_twice_and_an_operator_steers_them(place, started, redis_url):
    _, _, server = place
    for _ in range(2):
        started("beat")
        started("worker", "fetch,compose", "--concurrency", "2")
    with redis.Redis.from_url(redis_url) as client:
        until(lambda: len({request.path for request in server.requests}) == SOURCES, seconds=90)
        slots = set()
        until(lambda: slots_seen(client, slots) > 5, seconds=30)

    # Every source is due again a minute later: until then, each was asked once, by whichever
    # worker.
    assert set(Counter(request.path for request in server.requests).values()) == {1}

    asked = len(server.requests)
    fetched = tilshi(place, "source", "fetch", "s3", "--wait", "60")
    assert (fetched.returncode, fetched.stderr) == (0, "")
    assert "s3" in fetched.stdout
    assert "ok" in fetched.stdout
    assert [request.path for request in server.requests[asked:]] == ["/3"]

    assert (
        "s3: paused"
        in tilshi(place, "source", "pause", "s3", "--reason", "they asked us to").stdout
    )
    assert "paused: they asked us to" in tilshi(place, "sources").stdout
    refused = tilshi(place, "source", "fetch", "s3")
    assert (refused.returncode, "resume s3" in refused.stderr) == (1, True)
    assert "s3: resumed" in tilshi(place, "source", "resume", "s3").stdout
    until(lambda: [request.path for request in server.requests].count("/3") == 3, seconds=30)


def test_a_source_that_does_not_exist_is_named(place):
    done = tilshi(place, "source", "pause", "s99")

    assert done.returncode == 2
    assert "s99" in done.stderr


def test_a_wait_without_workers_ends_and_says_so(place):
    done = tilshi(place, "source", "fetch", "s1", "--wait", "1")

    assert done.returncode == 4
    assert "not polled within 1 s: s1" in done.stderr
