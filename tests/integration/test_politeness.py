"""Politeness to hosts, as they see it: of two real worker processes, and after 429 and 503."""

import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from aggregator.models import Outcome, Stage
from tests.support.command import make_environ
from tests.support.newsroom import newsroom, poll
from tests.support.servers import FeedServer, Reply
from tests.support.waiting import until

AS_OF = "2025-08-20T13:00:00+05:00"
RSS = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>T</title><item><guid>{0}</guid>'
    "<link>https://d.example/{0}</link><title>Новость {0}</title></item></channel></rss>"
)
ROOT = Path(__file__).resolve().parents[2]
WORKER = """
import asyncio, sys
from pathlib import Path
from datetime import timedelta
from aggregator.models import Stage
from aggregator.pipeline.fetch import fetch_sources
from tests.support.newsroom import newsroom
from workers.fetchers import open_fetcher
from workers.steps import make_fetch_step

names = sys.argv[3].split(",")
feeds = dict(name.split("=", 1) for name in names)
settings = dict(pair.split("=", 1) for pair in sys.argv[5:])
as_of = "2025-08-20T13:00:00+05:00"
services = newsroom(Path(sys.argv[1]), sys.argv[2], feeds, as_of, **settings)
queues = services.store.queues

async def poll(taken):
    async with open_fetcher(services) as fetcher:
        step = make_fetch_step(services, fetcher, run_id="r", as_of=services.as_of)
        sources = [services.sources[item.id] for item in taken]
        await fetch_sources(sources, step, sys.argv[4])

print("ready", flush=True)
sys.stdin.readline()
while len(queues.load_run_reports("r")) < len(feeds):
    taken = queues.take(Stage.FETCH, limit=8, token=sys.argv[4], lease=timedelta(minutes=5))
    if taken:
        asyncio.run(poll(taken))
"""


class CountingServer(ThreadingHTTPServer):
    """A host that takes its time, and notes when each request began and how many came at once."""

    request_queue_size = 64

    def __init__(self, takes_s):
        self.takes_s = takes_s
        self.began = []
        self.now = 0
        self.most = 0
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Counting)


class _Counting(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        """Tests look at the counts."""

    def do_GET(self):
        server = self.server
        with server.lock:
            server.began.append((time.monotonic(), self.path))
            server.now += 1
            server.most = max(server.most, server.now)
        threading.Event().wait(server.takes_s)
        body = RSS.format(self.path.strip("/")).encode()
        with server.lock:
            server.now -= 1
        self.send_response(200)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def make_host():
    servers = []

    def make(takes_s):
        server = CountingServer(takes_s)
        threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()
        servers.append(server)
        return server

    yield make
    for server in servers:
        server.shutdown()
        server.server_close()


def run_workers(folder, redis_url, feeds, *settings, workers=2):
    """
    Poll all feeds with so many worker processes that begin together.

    Returns the seconds it took.
    """
    (folder / "worker.py").write_text(WORKER)
    names = ",".join(f"{name}={url}" for name, url in feeds.items())
    clean = make_environ()
    started = [
        subprocess.Popen(
            [
                sys.executable,
                str(folder / "worker.py"),
                str(folder / f"{number}"),
                redis_url,
                names,
                f"token{number}",
                *settings,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=clean | {"PYTHONPATH": str(ROOT)},
        )
        for number in range(workers)
    ]
    try:
        assert all(process.stdout.readline() == "ready\n" for process in started)
        began = time.monotonic()
        for process in started:
            process.stdin.write("\n")
            process.stdin.flush()
        assert [process.wait(timeout=600) for process in started] == [0] * workers
        return time.monotonic() - began
    finally:
        for process in started:
            process.kill()
            process.wait()
            process.stdin.close()
            process.stdout.close()


def test_two_workers_together_ask_one_host_as_one(tmp_path, redis_url, make_host):
    host = make_host(0.5)
    quick = make_host(0)
    feeds = {f"s{n}": f"http://127.0.0.1:{host.server_port}/{n}" for n in range(6)}
    feeds |= {f"q{n}": f"http://127.0.0.1:{quick.server_port}/{n}" for n in range(9)}

    run_workers(
        tmp_path, redis_url, feeds, "TILSHI_FETCH_HOST_AT_ONCE=2", "TILSHI_FETCH_HOST_GAP_S=0.2"
    )

    assert sorted(path for _, path in host.began) == ["/0", "/1", "/2", "/3", "/4", "/5"]
    assert host.most == 2
    moments = sorted(moment for moment, _ in quick.began)
    assert len(moments) == 9
    # Eight gaps together: the way to the host shortens one and lengthens the next, on a busy
    # machine by much.
    assert moments[-1] - moments[0] > 8 * 0.2 / 2


def test_a_busy_host_does_not_hold_up_others(tmp_path, redis_url, make_host):
    slow = make_host(0.4)
    quick = make_host(0)
    feeds = {f"slow{n}": f"http://127.0.0.1:{slow.server_port}/{n}" for n in range(6)}
    feeds |= {f"quick{n}": f"http://127.0.0.1:{quick.server_port}/{n}" for n in range(6)}

    run_workers(
        tmp_path, redis_url, feeds, "TILSHI_FETCH_HOST_AT_ONCE=1", "TILSHI_FETCH_HOST_GAP_S=0.1"
    )

    assert slow.most == 1
    last_but_one, last = sorted(moment for moment, _ in slow.began)[-2:]
    assert last - last_but_one >= 0.4
    assert max(moment for moment, _ in quick.began) < last_but_one, (
        "the quick are done while the slow one goes on"
    )


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_obeyed_for_all_sources_of_the_host(tmp_path, redis_url, status, form):
    later = datetime.now(UTC) + timedelta(minutes=30)
    retry_after = "1800" if form == "seconds" else format_datetime(later, usegmt=True)
    with FeedServer() as server, FeedServer() as other:
        server.route("/one", Reply(status=status, headers={"Retry-After": retry_after}))
        server.route("/two", Reply(body=RSS.format("two")))
        other.route("/three", Reply(body=RSS.format("three")))
        feeds = {"one": server.url("/one"), "two": server.url("/two"), "three": other.url("/three")}
        services = newsroom(tmp_path, redis_url, feeds, AS_OF)
        services.store.queues.sync_sources(["one"])
        poll(services, "r1")
        services.store.queues.sync_sources(feeds)
        second = poll(services, "r2")
        due = services.store.queues.load_due_times()
        now = services.clock.now()

        assert second["two"].outcome is Outcome.HOST_BUSY
        _, reason = services.store.host_limits.list_closed()[f"127.0.0.1:{server.port}"]
        assert f"HTTP {status}" in reason
        assert second["three"].outcome is Outcome.OK
        assert [request.path for request in server.requests] == ["/one"]
        for name in ("one", "two"):
            assert timedelta(minutes=29) < due[name] - now < timedelta(minutes=31), name
        assert services.store.queues.load_source_states(["two"])["two"].failures == 0


def test_a_source_whose_turn_has_not_come_goes_back_and_is_polled_soon(tmp_path, redis_url):
    with FeedServer() as server:
        for name in ("one", "two"):
            server.route(f"/{name}", Reply(body=RSS.format(name)))
        feeds = {name: server.url(f"/{name}") for name in ("one", "two")}
        services = newsroom(
            tmp_path,
            redis_url,
            feeds,
            AS_OF,
            TILSHI_FETCH_HOST_AT_ONCE="1",
            TILSHI_FETCH_HOST_GAP_S="2.5",
        )
        first = poll(services, "r1")
        [left] = feeds.keys() - first.keys()
        due = services.store.queues.load_due_times()[left]

        assert timedelta(0) < due - services.clock.now() <= timedelta(seconds=2.5)
        assert services.store.queues.load_waiting()[Stage.FETCH].leased == 0
        until(lambda: services.clock.now() >= due)
        services.store.queues.sync_sources([left])
        assert poll(services, "r2").keys() == {left}
