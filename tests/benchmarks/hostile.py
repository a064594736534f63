"""
Feeds that attackers write, each of the largest size that is fetched, from bytes to articles in a
process of its own.

Time is processor time, of what a fetch worker does (parsing, the words that tell an edit) and of
what a desk does (cleaning, in batches of 16 articles) apart; memory is the peak of the process less
that of one that reads a feed of one item.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from aggregator.errors import TilshiError
from aggregator.feeds.limits import FetchLimits
from tests.support.hostile import ANSWERS, KINDS, feed
from tests.support.through import ADDRESS, articles_of, polled, read_as


def measure(body: bytes, kind: str) -> tuple[float, float, int, str]:
    """Return seconds of parsing, of cleaning, peak memory in KiB and what came of it."""
    started = time.process_time()
    try:
        items = read_as(kind, body) if kind else polled(body)
    except TilshiError as error:
        return time.process_time() - started, 0.0, _peak(), _short(str(error))
    parsed = time.process_time()
    articles = articles_of(items)
    done = time.process_time()
    return parsed - started, done - parsed, _peak(), f"{len(articles):,} articles"


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


def main(arguments: list[str]) -> None:
    size = FetchLimits().max_bytes - 1000
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
    print("| kind | fetch worker, s | desk, s | peak, MiB more | comes to |\n|---|--:|--:|--:|---|")
    for name in names:
        parsing, cleaning, peak, outcome = apart(name, size)
        print(
            f"| {name} | {parsing:.2f} | {cleaning:.2f} | {max(0, peak - base) / 1024:.0f} | "
            f"{outcome} |",
            flush=True,
        )
