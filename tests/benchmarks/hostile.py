"""
Feeds that attackers write, each of the largest size that is fetched, from bytes to articles in a
process of its own.

Time is processor time, of what a fetch worker does (parsing, the words that tell an edit) and of
what a desk does (cleaning, the longest of its batches of 16 articles) apart; memory is the peak of
the process less that of one that reads a feed of one item. Neither time may be over ``BOUND_S``.

    ./run bench hostile --before ../other       # honest feeds of 5,000 items, beside another build
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from aggregator.errors import TilshiError
from aggregator.feeds.limits import FetchLimits
from tests.support.hostile import ANSWERS, KINDS, feed
from tests.support.through import ADDRESS, articles_of, polled, read_as

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aggregator.models import FeedItem

BOUND_S = 2.6
_BATCH = 16


def measure(body: bytes, kind: str) -> tuple[float, float, int, str]:
    """Return seconds of parsing, of cleaning a batch, peak memory in KiB and what came of it."""
    started = time.process_time()
    try:
        items = read_as(kind, body) if kind else polled(body)
    except TilshiError as error:
        return time.process_time() - started, 0.0, _peak(), _short(str(error))
    parsed = time.process_time()
    batches = [_clean_batch(items[at : at + _BATCH]) for at in range(0, len(items), _BATCH)]
    return parsed - started, max(batches, default=0.0), _peak(), f"{len(items):,} articles"


def _clean_batch(items: Sequence[FeedItem]) -> float:
    started = time.process_time()
    articles_of(items)
    return time.process_time() - started


def _short(words: str) -> str:
    words = words.split(f"{ADDRESS}: ")[1]
    return (
        "error: "
        + "".join(letter for letter in words if letter.isprintable() and letter not in "<>|`")[:60]
    )


def _peak() -> int:
    [line] = [
        line
        for line in Path("/proc/self/status").read_text().splitlines()
        if line.startswith("VmHWM")
    ]
    return int(line.split()[1])


def apart(name: str, size: int) -> tuple[float, float, int, str]:
    """Measure in a child; one that dies is told."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        kind, make = ANSWERS.get(name, ("", KINDS.get(name, lambda _: feed("<title>t</title>"))))
        body = make(size)
        # The peak of making the body is not the peak of reading it.
        Path("/proc/self/clear_refs").write_text("5")
        row = measure(body, kind)
        os.write(write, repr(row).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    if status or not told:
        return 0.0, 0.0, 0, f"DIED with status {status}"
    row: tuple[float, float, int, str] = eval(told, {})
    return row


_READ = """
import sys, time
from pathlib import Path
from zoneinfo import ZoneInfo
from aggregator.feeds.parse import parse_feed

def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return int([line for line in lines if line.startswith("VmHWM")][0].split()[1])

body = Path(sys.argv[1]).read_bytes()
one = b"<rss><channel><item><title>t</title></item></channel></rss>"
parse_feed(one, {}, "https://outlet.example/rss", ZoneInfo("UTC"))
Path("/proc/self/clear_refs").write_text("5")
before, started = peak(), time.process_time()
parse_feed(body, {}, "https://outlet.example/rss", ZoneInfo("UTC"))
print(time.process_time() - started, peak() - before)
"""
_ROUNDS = 5


def read_beside(checkout: str, size: int) -> None:
    """Print what reading honest feeds of 5,000 items costs this build and another, in turn."""
    builds = {"before": checkout, "now": "."}
    print("| feed | before, s | now, s | share | before, MiB | now, MiB |")
    print("|---|--:|--:|--:|--:|--:|")
    for name in ("many news", "many news to mend"):
        taken: dict[str, list[tuple[float, float]]] = {build: [] for build in builds}
        with tempfile.NamedTemporaryFile() as file:
            Path(file.name).write_bytes(KINDS[name](size))
            for _ in range(_ROUNDS):
                for build, folder in builds.items():
                    taken[build].append(_read_apart(folder, file.name))
        (old_s, old_kib), (new_s, new_kib) = (
            tuple(map(statistics.median, zip(*taken[build], strict=True))) for build in builds
        )
        print(
            f"| {name} | {old_s:.2f} | {new_s:.2f} | {new_s / old_s:.2f} "
            f"| {old_kib / 1024:.0f} | {new_kib / 1024:.0f} |"
        )


def _read_apart(folder: str, path: str) -> tuple[float, float]:
    """Return seconds of processor time and KiB above a feed of one item, of its own process."""
    command = [sys.executable, "-c", _READ, path]
    # What stands in the folder goes before what is installed.
    said = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    seconds, kib = map(float, said.stdout.split())
    return seconds, kib


def main(arguments: list[str]) -> None:
    size = FetchLimits().max_bytes - 1000
    if arguments[:1] == ["--before"]:
        read_beside(arguments[1], size)
        return
    names = [
        name
        for name in (*KINDS, *ANSWERS)
        if not arguments or any(part in name for part in arguments)
    ]
    articles_of(polled(feed("<title>t</title>")))  # what is loaded on first use is not the feed's
    base = apart("", 0)[2]
    print(
        f"{len(names)} kinds of {size:,} bytes; a process that read one item has "
        f"{base / 1024:.0f} MiB.\n"
    )
    print(
        "| kind | fetch worker, s | desk, s a batch | peak, MiB more | comes to |\n"
        "|---|--:|--:|--:|---|"
    )
    over = []
    for name in names:
        parsing, cleaning, peak, outcome = apart(name, size)
        print(
            f"| {name} | {parsing:.2f} | {cleaning:.2f} | {max(0, peak - base) / 1024:.0f} | "
            f"{outcome} |",
            flush=True,
        )
        over += [name] * (max(parsing, cleaning) > BOUND_S)
    print(f"\nover {BOUND_S} s: {', '.join(over) or 'none'}")
