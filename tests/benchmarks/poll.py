"""
Polling beside the package reader: a thousand feeds on loopback, first all new, then unchanged.

Ours: two fetching processes of a real Celery worker (``tilshi worker fetch --concurrency 2``) with
the settings that ship, over a store started for it. reader's: ``update_feeds(workers=16)`` over
SQLite, in an environment of its own that is made once (``.venv-reader``, from ``reader.lock``). One
HTTP server serves both; each feed has an address of its own in 127.0.0.0/8, so that politeness to
hosts is asked for each and makes none wait.

Processor time is user and system of all processes of a side: worker, its pool and the store;
reader's one process. The HTTP server's is not counted, nor is what a process takes before its first
feed: both sides have polled other feeds before. Sides take turns, ``--rounds`` times; medians are
printed.

    ./run bench poll [--feeds 1000] [--rounds 3]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import redis

from aggregator.models import Outcome
from aggregator.store.keys import Keys
from config.settings import Settings
from tests.benchmarks.poll_server import ITEMS, find_host
from tests.faults.faults import children
from tests.support.ports import find_free_port
from tests.support.redis import private_redis
from tests.support.waiting import until
from workers.loaded_config import load_config
from workers.services import Services

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workers.embedded import PrivateServer

ROOT = Path(__file__).resolve().parents[2]
LOCK = Path(__file__).with_name("reader.lock")
ENVIRONMENT = ROOT / ".venv-reader"
# Feeds polled before the measurement, enough for both processes of the pool.
WARMING, WORKERS, PROCESSES = 96, 16, 2
PASSES = ("new", "unchanged, by ETag", "unchanged, no validators")
# Between two passes: more than the second that each host is left alone, so that none waits for it.
_SETTLE_S = 1.5
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Pass:
    """What one pass over all feeds took, seconds."""

    processor: float
    wall: float


def make_environment() -> Path:
    """Make reader's environment unless it is there; returns its Python."""
    python, stamp = ENVIRONMENT / "bin" / "python", ENVIRONMENT / ".made-from"
    wanted = sha256(LOCK.read_bytes()).hexdigest()
    if not stamp.is_file() or stamp.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", ENVIRONMENT], check=True)
        install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", LOCK]
        subprocess.run([python, *install], check=True)
        stamp.write_text(wanted)
    return python


@contextmanager
def serve_feeds(count: int) -> Iterator[int]:
    """Serve feeds from a process of its own; gives its port."""
    port = find_free_port()
    command = [sys.executable, "-m", "tests.benchmarks.poll_server", str(port), str(count)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "ready\n"
        yield port
    finally:
        process.terminate()
        process.wait()


def take_validators_away(port: int) -> None:
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/whole", method="POST")
    urllib.request.urlopen(asked).close()


def poll_with_reader(python: Path, port: int, count: int) -> list[Pass]:
    with tempfile.TemporaryDirectory(prefix="tilshi-reader-") as folder:
        command = [python, Path(__file__).with_name("poll_reader.py"), f"{folder}/db", str(WORKERS)]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder
        )
        blocks = (range(count, count + WARMING), range(count))
        for block in blocks:
            addresses = (f"http://{find_host(number)}:{port}/feed/\n" for number in block)
            process.stdin.write("".join(addresses) + "\n")
        process.stdin.flush()
        process.stdout.readline()
        passes = []
        for name in PASSES:
            if name == PASSES[-1]:
                take_validators_away(port)
            process.stdin.write(f"{name}\n")
            process.stdin.flush()
            said = json.loads(process.stdout.readline())
            assert said["items"] == count * ITEMS, said
            assert not said["failed"], said
            passes.append(Pass(said["processor"], said["wall"]))
        process.stdin.close()
        process.wait()
    return passes


class Newsroom:
    """A worker of the queue ``fetch``, its store, and its feeds."""

    def __init__(self, folder: Path, server: PrivateServer, port: int, count: int) -> None:
        self.count = count
        self._server = server
        sources = "".join(
            f'[[outlet]]\nid = "o{number}"\nname = "O {number}"\n'
            f'home = "https://outlet-{number}.example/"\n[[outlet.source]]\nid = "s{number}"\n'
            f'url = "http://{find_host(number)}:{port}/feed/"\n'
            for number in range(count + WARMING)
        )
        file = folder / "sources.toml"
        file.write_text(sources)
        clean = {key: value for key, value in os.environ.items() if not key.startswith("TILSHI_")}
        self._environ = clean | {
            "TILSHI_DATA_FOLDER": str(folder / "data"),
            "TILSHI_STORE_URL": server.url,
            "TILSHI_BROKER_URL": server.broker_url,
            "TILSHI_SOURCES_FILE": str(file),
            "TILSHI_FETCH_ALLOW_PRIVATE": "127.0.0.0/8",
        }
        self._log = folder / "worker.log"
        self.services = Services(load_config(self._environ, None))
        self.services.store.check()
        self._keys = Keys(Settings.load(self._environ, None).store.namespace)
        self._client = redis.Redis.from_url(server.url)

    @contextmanager
    def start_worker(self) -> Iterator[None]:
        command = [sys.executable, "-m", "workers.cli", "worker", "fetch"]
        with self._log.open("wb") as log:
            self._worker = subprocess.Popen(
                [*command, "--concurrency", str(PROCESSES)],
                cwd=ROOT,
                env=self._environ,
                stderr=log,
                stdout=subprocess.DEVNULL,
            )
        try:
            until(lambda: b" ready." in self._log.read_bytes())
            yield
        finally:
            self._worker.terminate()
            self._worker.wait()
            self.services.close()
            self._client.close()

    def poll(self, run_id: str, numbers: range) -> Pass:
        """Have feeds polled."""
        queues = self.services.store.queues
        # The last message of the pass before would poll on its account.
        until(lambda: not self._client.exists(self._keys.wakeup("fetch")))
        time.sleep(_SETTLE_S)
        wanted = [f"s{number}" for number in numbers]
        queues.sync_sources(wanted)
        queues.make_due(wanted)
        queues.open_run(run_id, keep=20)
        pids = [self._worker.pid, *children(self._worker.pid), self._server.pid]
        spent = sum(map(count_processor, pids))
        began = time.perf_counter()
        self.services.wakeups.send("fetch", run_id=run_id)
        until(lambda: self._client.hlen(self._keys.run(run_id)) == len(wanted), seconds=600)
        wall = time.perf_counter() - began
        return Pass(sum(map(count_processor, pids)) - spent, wall)

    def check(self, run_id: str, outcome: Outcome, *, new: int = 0, known: int = 0) -> None:
        """See to it that each poll came to what it should."""
        for report in self.services.store.queues.load_run_reports(run_id):
            got = (report.outcome, report.new, report.known)
            assert got == (outcome, new, known), report


def count_processor(pid: int) -> float:
    """Return the seconds of processor time that a process has taken, by all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def poll_ourselves(port: int, count: int) -> list[Pass]:
    with (
        tempfile.TemporaryDirectory(prefix="tilshi-poll-") as name,
        private_redis() as server,
    ):
        room = Newsroom(Path(name), server, port, count)
        with room.start_worker():
            room.poll("warm", range(count, count + WARMING))
            passes = [room.poll("new", range(count)), room.poll("unchanged", range(count))]
            take_validators_away(port)
            passes.append(room.poll("whole", range(count)))
            room.check("new", Outcome.OK, new=ITEMS)
            room.check("unchanged", Outcome.NOT_MODIFIED)
            room.check("whole", Outcome.OK, known=ITEMS)
    return passes


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="./run bench poll")
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ours", action="store_true", help="leave reader out")
    asked = parser.parse_args(arguments)
    taken: dict[str, list[list[Pass]]] = {"reader": [], "tilshi": []}
    for _ in range(asked.rounds):
        with serve_feeds(asked.feeds + WARMING) as port:
            taken["tilshi"].append(poll_ourselves(port, asked.feeds))
        if not asked.ours:
            with serve_feeds(asked.feeds + WARMING) as port:
                taken["reader"].append(poll_with_reader(make_environment(), port, asked.feeds))
    report(taken)


def report(taken: dict[str, list[list[Pass]]]) -> None:
    print("| | | reader | tilshi | ratio |\n|---|---|--:|--:|--:|")
    for place, name in enumerate(PASSES):
        for what in ("processor", "wall"):
            cells = {
                who: statistics.median([getattr(passes[place], what) for passes in rounds] or [0.0])
                for who, rounds in taken.items()
            }
            theirs, ours = cells["reader"], cells["tilshi"]
            ratio = f"{ours / theirs:.2f}" if theirs else ""
            print(f"| {name} | {what}, s | {theirs:.2f} | {ours:.2f} | {ratio} |")
