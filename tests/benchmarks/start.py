"""
What a command costs before it does anything: processor time of short commands, and of workers that
are stopped as soon as they are ready, this build beside another.

Median seconds of processor time (user and system, of the command and what it started) over some
rounds, the builds in turn, so that a machine that is busy for a while is busy for both. ``status``
and ``health`` ask a store that runs, in which a worker has just been at work; workers find nothing
to do. The other build is given by its command:

    ./run bench start --before ../other/.venv/bin/tilshi
"""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from aggregator.clock import SystemClock
from aggregator.store.redis import Store
from aggregator.store.retention import Retention
from tests.support.redis import private_redis
from tests.support.waiting import until

COMMANDS = {
    "--version": ["--version"],
    "--help": ["--help"],
    "status --json": ["status", "--json"],
    "health --queue text": ["health", "--queue", "text"],
    "check-config": ["check-config"],
}
# What each says when it is ready.
LASTING = {
    "beat": "Sending due task",
    "worker fetch,deliver --concurrency 2": " ready.",
    "worker text,compose --concurrency 2": " ready.",
    "worker translate": " ready.",
}
ALL = COMMANDS | {name: name.split() for name in LASTING}
# Nothing is polled.
CATALOGUE = (
    '[[outlet]]\nid = "oo"\nname = "O"\nhome = "https://o.example/"\n'
    '[[outlet.source]]\nid = "ss"\nurl = "https://o.example/rss"\npaused = true\n'
)
ROUNDS = 5
# Models load in the pool's processes, which do not say when; and a scheduler that is told to end
# while it sends its first message may not hear it.
_SETTLE_S = 2.0
THIS_BUILD = str(Path(sys.executable).with_name("tilshi"))


def processor_seconds(command: list[str], folder: str, store_url: str, ready: str = "") -> float:
    """
    Run a command to its end, or stop it as soon as it says that it is ready.

    Returns the seconds of processor time that it and its children took.
    """
    # Python's own variables may forbid to keep what was compiled, and every start would compile
    # again.
    foreign = ("TILSHI_", "PYTHON")
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(foreign)
    }
    environment |= {"TILSHI_DATA_FOLDER": f"{folder}/data", "TILSHI_STORE_URL": store_url}
    if ready:
        environment["TILSHI_SOURCES_FILE"] = f"{folder}/sources.toml"
    said = Path(folder, "said")
    with said.open("wb") as out:
        process = subprocess.Popen(
            command, env=environment, cwd=folder, stdout=subprocess.DEVNULL, stderr=out
        )
    if ready:
        until(lambda: ready in said.read_text(errors="replace"))
        time.sleep(_SETTLE_S)
        process.send_signal(signal.SIGTERM)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def prove_alive(store_url: str) -> None:
    """Let the store say that a worker of the queue ``text`` has just been at work."""
    kept = timedelta(days=30)
    retention = Retention(articles=kept, identity=kept, digests=kept)
    store = Store(store_url, namespace="tilshi", clock=SystemClock(), retention=retention)
    store.check()
    store.queues.prove_alive("text", "the benchmark")
    store.close()


def measure(builds: dict[str, str], rounds: int) -> dict[tuple[str, str], float]:
    """Return the median seconds of each command (key: its name and the build's)."""
    taken: dict[tuple[str, str], list[float]] = {}
    with tempfile.TemporaryDirectory() as folder, private_redis() as server:
        Path(folder, "sources.toml").write_text(CATALOGUE)
        # The first round compiles modules and unpacks packages, and is not counted.
        for number in range(rounds + 1):
            for name, arguments in ALL.items():
                for build, tilshi in builds.items():
                    prove_alive(server.url)
                    seconds = processor_seconds(
                        [tilshi, *arguments], folder, server.url, LASTING.get(name, "")
                    )
                    if number:
                        taken.setdefault((name, build), []).append(seconds)
    return {key: statistics.median(seconds) for key, seconds in taken.items()}


def print_table(seconds: dict[tuple[str, str], float]) -> None:
    """Print a row a command; a share of the other build only where there is one."""
    compared = any(build == "before" for _, build in seconds)
    print("| command | before, s | now, s | share |" if compared else "| command | now, s |")
    print("|---|--:|--:|--:|" if compared else "|---|--:|")
    for name in ALL:
        now = seconds[name, "now"]
        if compared:
            before = seconds[name, "before"]
            print(f"| `tilshi {name}` | {before:.2f} | {now:.2f} | {now / before:.2f} |")
        else:
            print(f"| `tilshi {name}` | {now:.2f} |")


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="./run bench start")
    parser.add_argument("--before", metavar="PATH", help="the `tilshi` of another checkout")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args(arguments)
    builds = {"now": THIS_BUILD}
    if asked.before:
        builds["before"] = str(Path(asked.before).absolute())
    print_table(measure(builds, asked.rounds))
