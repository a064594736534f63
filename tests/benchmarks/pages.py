"""
Pages that attackers write, each as long as a page is read, by the kinds that read pages, in a
process of its own.

Time is processor time; memory is the peak of the process less that of one that read a page of one
element.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from aggregator.errors import ParseError
from aggregator.text.tree import MAX_CHARS
from tests.support.kinds import read
from tests.support.pages import HOSTILE

_OPTIONS = {"page": {"item": "div.event", "title": "h3", "date": "time"}, "telegram": {}}


def _peak() -> int:
    [line] = [
        line
        for line in Path("/proc/self/status").read_text().splitlines()
        if line.startswith("VmHWM")
    ]
    return int(line.split()[1])


def apart(kind: str, body: str) -> tuple[float, int, str]:
    """Return seconds, peak memory in KiB and what came of it, measured in a child."""
    read_end, write = os.pipe()
    if not os.fork():
        Path("/proc/self/clear_refs").write_text("5")
        began = time.process_time()
        try:
            said = f"{len(read(kind, body, **_OPTIONS[kind]).items)} items"
        except ParseError as error:
            said = str(error).split(": ")[0]
        os.write(write, repr((time.process_time() - began, _peak(), said)).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read_end, "rb") as pipe:
        told = pipe.read()
    os.wait()
    row: tuple[float, int, str] = eval(told, {})
    return row


def main(arguments: list[str]) -> None:
    names = [name for name in HOSTILE if not arguments or any(part in name for part in arguments)]
    read(
        "page",
        "<div class=event><h3><a href=/x>x</a></h3><time>1 мая 2025</time></div>",
        **_OPTIONS["page"],
    )
    base = apart("page", "<p>x")[1]
    print(
        f"{len(names)} kinds of {MAX_CHARS:,} characters; a process that read one element has "
        f"{base / 1024:.0f} MiB.\n"
    )
    print("| made of | page, s | telegram, s | peak, MiB more | comes to |\n|---|--:|--:|--:|---|")
    for name in names:
        body = HOSTILE[name](MAX_CHARS)
        first, second = (apart(kind, body) for kind in ("page", "telegram"))
        more = max(0, max(first[1], second[1]) - base) / 1024
        print(
            f"| `{name}` | {first[0]:.2f} | {second[0]:.2f} | {more:.0f} | {first[2]}, "
            f"{second[2]} |",
            flush=True,
        )
